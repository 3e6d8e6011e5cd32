"""How much is written at a time, alone and beside others."""

import sqlite3
from pathlib import Path

import pytest
from flask import Flask

from app.database import db, writing
from app.importing import pace
from app.importing.pace import FEWEST, LONGEST, LONGEST_ALONE, LONGEST_IN_TERMINAL, MOST, Pace

A_ROW = 0.00001


class Clock:
    """It stands still but for what is written."""

    def __init__(self) -> None:
        self.now = 1_000.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    clock = Clock()
    monkeypatch.setattr(pace, "perf_counter", clock)
    monkeypatch.setattr("app.others.monotonic", clock)
    return clock


@pytest.mark.sqlite
@pytest.mark.parametrize("longest", [LONGEST_ALONE, LONGEST_IN_TERMINAL])
def test_who_is_alone_writes_much_at_a_time_and_little_as_soon_as_somebody_else_writes(
    app: Flask, data_dir: Path, clock: Clock, longest: float
) -> None:
    with app.app_context():
        paced = Pace(longest=longest)

        def write() -> int:
            with paced.measured(writing, paced.rows):
                clock.now += paced.rows * A_ROW
            return paced.rows

        if longest == LONGEST_ALONE:
            assert write() == pytest.approx(LONGEST / A_ROW, abs=1), "nobody knows yet whether there are others"
            clock.now += 2
        grown = [write() for _ in range(12)]
        assert grown == sorted(grown) and grown[-1] == pytest.approx(longest / A_ROW, rel=0.01)
        with sqlite3.connect(data_dir / "cardlet.sqlite3") as other:
            other.execute("CREATE TABLE something (number)")
        other.close()
        assert write() == pytest.approx(LONGEST / A_ROW, abs=1)
        assert db.session.connection().exec_driver_sql("SELECT * FROM something").all() == []


def test_neither_too_few_nor_too_many(app: Flask, clock: Clock) -> None:
    with app.app_context():
        paced = Pace()
        with paced.measured(writing, 1_000):
            clock.now += 60
        assert paced.rows == FEWEST
        for _ in range(40):
            clock.now += 2
            with paced.measured(writing, paced.rows + FEWEST):
                clock.now += 0.000001
        assert paced.rows == MOST
