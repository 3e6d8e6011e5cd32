"""Days that were lived through, for figures to be looked at: answers as the pages give them, rows as an import brings
them."""

from collections.abc import Sequence
from uuid import uuid4

import sqlalchemy as sa
from sqlalchemy.orm import Session

from app.models import Card, Deck, Kind, Memory, Review, User
from app.study import AnswerGiven, answer_card
from app.study.rebuilding import rebuild
from tests.factories import at


def cards_of(session: Session, deck: Deck) -> list[int]:
    return list(session.scalars(sa.select(Card.id).where(Card.deck_id == deck.id).order_by(Card.position)))


def answer(
    session: Session, learner: User, card_id: int, *days_and_grades: tuple[int, int], took_ms: int = 3_000
) -> None:
    """Answers one card, on days counted from the tests' first, one a minute."""
    for number, (day, grade) in enumerate(days_and_grades):
        memory = answers_of(session, learner, card_id)
        answer_card(session, learner, card_id, AnswerGiven(uuid4(), grade, memory, took_ms), at(day, minute=number))


def answers_of(session: Session, learner: User, card_id: int) -> int:
    """What a page says it has seen of the card."""
    own = (Memory.user_id == learner.id, Memory.card_id == card_id)
    return session.scalar(sa.select(Memory.answers).where(*own)) or 0


def bring(
    session: Session, learner: User, card_id: int, deck: Deck, rows: Sequence[tuple[int, int, list[int]]]
) -> None:
    """Puts answers given elsewhere into the log: day, grade, what Anki's log says of it."""
    for number, (day, grade, told) in enumerate(rows):
        moment = at(day, minute=number)
        columns = {"user_id": learner.id, "card_id": card_id, "deck_id": deck.id, "took_ms": 2_000, "grade": grade}
        row = Review(
            **columns, id=uuid4(), kind=Kind.IMPORTED, day=learner.today(moment), hour=9, at=moment, state=told
        )
        session.add(row)
    session.flush()
    rebuild(session, learner.id)
