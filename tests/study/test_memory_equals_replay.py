"""Whatever happens, a memory is the replay of its reviews, and a day's summary is the sum of them."""

from contextlib import suppress
from datetime import timedelta
from uuid import UUID

import sqlalchemy as sa
from flask import Flask
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy.orm import Session

from app.database import db
from app.errors import Refused, Stale
from app.models import Card, DailySummary, Memory, Review, Stage, User
from app.scheduling import Answer, replay
from app.study import AnswerGiven, answer_card, merge_answers, undo_last_answer
from app.study.keeping import LoggedAnswer, Share
from app.study.merging import LateAnswer
from app.study.summing import Totals, totals_of
from tests.factories import a_deck, a_follow, a_learner, at

CARDS = 3

answered = st.tuples(st.just("answer"), st.integers(0, CARDS - 1), st.integers(0, 5), st.integers(1, 10**6))
repeated = st.tuples(st.just("repeat"), st.integers(0, 50), st.integers(0, 5), st.just(0))
late = st.tuples(st.just("late"), st.integers(0, CARDS - 1), st.integers(0, 5), st.integers(1, 10**6))
undone = st.tuples(st.just("undo"), st.just(0), st.just(0), st.just(0))
later = st.tuples(st.just("later"), st.integers(1, 40), st.just(0), st.just(0))
histories = st.lists(st.one_of(answered, answered, repeated, late, undone, later), max_size=25)


@settings(max_examples=120, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(histories)
def test_memory_is_the_replay_and_the_day_is_the_sum(app: Flask, history: list[tuple[str, int, int, int]]) -> None:
    with app.app_context():
        try:
            _live_through(db.session, history)
        finally:
            db.session.rollback()


def _live_through(session: Session, history: list[tuple[str, int, int, int]]) -> None:
    ada, noise = a_learner(session), a_learner(session)
    deck = a_deck(session, cards=CARDS)
    for learner in (ada, noise):
        a_follow(session, learner, deck)
    cards = list(session.scalars(sa.select(Card).where(Card.deck_id == deck.id).order_by(Card.position)))
    answer_card(session, noise, cards[0].id, AnswerGiven(UUID(int=1), 2, 0, 500), at(0))
    now, given_before = at(0), []
    for what, which, grade, number in history:
        now += timedelta(seconds=30)
        if what == "later":
            now += timedelta(hours=which)
        elif what == "undo":
            _unless_refused(lambda now=now: undo_last_answer(session, ada, now))
        elif what == "late":
            earlier = now - timedelta(hours=number % 70)
            answer = Answer(UUID(int=number), ada.today(now) - number % 3, earlier, grade)
            merge_answers(session, ada, [LateAnswer(cards[which].id, answer, took_ms=700)] * 2)
        elif what == "answer" or given_before:
            card, review_id = (
                (cards[which], UUID(int=number)) if what == "answer" else given_before[which % len(given_before)]
            )
            memory = session.get(Memory, (ada.id, card.id))
            given_now = AnswerGiven(review_id, grade, memory.answers if memory else 0, 900)
            _unless_refused(lambda c=card, g=given_now, n=now: answer_card(session, ada, c.id, g, n))
            given_before.append((card, review_id))
        _check(session, ada, cards)


def _unless_refused(act) -> None:
    with suppress(Refused, Stale):
        act()


def _check(session: Session, ada: User, cards: list[Card]) -> None:
    reviews = session.scalars(sa.select(Review).where(Review.user_id == ada.id, Review.undone_at.is_(None))).all()
    totals: Totals = {}
    for card in cards:
        own = [r for r in reviews if r.card_id == card.id]
        memory = session.get(Memory, (ada.id, card.id))
        assert (memory.state if memory else None) == (replay(r.answer for r in own) if own else None)
        assert memory is None or memory.queue_day == memory.due_day
        for share, (answers, took_ms) in totals_of([logged(r) for r in own]).items():
            before = totals.get(share, (0, 0))
            totals[share] = (before[0] + answers, before[1] + took_ms)
    summaries = session.scalars(sa.select(DailySummary).where(DailySummary.user_id == ada.id)).all()
    kept = {Share(*(getattr(s, f) for f in Share.__dataclass_fields__)): (s.answers, s.took_ms) for s in summaries}
    assert kept == totals
    assert sum(answers for answers, _ in totals.values()) == len(reviews)
    assert sum(n for share, (n, _) in totals.items() if share.stage == Stage.NEW) == len({r.card_id for r in reviews})


def logged(review: Review) -> LoggedAnswer:
    return LoggedAnswer(*(getattr(review, field) for field in LoggedAnswer.__dataclass_fields__))
