"""Studying and practising by tag costs what the tag holds, however much else there is."""

import sqlalchemy as sa
from flask import Flask

from app.clock import now
from app.pages.numbers import milliseconds_of
from tests.benchmarks.building import DIALECTS, HEAVY, today
from tests.benchmarks.calling import Browser
from tests.hot_path import fill
from tests.hot_path.plans import faults_of
from tests.hot_path.visits import visits_of
from tests.statements import Statement, recorded

SMALL, LARGE = 2_000, 40_000
TAGGED = 100
ROOM = 1.5
PATHS = ("/study?tag=net", "/study?tag=net&deck=3", "/practice/run?cards=hard&tag=net&day={day}&since={since}")


def tags(app: Flask, size: int) -> list[str]:
    """Every note has a tag; so many have one below `net` too, all over the collection."""
    numbers = DIALECTS[app.extensions["engine"].dialect.name].numbers
    insert = "INSERT INTO note_tags (owner_id, key, note_id, tag) SELECT 1,"
    return [
        f"{insert} 'other-' || (i % 7) || '::', i + 1, 'other' FROM {numbers(size)}",
        f"{insert} 'net::' || (i % 3) || '::', i * {size // TAGGED} + 1, 'net' FROM {numbers(TAGGED)}",
    ]


def asked(app: Flask) -> list[Statement]:
    browser, found = Browser(app, HEAVY), []
    begun = browser.get("/practice/run?cards=hard&tag=net")
    assert begun.status == 303
    for path in PATHS:
        query = path.format(day=today(), since=milliseconds_of(now()))
        with recorded(app.extensions["engine"]) as recording:
            assert browser.get(query).status == 200
        found += recording.statements
    return found


def test_no_statement_scans_or_walks_all_that_a_learner_owns(app: Flask) -> None:
    fill(app, LARGE, *tags(app, LARGE))
    engine: sa.Engine = app.extensions["engine"]
    statements = {one.sql: one for one in asked(app)}
    with engine.connect() as connection:
        faults = {(one.name, fault) for one in statements.values() for fault in faults_of(connection, one)}
    # What has the tag is put in order, which no index knows.
    assert {(name, fault) for name, fault in faults if "sorts" not in fault and "Sort:" not in fault} == set()


def test_a_tag_costs_as_much_in_a_large_collection(app: Flask, second_app: Flask) -> None:
    found = {}
    for which, size in ((app, SMALL), (second_app, LARGE)):
        fill(which, size, *tags(which, size))
        with which.extensions["engine"].connect() as connection:
            statements = [one for one in asked(which) if one.name in OF_A_TAG]
            found[size] = visits_of(connection, statements)
    assert TAGGED < found[LARGE] < found[SMALL] * ROOM


OF_A_TAG = {"tagged_queue", "cards_of"}
