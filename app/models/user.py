"""Who learns: users, their sign-ins, and the failed attempts at signing in."""

import unicodedata
from dataclasses import dataclass
from datetime import datetime
from enum import IntEnum
from typing import Protocol

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, Session, mapped_column

from app.clock import DEFAULT_DAY_START, study_day
from app.database import Base, Moment, only_where
from app.models.follow import NEW_PER_DAY

DRILL_SOON, DRILL_LATER = 5, 10
"""After how many minutes a failed card comes back while others wait; soon, five other cards will do as well."""


class Standing(IntEnum):
    """What becomes of an account."""

    WELCOME = 0
    # By an administrator: nobody signs in with it.
    DISABLED = 1
    # It is being deleted, a part at a time; nobody signs in with it, and its name is free.
    LEAVING = 2
    # Nobody's, and never was anybody's: it holds what somebody had shared who has left, for those who follow it.
    NOBODY = 3


class Learner(Protocol):
    """What verbs know of who learns: a `User`, or what a request keeps of one."""

    @property
    def id(self) -> int: ...
    @property
    def name(self) -> str | None: ...
    @property
    def language(self) -> str | None: ...
    @property
    def time_zone(self) -> str: ...
    @property
    def day_starts_at(self) -> int: ...
    @property
    def created_at(self) -> datetime: ...
    @property
    def drill_after(self) -> int: ...
    @property
    def last_day(self) -> int | None: ...
    def today(self, now: datetime) -> int: ...


class User(Base):
    """A learner. A guest has neither name nor password until they claim their progress."""

    __tablename__ = "users"
    __table_args__ = (
        sa.CheckConstraint("(name IS NULL) = (password_hash IS NULL)", name="named_with_password"),
        sa.Index("ix_users_guests", "seen_at", **only_where("name IS NULL")),
        {"sqlite_autoincrement": True},
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    # NULL: a guest.
    name: Mapped[str | None] = mapped_column(sa.String(64))
    # The name as it is compared: names that look the same are the same. NULL: a guest.
    name_key: Mapped[str | None] = mapped_column(sa.Text, unique=True)
    # NULL: a guest.
    password_hash: Mapped[str | None] = mapped_column(sa.String(255))
    is_admin: Mapped[bool] = mapped_column(default=False)
    # NULL: whatever the browser asks for.
    language: Mapped[str | None] = mapped_column(sa.String(16))
    time_zone: Mapped[str] = mapped_column(sa.String(64), default="UTC")
    # The hour at which the learner's study day begins.
    day_starts_at: Mapped[int] = mapped_column(sa.SmallInteger, default=DEFAULT_DAY_START)
    theme: Mapped[str] = mapped_column(sa.String(8), default="auto")
    # Whether single letters and digits act on the study page (WCAG 2.1.4 asks for a way to switch that off).
    single_key_shortcuts: Mapped[bool] = mapped_column(default=True)
    # How many buttons grade an answer: 2 (Again, Good), 4, or 6 for SM-2's own scale.
    answer_mode: Mapped[int] = mapped_column(sa.SmallInteger, default=4)
    # DRILL_SOON or DRILL_LATER.
    drill_after: Mapped[int] = mapped_column(sa.SmallInteger, default=DRILL_SOON)
    # The limits that a deck begins with that the learner follows; see Follow.
    new_per_day: Mapped[int] = mapped_column(default=NEW_PER_DAY)
    reviews_per_day: Mapped[int | None]
    standing: Mapped[Standing] = mapped_column(sa.SmallInteger, default=Standing.WELCOME)
    created_at: Mapped[datetime] = mapped_column(Moment)
    # To about an hour: when the learner was last here.
    seen_at: Mapped[datetime] = mapped_column(Moment)
    # The last study day on which the learner answered; NULL: never. Keeps the study day from running backwards.
    last_day: Mapped[int | None]

    @property
    def is_guest(self) -> bool:
        return self.name is None

    def today(self, now: datetime) -> int:
        return _today(self, now)


def _today(learner: Learner, now: datetime) -> int:
    """The learner's study day. It never runs backwards, wherever they travel and whatever the clock does."""
    day = study_day(now, learner.time_zone, learner.day_starts_at)
    return day if learner.last_day is None else max(day, learner.last_day)


@dataclass(frozen=True, slots=True)
class SignedInUser:
    """Who sends a request, as their row was when it came: read once, kept for the whole of it, changed by nobody."""

    # What flask-login asks of a user. Its own base class for them would load its test client into every command.
    is_active = is_authenticated = True
    is_anonymous = False

    id: int
    name: str | None
    is_admin: bool
    language: str | None
    time_zone: str
    day_starts_at: int
    theme: str
    single_key_shortcuts: bool
    answer_mode: int
    drill_after: int
    new_per_day: int
    reviews_per_day: int | None
    created_at: datetime
    seen_at: datetime
    last_day: int | None
    sign_in_token: str

    @property
    def is_guest(self) -> bool:
        return self.name is None

    def today(self, now: datetime) -> int:
        return _today(self, now)

    def get_id(self) -> str:
        """What flask-login keeps in the cookie: the sign-in, not the user, so that signing out ends it."""
        return self.sign_in_token


def one_at_a_time(session: Session, learner: Learner) -> None:
    """Locks the learner's row to the end of the transaction. What else the learner does at the same time waits here and
    then finds it done; on SQLite there is one writer anyway, and nothing is locked."""
    session.execute(sa.select(User.id).where(User.id == learner.id).with_for_update(key_share=True))


def name_key(name: str) -> str:
    """The form under which names are compared: `ＡＤＡ` and `ada` are one name."""
    return unicodedata.normalize("NFKC", name).casefold()


class SignIn(Base):
    """One browser that is signed in. The row is the sign-in: without it the cookie opens nothing."""

    __tablename__ = "sign_ins"

    # SHA-256 of the token in the cookie, in hex: whoever reads the database cannot sign in with it.
    token_hash: Mapped[str] = mapped_column(sa.String(64), primary_key=True)
    user_id: Mapped[int] = mapped_column(sa.ForeignKey("users.id", ondelete="CASCADE"), index=True)
    created_at: Mapped[datetime] = mapped_column(Moment)


class FailedSignIn(Base):
    """A wrong password. Counted in the database, because a count in memory is one count for each process."""

    __tablename__ = "failed_sign_ins"
    __table_args__ = (sa.Index("ix_failed_sign_ins_origin_at", "origin", "at"), {"sqlite_autoincrement": True})

    id: Mapped[int] = mapped_column(primary_key=True)
    # Whose account was tried (`name:ada`) or where from (`address:192.0.2.7`).
    origin: Mapped[str] = mapped_column(sa.String(160))
    at: Mapped[datetime] = mapped_column(Moment, index=True)
