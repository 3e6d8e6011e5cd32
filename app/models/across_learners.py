"""The few queries on learners' own tables that do not name one learner. Every other one does, so that those tables can
be split by learner; a guardian in the tests knows these by their option."""

from collections.abc import Sequence

import sqlalchemy as sa
from sqlalchemy.orm import Session

from app.models.deck import Deck
from app.models.follow import Follow

ACROSS = {"across_learners": True}


def followers_of(deck_id: int) -> sa.Select[Follow]:
    """Everybody's follow of a deck."""
    follows = sa.select(Follow).where(Follow.deck_id == deck_id, Follow.stopped_at.is_(None))
    return follows.execution_options(**ACROSS)


def numbers_of_followers(session: Session, deck_ids: Sequence[int]) -> dict[int, int]:
    """How many others than their owners follow each of these decks; one that nobody follows is left out."""
    followers = sa.select(Follow.deck_id, sa.func.count()).join(Deck, Deck.id == Follow.deck_id)
    others = (Follow.deck_id.in_(deck_ids), Follow.stopped_at.is_(None), Follow.user_id.is_distinct_from(Deck.owner_id))
    counted = followers.where(*others).group_by(Follow.deck_id).execution_options(**ACROSS)
    return dict(session.execute(counted).all())
