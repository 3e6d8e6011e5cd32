"""Every figure against days that were lived through."""

from uuid import uuid4

import pytest
from sqlalchemy.orm import Session

from app.models import Deck, User
from app.progress import Scope, activity_of, streak_of
from app.study import AnswerGiven, answer_card, next_card, queue_of, undo_last_act
from tests.factories import a_deck, a_follow, a_learner, at


@pytest.fixture
def deck(session: Session) -> Deck:
    return a_deck(session, cards=12)


@pytest.fixture
def ada(session: Session, deck: Deck) -> User:
    """Ada; Bob beside her studies the same deck every day."""
    bob = a_learner(session, "Bob")
    a_follow(session, bob, deck)
    for day in range(10):
        study(session, bob, day)
    ada = a_learner(session, "Ada")
    a_follow(session, ada, deck, new_per_day=3)
    return ada


def study(session: Session, learner: User, day: int, grade: int = 4) -> None:
    """Answers all that waits on a day."""
    while (shown := next_card(session, learner, queue_of(session, learner, None, at(day)), at(day))) is not None:
        given = AnswerGiven(uuid4(), grade if shown.reason != "drill" else 4, shown.state.answers, 2000)
        answer_card(session, learner, shown.card.id, given, at(day))


def test_today_adds_up(session: Session, ada: User) -> None:
    study(session, ada, 0, grade=2)
    activity = activity_of(session, Scope(ada.id, ()), ada.today(at(0)))
    assert (activity.answers, activity.took_ms, activity.again) == (6, 12_000, 3)
    assert activity_of(session, Scope(ada.id, ()), ada.today(at(1))).answers == 0


def streak(session: Session, ada: User, day: int) -> tuple[int, int]:
    found = streak_of(session, ada, ada.today(at(day)))
    return found.days, found.rested


def test_the_streak_counts_days_in_a_row_and_waits_for_today(session: Session, ada: User) -> None:
    assert streak(session, ada, 0) == (0, 0)
    for day in (0, 3, 4, 5):
        study(session, ada, day)
    assert streak(session, ada, 5) == (3, 0)
    assert streak(session, ada, 6) == (3, 0), "the day is not over"


def test_one_day_of_rest_does_not_end_the_streak_and_two_do(session: Session, ada: User) -> None:
    for day in (0, 1, 3):
        study(session, ada, day)
    assert streak(session, ada, 3) == (3, 1)
    assert streak(session, ada, 5) == (3, 2), "yesterday was a rest, and today is not over"
    assert streak(session, ada, 6) == (0, 0)
    study(session, ada, 6)
    assert streak(session, ada, 6) == (1, 0)


def test_an_undone_day_is_no_day(session: Session, ada: User) -> None:
    shown = next_card(session, ada, queue_of(session, ada, None, at(0)), at(0))
    answer_card(session, ada, shown.card.id, AnswerGiven(uuid4(), 4, 0), at(0))
    undo_last_act(session, ada, at(0))
    assert streak(session, ada, 0) == (0, 0)
