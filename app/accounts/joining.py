"""Becoming a learner with a name: anew, or with what was learnt as a guest."""

import unicodedata
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from app.errors import N_, Refused
from app.models import Learner, User
from app.models.user import name_key

LONGEST_NAME = 64
SWEPT = N_("Nobody had used this guest account for too long, and it is gone. Send the form again to begin anew.")


def create_user(
    session: Session,
    name: str,
    password_hash: str,
    time_zone: str,
    now: datetime,
    *,
    language: str | None = None,
    is_admin: bool = False,
) -> User:
    """A new user with a name. Refused if the name is taken or is none."""
    name = free_name(session, name)
    user = User(
        name=name,
        name_key=name_key(name),
        password_hash=password_hash,
        time_zone=time_zone,
        language=language,
        is_admin=is_admin,
        created_at=now,
        seen_at=now,
    )
    session.add(user)
    _flush_name(session, name)
    return user


def claim(session: Session, learner: Learner, name: str, password_hash: str) -> None:
    """Gives a guest a name and a password; all they learnt stays theirs. Refused if the name is taken or is none, or if
    the guest was swept away meanwhile."""
    # Locked, or it might be swept away between this and the end.
    guest = session.get(User, learner.id, with_for_update=True, populate_existing=True)
    if guest is None:
        raise Refused(SWEPT, field="name")
    if not guest.is_guest:
        raise Refused(N_("This account already has a name."), field="name")
    name = free_name(session, name)
    guest.name, guest.name_key, guest.password_hash = name, name_key(name), password_hash
    _flush_name(session, name)


def _flush_name(session: Session, name: str) -> None:
    """Writes the name. Somebody may have taken it since it was looked for."""
    try:
        session.flush()
    except IntegrityError:
        raise Refused(N_("The name %(name)s is taken."), field="name", name=name) from None


def free_name(session: Session, name: str) -> str:
    """The name without spaces around it, if somebody can have it."""
    name = name.strip()
    if not name:
        raise Refused(N_("Choose a name."), field="name")
    if len(name) > LONGEST_NAME:
        raise Refused(N_("A name has at most %(longest)s characters."), field="name", longest=LONGEST_NAME)
    if any(unicodedata.category(character)[0] == "C" for character in name):
        raise Refused(N_("A name has only visible characters."), field="name")
    if session.scalar(sa.select(User.id).where(User.name_key == name_key(name))) is not None:
        raise Refused(N_("The name %(name)s is taken."), field="name", name=name)
    return name
