"""Whatever happens, a memory is the replay of its reviews under its settings, and a day's summary the sum of them."""

import os
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from uuid import UUID

import pytest
import sqlalchemy as sa
from flask import Flask
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st
from sqlalchemy.orm import Session

from app.database import db
from app.errors import NotFound, Refused, Stale
from app.models import Card, DailySummary, Follow, Kind, Mark, Memory, Review, Stage, User
from app.models.scheduling import all_settings
from app.models.summing import Logged, Share, Totals, totals_of
from app.planning.choosing import Choice
from app.planning.switching import carry_out, plan_switch, plan_undo
from app.scheduling import Answer, Event, MemoryState, Reset, Scheduler, replay
from app.scheduling.replay import in_order
from app.study import (
    AnswerGiven,
    answer_card,
    copy_progress,
    mark_card,
    merge_answers,
    redo_last_act,
    reset_card,
    set_due,
    undo_copy,
    undo_last_act,
)
from app.study.marking import brought_back, buried, flagged, suspended
from app.study.merging import LateAnswer
from app.study.practice import PracticeGiven, practice_card, swing_practice
from app.study.rebuilding import compare
from tests.factories import a_deck, a_follow, a_learner, an_edition, at

CARDS = 3
EXAMPLES = min(300, int(os.environ.get("EXAMPLES") or 30))

answered = st.tuples(st.just("answer"), st.integers(0, 2 * CARDS - 1), st.integers(0, 5), st.integers(1, 10**6))
repeated = st.tuples(st.just("repeat"), st.integers(0, 50), st.integers(0, 5), st.just(0))
late = st.tuples(st.just("late"), st.integers(0, CARDS - 1), st.integers(0, 5), st.integers(1, 10**6))
copied = st.tuples(st.just("copy"), st.just(0), st.just(0), st.integers(1, 10**6))
uncopied = st.tuples(st.just("uncopy"), st.integers(0, 3), st.just(0), st.just(0))
undone = st.tuples(st.just("undo"), st.just(0), st.just(0), st.just(0))
switched = st.tuples(st.just("switch"), st.integers(0, 1), st.integers(0, 3), st.just(0))
unswitched = st.tuples(st.just("unswitch"), st.integers(0, 1), st.just(0), st.just(0))
later = st.tuples(st.just("later"), st.integers(1, 40), st.just(0), st.just(0))
redone = st.tuples(st.just("redo"), st.just(0), st.just(0), st.just(0))
put = st.tuples(st.just("put"), st.integers(0, 2 * CARDS - 1), st.integers(0, 9), st.integers(1, 10**6))
reset = st.tuples(st.just("reset"), st.integers(0, 2 * CARDS - 1), st.just(0), st.integers(1, 10**6))
marked = st.tuples(st.just("mark"), st.integers(0, 2 * CARDS - 1), st.integers(0, 3), st.integers(1, 10**6))
by_hand = st.one_of(put, reset, marked)
practised = st.tuples(st.just("practise"), st.integers(0, 2 * CARDS - 1), st.integers(0, 5), st.integers(1, 10**6))
unpractised = st.tuples(st.just("unpractise"), st.integers(0, 50), st.just(0), st.just(0))
acts = st.one_of(
    *(answered, answered, repeated, late, undone, redone, later, copied, uncopied, switched, unswitched, by_hand),
    *(practised, unpractised),
)
histories = st.lists(acts, max_size=30)
CHOICES = (
    Choice(),
    Choice(Scheduler.FSRS),
    Choice(Scheduler.FSRS, retention=0.75, fuzz=True),
    Choice(maximum_interval=9, fuzz=True),
)


@pytest.mark.proof
@settings(max_examples=EXAMPLES, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(histories)
@example([("answer", 0, 0, 2), ("reset", 0, 0, 3), ("late", 0, 0, 1)])
def test_memory_is_the_replay_and_the_day_is_the_sum(app: Flask, history: list[tuple[str, int, int, int]]) -> None:
    with app.app_context():
        try:
            _live_through(db.session, history)
        finally:
            db.session.rollback()


def _live_through(session: Session, history: list[tuple[str, int, int, int]]) -> "Life":
    ada, noise = a_learner(session), a_learner(session)
    deck = a_deck(session, cards=CARDS)
    edition = an_edition(session, deck, "zh-Hans")
    for learner in (ada, noise):
        a_follow(session, learner, deck)
        a_follow(session, learner, edition)
    own = sa.select(Card).where(Card.deck_id.in_([deck.id, edition.id]))
    cards = list(session.scalars(own.order_by(Card.deck_id, Card.position)))
    answer_card(session, noise, cards[0].id, AnswerGiven(UUID(int=1), 2, 0, 500), at(0))
    life = Life(session, ada, cards, (edition.id, deck.id))
    for what, which, grade, number in history:
        life.now += timedelta(seconds=30)
        with suppress(NotFound, Refused, Stale):
            getattr(life, what)(which, grade, number)
        _check(session, ada, cards)
    return life


@dataclass
class Life:
    """A learner and what can happen to them; an act that there is nothing to do for does nothing."""

    session: Session
    ada: User
    cards: list[Card]
    editions: tuple[int, int]
    now: datetime = field(default_factory=lambda: at(0))
    given: list[tuple[Card, UUID]] = field(default_factory=list)
    copies: list[UUID] = field(default_factory=list)

    def later(self, hours: int, _grade: int, _number: int) -> None:
        self.now += timedelta(hours=hours)

    def undo(self, *_: int) -> None:
        undo_last_act(self.session, self.ada, self.now)

    def redo(self, *_: int) -> None:
        redo_last_act(self.session, self.ada, self.now)

    def put(self, which: int, days: int, number: int) -> None:
        day = self.ada.today(self.now) + days
        set_due(self.session, self.ada, self.cards[which].id, (UUID(int=number), day), self.now)

    def reset(self, which: int, _days: int, number: int) -> None:
        reset_card(self.session, self.ada, self.cards[which].id, UUID(int=number), self.now)

    def mark(self, which: int, how: int, number: int) -> None:
        marking = (suspended, buried, brought_back, flagged(1))[how]
        mark_card(self.session, self.ada, self.cards[which].id, (UUID(int=number), marking), self.now)

    def late(self, which: int, grade: int, number: int) -> None:
        earlier = self.now - timedelta(hours=number % 70)
        answer = Answer(UUID(int=number), self.ada.today(self.now) - number % 3, earlier, grade)
        merge_answers(self.session, self.ada, [LateAnswer(self.cards[which].id, answer, took_ms=700)] * 2)

    def practise(self, which: int, grade: int, number: int) -> None:
        before = self.memories()
        practice_card(
            self.session, self.ada, self.cards[which].id, PracticeGiven(UUID(int=number), grade, 300), self.now
        )
        assert self.memories() == before

    def unpractise(self, which: int, *_: int) -> None:
        own = (Review.user_id == self.ada.id, Review.kind == Kind.PRACTICE)
        rows = self.session.scalars(sa.select(Review).where(*own).order_by(Review.at, Review.id)).all()
        if rows:
            before = self.memories()
            row = rows[which % len(rows)]
            swing_practice(self.session.connection(), self.ada, row.card_id, logged(row), self.now)
            self.session.expire_all()
            assert self.memories() == before

    def memories(self) -> list[sa.Row]:
        own = sa.select(Memory.__table__).where(Memory.user_id == self.ada.id).order_by(Memory.card_id)
        return list(self.session.execute(own).all())

    def copy(self, _which: int, _grade: int, number: int) -> None:
        self.copies.append(UUID(int=number))
        copy_progress(self.session, self.ada, self.copies[-1], self.editions, self.now)

    def uncopy(self, which: int, *_: int) -> None:
        if self.copies:
            undo_copy(self.session, self.ada, self.copies[which % len(self.copies)], self.now)

    def switch(self, which: int, choice: int, _number: int) -> None:
        planned = plan_switch(self.session, self.ada, self.editions[which], CHOICES[choice])
        carry_out(self.session, self.ada, planned, self.now)

    def unswitch(self, which: int, *_: int) -> None:
        carry_out(self.session, self.ada, plan_undo(self.session, self.ada, self.editions[which]), self.now)

    def answer(self, which: int, grade: int, number: int) -> None:
        self._give(self.cards[which], UUID(int=number), grade)

    def repeat(self, which: int, grade: int, _number: int) -> None:
        if self.given:
            self._give(*self.given[which % len(self.given)], grade)

    def _give(self, card: Card, review_id: UUID, grade: int) -> None:
        self.given.append((card, review_id))
        memory = self.session.get(Memory, (self.ada.id, card.id))
        given = AnswerGiven(review_id, grade, memory.answers if memory else 0, 900)
        answer_card(self.session, self.ada, card.id, given, self.now)


def _check(session: Session, ada: User, cards: list[Card]) -> None:
    reviews = session.scalars(sa.select(Review).where(Review.user_id == ada.id, Review.undone_at.is_(None))).all()
    settings = all_settings(session.connection(), ada.id)
    totals: Totals = {}
    begun_by_answer = 0
    for card in cards:
        own = [r for r in reviews if r.card_id == card.id and r.kind != Kind.PRACTICE]
        events = in_order(r.event for r in own)
        begun_by_answer += sum(isinstance(event, Answer) and _is_first(before) for before, event in pairs(events))
        memory = session.get(Memory, (ada.id, card.id))
        assert (memory is None) == (not events or isinstance(events[-1], Reset))
        if memory is not None:
            assert memory.state == replay((r.event for r in own), settings[memory.scheduler_version], card.id)
            assert memory.scheduler_version == session.get_one(Follow, (ada.id, card.deck_id)).scheduler_version
        mark = session.get(Mark, (ada.id, card.id)) or Mark(suspended=False, buried_until=None, flag=0)
        if memory is not None:
            seen_from = None if mark.suspended else max(memory.due_day, mark.buried_until or 0)
            assert memory.queue_day == seen_from
        for share, (answers, took_ms) in totals_of([logged(r) for r in own]).items():
            before = totals.get(share, (0, 0))
            totals[share] = (before[0] + answers, before[1] + took_ms)
    summaries = session.scalars(sa.select(DailySummary).where(DailySummary.user_id == ada.id)).all()
    kept = {Share(*(getattr(s, f) for f in Share.__dataclass_fields__)): (s.answers, s.took_ms) for s in summaries}
    assert {share: sums for share, sums in kept.items() if share.kind == Kind.ANSWER} == totals
    assert sum(s.answers for s in summaries if s.kind == Kind.PRACTICE) == sum(r.kind == Kind.PRACTICE for r in reviews)
    assert all(s.answers > 0 for s in summaries)
    assert sum(answers for answers, _ in totals.values()) == sum(r.kind == Kind.ANSWER for r in reviews)
    assert sum(n for share, (n, _) in totals.items() if share.stage == Stage.NEW) == begun_by_answer
    assert compare(session, ada.id).agrees


def pairs(events: list[Event]) -> list[tuple[Event | None, Event]]:
    return list(zip([None, *events], events, strict=False))


def _is_first(before: Event | None) -> bool:
    return before is None or isinstance(before, Reset)


@pytest.mark.proof
@settings(max_examples=EXAMPLES // 2, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(acts, max_size=25), st.sampled_from(CHOICES[1:]))
def test_after_the_way_to_fsrs_and_back_every_memory_is_what_it_was(
    app: Flask, history: list[tuple[str, int, int, int]], choice: Choice
) -> None:
    with app.app_context():
        try:
            life = _live_through(db.session, [act for act in history if "switch" not in act[0]])
            before = _memories(life)
            for wanted in (choice, Choice(), choice):
                for deck_id in life.editions:
                    planned = plan_switch(life.session, life.ada, deck_id, wanted)
                    carry_out(life.session, life.ada, planned, life.now)
                if wanted == Choice():
                    assert _memories(life) == before
            for deck_id in life.editions:
                carry_out(life.session, life.ada, plan_undo(life.session, life.ada, deck_id), life.now)
            assert _memories(life) == before
        finally:
            db.session.rollback()


def _memories(life: Life) -> dict[int, MemoryState]:
    own = sa.select(Memory).where(Memory.user_id == life.ada.id)
    return {memory.card_id: memory.state for memory in life.session.scalars(own)}


def logged(review: Review) -> Logged:
    return Logged(*(getattr(review, field) for field in Logged.__dataclass_fields__))
