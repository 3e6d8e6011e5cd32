"""Answers given elsewhere and told later: the log takes them in, in any order, and the memories are folded again."""

from collections.abc import Iterable
from dataclasses import dataclass
from itertools import groupby

import sqlalchemy as sa
from sqlalchemy.orm import Session

from app.errors import N_, Refused
from app.models import Card, Follow, Review, User
from app.scheduling import GRADES, Answer
from app.study.answering import add_review
from app.study.folding import fold_again, standing_reviews
from app.study.summing import count_answer, move_introduction


@dataclass(frozen=True, slots=True)
class LateAnswer:
    """An answer and the card it was given to; its study day was worked out on the device, when it was given."""

    card_id: int
    answer: Answer
    took_ms: int = 0


def merge_answers(session: Session, learner: User, late: Iterable[LateAnswer]) -> list[LateAnswer]:
    """Adds the answers the log does not have yet; returns those it cannot take, whose cards are not the learner's.

    The outcome is the same for every order and every repetition of the calls. Raises Refused for a grade that is none.
    """
    ordered = sorted(late, key=lambda item: (item.card_id, item.answer.day, item.answer.at, item.answer.id))
    if any(item.answer.grade not in GRADES for item in ordered):
        raise Refused(N_("A grade is a number from 0 to 5."), field="grade")
    rejected: list[LateAnswer] = []
    for card_id, group in groupby(ordered, key=lambda item: item.card_id):
        card = _card_of(session, learner, card_id)
        if card is None:
            rejected += group
        else:
            _merge_into(session, learner, card, list(group))
    return rejected


def _card_of(session: Session, learner: User, card_id: int) -> Card | None:
    """Through the follow even if it has ended: the answer was given while it had not."""
    return session.scalar(
        sa.select(Card)
        .join(Follow, Follow.deck_id == Card.deck_id)
        .where(Card.id == card_id, Follow.user_id == learner.id)
    )


def _merge_into(session: Session, learner: User, card: Card, late: list[LateAnswer]) -> None:
    before = standing_reviews(session, learner.id, card.id)
    for item in late:
        if session.get(Review, (learner.id, card.id, item.answer.id)) is None:
            count_answer(session, add_review(session, learner, card, item.answer, item.took_ms), introduced=False)
    after = standing_reviews(session, learner.id, card.id)
    if before:
        move_introduction(session, before[0], -1)
    if after:
        move_introduction(session, after[0], 1)
    fold_again(session, learner.id, card, after)
