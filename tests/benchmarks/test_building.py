"""What the benchmark builds in bulk is what learners could have made one answer at a time."""

from collections import defaultdict
from dataclasses import astuple

import sqlalchemy as sa
from flask import Flask

from app.database import db
from app.models import Card, DailySummary, Follow, Memory, Review
from app.models.summing import Logged, totals_of
from app.scheduling import DEFAULT_SETTINGS
from app.study.folding import fold
from tests.benchmarks.building import (
    COLLECTION,
    CROWD,
    DECKS,
    DIALECTS,
    HEAVY,
    NEW_0,
    NEW_50,
    NEW_99,
    PLANS,
    build,
    today,
)
from tests.benchmarks.calling import Browser

CARDS, LEARNERS = 1000, 4


def fill(app: Flask, kind: str, size: int) -> None:
    """Builds into the test's own database, through a connection that is thrown away with its settings."""
    engine: sa.Engine = app.extensions["engine"]
    pooled = engine.raw_connection()
    connection = pooled.driver_connection
    assert connection is not None
    if engine.dialect.name == "postgresql":
        connection.autocommit = True
    build(connection, engine.dialect.name, PLANS[kind](DIALECTS[engine.dialect.name], size, today()))
    pooled.invalidate()


def assert_projections_follow_from_the_log(app: Flask) -> None:
    """Every memory is the fold of its reviews, and the summaries are what they add up to."""
    sums: dict[tuple[object, ...], list[int]] = defaultdict(lambda: [0, 0])
    logs: dict[tuple[int, int], list[Logged]] = defaultdict(list)
    columns = [getattr(Review, field) for field in Logged.__dataclass_fields__]
    with app.app_context():
        for user_id, card_id, *logged in db.session.execute(sa.select(Review.user_id, Review.card_id, *columns)):
            logs[user_id, card_id].append(Logged(*logged))
        for memory in db.session.scalars(sa.select(Memory)).all():
            log = logs.pop((memory.user_id, memory.card_id))
            assert fold(log, DEFAULT_SETTINGS, memory.card_id) == memory.state
            for share, totals in totals_of(log).items():
                added = sums[(memory.user_id, *astuple(share))]
                added[:] = [old + new for old, new in zip(added, totals, strict=True)]
        for row in db.session.scalars(sa.select(DailySummary)).all():
            key = (row.user_id, row.day, row.deck_id, row.hour, row.kind, row.grade, row.stage, row.first)
            assert [row.answers, row.took_ms] == sums.pop(key)
    assert not sums and not logs


def count(app: Flask, statement: sa.Select[int]) -> int:
    with app.app_context():
        return db.session.scalar(sa.select(sa.func.count()).select_from(statement.subquery())) or 0


def test_a_collection(app: Flask) -> None:
    fill(app, COLLECTION, CARDS)
    own = sa.select(Memory.card_id).where(Memory.user_id == HEAVY)
    assert count(app, own) == CARDS
    assert count(app, sa.select(Review.card_id).where(Review.user_id == HEAVY)) == 10 * CARDS
    assert count(app, own.where(Memory.queue_day <= today())) == CARDS // 10
    assert count(app, sa.select(Follow.deck_id).where(Follow.user_id == HEAVY)) == DECKS
    assert_projections_follow_from_the_log(app)

    browser = Browser(app, HEAVY)
    form = browser.shown()
    assert browser.answer(form, fragment=True).status == 200
    assert browser.shown().card_id != form.card_id
    assert browser.undo(form, fragment=True).status == 200
    assert browser.shown().card_id == form.card_id

    for learner, met in ((NEW_0, 0), (NEW_50, CARDS // 2), (NEW_99, CARDS * 99 // 100)):
        shown = Browser(app, learner).shown().card_id
        with app.app_context():
            assert db.session.get_one(Card, shown).position == met


def test_a_crowd(app: Flask) -> None:
    fill(app, CROWD, LEARNERS)
    assert count(app, sa.select(Memory.card_id)) == 100 * LEARNERS
    assert count(app, sa.select(Review.card_id)) == 1000 * LEARNERS
    assert count(app, sa.select(Card.id).join(Memory, Memory.card_id == Card.id)) == 100 * LEARNERS
    assert_projections_follow_from_the_log(app)
    browser = Browser(app, LEARNERS)
    assert browser.answer(browser.shown()).status == 303
