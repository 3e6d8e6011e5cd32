"""The bare driver does what the app would have done, no more and no less."""

from collections.abc import Callable

import sqlalchemy as sa
from flask import Flask

from app.models import Memory, Review
from tests.benchmarks.building import COLLECTION, HEAVY
from tests.benchmarks.calling import Browser
from tests.benchmarks.recording import Recorder, replay
from tests.benchmarks.test_building import fill

Stored = Callable[[sa.Executable], list[sa.Row]]


def test_an_answer_kept_from_its_commit_is_given_by_the_replay(app: Flask, stored: Stored) -> None:
    fill(app, COLLECTION, 1000)
    engine: sa.Engine = app.extensions["engine"]
    browser, recorder = Browser(app, HEAVY), Recorder(engine)
    form = browser.shown()
    browser.answer(form)
    form = browser.shown()
    own = (Review.user_id == HEAVY, Review.card_id == form.card_id)
    answers = sa.select(Memory.answers).where(Memory.user_id == HEAVY, Memory.card_id == form.card_id)

    tape = recorder.stopped_before_commit(lambda: browser.answer(form))
    assert len(stored(sa.select(Review.id).where(*own))) == 10
    assert browser.shown().card_id == form.card_id

    pooled = engine.raw_connection()
    assert pooled.driver_connection is not None
    if engine.dialect.name == "postgresql":
        pooled.driver_connection.autocommit = True
    replay(pooled.driver_connection, tape)
    pooled.invalidate()
    assert len(stored(sa.select(Review.id).where(*own))) == 11
    assert stored(answers) == [(11,)]
    assert browser.shown().card_id != form.card_id


def test_the_command_finds_everything_it_uses() -> None:
    """Nothing else would notice when the app moves what only a measurement imports."""
    from tests.benchmarks import __main__ as command

    assert command.setting("NOT_SET_ANYWHERE", "a default") == "a default"
