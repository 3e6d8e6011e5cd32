"""The few queries on learners' own tables that do not name one learner. Every other one does, so that those tables can
be split by learner; a guardian in the tests knows these by their option."""

import sqlalchemy as sa

from app.models.follow import Follow

ACROSS = {"across_learners": True}


def followers_of(deck_id: int) -> sa.Select[Follow]:
    """Everybody's follow of a deck."""
    follows = sa.select(Follow).where(Follow.deck_id == deck_id, Follow.stopped_at.is_(None))
    return follows.execution_options(**ACROSS)
