"""What an administrator sees of the learners, and may do: nothing that any of them learns or writes."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Literal, cast, get_args

import sqlalchemy as sa
from sqlalchemy.orm import Session

from app.accounts.signing_in import end_all_sign_ins
from app.errors import N_, NotFound, Refused
from app.models import Figure, Learner, MemoryCount, OneTimeLink, ServerSetting, Standing, User
from app.models.user import name_key

SignUp = Literal["open", "invite", "closed"]
"""Who may become a learner: everybody, guests too; whoever is invited; nobody but whom the terminal makes one."""

ONLY_ADMIN = N_(
    "Nobody else administers this server. Make another administrator first: in the terminal, “cardlet user invite "
    "--admin” makes a link for it."
)
LEARNERS_A_PAGE = 50
LONGEST_SEARCH = 64


@dataclass(frozen=True, slots=True)
class Person:
    """A learner with a name; `met`: how many cards they know something of."""

    id: int
    name: str
    is_admin: bool
    is_disabled: bool
    created_at: datetime
    seen_at: datetime
    met: int


@dataclass(frozen=True)
class People:
    """One page of the learners, by name; `count` is of all pages. Guests are counted alone."""

    people: Sequence[Person]
    guests: int
    count: int
    page: int

    @property
    def pages(self) -> int:
        return max(1, -(-self.count // LEARNERS_A_PAGE))


def people(session: Session, words: str, page: int) -> People:
    """Page `page` (from 1) of the learners whose names hold these words. Raises NotFound for a page it lacks."""
    named: list[sa.ColumnElement[bool]] = [
        User.name.is_not(None),
        User.standing.in_([Standing.WELCOME, Standing.DISABLED]),
    ]
    if words:
        named.append(User.name_key.contains(name_key(words[:LONGEST_SEARCH]), autoescape=True))
    count = session.scalar(sa.select(sa.func.count()).where(*named)) or 0
    if page < 1 or page > max(1, -(-count // LEARNERS_A_PAGE)):
        raise NotFound()
    by_name = sa.select(User).where(*named).order_by(User.name_key)
    users = session.scalars(by_name.limit(LEARNERS_A_PAGE).offset((page - 1) * LEARNERS_A_PAGE)).all()
    met = _met(session, [user.id for user in users])
    guests = sa.select(sa.func.count()).where(User.name.is_(None), User.standing == Standing.WELCOME)
    return People([_person(user, met) for user in users], session.scalar(guests) or 0, count, page)


def _person(user: User, met: dict[int, int]) -> Person:
    is_disabled = user.standing == Standing.DISABLED
    return Person(
        user.id, user.name or "", user.is_admin, is_disabled, user.created_at, user.seen_at, met.get(user.id, 0)
    )


def _met(session: Session, ids: Sequence[int]) -> dict[int, int]:
    if not ids:
        return {}
    known = (MemoryCount.user_id.in_(ids), MemoryCount.figure == Figure.INTERVAL)
    counted = sa.select(MemoryCount.user_id, sa.func.sum(MemoryCount.cards)).where(*known)
    return {user_id: int(cards) for user_id, cards in session.execute(counted.group_by(MemoryCount.user_id))}


def named_learner(session: Session, learner_id: int) -> User:
    """A learner that an administrator can do something about. Raises NotFound for guests and whoever has left."""
    user = session.get(User, learner_id)
    if user is None or user.name is None or user.standing not in {Standing.WELCOME, Standing.DISABLED}:
        raise NotFound()
    return user


def set_disabled(session: Session, admin: Learner | None, learner_id: int, *, disabled: bool) -> User:
    """Lets a learner sign in no more, and ends their sign-ins at once; or lets them in again. What they know is kept.

    Raises NotFound; Refused if it is the administrator's own account, or the only one that administers the server.
    None: the terminal.
    """
    user = named_learner(session, learner_id)
    if admin is not None and admin.id == user.id:
        raise Refused(N_("This is your own account: you would lock yourself out."))
    if disabled:
        check_admins_left(session, user.id)
    user.standing = Standing.DISABLED if disabled else Standing.WELCOME
    if disabled:
        end_all_sign_ins(session, user.id)
        session.execute(sa.delete(OneTimeLink).where(OneTimeLink.user_id == user.id))
    session.flush()
    return user


def make_admin(session: Session, user_id: int) -> None:
    """Makes a learner an administrator."""
    session.get_one(User, user_id).is_admin = True
    session.flush()


def is_only_admin(session: Session, user_id: int) -> bool:
    """Whether nobody else could administer the server."""
    return session.scalars(_admins()).all() == [user_id]


def check_admins_left(session: Session, user_id: int) -> None:
    """Refused if nobody else could administer the server. Of two administrators who go at once, the second waits to the
    end of the first one's transaction, and is the only one by then."""
    if session.scalars(_admins().with_for_update()).all() == [user_id]:
        raise Refused(ONLY_ADMIN, field="without_admin")


def _admins() -> sa.Select[int]:
    return sa.select(User.id).where(User.is_admin, User.standing == Standing.WELCOME).order_by(User.id)


def is_anybody_here(session: Session) -> bool:
    """Whether somebody with a name has an account on this server."""
    return session.scalar(sa.select(User.id).where(User.name.is_not(None)).limit(1)) is not None


def sign_up_of(session: Session, default: str) -> SignUp:
    """Who may become a learner: what an administrator chose last, or what the environment says."""
    chosen = session.get(ServerSetting, "sign_up")
    return cast("SignUp", default if chosen is None else chosen.value)


def choose_sign_up(session: Session, chosen: str) -> None:
    """Keeps who may become a learner. Refused for what is none of the three."""
    if chosen not in get_args(SignUp):
        raise Refused(N_("Choose who may sign up."), field="sign_up")
    session.merge(ServerSetting(name="sign_up", value=chosen))
    session.flush()
