"""What learners of these tests do again and again."""

from datetime import datetime
from uuid import uuid4

import sqlalchemy as sa
from sqlalchemy.orm import Session

from app.models import Card, Deck, User
from app.study import AnswerGiven, NextCard, answer_card, next_card, queue_of


def answer_next(
    session: Session, learner: User, now: datetime, grade: int = 4, deck_id: int | None = None
) -> NextCard | None:
    """Answers the card that is next, if there is one, and returns it."""
    shown = next_card(session, learner, queue_of(session, learner, deck_id, now), now)
    if shown is not None:
        answer_card(session, learner, shown.card.id, AnswerGiven(uuid4(), grade, shown.state.answers), now)
    return shown


def meet_all(session: Session, learner: User, deck: Deck, now: datetime) -> None:
    """Answers every card of a deck for the first time."""
    for card_id in session.scalars(sa.select(Card.id).where(Card.deck_id == deck.id).order_by(Card.position)).all():
        answer_card(session, learner, card_id, AnswerGiven(uuid4(), 4, 0), now)
