"""A search costs what it shows, however large the collection, and begins with what is rarest."""

from collections.abc import Iterator
from contextlib import contextmanager

import pytest
import sqlalchemy as sa
from flask import Flask

from app.clock import now
from app.database import db, writing
from app.library import newest_first
from app.library.alike import same_beginning
from app.library.finding import find_cards
from app.models import User
from app.models.indexing import index_what_waits
from tests.benchmarks.building import HEAVY
from tests.hot_path import fill
from tests.hot_path.plans import faults_of
from tests.hot_path.visits import visits_of
from tests.statements import Statement, recorded

SMALL, LARGE = 2_000, 40_000
ROOM = 3
MARKS = {"sqlite": 150_000, "postgresql": 100_000}
"""Steps, or rows: up to five thousand marks are read, and their cards; the small collection has two hundred."""
QUERIES = (
    *("system", "record 77", "容器", "编排", "kubernete", "is:due tag:subject::part-3 system", "is:learning", "flag:1"),
    *("deck:subject-4", "tag:subject::part-3", "is:suspended system", "rated:1 system"),
)
TYPED = "what does *PART 140* of `system-43` ANSWER for? 容器编排如何运行第 140 部分？"
"""As a note of the first deck begins, but for the letters' case."""


@contextmanager
def searching(app: Flask, size: int) -> Iterator[sa.Engine]:
    """A collection with all its notes in the index, and one note written since."""
    fill(app, size)
    with app.app_context():
        index_what_waits(db.session, writing)
        with writing() as session:
            session.execute(sa.text("INSERT INTO unindexed_notes (owner_id, first_id, last_id) VALUES (1, 7, 7)"))
        yield app.extensions["engine"]


def statements_of(engine: sa.Engine, query: str) -> list[Statement]:
    learner = db.session.get_one(User, HEAVY)
    with recorded(engine) as recording:
        if query == TYPED:
            assert [note.id for note in same_beginning(db.session, learner, 1, TYPED)] == [141]
        else:
            find_cards(db.connection, learner, query, now())
    return recording.statements


def test_no_statement_scans_or_walks_all_that_a_learner_owns(app: Flask) -> None:
    with searching(app, LARGE) as engine:
        asked = {one.sql: one for query in (*QUERIES, TYPED) for one in statements_of(engine, query)}
        with engine.connect() as connection:
            faults = {(one.name, fault) for one in asked.values() for fault in faults_of(connection, one)}
    # A learner's marks are read up to a number; here nobody else has any, and they are the whole table.
    faults = {(name, fault) for name, fault in faults if name != "_marked" and fault != "Seq Scan of marks"}
    assert faults == set()


def test_a_search_costs_as_much_in_a_large_collection(app: Flask, second_app: Flask) -> None:
    found: dict[str, list[int]] = {query: [] for query in (*QUERIES, TYPED)}
    for which, size in ((app, SMALL), (second_app, LARGE)):
        with searching(which, size) as engine:
            for query in (*QUERIES, TYPED):
                statements = statements_of(engine, query)
                with engine.connect() as connection:
                    found[query].append(visits_of(connection, statements))
    more = MARKS[app.extensions["engine"].dialect.name]
    assert {query: visits for query, visits in found.items() if visits[1] > visits[0] * ROOM + more} == {}


@pytest.mark.parametrize("query", ["system", "is:due tag:subject::part-3 system"])
def test_a_search_sends_few_statements(app: Flask, query: str) -> None:
    with searching(app, SMALL) as engine:
        assert len(statements_of(engine, query)) <= 8


def test_older_blocks_of_the_index_are_fetched_when_the_newest_do_not_do(
    app: Flask, monkeypatch: pytest.MonkeyPatch
) -> None:
    """However few are fetched at first, the same cards are found in the same order, page by page."""
    with searching(app, SMALL * 4):
        for query in ("system", "编排", "is:due record", "-编排", "kube* or 编排", "is:suspended"):
            found = []
            for blocks in (100, 1):
                monkeypatch.setattr(newest_first, "NEWEST", blocks)
                found.append(ids_of(query, 1_000))
            assert found[0] == found[1]
            assert found[0] or query == "is:suspended"


def ids_of(query: str, most: int) -> list[int]:
    """The first cards a query finds, page by page."""
    learner, moment = db.session.get_one(User, HEAVY), now()
    page = find_cards(db.connection, learner, query, moment)
    ids = [card.id for card in page.cards]
    while page.before is not None and len(ids) < most:
        page = find_cards(db.connection, learner, query, moment, before=page.before)
        ids += [card.id for card in page.cards]
    return ids
