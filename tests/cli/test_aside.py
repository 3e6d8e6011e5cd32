"""A large import in a process of its own rests while others write, and is as quick as it can be while nobody does."""

from pathlib import Path

import pytest
import sqlalchemy as sa
from flask import Flask

from app.cli import uploads
from app.cli.uploads import Aside
from app.others import ALONE_AFTER
from tests.factories import a_learner

pytestmark = pytest.mark.sqlite


class Clock:
    """Stands until it is moved; who would rest is noted down instead."""

    def __init__(self) -> None:
        self.moment, self.rests = 1_000.0, list[float]()

    def monotonic(self) -> float:
        self.moment += 0.01
        return self.moment

    def sleep(self, seconds: float) -> None:
        self.rests.append(seconds)


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    clock = Clock()
    monkeypatch.setattr(uploads, "time", clock)
    monkeypatch.setattr("app.others.monotonic", clock.monotonic)
    return clock


def write(aside: Aside, name: str) -> None:
    with aside() as session:
        a_learner(session, name)


def test_it_rests_after_others_have_written_and_not_when_it_is_alone(app: Flask, clock: Clock) -> None:
    aside, other = Aside(), sa.create_engine(app.extensions["engine"].url)
    with app.app_context():
        write(aside, "first")
        clock.moment += ALONE_AFTER
        clock.rests.clear()
        write(aside, "alone")
        assert clock.rests == []
        with other.begin() as connection:
            connection.exec_driver_sql("UPDATE users SET seen_at = 1")
        write(aside, "together")
        assert len(clock.rests) == 1 and 0 < clock.rests[0] <= uploads.LONGEST_REST
        clock.moment += ALONE_AFTER
        write(aside, "alone again")
        assert len(clock.rests) == 1
    other.dispose()


def test_it_moves_its_pages_after_some_transactions(app: Flask, clock: Clock) -> None:
    database = Path(str(app.extensions["engine"].url.database))
    aside = Aside()
    with app.app_context():
        before = database.read_bytes()
        for n in range(uploads.MOVED_AFTER - 1):
            write(aside, f"learner {n}")
        assert database.read_bytes() == before
        write(aside, "the last")
        assert database.read_bytes() != before
