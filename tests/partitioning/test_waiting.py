"""Splitting under servers that are at work: they wait, and nobody is turned away."""

import threading
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

import pytest
import sqlalchemy as sa
from flask import Flask
from sqlalchemy.orm import Session

from app import partitioning
from app.database import Base, writing
from app.errors import Refused
from app.models import Follow, Memory
from app.partitioning import learners_tables
from tests.partitioning.conftest import Change, Split
from tests.test_migrations import populate


def test_who_writes_meanwhile_waits_and_loses_nothing(
    app: Flask, postgres: sa.Engine, split: Split, change: Change
) -> None:
    """Two learners who never rest, each touching the tables in another order, with statements prepared long before."""
    change(populate)
    before = change(lapses_of)
    counted, done = dict.fromkeys(before, 0), threading.Event()

    def write(user_id: int, order: int) -> None:
        statements = [
            sa.update(Memory).where(Memory.user_id == user_id).values(lapses=Memory.lapses + 1),
            sa.update(Follow).where(Follow.user_id == user_id).values(new_per_day=Follow.new_per_day + 1),
        ][::order]
        while not done.is_set():
            with app.app_context(), writing() as session:
                for statement in statements:
                    session.execute(statement)
            counted[user_id] += 1

    with ThreadPoolExecutor() as pool:
        writers = [pool.submit(write, user_id, order) for user_id, order in zip(before, (1, -1), strict=True)]
        try:
            wait_until(lambda: min(counted.values()) > 20)
            split()
            enough = max(counted.values()) + 20
            wait_until(lambda: min(counted.values()) > enough)
        finally:
            done.set()
        for writer in writers:
            writer.result(10)
    after = change(lapses_of)
    assert after == {user_id: lapses + 2 * counted[user_id] for user_id, lapses in before.items()}


def lapses_of(session: Session) -> dict[int, int]:
    total = sa.select(Memory.user_id, sa.func.sum(Memory.lapses)).group_by(Memory.user_id)
    return dict(session.execute(total).all())


def wait_until(condition: Callable[[], bool]) -> None:
    for _ in range(1_000):
        if condition():
            return
        time.sleep(0.01)
    raise AssertionError("it never came true")


def test_a_transaction_that_holds_on_is_not_waited_for_without_end(
    postgres: sa.Engine, split: Split, monkeypatch: pytest.MonkeyPatch
) -> None:
    with postgres.connect() as reader, monkeypatch.context() as patience:
        patience.setattr(partitioning, "TRIES", 2)
        patience.setattr(partitioning, "PAUSE_S", 0)
        reader.execute(sa.text("SELECT count(*) FROM reviews"))
        with pytest.raises(Refused, match="try again later"):
            split()
    assert set(split()) == {table.name for table in learners_tables(Base.metadata)}
