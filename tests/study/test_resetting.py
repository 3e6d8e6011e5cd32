"""Many cards made new again at once are as new as cards that were made so one by one, and so is what comes back."""

from contextlib import nullcontext
from typing import Any
from uuid import uuid4

import pytest
import sqlalchemy as sa
from sqlalchemy.orm import Session

from app.database import connection_of
from app.models import Card, Follow, Kind, Memory, Review, User
from app.study import (
    AnswerGiven,
    answer_card,
    next_card,
    queue_of,
    redo_last_act,
    reset_card,
    reset_cards,
    swing_resets,
    undo_last_act,
)
from app.study.marking import mark_card, suspended
from app.study.rebuilding import compare
from tests.factories import a_deck, a_follow, a_learner, at

STATE = ("due_day", "queue_day", "interval", "ease", "lapses", "answers", "repetitions", "scheduler_version")


@pytest.fixture
def both(session: Session) -> tuple[User, User, list[Card]]:
    """Ada and Bob have learnt the same three of five cards, on two days, and suspended the second."""
    deck = a_deck(session, cards=5)
    cards = list(session.scalars(sa.select(Card).order_by(Card.position)))
    learners = a_learner(session, "Ada"), a_learner(session, "Bob")
    for learner in learners:
        a_follow(session, learner, deck)
        for day, grade in ((0, 4), (1, 2)):
            for minute, card in enumerate(cards[:3]):
                memory = session.get(Memory, (learner.id, card.id))
                given = AnswerGiven(uuid4(), grade, memory.answers if memory else 0)
                answer_card(session, learner, card.id, given, at(day, minute=minute))
        mark_card(session, learner, cards[1].id, (uuid4(), suspended), at(1, minute=10))
    return *learners, cards


def in_parts(session: Session) -> Any:
    return lambda *, one_statement=False: nullcontext(session)


def known(session: Session, learner: User) -> list[tuple[object, ...]]:
    own = sa.select(Memory.card_id, *(getattr(Memory, name) for name in STATE)).where(Memory.user_id == learner.id)
    return [tuple(row) for row in session.execute(own.order_by(Memory.card_id))]


def test_they_are_as_new_as_one_by_one_and_come_back_in_one_step(
    session: Session, both: tuple[User, User, list[Card]]
) -> None:
    ada, bob, cards = both
    before, ids = known(session, ada), [card.id for card in cards]
    assert reset_cards(ada, ids[:2] + ids[3:], uuid4(), at(2), in_parts(session)) == (2, 0)
    for card_id in ids[:2]:
        reset_card(session, bob, card_id, uuid4(), at(2))
    assert known(session, ada) == known(session, bob) == before[2:]
    assert session.get_one(Follow, (ada.id, cards[0].deck_id)).new_from == 0
    shown = next_card(session, ada, queue_of(session, ada, None, at(20)), at(20))
    assert shown is not None and compare(session, ada.id).agrees
    undo_last_act(session, ada, at(2, minute=1))
    assert known(session, ada) == before and compare(session, ada.id).agrees
    redo_last_act(session, ada, at(2, minute=2))
    assert known(session, ada) == before[2:] and compare(session, ada.id).agrees


def test_what_was_answered_since_counts_on(session: Session, both: tuple[User, User, list[Card]]) -> None:
    ada, _, cards = both
    act, ids = uuid4(), [card.id for card in cards[:3]]
    reset_cards(ada, ids, act, at(2), in_parts(session))
    answer_card(session, ada, ids[0], AnswerGiven(uuid4(), 4, 0), at(3))
    assert swing_resets(connection_of(session), ada, ids, act, at(4)) == 3
    session.expire_all()
    assert session.get_one(Memory, (ada.id, ids[0])).answers == 3
    assert compare(session, ada.id).agrees
    assert swing_resets(connection_of(session), ada, ids, act, at(4)) == 0


def test_the_same_act_again_does_nothing_more(session: Session, both: tuple[User, User, list[Card]]) -> None:
    ada, bob, cards = both
    act, ids = uuid4(), [card.id for card in cards]
    assert reset_cards(ada, ids, act, at(2), in_parts(session)) == (3, 0)
    assert reset_cards(ada, ids, act, at(2), in_parts(session)) == (0, 0)
    rows = session.scalars(sa.select(Review.card_id).where(Review.user_id == ada.id, Review.kind == Kind.RESET)).all()
    assert sorted(rows) == ids[:3]
    assert len(known(session, bob)) == 3


def test_a_deck_one_has_left_is_left_alone(session: Session, both: tuple[User, User, list[Card]]) -> None:
    ada, _, cards = both
    session.get_one(Follow, (ada.id, cards[0].deck_id)).stopped_at = at(2)
    session.flush()
    assert reset_cards(ada, [card.id for card in cards], uuid4(), at(2), in_parts(session)) == (0, 0)
