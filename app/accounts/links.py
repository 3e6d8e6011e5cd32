"""Links that work once: invitations, and new passwords. Shown to whoever makes them; what is kept is a hash."""

import hashlib
import secrets
from collections.abc import Collection, Sequence
from datetime import datetime, timedelta

import sqlalchemy as sa
from sqlalchemy.orm import Session

from app.errors import N_, NotFound
from app.models import OneTimeLink
from app.models.server import LinkKind

LASTS: dict[LinkKind, timedelta] = {
    "invite": timedelta(days=7),
    "admin": timedelta(days=7),
    "reset": timedelta(days=1),
}
INVITATIONS: tuple[LinkKind, ...] = ("invite", "admin")
CODE_BYTES = 24
SPENT = N_("This link does not work any more: it was used, or has expired. Ask whoever gave it to you for a new one.")


def make_link(session: Session, kind: LinkKind, now: datetime, user_id: int | None = None) -> str:
    """A new link's code. Of new passwords for one account the latest link alone works; so does the latest
    that makes an administrator. What has expired is forgotten."""
    session.execute(sa.delete(OneTimeLink).where(OneTimeLink.expires_at <= now))
    if kind != "invite":
        same = OneTimeLink.user_id.is_not_distinct_from(user_id)
        session.execute(sa.delete(OneTimeLink).where(OneTimeLink.kind == kind, same))
    code = secrets.token_urlsafe(CODE_BYTES)
    link = OneTimeLink(code_hash=_hash(code), kind=kind, user_id=user_id, created_at=now, expires_at=now + LASTS[kind])
    session.add(link)
    session.flush()
    return code


def look_at_link(session: Session, code: str, kinds: Collection[LinkKind], now: datetime) -> OneTimeLink:
    """The link that ends with this code. Raises NotFound for one that does not work, or not for this."""
    link = session.scalars(sa.select(OneTimeLink).where(*_works(code, kinds, now))).first()
    if link is None:
        raise NotFound(SPENT)
    return link


def use_link(session: Session, code: str, kinds: Collection[LinkKind], now: datetime) -> tuple[LinkKind, int | None]:
    """Takes the link that ends with this code; of two at once one finds it. What it is for, and whose password it is
    about. Raises NotFound."""
    used = sa.delete(OneTimeLink).where(*_works(code, kinds, now)).returning(OneTimeLink.kind, OneTimeLink.user_id)
    row = session.execute(used).first()
    if row is None:
        raise NotFound(SPENT)
    return row[0], row[1]


def invitations(session: Session, now: datetime) -> Sequence[OneTimeLink]:
    """The invitations that nobody has used yet, the latest first."""
    waiting = sa.select(OneTimeLink).where(OneTimeLink.kind.in_(INVITATIONS), OneTimeLink.expires_at > now)
    return session.scalars(waiting.order_by(OneTimeLink.id.desc())).all()


def withdraw_invitation(session: Session, link_id: int) -> None:
    """Ends an invitation. Raises NotFound if it was used meanwhile."""
    gone = sa.delete(OneTimeLink).where(OneTimeLink.id == link_id, OneTimeLink.kind.in_(INVITATIONS))
    if not session.scalars(gone.returning(OneTimeLink.id)).all():
        raise NotFound(N_("This invitation was used, or has expired."))


def _works(code: str, kinds: Collection[LinkKind], now: datetime) -> tuple[sa.ColumnElement[bool], ...]:
    return OneTimeLink.code_hash == _hash(code), OneTimeLink.kind.in_(kinds), OneTimeLink.expires_at > now


def _hash(code: str) -> str:
    return hashlib.sha256(code.encode()).hexdigest()
