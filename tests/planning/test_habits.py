"""A learner's habits are read off their own answers, and not called theirs before there are enough."""

import pytest
import sqlalchemy as sa
from sqlalchemy.orm import Session

from app.models import DailySummary, Deck, Kind, Stage, User
from app.planning.habits import PERSONAL_FROM, habits_of
from app.planning.learner import DEFAULT_HABITS
from tests.factories import a_deck, a_learner


@pytest.fixture
def ada(session: Session) -> User:
    return a_learner(session)


@pytest.fixture
def deck(session: Session) -> Deck:
    return a_deck(session)


def add(session: Session, user: User, deck: Deck, grade: int, answers: int, seconds: float, **of: object) -> None:
    kind = {"stage": Stage.YOUNG, "first": True, **of}
    row = DailySummary(user_id=user.id, deck_id=deck.id, day=1, hour=9, kind=Kind.ANSWER, grade=grade, answers=answers)
    for name, value in kind.items():
        setattr(row, name, value)
    row.took_ms = int(answers * seconds * 1000)
    session.add(row)
    session.flush()


def test_with_few_answers_they_are_everybodys(session: Session, ada: User, deck: Deck) -> None:
    add(session, ada, deck, 4, PERSONAL_FROM - 1, 1)
    found = habits_of(session.connection(), ada.id, [deck.id])
    assert (found.habits, found.answers, found.are_personal) == (DEFAULT_HABITS, PERSONAL_FROM - 1, False)


def test_with_enough_they_are_the_learners_own(session: Session, ada: User, deck: Deck) -> None:
    noise, elsewhere = a_learner(session), a_deck(session)
    add(session, noise, deck, 2, 5_000, 50)
    add(session, ada, elsewhere, 2, 5_000, 50)
    for grade, answers in ((2, 100), (3, 100), (4, 100), (5, 100)):
        add(session, ada, deck, grade, answers, 4, stage=Stage.NEW)
    # 0, 1 and 2 are all Again.
    add(session, ada, deck, 0, 50, 12)
    add(session, ada, deck, 2, 50, 12)
    for grade, answers in ((3, 100), (4, 300), (5, 100)):
        add(session, ada, deck, grade, answers, 8)
    add(session, ada, deck, 2, 20, 6, first=False)
    add(session, ada, deck, 4, 80, 6, first=False)
    found = habits_of(session.connection(), ada.id, [deck.id])
    assert (found.answers, found.are_personal) == (1_100, True)
    assert found.habits.first == (0.25, 0.25, 0.25, 0.25)
    assert found.habits.passed == (0.2, 0.6, 0.2)
    assert found.habits.seconds == pytest.approx((8, 6, 7, 6))
    assert (found.habits.drill_passes, found.habits.drill_seconds) == (0.8, 6)


def test_what_hardly_ever_happened_is_everybodys(session: Session, ada: User, deck: Deck) -> None:
    add(session, ada, deck, 4, 1_000, 3)
    add(session, ada, deck, 5, 10, 1)
    found = habits_of(session.connection(), ada.id, [deck.id]).habits
    assert found.seconds == (*DEFAULT_HABITS.seconds[:2], 3, DEFAULT_HABITS.seconds[3])
    assert (found.first, found.drill_passes) == (DEFAULT_HABITS.first, DEFAULT_HABITS.drill_passes)
    assert sum(found.passed) == pytest.approx(1)
    assert session.scalar(sa.select(sa.func.count()).select_from(DailySummary)) == 2
