"""Following a deck, leaving it, and how much of it a day."""

from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Session

from app.errors import N_, NotFound, Refused
from app.models import Deck, Follow, Learner
from app.models.deck import decks_inside
from app.models.user import one_at_a_time

MOST_NEW_PER_DAY = 9_999


def follow(session: Session, learner: Learner, deck_id: int, now: datetime) -> Deck:
    """Follows a deck with the decks inside it and returns it; who followed it before goes on where they stopped.

    Raises NotFound unless it is a starter deck or the learner's own.
    """
    one_at_a_time(session, learner)
    deck = visible_deck(session, learner, deck_id)
    place = (session.scalar(sa.select(sa.func.max(Follow.place)).where(Follow.user_id == learner.id)) or 0) + 1
    _follow_one(session, learner, deck.id, place, now)
    for inside in decks_inside(session, [deck.id]):
        _follow_one(session, learner, inside, place, now)
    session.flush()
    return deck


def visible_deck(session: Session, learner: Learner, deck_id: int) -> Deck:
    """A deck the learner may look into and follow. Raises NotFound unless it is a starter deck or their own."""
    deck = session.get(Deck, deck_id)
    if deck is None or not deck.published or deck.owner_id not in {None, learner.id}:
        raise NotFound()
    return deck


def stop_following(session: Session, learner: Learner, deck_id: int, now: datetime) -> None:
    """Hides a deck from the learner's home and queue, with the decks inside it. What they know is kept."""
    own_follow(session, learner, deck_id)
    for inside in [deck_id, *decks_inside(session, [deck_id])]:
        one = session.get(Follow, (learner.id, inside))
        if one is not None and one.stopped_at is None:
            one.stopped_at = now
    session.flush()


def set_new_per_day(session: Session, learner: Learner, deck_id: int, limit: int) -> None:
    """Sets how many new cards of the deck the learner meets in a day. Refused outside 0 to 9,999."""
    if not 0 <= limit <= MOST_NEW_PER_DAY:
        raise Refused(
            N_("The number of new cards a day goes from 0 to %(most)s."), field="new_per_day", most=MOST_NEW_PER_DAY
        )
    own_follow(session, learner, deck_id).new_per_day = limit
    session.flush()


def own_follow(session: Session, learner: Learner, deck_id: int) -> Follow:
    """The learner's follow of a deck. Raises NotFound if there is none."""
    followed = session.get(Follow, (learner.id, deck_id))
    if followed is None or followed.stopped_at is not None:
        raise NotFound()
    return followed


def _follow_one(session: Session, learner: Learner, deck_id: int, place: int, now: datetime) -> None:
    followed = session.get(Follow, (learner.id, deck_id))
    if followed is None:
        followed = Follow(user_id=learner.id, deck_id=deck_id, place=place, followed_at=now)
        session.add(followed)
    followed.stopped_at = None
