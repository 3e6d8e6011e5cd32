"""The few queries on learners' own tables that do not name one learner. Every other one does, so that those tables can
be split by learner."""

import sqlalchemy as sa

from app.models.deck import Deck
from app.models.follow import Follow
from app.models.review import Review
from app.models.user import User


def followers_of(deck_id: int) -> sa.Select[Follow]:
    """Everybody's follow of a deck."""
    return sa.select(Follow).where(Follow.deck_id == deck_id, Follow.stopped_at.is_(None))


def unused_guests() -> sa.Select[int]:
    """Ids of guests who never answered a card and have no deck of their own."""
    answered = sa.select(Review.user_id).where(Review.user_id == User.id).exists()
    imported = sa.select(Deck.id).where(Deck.owner_id == User.id).exists()
    return sa.select(User.id).where(User.name.is_(None), ~answered, ~imported)
