"""The orders no index has look through a window and never through a collection."""

import pytest
import sqlalchemy as sa
from flask import Flask

from tests.benchmarks.building import HEAVY, NEW_50, NEW_99
from tests.benchmarks.calling import Browser
from tests.hot_path import fill
from tests.hot_path.plans import faults_of
from tests.hot_path.visits import visits_of
from tests.statements import Statement, recorded

CARDS = 20_000
AT_MOST = {"sqlite": 30_000, "postgresql": 3_000}
"""Steps of SQLite's machine, rows of PostgreSQL's scans."""
ONE_TREE = "UPDATE follows SET root_id = 1 WHERE deck_id <> 1"
SHAPE = "UPDATE follows SET review_order = {order}, new_order = 1, reviews_per_day = 200"


@pytest.mark.parametrize("order", [1, 2])
@pytest.mark.parametrize("more", [(), (ONE_TREE,)])
def test_a_chosen_order_walks_indexes_and_no_further_than_its_window(
    app: Flask, order: int, more: tuple[str, ...]
) -> None:
    fill(app, CARDS, SHAPE.format(order=order), *more)
    engine: sa.Engine = app.extensions["engine"]
    for learner in (HEAVY, NEW_50, NEW_99):
        statements = asked_by(app, learner)
        chosen = [one for one in statements if one.name in {"_window", "next_at_random"}]
        with engine.connect() as connection:
            assert {(one.name, fault) for one in statements for fault in faults_of(connection, one)} == set()
            assert 0 < visits_of(connection, chosen) < AT_MOST[engine.dialect.name]


def asked_by(app: Flask, learner: int) -> list[Statement]:
    browser = Browser(app, learner)
    with recorded(app.extensions["engine"]) as recording:
        assert browser.get("/study").status == 200
    return recording.statements
