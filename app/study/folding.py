"""From the log to the memory, for a card whose log changed in another way than by one answer at its end."""

from collections.abc import Sequence

import sqlalchemy as sa
from sqlalchemy.orm import Session

from app.models import Card, Kind, Review
from app.scheduling import replay
from app.study.answering import remember


def standing_reviews(session: Session, user_id: int, card_id: int) -> Sequence[Review]:
    """The answers of a learner to a card that are not undone, the oldest first."""
    return session.scalars(
        sa.select(Review)
        .where(Review.user_id == user_id, Review.card_id == card_id)
        .where(Review.kind == Kind.ANSWER, Review.undone_at.is_(None))
        .order_by(Review.day, Review.at, Review.id)
    ).all()


def fold_again(session: Session, user_id: int, card: Card, reviews: Sequence[Review]) -> None:
    """Makes the memory equal to the replay of these reviews."""
    remember(session, user_id, card, replay(review.answer for review in reviews))
