"""Undo: the latest first, as if it had never been."""

from uuid import uuid4

import pytest
import sqlalchemy as sa
from sqlalchemy.orm import Session

from app.errors import Refused
from app.models import Card, DailySummary, Follow, Kind, Memory, Review, Stage, User
from app.study import AnswerGiven, answer_card, next_card, queue_of, undo_last_act
from tests.factories import a_deck, a_follow, a_learner, at


@pytest.fixture
def ada(session: Session) -> User:
    return a_learner(session, "Ada")


@pytest.fixture
def cards(session: Session, ada: User) -> list[Card]:
    deck = a_deck(session, cards=3)
    a_follow(session, ada, deck)
    return list(session.scalars(sa.select(Card).order_by(Card.position)))


def answer(session: Session, ada: User, card: Card, grade: int, minute: int) -> None:
    memory = session.get(Memory, (ada.id, card.id))
    seen = memory.answers if memory else 0
    answer_card(session, ada, card.id, AnswerGiven(uuid4(), grade, seen, 1000), at(0, minute=minute))


def test_undo_goes_back_step_by_step_to_the_beginning(session: Session, ada: User, cards: list[Card]) -> None:
    for minute, card in enumerate(cards):
        answer(session, ada, card, 4, minute)
    undone = [undo_last_act(session, ada, at(0, minute=10)).card_id for _ in cards]
    assert undone == [card.id for card in reversed(cards)]
    assert session.scalars(sa.select(Memory)).all() == []
    assert session.get_one(Follow, (ada.id, cards[0].deck_id)).new_from == 0
    assert not queue_of(session, ada, None, at(0, minute=10)).can_undo
    with pytest.raises(Refused):
        undo_last_act(session, ada, at(0, minute=11))


def test_the_log_keeps_what_was_undone(session: Session, ada: User, cards: list[Card]) -> None:
    answer(session, ada, cards[0], 4, 0)
    undo_last_act(session, ada, at(0, minute=1))
    review = session.scalars(sa.select(Review)).one()
    assert (review.grade, review.undone_at) == (4, at(0, minute=1))


def test_the_day_counts_as_if_it_had_not_been(session: Session, ada: User, cards: list[Card]) -> None:
    answer(session, ada, cards[0], 4, 0)
    answer(session, ada, cards[1], 2, 1)
    undo_last_act(session, ada, at(0, minute=2))
    day = session.scalars(sa.select(DailySummary)).one()
    assert (day.answers, day.stage, day.grade, day.first, day.took_ms) == (1, Stage.NEW, 4, True, 1000)


def test_undoing_a_repeat_leaves_the_first_answer_and_the_drill(session: Session, ada: User, cards: list[Card]) -> None:
    answer(session, ada, cards[0], 2, 0)
    answer(session, ada, cards[0], 4, 6)
    undo_last_act(session, ada, at(0, minute=7))
    memory = session.get_one(Memory, (ada.id, cards[0].id))
    assert (memory.answers, memory.drill_day, memory.interval) == (1, ada.today(at(0)), 1)


def test_an_undone_card_is_new_again_and_comes_next(session: Session, ada: User, cards: list[Card]) -> None:
    answer(session, ada, cards[0], 4, 0)
    undo_last_act(session, ada, at(0, minute=1))
    shown = next_card(session, ada, queue_of(session, ada, None, at(0, minute=2)), at(0, minute=2))
    assert (shown.card.id, shown.reason, shown.state.answers) == (cards[0].id, "new", 0)


def test_practice_is_taken_back_like_anything_and_moves_no_memory(
    session: Session, ada: User, cards: list[Card]
) -> None:
    answer(session, ada, cards[0], 2, 0)
    answer(session, ada, cards[0], 4, 6)
    where = {"user_id": ada.id, "card_id": cards[0].id, "deck_id": cards[0].deck_id}
    when = {"day": ada.today(at(0)), "hour": 9, "at": at(0, minute=9)}
    practised = Review(**where, **when, id=uuid4(), kind=Kind.PRACTICE, grade=0, took_ms=1, undone_at=None)
    session.add(practised)
    undo_last_act(session, ada, at(0, minute=10))
    memory = session.get_one(Memory, (ada.id, cards[0].id))
    assert (practised.undone_at, memory.answers, memory.ease) == (at(0, minute=10), 2, 2180)


def test_yesterday_stands(session: Session, ada: User, cards: list[Card]) -> None:
    answer(session, ada, cards[0], 4, 0)
    with pytest.raises(Refused):
        undo_last_act(session, ada, at(1))


def test_an_answer_in_a_deck_one_has_left_stands(session: Session, ada: User, cards: list[Card]) -> None:
    answer(session, ada, cards[0], 4, 0)
    session.get_one(Follow, (ada.id, cards[0].deck_id)).stopped_at = at(0, minute=1)
    a_follow(session, ada, a_deck(session, cards=1))
    assert not queue_of(session, ada, None, at(0, minute=2)).can_undo
    with pytest.raises(Refused):
        undo_last_act(session, ada, at(0, minute=2))


def test_nobody_undoes_somebody_elses_answer(session: Session, ada: User, cards: list[Card]) -> None:
    answer(session, ada, cards[0], 4, 0)
    bob = a_learner(session, "Bob")
    with pytest.raises(Refused):
        undo_last_act(session, bob, at(0, minute=1))
