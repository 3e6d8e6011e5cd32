"""What was written is moved to its place while the server runs, and nobody's request does it."""

import sqlite3
import time
from pathlib import Path

import pytest
import sqlalchemy as sa
from flask import Flask

from app import checkpoints
from app.checkpoints import checkpoints_aside
from app.database import db, staging, writing
from tests.factories import a_learner

pytestmark = pytest.mark.sqlite


def test_what_is_written_reaches_its_place_by_itself(app: Flask) -> None:
    database = Path(str(app.extensions["engine"].url.database))
    with app.app_context(), checkpoints_aside(app.extensions["engine"]):
        before = database.read_bytes()
        with writing() as session:
            a_learner(session, "ada")
        until = time.monotonic() + 20
        while database.read_bytes() == before:
            assert time.monotonic() < until, "nobody moved the pages"
            time.sleep(0.1)


def test_without_it_pages_wait(app: Flask) -> None:
    database = Path(str(app.extensions["engine"].url.database))
    with app.app_context():
        # The first connection of all writes into the file how it is to be kept.
        with db.engine.connect():
            before = database.read_bytes()
        with writing() as session:
            a_learner(session, "ada")
        assert database.read_bytes() == before


def test_rows_nobody_would_miss_yet_wait_longer_for_the_disk_and_only_they_do(app: Flask) -> None:
    def standing() -> list[int]:
        driver = db.connection.connection.driver_connection
        asked = ("synchronous", "wal_autocheckpoint")
        return [driver.execute(f"PRAGMA {pragma}").fetchone()[0] for pragma in asked]

    with app.app_context():
        usual = standing()
        with staging():
            staged = standing()
        with pytest.raises(ZeroDivisionError), staging():
            _ = 1 / 0
        assert standing() == usual
        with writing():
            assert standing() == usual
        assert (usual[0], staged[0]) == (2, 1) and staged[1] > usual[1]


def test_it_ends_with_its_block_even_if_that_fails(app: Flask) -> None:
    with pytest.raises(ZeroDivisionError), checkpoints_aside(app.extensions["engine"]):
        _ = 1 / 0


def test_answers_go_on_while_pages_are_moved(app: Flask) -> None:
    with app.app_context(), checkpoints_aside(app.extensions["engine"]):
        for n in range(60):
            with writing() as session:
                a_learner(session, f"learner {n}")
        assert db.session.scalar(sa.text("PRAGMA integrity_check")) == "ok"
        assert db.session.scalar(sa.text("SELECT count(*) FROM users")) == 60


def test_a_disk_that_fails_for_a_while_does_not_end_it(app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    tried: list[str] = []

    class Failing:
        def execute(self, statement: str) -> None:
            tried.append(statement)
            raise sqlite3.OperationalError("disk I/O error")

        def close(self) -> None:
            tried.append("closed")

    monkeypatch.setattr(checkpoints.sqlite3, "connect", lambda *args, **options: Failing())
    with app.app_context(), db.engine.connect(), checkpoints_aside(app.extensions["engine"]):
        with writing() as session:
            a_learner(session, "ada")
        until = time.monotonic() + 20
        while len(tried) < 2:
            assert time.monotonic() < until, "it gave up"
            time.sleep(0.1)
    assert tried[-1] == "closed" and len(tried) > 2
