"""One card's history: its steps, its memory, its forgetting."""

from uuid import UUID

import pytest
import sqlalchemy as sa
from sqlalchemy.orm import Session

from app.models import Card, Deck, User
from app.planning.choosing import Choice
from app.planning.switching import carry_out, plan_switch
from app.progress import card_history
from app.scheduling import Scheduler
from app.study import AnswerGiven, answer_card, undo_last_act
from tests.factories import a_deck, a_follow, a_learner, at


@pytest.fixture
def ada(session: Session) -> User:
    return a_learner(session)


@pytest.fixture
def deck(session: Session, ada: User) -> Deck:
    """One card, answered on three days and once more on the first, with somebody else's answers beside."""
    deck, noise = a_deck(session, cards=1), a_learner(session)
    for learner in (noise, ada):
        a_follow(session, learner, deck)
        for number, (day, grade) in enumerate([(0, 2), (0, 4), (1, 4), (2, 5)][: 4 if learner is ada else 2]):
            given = AnswerGiven(UUID(int=learner.id * 100 + number), grade, number, 2_000)
            answer_card(session, learner, card_of(session, deck), given, at(day, minute=number))
    undo_last_act(session, ada, at(2, hour=12))
    return deck


def card_of(session: Session, deck: Deck) -> int:
    return session.scalars(sa.select(Card.id).where(Card.deck_id == deck.id)).one()


def test_the_steps_are_the_standing_answers_with_what_came_of_each(session: Session, ada: User, deck: Deck) -> None:
    today = ada.today(at(2))
    found = card_history(session, ada, card_of(session, deck), deck.id, today)
    steps = [(step.day - today, step.grade, step.is_repetition, step.state.interval) for step in found.steps]
    assert steps == [(-2, 2, True, 1), (-2, 4, False, 1), (-1, 4, True, 1)]
    assert found.state == found.steps[-1].state
    assert found.state.stability is None


def test_the_curve_begins_whole_at_each_repetition_and_falls(session: Session, ada: User, deck: Deck) -> None:
    today = ada.today(at(2))
    found = card_history(session, ada, card_of(session, deck), deck.id, today)
    assert [line[0] for line in found.curve] == [(today - 2, 1.0), (today - 1, 1.0)]
    for line in found.curve:
        recalls = [recall for _, recall in line]
        assert recalls == sorted(recalls, reverse=True)
    assert found.curve[0][-1][0] == today - 1
    assert found.curve[-1][-1][0] >= today + 30
    (_, before), (_, after) = found.curve[-1][:2]
    assert found.recall is not None and after < found.recall < before


def test_under_fsrs_it_has_stability_and_the_same_curve(session: Session, ada: User, deck: Deck) -> None:
    card_id, today = card_of(session, deck), ada.today(at(2))
    before = card_history(session, ada, card_id, deck.id, today)
    carry_out(session, ada, plan_switch(session, ada, deck.id, Choice(Scheduler.FSRS)), at(2))
    found = card_history(session, ada, card_id, deck.id, today)
    assert found.state.stability is not None
    assert found.recall == before.recall
    assert found.curve[0] == before.curve[0]


def test_a_card_not_met_has_nothing_to_tell(session: Session, ada: User) -> None:
    other = a_deck(session, cards=1)
    a_follow(session, ada, other)
    found = card_history(session, ada, card_of(session, other), other.id, ada.today(at(2)))
    assert (found.steps, found.curve, found.recall) == ((), (), None)
