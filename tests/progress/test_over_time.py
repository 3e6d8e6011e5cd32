"""The figures over time, each on days that were lived through, with somebody else's beside them."""

from uuid import uuid4

import pytest
import sqlalchemy as sa
from sqlalchemy.orm import Session

from app.clock import study_day
from app.errors import NotFound
from app.models import Card, Deck, Follow, Kind, Memory, Note, User
from app.progress import (
    Range,
    Scope,
    Span,
    Unit,
    added_of,
    answered_on,
    calendar_of,
    coming_of,
    grades_of,
    hours_of,
    over_time,
    scope_of,
    span_of,
    waiting_on,
)
from app.progress.calendar import level_of, levels
from app.progress.stretches import monday_of, stretches_of
from app.study import AnswerGiven, PracticeGiven, answer_card, next_card, practice_card, queue_of, undo_last_act
from app.study.recounting import recount
from tests.factories import a_deck, a_follow, a_learner, a_note, at


@pytest.fixture
def deck(session: Session) -> Deck:
    deck = a_deck(session, cards=4)
    a_note(session, deck, tags=("net",))
    return deck


@pytest.fixture
def ada(session: Session, deck: Deck) -> User:
    """Ada, who has met five cards on day 0, forgot one of them and drilled it, came back on day 1 and 7, and practised
    on day 8; Bob beside her studies the same deck every day."""
    bob = a_learner(session, "Bob")
    a_follow(session, bob, deck)
    for day in range(10):
        study(session, bob, day)
    ada = a_learner(session, "Ada")
    a_follow(session, ada, deck)
    study(session, ada, 0, grades=[2])
    study(session, ada, 1, hour=20)
    study(session, ada, 7, grades=[2, 3, 5])
    given = PracticeGiven(uuid4(), 4, 1000)
    practice_card(session.connection(), ada, first_card(session, deck), given, at(8))
    return ada


def first_card(session: Session, deck: Deck) -> int:
    return session.scalars(sa.select(Card.id).where(Card.deck_id == deck.id).order_by(Card.position)).first() or 0


def study(session: Session, learner: User, day: int, *, hour: int = 9, grades: list[int] | None = None) -> None:
    """Answers all that waits on a day: Good, but the first ones as `grades` says."""
    left = list(grades or [])
    moment = at(day, hour)
    while (shown := next_card(session, learner, queue_of(session, learner, None, moment), moment)) is not None:
        grade = left.pop(0) if left and shown.reason != "drill" else 4
        answer_card(session, learner, shown.card.id, AnswerGiven(uuid4(), grade, shown.state.answers, 2000), moment)


def everything(session: Session, learner: User) -> Scope:
    return scope_of(session, learner)


def today(learner: User, day: int) -> int:
    """The study day, whatever the learner's last one was."""
    return study_day(at(day), learner.time_zone, learner.day_starts_at)


def test_stretches_are_days_weeks_from_monday_or_months() -> None:
    monday = 20_514  # 2 March 2026
    assert stretches_of(monday, monday + 2, Unit.DAY) == [(monday, monday), (monday + 1,) * 2, (monday + 2,) * 2]
    weeks = stretches_of(monday - 2, monday + 8, Unit.WEEK)
    assert weeks == [(monday - 2, monday - 1), (monday, monday + 6), (monday + 7, monday + 8)]
    months = stretches_of(monday, monday + 60, Unit.MONTH)
    assert [(span.last or 0) - (span.first or 0) + 1 for span in months] == [30, 30, 1]
    assert monday_of(monday + 6) == monday


def test_what_was_done_is_added_up_by_stretch(session: Session, ada: User) -> None:
    done = over_time(session, everything(session, ada), span_of(Range.MONTH, today(ada, 8)))
    assert done.unit is Unit.DAY
    assert len(done.stretches) == 31
    first, second, third, last = (done.stretches[place] for place in (22, 23, 29, 30))
    assert (first.met, first.young, first.drilled, first.took_ms) == (5, 0, 1, 12_000)
    assert (second.met, second.young, second.practised) == (0, 5, 0)
    assert (third.young, third.drilled) == (5, 2)
    assert (last.practised, last.took_ms) == (1, 0)
    assert (done.studied, done.practised, done.answers) == (3, 4, 18)


def test_all_time_begins_on_the_first_day_or_a_month_ago_and_a_year_goes_by_weeks(session: Session, ada: User) -> None:
    ever = over_time(session, everything(session, ada), span_of(Range.ALL, today(ada, 8)))
    assert (ever.unit, len(ever.stretches), ever.answers) == (Unit.DAY, 31, 18)
    later = over_time(session, everything(session, ada), span_of(Range.ALL, today(ada, 40)))
    assert (later.unit, later.stretches[0].span.first, later.answers) == (Unit.WEEK, today(ada, 0), 18)
    year = over_time(session, everything(session, ada), span_of(Range.YEAR, today(ada, 8)))
    assert (year.unit, year.answers) == (Unit.WEEK, 18)
    nobody = over_time(session, everything(session, a_learner(session)), span_of(Range.ALL, today(ada, 8)))
    assert (len(nobody.stretches), nobody.answers) == (31, 0)


def test_a_tag_and_a_deck_are_parts_of_it(session: Session, ada: User, deck: Deck) -> None:
    other = a_deck(session, cards=2)
    a_follow(session, ada, other)
    study(session, ada, 9)
    span = span_of(Range.YEAR, today(ada, 9))
    assert over_time(session, scope_of(session, ada, other.id), span).answers == 2
    tagged = over_time(session, scope_of(session, ada, tag="net"), span)
    assert tagged.total(lambda done: done.met) == 1
    hours = hours_of(session, scope_of(session, ada, deck.id, "net"), span)
    assert hours[20].repeated == 1


def test_the_calendar_has_days_done_and_days_to_come(session: Session, ada: User) -> None:
    day = today(ada, 8)
    calendar = calendar_of(session, everything(session, ada), day)
    assert calendar.span == (monday_of(day) - 364, monday_of(day) + 62)
    assert {one - day + 8: found.answers for one, found in calendar.done.items()} == {0: 6, 1: 5, 7: 7, 8: 0}
    assert sum(calendar.waiting.values()) == 4, "the one forgotten on day 7 waits today"
    assert min(calendar.waiting) > day
    assert calendar.first_ever == today(ada, 0)
    before = calendar_of(session, everything(session, ada), day, 2025)
    assert (before.done, before.waiting) == ({}, {})
    assert calendar_of(session, scope_of(session, ada, tag="net"), day).first_ever == today(ada, 0)


def test_what_is_much_is_told_by_ones_own_days() -> None:
    steps = levels([1, 2, 3, 4, 5, 6, 7, 8])
    assert [level_of(number, steps) for number in (0, 1, 3, 4, 6, 8)] == [0, 1, 1, 2, 3, 4]
    assert levels([]) == ()
    assert level_of(7, levels([7])) == 1


def test_what_comes_is_counted_by_stretch_and_the_backlog_apart(session: Session, ada: User) -> None:
    waiting = dict(
        session.execute(
            sa.select(Memory.queue_day, sa.func.count()).group_by(Memory.queue_day).where(Memory.user_id == ada.id)
        ).all()
    )
    now = today(ada, 9)
    coming = coming_of(session, everything(session, ada), now, Range.MONTH)
    assert (coming.unit, len(coming.cards)) == (Unit.DAY, 31)
    assert coming.backlog == sum(cards for day, cards in waiting.items() if day < now)
    assert coming.today == waiting.get(now, 0) == coming.cards[0]
    assert coming.total == 5
    later = coming_of(session, everything(session, ada), now + 300, Range.QUARTER)
    assert (later.backlog, sum(later.cards), later.unit) == (5, 0, Unit.WEEK)


def test_the_load_is_a_days_share_of_every_interval(session: Session, ada: User) -> None:
    cards = session.scalars(sa.select(Memory).where(Memory.user_id == ada.id).order_by(Memory.card_id)).all()
    for memory, interval in zip(cards, (1, 2, 4, 4, 40_000), strict=True):
        memory.interval = interval
    cards[4].queue_day = today(ada, 8) + 4000
    session.flush()
    recount(session.connection(), ada.id)
    coming = coming_of(session, everything(session, ada), today(ada, 8), Range.ALL)
    assert coming.load == pytest.approx(2, abs=1e-3)
    assert (coming.later, coming.unit) == (1, Unit.MONTH)


def test_the_hours_are_those_of_the_learners_clock(session: Session, ada: User) -> None:
    hours = hours_of(session, everything(session, ada), span_of(Range.YEAR, today(ada, 8)))
    assert len(hours) == 24
    assert (hours[9].answers, hours[9].repeated, hours[9].recalled) == (13, 5, 4)
    assert (hours[20].answers, hours[20].repeated, hours[20].recalled) == (5, 5, 5)


def test_grades_are_the_days_first_and_the_drill_is_apart(session: Session, ada: User) -> None:
    given = grades_of(session, everything(session, ada), span_of(Range.YEAR, today(ada, 8)))
    assert (given.new.again, given.new.good, given.new.recalled) == (1, 4, 4)
    assert (given.young.again, given.young.hard, given.young.good, given.young.easy) == (1, 1, 7, 1)
    assert given.mature.total == 0
    assert given.drill.total == 3


def test_a_day_lists_its_answers_and_what_they_led_to(session: Session, ada: User) -> None:
    page = answered_on(session, everything(session, ada), today(ada, 0), 1)
    assert (page.count, page.pages) == (6, 1)
    assert page.rows[0].grade == 2
    assert sorted(row.interval for row in page.rows if row.interval is not None) == [1, 1, 1, 1, 1]
    assert sum(row.interval is None for row in page.rows) == 1, "the drill leads to no interval"
    (practice,) = answered_on(session, everything(session, ada), today(ada, 8), 1).rows
    assert (practice.kind, practice.interval) == (Kind.PRACTICE, None)
    assert answered_on(session, scope_of(session, ada, tag="net"), today(ada, 0), 1).count == 1
    with pytest.raises(NotFound):
        answered_on(session, everything(session, ada), today(ada, 0), 2)


def test_what_was_undone_is_not_on_the_day(session: Session, ada: User) -> None:
    study(session, ada, 14)
    before = answered_on(session, everything(session, ada), today(ada, 14), 1).count
    undo_last_act(session, ada, at(14))
    assert answered_on(session, everything(session, ada), today(ada, 14), 1).count == before - 1


def test_a_card_of_a_deck_one_has_left_is_still_known(session: Session, ada: User, deck: Deck) -> None:
    session.get_one(Follow, (ada.id, deck.id)).stopped_at = at(8)
    session.flush()
    assert all(row.card for row in answered_on(session, everything(session, ada), today(ada, 0), 1).rows)
    assert waiting_on(session, everything(session, ada), today(ada, 13), 1).count == 0


def test_a_coming_day_lists_the_cards_that_wait(session: Session, ada: User) -> None:
    calendar = calendar_of(session, everything(session, ada), today(ada, 8))
    for day, cards in calendar.waiting.items():
        page = waiting_on(session, everything(session, ada), day, 1)
        assert page.count == len(page.rows) == cards
    day = next(iter(calendar.waiting))
    assert waiting_on(session, scope_of(session, ada, tag="no such"), day, 1).count == 0


def test_a_span_holds_both_its_ends(session: Session, ada: User) -> None:
    day = today(ada, 0)
    assert over_time(session, everything(session, ada), Span(day, day)).answers == 6
    assert over_time(session, everything(session, ada), Span(day + 2, day + 6)).answers == 0


def test_cards_are_added_on_the_day_their_notes_were_written(session: Session, ada: User, deck: Deck) -> None:
    written = {1: at(3, 3, 59), 2: at(3, 4), 3: at(40)}
    notes = session.scalars(sa.select(Card.note_id).where(Card.deck_id == deck.id).order_by(Card.position)).all()
    for place, moment in written.items():
        session.execute(sa.update(Note).where(Note.id == notes[place]).values(created_at=moment))
    added = added_of(session, everything(session, ada), ada, span_of(Range.MONTH, today(ada, 30)))
    assert (added.unit, added.cards[2], added.cards[3]) == (Unit.DAY, 1, 1)
    assert (sum(added.cards), added.before) == (4, 0)
    assert sum(added_of(session, scope_of(session, ada, tag="net"), ada, Span(None, today(ada, 99))).cards) == 1
    assert added_of(session, everything(session, ada), ada, Span(today(ada, 3), today(ada, 9))).before == 3
