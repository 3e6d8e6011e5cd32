"""A request looks at as many rows in a collection of a hundred thousand cards as in one of a thousand."""

import sqlalchemy as sa
from flask import Flask

from tests.benchmarks.building import DECKS, HEAVY, today
from tests.hot_path import fill, requests
from tests.hot_path.visits import visits_of

SMALL, LARGE = 1_000, 100_000
ROOM = 1.5
"""Trees are deeper, and PostgreSQL chooses anew; what grows with the collection would be a hundred times as much."""
UNDER = 100
"""So little that one row more is much."""


UNMET_AT_MOST = 10


def equal(size: int) -> list[str]:
    """As much waits in both: in the small one there is no more, and up to a limit more is looked at."""
    far = f"SELECT id FROM cards WHERE deck_id <= {DECKS} AND position >= 25"
    last = size * 99 // 100 + UNMET_AT_MOST
    return [
        f"UPDATE memories SET queue_day = {today() + 30} WHERE user_id = {HEAVY} AND card_id IN ({far})",
        f"UPDATE cards SET retired = TRUE WHERE deck_id = {DECKS + 1} AND position >= {last}",
    ]


def visited(app: Flask, size: int) -> dict[str, int]:
    fill(app, size, *equal(size))
    engine: sa.Engine = app.extensions["engine"]
    found = {}
    for request in requests(engine.dialect.name):
        statements = request.recorded(app)
        with engine.connect() as connection:
            found[request.name] = visits_of(connection, statements)
    return found


def test_no_request_looks_at_more_when_the_collection_grows(app: Flask, second_app: Flask) -> None:
    small, large = visited(app, SMALL), visited(second_app, LARGE)
    grown = {name: (small[name], large[name]) for name in small if large[name] > max(UNDER, small[name]) * ROOM}
    assert grown == {}
    assert small["home"] > UNDER, "what is counted is counted"
