"""A large import in a process of its own rests while others write, and is as quick as it can be while nobody does."""

from pathlib import Path

import pytest
import sqlalchemy as sa
from flask import Flask

from app import aside as giving_way
from app.aside import LONGEST_REST, MOVED_AFTER, Aside
from app.database import db, staging
from app.others import ALONE_AFTER
from tests.factories import a_learner

pytestmark = pytest.mark.sqlite


class Clock:
    """Stands until it is moved; who would rest is noted down instead."""

    def __init__(self) -> None:
        self.moment, self.rests, self.nice = 1_000.0, list[float](), False

    def monotonic(self) -> float:
        self.moment += 0.01
        return self.moment

    def sleep(self, seconds: float) -> None:
        self.rests.append(seconds)

    def be_nice(self) -> None:
        self.nice = True


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    clock = Clock()
    monkeypatch.setattr(giving_way, "time", clock)
    # Or all tests that come after would be slower.
    monkeypatch.setattr(giving_way, "be_nice", clock.be_nice)
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
        assert len(clock.rests) == 1 and 0 < clock.rests[0] <= LONGEST_REST
        clock.moment += ALONE_AFTER
        write(aside, "alone again")
        assert len(clock.rests) == 1
    other.dispose()


def test_it_moves_its_pages_after_some_transactions(app: Flask, clock: Clock) -> None:
    database = Path(str(app.extensions["engine"].url.database))
    aside = Aside()
    with app.app_context():
        # The first connection of all writes into the file how it is to be kept.
        with db.engine.connect():
            before = database.read_bytes()
        for n in range(MOVED_AFTER - 1):
            write(aside, f"learner {n}")
        assert database.read_bytes() == before
        write(aside, "the last")
        assert database.read_bytes() != before


def test_in_the_terminal_it_is_supposed_to_be_alone_and_gives_way_once_it_is_not(app: Flask, clock: Clock) -> None:
    aside, other = Aside(staging, supposed=False), sa.create_engine(app.extensions["engine"].url)

    def is_synced() -> bool:
        with aside() as session:
            a_learner(session, f"learner {clock.monotonic()}")
            return bool(session.connection().exec_driver_sql("PRAGMA synchronous").scalar() == 2)

    with app.app_context():
        assert not any(is_synced() for _ in range(2 * MOVED_AFTER))
        assert (clock.rests, clock.nice) == ([], False)
        with other.begin() as connection:
            connection.exec_driver_sql("UPDATE users SET seen_at = 1")
        assert not is_synced(), "nobody knew of them when it began"
        assert is_synced() and clock.nice and len(clock.rests) == 2
        clock.moment += ALONE_AFTER
        is_synced()
        assert not is_synced()
    other.dispose()
