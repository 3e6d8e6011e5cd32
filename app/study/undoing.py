"""Taking answers back, the latest first."""

from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Session

from app.errors import N_, Refused
from app.models import Card, Follow, Kind, Review, User
from app.models.waiting import followed_deck_ids
from app.study.folding import fold_again, standing_reviews
from app.study.summing import uncount_answer


def undo_last_answer(session: Session, learner: User, now: datetime) -> int:
    """Undoes the learner's latest answer of this study day and returns the id of its card. Refused if there is none."""
    review = session.scalar(_latest_answer(learner, learner.today(now)))
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


def can_undo(session: Session, learner: User, day: int) -> bool:
    """Whether the learner has an answer of that day to take back."""
    return learner.last_day == day and session.scalar(_latest_answer(learner, day)) is not None


def _latest_answer(learner: User, day: int) -> sa.Select[Review]:
    """The latest standing answer of a day. Not in a deck the learner has left: they could not see what it changed."""
    return (
        sa.select(Review)
        .where(Review.user_id == learner.id, Review.undone_at.is_(None), Review.kind == Kind.ANSWER)
        .where(Review.day == day, Review.deck_id.in_(followed_deck_ids(learner.id)))
        .order_by(Review.at.desc(), Review.id.desc())
        .limit(1)
    )


def _lower_cursor(session: Session, learner: User, card: Card) -> None:
    """The card is unmet again, so the cursor must not stand behind it."""
    follow = session.get(Follow, (learner.id, card.deck_id))
    if follow is not None:
        follow.new_from = min(follow.new_from, card.position)
