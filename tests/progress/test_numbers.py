"""Totals, streaks and retention against logs made by hand, with a second learner as noise."""

from collections.abc import Iterator

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy.orm import Session

from app.clock import study_day
from app.models import Deck, SchedulerVersion, User
from app.progress import (
    Aim,
    Range,
    Retention,
    Scope,
    Since,
    Span,
    activity_of,
    aim_of,
    done_in,
    retention_in,
    retentions_of,
    scope_of,
    span_of,
    streak_of,
)
from app.progress.streaks import longest_run
from app.study.rebuilding import compare
from tests.factories import a_deck, a_follow, a_learner, a_note, at
from tests.progress.lives import answer, bring, cards_of


@pytest.fixture
def deck(session: Session) -> Deck:
    deck = a_deck(session)
    for number in range(4):
        a_note(session, deck, tags=("even",) if number % 2 == 0 else ("odd",))
    return deck


@pytest.fixture
def ada(session: Session, deck: Deck) -> Iterator[User]:
    """Ada, and Bob beside her, who answers everything wrongly."""
    bob, ada = a_learner(session), a_learner(session)
    for learner in (bob, ada):
        a_follow(session, learner, deck)
    for number in (0, 1, 2, 10):
        for card_id in cards_of(session, deck):
            answer(session, bob, card_id, (number, 2))
    yield ada
    assert compare(session, ada.id).agrees


def day(ada: User, number: int) -> int:
    """Not `today`, which never runs backwards."""
    return study_day(at(number), ada.time_zone, ada.day_starts_at)


def everything(ada: User) -> Scope:
    return Scope(ada.id, ())


def test_a_span_adds_up(session: Session, ada: User, deck: Deck) -> None:
    one, two, three, _ = cards_of(session, deck)
    answer(session, ada, two, (0, 5))
    answer(session, ada, one, (0, 2), (0, 4), (1, 4), took_ms=1_000)
    answer(session, ada, three, (4, 3), (4, 4))
    done = done_in(session, everything(ada), Span(None, day(ada, 9)))
    assert (done.answers, done.took_ms, done.met) == (6, 12_000, 3)
    assert (done.again, done.hard, done.good, done.easy) == (1, 1, 3, 1)
    assert (done.days, done.days_studied, done.a_day, done.a_day_studied) == (10, 3, 0.6, 2)
    done = done_in(session, everything(ada), Span(day(ada, 1), day(ada, 4)))
    assert (done.answers, done.days, done.days_studied, done.a_day) == (3, 4, 2, 0.75)


def test_a_tag_adds_up_alone(session: Session, ada: User, deck: Deck) -> None:
    for answers in ([(0, 2), (0, 4)], [(1, 4)]):
        for card_id in cards_of(session, deck):
            answer(session, ada, card_id, *answers)
    span = Span(None, day(ada, 9))
    for tag, answers in (("even", 6), ("nothing", 0)):
        done = done_in(session, scope_of(session, ada, tag=tag), span)
        assert (done.answers, done.again, done.good) == (answers, answers / 3, answers * 2 / 3)
        assert retention_in(session, scope_of(session, ada, tag=tag), span).young == answers / 3
    inside = scope_of(session, ada, deck.id)
    assert done_in(session, inside, span) == done_in(session, everything(ada), span)


def test_without_an_answer_there_is_nothing(session: Session, ada: User) -> None:
    today = day(ada, 3)
    for chosen in Range:
        done = done_in(session, everything(ada), span_of(chosen, today))
        assert (done.answers, done.days_studied, done.a_day, done.a_day_studied) == (0, 0, 0, 0)
    assert set(retentions_of(session, everything(ada), today).values()) == {Retention()}
    assert Retention().of_all is None and Retention().of_young is None and Retention().of_mature is None


def test_today_knows_what_was_met_and_practised(session: Session, ada: User, deck: Deck) -> None:
    one, two, *_ = cards_of(session, deck)
    answer(session, ada, one, (0, 4), (1, 4))
    answer(session, ada, two, (1, 2), (1, 4))
    found = activity_of(session, everything(ada), day(ada, 1))
    assert (found.answers, found.again, found.met, found.practised) == (3, 1, 1, 0)


def test_the_longest_row_is_strict_and_forgiving(session: Session, ada: User, deck: Deck) -> None:
    one, *_ = cards_of(session, deck)
    answer(session, ada, one, *((number, 2) for number in (0, 1, 2, 5, 6, 8, 9, 11, 14)))
    done = done_in(session, everything(ada), Span(None, day(ada, 20)))
    assert (done.longest_streak, done.longest_streak_with_rest) == (3, 5)
    assert streak_of(session, ada, day(ada, 12)).days == 5, "today was rested"


@given(st.sets(st.integers(0, 60)))
def test_a_row_is_found_as_by_looking_for_it(days: set[int]) -> None:
    row = sorted(days)
    strict = max((n for d in row for n in range(1, 62) if set(range(d, d + n)) <= days), default=0)
    assert longest_run(row, rest=0) == strict
    forgiving = longest_run(row, rest=1)
    assert strict <= forgiving <= len(row)
    assert longest_run(row, rest=60) == len(row)


def test_retention_is_of_the_first_answers_of_a_day(session: Session, ada: User, deck: Deck) -> None:
    one, two, three, _ = cards_of(session, deck)
    answer(session, ada, two, (0, 2), (0, 2))
    answer(session, ada, one, (0, 4), (1, 2), (1, 2), (1, 4))
    answer(session, ada, two, (29, 3), (29, 4), (30, 2))
    answer(session, ada, one, (30, 4))
    answer(session, ada, three, (30, 4))
    rows = retentions_of(session, everything(ada), day(ada, 30))
    assert rows[Since.TODAY] == Retention(young=1, mature=1, mature_recalled=1)
    assert rows[Since.YESTERDAY] == Retention(mature=1, mature_recalled=1)
    assert rows[Since.WEEK] == Retention(young=1, mature=2, mature_recalled=2)
    assert rows[Since.MONTH] == rows[Since.ALL] == Retention(young=2, mature=2, mature_recalled=2)
    assert (rows[Since.ALL].of_young, rows[Since.ALL].of_mature, rows[Since.ALL].of_all) == (0, 1, 0.5)
    assert retention_in(session, everything(ada), Span(day(ada, 2), day(ada, 29))) == rows[Since.YESTERDAY]


def test_of_answers_given_elsewhere_those_after_a_day_count(session: Session, ada: User, deck: Deck) -> None:
    """Learning in minutes and a filtered deck that moves nothing hide no repetition of the day; of two the first."""
    one, two, *_ = cards_of(session, deck)
    learning, cramming = [0, 1, -600, 0], [3, 5, 5, 0]
    bring(
        session, ada, one, deck, [(0, 4, learning), (0, 4, [0, 1, -86_400, 0]), (1, 4, learning), (1, 2, [1, 9, 5, 0])]
    )
    bring(
        session,
        ada,
        two,
        deck,
        [(0, 2, cramming), (0, 4, [1, 9, 30, 2500]), (0, 2, [1, 9, 30, 2500]), (1, 0, [4, 1, 1, 0])],
    )
    rows = retentions_of(session, everything(ada), day(ada, 1))
    assert rows[Since.TODAY] == Retention(young=1)
    assert rows[Since.YESTERDAY] == Retention(young=1, young_recalled=1, mature=1, mature_recalled=1)
    done = done_in(session, everything(ada), Span(None, day(ada, 1)))
    assert (done.answers, done.met, done.again, done.good) == (7, 2, 3, 4)


def test_the_aim_is_what_fsrs_was_told_or_nine_of_ten(session: Session, ada: User, deck: Deck) -> None:
    nobody = a_learner(session)
    assert aim_of(session, scope_of(session, nobody)) is None
    assert aim_of(session, scope_of(session, ada)) == Aim(0.9, 0.9, told=False)
    other = a_deck(session)
    version = {"scheduler": "fsrs", "maximum_interval": 1000, "fuzz": False, "chosen_at": at(0)}
    for learner, retention in ((ada, 0.8), (nobody, 0.95)):
        session.add(SchedulerVersion(user_id=learner.id, version=1, deck_id=other.id, retention=retention, **version))
        a_follow(session, learner, other, scheduler_version=1)
    assert aim_of(session, scope_of(session, ada)) == Aim(0.8, 0.9, told=True)
    assert aim_of(session, scope_of(session, ada, other.id)) == Aim(0.8, 0.8, told=True)
