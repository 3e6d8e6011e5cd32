"""Practice is in the log and in the day, and nowhere in the schedule."""

from datetime import datetime
from uuid import uuid4

import pytest
import sqlalchemy as sa
from sqlalchemy.orm import Session

from app.errors import NotFound, Refused, Stale
from app.models import Card, DailySummary, Deck, Kind, Memory, Review, User
from app.models.summing import Logged
from app.progress import Scope, activity_of, streak_of
from app.study import AnswerGiven, answer_card, practice_card, queue_of, rest_of_the_day
from app.study.practice import PracticeGiven, swing_practice
from app.study.rebuilding import compare, rebuild
from tests.factories import a_deck, a_follow, a_learner, at


@pytest.fixture
def bob(session: Session) -> User:
    return a_learner(session, "Bob")


@pytest.fixture
def deck(session: Session, bob: User) -> Deck:
    deck = a_deck(session, cards=3)
    a_follow(session, bob, deck)
    return deck


@pytest.fixture
def ada(session: Session, deck: Deck) -> User:
    ada = a_learner(session, "Ada")
    a_follow(session, ada, deck, new_per_day=2)
    return ada


@pytest.fixture
def cards(session: Session, deck: Deck) -> list[int]:
    return list(session.scalars(sa.select(Card.id).where(Card.deck_id == deck.id).order_by(Card.position)))


def practice(grade: int = 4, took_ms: int = 900) -> PracticeGiven:
    return PracticeGiven(uuid4(), grade, took_ms)


def rows_of(session: Session, learner: User) -> list[Review]:
    return list(session.scalars(sa.select(Review).where(Review.user_id == learner.id).order_by(Review.at)))


def take_back(session: Session, learner: User, row: Review, now: datetime) -> None:
    logged = Logged(*(getattr(row, name) for name in Logged.__dataclass_fields__))
    swing_practice(session.connection(), learner, row.card_id, logged, now)
    session.expire_all()


def memories(session: Session) -> list[sa.Row]:
    return list(session.execute(sa.select(Memory.__table__)).all())


def test_it_is_one_row_of_the_log_and_moves_no_memory(session: Session, ada: User, cards: list[int]) -> None:
    answer_card(session, ada, cards[0], AnswerGiven(uuid4(), 4, 0), at(0))
    before = memories(session)
    outcome = practice_card(session, ada, cards[0], practice(2), at(3))
    assert (outcome.grade, outcome.repeated) == (2, False)
    assert memories(session) == before
    row = rows_of(session, ada)[-1]
    assert (row.kind, row.grade, row.took_ms, row.day) == (Kind.PRACTICE, 2, 900, ada.today(at(3)))
    assert ada.last_day == ada.today(at(3))


def test_a_card_nobody_has_met_stays_new_and_the_days_limit_whole(
    session: Session, ada: User, cards: list[int]
) -> None:
    for card_id in cards:
        practice_card(session, ada, card_id, practice(), at(0))
    assert memories(session) == []
    assert queue_of(session, ada, None, at(0)).counts.new == 2
    answer_card(session, ada, cards[0], AnswerGiven(uuid4(), 4, 0), at(0, minute=1))
    assert queue_of(session, ada, None, at(0)).counts.new == 1


def test_the_same_answer_again_changes_nothing(session: Session, ada: User, cards: list[int]) -> None:
    given = practice(4)
    practice_card(session, ada, cards[0], given, at(0))
    again = practice_card(session, ada, cards[0], PracticeGiven(given.review_id, 2), at(0, minute=1))
    assert (again.grade, again.repeated) == (4, True)
    assert len(rows_of(session, ada)) == 1


def test_it_counts_by_itself_and_not_among_the_answers(
    session: Session, ada: User, deck: Deck, cards: list[int]
) -> None:
    today, tomorrow = ada.today(at(0)), ada.today(at(1))
    answer_card(session, ada, cards[0], AnswerGiven(uuid4(), 2, 0, 4000), at(0))
    practice_card(session, ada, cards[0], practice(2), at(0, minute=1))
    practice_card(session, ada, cards[1], practice(4), at(1))
    done = activity_of(session, Scope(ada.id, ()), today)
    assert (done.answers, done.again, done.took_ms, done.practised) == (1, 1, 4000, 1)
    assert activity_of(session, Scope(ada.id, ()), tomorrow).practised == 1
    assert rest_of_the_day(session, ada, queue_of(session, ada, None, at(1))).done.answers == 0
    assert streak_of(session, ada, tomorrow).days == 2
    firsts = sa.select(DailySummary.kind).where(DailySummary.user_id == ada.id, DailySummary.first)
    assert set(session.scalars(firsts)) == {Kind.ANSWER}


def test_taken_back_it_leaves_nothing_behind(session: Session, ada: User, bob: User, cards: list[int]) -> None:
    practice_card(session, bob, cards[0], practice(), at(0))
    before = session.execute(sa.select(DailySummary.__table__)).all()
    given = practice()
    practice_card(session, ada, cards[0], given, at(0))
    (row,) = rows_of(session, ada)
    take_back(session, ada, row, at(0, minute=1))
    assert session.execute(sa.select(DailySummary.__table__)).all() == before
    with pytest.raises(Stale):
        take_back(session, ada, row, at(0, minute=2))
    session.expire_all()
    with pytest.raises(Stale):
        practice_card(session, ada, cards[0], given, at(0, minute=3))


def test_an_answer_to_the_schedule_is_not_taken_back_as_practice(session: Session, ada: User, cards: list[int]) -> None:
    answer_card(session, ada, cards[0], AnswerGiven(uuid4(), 4, 0), at(0))
    with pytest.raises(Stale):
        take_back(session, ada, rows_of(session, ada)[0], at(0))


def test_only_cards_of_followed_decks_are_practised(session: Session, ada: User, bob: User) -> None:
    theirs = a_deck(session, cards=1, owner=bob)
    card_id = session.scalars(sa.select(Card.id).where(Card.deck_id == theirs.id)).one()
    with pytest.raises(NotFound):
        practice_card(session, ada, card_id, practice(), at(0))
    a_follow(session, ada, theirs, stopped_at=at(0))
    with pytest.raises(NotFound):
        practice_card(session, ada, card_id, practice(), at(0))


def test_what_is_no_grade_is_refused(session: Session, ada: User, cards: list[int]) -> None:
    with pytest.raises(Refused):
        practice_card(session, ada, cards[0], practice(6), at(0))


def test_the_doctor_counts_it_as_the_day_does(session: Session, ada: User, cards: list[int]) -> None:
    for card_id in (*cards, cards[0]):
        practice_card(session, ada, card_id, practice(2), at(0))
    assert compare(session, ada.id).agrees
    session.execute(sa.update(DailySummary).where(DailySummary.user_id == ada.id).values(answers=9))
    session.expire_all()
    assert len(rebuild(session, ada.id).summaries) == 1
    assert compare(session, ada.id).agrees
    assert activity_of(session, Scope(ada.id, ()), ada.today(at(0))).practised == 4
