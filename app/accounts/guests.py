"""Guests: learners without a name, whose progress is kept until they claim it or stay away too long."""

from datetime import datetime, timedelta

import sqlalchemy as sa
from sqlalchemy.orm import Session

from app.accounts.leaving import remove_guests
from app.models import Deck, Standing, User

UNUSED_FOR = timedelta(days=1)
IDLE_FOR = timedelta(days=90)


def start_as_guest(session: Session, language: str, time_zone: str, now: datetime) -> User:
    """A new guest. `language` is what their browser asked for; they can choose another later."""
    guest = User(time_zone=time_zone, language=language, created_at=now, seen_at=now)
    session.add(guest)
    session.flush()
    return guest


def sweep_guests(session: Session, now: datetime, at_most: int = 1000) -> int:
    """Removes guests who did nothing (after a day) and guests who stayed away (after 90 days); how many."""
    # Who has a last day has answered: the log need not be asked.
    is_guest = User.name.is_(None), User.standing == Standing.WELCOME
    did_nothing = User.last_day.is_(None), ~sa.exists().where(Deck.owner_id == User.id)
    unused = sa.select(User.id).where(*is_guest, *did_nothing, User.seen_at < now - UNUSED_FOR).limit(at_most)
    idle = sa.select(User.id).where(*is_guest, User.seen_at < now - IDLE_FOR).limit(at_most)
    # Who is choosing a name at this moment is left alone, and is no guest any more.
    found = (session.scalars(guests.with_for_update(of=User, skip_locked=True)) for guests in (unused, idle))
    gone = {user_id for ids in found for user_id in ids}
    if gone:
        remove_guests(session, gone)
    return len(gone)
