"""Signing in and out. A sign-in is a row: deleting it ends it, whatever cookie somebody kept."""

import hashlib
import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta

import sqlalchemy as sa
from sqlalchemy.orm import Session

from app.accounts.passwords import password_fits
from app.database import Handle, connection_of
from app.errors import N_, Refused, TooManyTries
from app.models import FailedSignIn, Learner, OneTimeLink, SignedInUser, SignIn, Standing, User
from app.models.user import name_key

LASTS = timedelta(days=400)
TRIES, TRIES_WITHIN = 10, timedelta(minutes=5)
SEEN_EVERY = timedelta(hours=1)


@dataclass(frozen=True, slots=True)
class Attempt:
    """An attempt to sign in, counted before the password is looked at: `counted` are its rows, and the hash is that of
    the user with this name, if there is one."""

    user_id: int | None
    password_hash: str | None
    counted: tuple[int, ...]

    def succeeds_with(self, password: str) -> bool:
        """Whether the password is right. Takes its time on purpose, so never ask inside a transaction."""
        return password_fits(password, self.password_hash)


def begin_sign_in(session: Session, name: str, address: str, now: datetime) -> Attempt:
    """Counts one more attempt. Counting first and forgiving later lets no two attempts at once slip through.

    Raises TooManyTries after ten wrong passwords in five minutes for one name or from one address.
    """
    origins = [f"name:{name_key(name.strip())[:150]}", f"address:{address}"]
    _queue_up(session, origins)
    _check_tries(session, origins, now)
    counted = [FailedSignIn(origin=origin, at=now) for origin in origins]
    session.add_all(counted)
    session.flush()
    user = session.scalar(sa.select(User).where(User.name_key == name_key(name.strip())))
    return Attempt(
        user.id if user else None, user.password_hash if user else None, tuple(failed.id for failed in counted)
    )


def complete_sign_in(session: Session, attempt: Attempt, new_hash: str | None) -> User | None:
    """Forgives an attempt that succeeded and returns its user; `new_hash` replaces one made with older parameters.
    None if there was a new password meanwhile: whoever still knows the old one must not get in by being quick, and
    what the user's row allows is to be done in this transaction. Refused if the account is disabled: who knows its
    password may know that."""
    assert attempt.user_id is not None, "only an attempt with a user succeeds"
    user = session.get(User, attempt.user_id, with_for_update=True, populate_existing=True)
    if user is None or user.password_hash != attempt.password_hash:
        return None
    session.execute(sa.delete(FailedSignIn).where(FailedSignIn.id.in_(attempt.counted)))
    if user.standing != Standing.WELCOME:
        raise Refused(N_("This account is disabled. Ask whoever runs this server."))
    if new_hash is not None:
        user.password_hash = new_hash
    return user


def open_sign_in(session: Session, user_id: int, now: datetime) -> str:
    """Signs a browser in: makes the row and returns the token that goes into the cookie."""
    token = secrets.token_urlsafe(32)
    session.add(SignIn(token_hash=_hash(token), user_id=user_id, created_at=now))
    session.execute(sa.delete(SignIn).where(SignIn.user_id == user_id, SignIn.created_at < now - LASTS))
    session.flush()
    return token


def sign_out(session: Session, token: str) -> None:
    """Ends the sign-in of this token, for every copy of the cookie."""
    session.execute(sa.delete(SignIn).where(SignIn.token_hash == _hash(token)))


def end_all_sign_ins(session: Session, user_id: int) -> None:
    """Signs a learner out in every browser."""
    session.execute(sa.delete(SignIn).where(SignIn.user_id == user_id))


def set_password(session: Session, user_id: int, password_hash: str) -> User:
    """Gives a learner another password; whoever is signed in with the one before is so no more."""
    user = session.get_one(User, user_id)
    user.password_hash = password_hash
    end_all_sign_ins(session, user_id)
    session.execute(sa.delete(OneTimeLink).where(OneTimeLink.user_id == user_id))
    session.flush()
    return user


_SIGNED_IN = (
    sa.select(*(getattr(User, field) for field in SignedInUser.__dataclass_fields__ if field != "sign_in_token"))
    .join(SignIn)
    .where(SignIn.token_hash == sa.bindparam("hash"), SignIn.created_at >= sa.bindparam("since"))
    .where(User.standing == Standing.WELCOME)
)


def user_of(handle: Handle, token: str, now: datetime) -> SignedInUser | None:
    """Who is signed in with this token."""
    row = connection_of(handle).execute(_SIGNED_IN, {"hash": _hash(token), "since": now - LASTS}).first()
    return None if row is None else SignedInUser(*row, token)  # type: ignore[call-arg]  # mypy counts no row's fields


def note_presence(session: Session, learner: Learner, now: datetime) -> None:
    """Notes that the learner is here, so that a guest who still comes is not swept away."""
    session.get_one(User, learner.id).seen_at = now


def presence_is_old(seen_at: datetime, now: datetime) -> bool:
    """Whether it is worth a write to note that the learner is here."""
    return now - seen_at >= SEEN_EVERY


def _queue_up(session: Session, origins: list[str]) -> None:
    """On PostgreSQL transactions run side by side: without this, as many attempts at once as one likes would all count
    the tries before any of them, and all find room."""
    if session.get_bind().dialect.name == "postgresql":
        for origin in sorted(origins):
            session.execute(sa.select(sa.func.pg_advisory_xact_lock(sa.func.hashtextextended(origin, 0))))


def _check_tries(session: Session, origins: list[str], now: datetime) -> None:
    for origin in origins:
        tries = session.scalar(
            sa.select(sa.func.count())
            .select_from(FailedSignIn)
            .where(FailedSignIn.origin == origin, FailedSignIn.at > now - TRIES_WITHIN)
        )
        if (tries or 0) >= TRIES:
            raise TooManyTries(N_("Too many wrong passwords. Wait five minutes, then try again."))
    session.execute(sa.delete(FailedSignIn).where(FailedSignIn.at <= now - TRIES_WITHIN))


def _hash(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()
