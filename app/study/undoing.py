"""Taking answers back, the latest first."""

from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Session

from app.errors import N_, Refused
from app.models import Card, Follow, Kind, Review, User
from app.study.folding import fold_again, standing_reviews
from app.study.summing import uncount_answer


def undo_last_answer(session: Session, learner: User, now: datetime) -> int:
    """Undoes the learner's latest answer of this study day and returns the id of its card. Refused if there is none."""
    review = session.scalar(
        sa.select(Review)
        .where(Review.user_id == learner.id, Review.undone_at.is_(None), Review.kind == Kind.ANSWER)
        .where(Review.day == learner.today(now))
        .order_by(Review.at.desc(), Review.id.desc())
        .limit(1)
    )
    if review is None:
        raise Refused(N_("There is nothing to undo today."))
    review.undone_at = now
    session.flush()
    card = session.get_one(Card, review.card_id)
    left = standing_reviews(session, learner.id, review.card_id)
    uncount_answer(session, review, introduced=not left)
    fold_again(session, learner.id, card, left)
    if not left:
        _lower_cursor(session, learner, card)
    return card.id


def _lower_cursor(session: Session, learner: User, card: Card) -> None:
    """The card is unmet again, so the cursor must not stand behind it."""
    follow = session.get(Follow, (learner.id, card.deck_id))
    if follow is not None:
        follow.new_from = min(follow.new_from, card.position)
