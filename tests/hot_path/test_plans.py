"""Every statement of the hot path goes through the index made for it, on both databases."""

import sqlalchemy as sa
from flask import Flask

from tests.hot_path import fill, requests
from tests.hot_path.plans import faults_of
from tests.statements import Statement

CARDS = 6_000
A_HANDFUL = {"other_starter_decks"}
"""What may sort: the starter decks nobody follows yet, who are few and are no learner's."""
INDEXES = ("ix_memories_queue", "ix_memories_drill", "ix_reviews_standing", "ix_cards_deck_id_position")


def test_no_statement_scans_sorts_or_walks_all_that_a_learner_owns(app: Flask) -> None:
    fill(app, CARDS)
    asked: dict[str, Statement] = {}
    engine: sa.Engine = app.extensions["engine"]
    for request in requests(engine.dialect.name):
        statements = request.recorded(app)
        assert request.writes or not any(statement.writes for statement in statements), "a page that writes"
        asked |= {statement.sql: statement for statement in statements if statement.name not in A_HANDFUL}
    with engine.connect() as connection:
        faults = {(one.name, fault) for one in asked.values() for fault in faults_of(connection, one)}
        assert faults == set()
        for index in INDEXES:
            connection.exec_driver_sql(f"DROP INDEX {index}")
            assert any(faults_of(connection, one) for one in asked.values()), f"nothing misses {index}"
            connection.rollback()


def test_each_request_sends_as_many_statements_as_it_needs(app: Flask) -> None:
    fill(app, 1_000)
    expected = requests(app.extensions["engine"].dialect.name)
    sent = {request.name: len(request.recorded(app)) for request in expected}
    assert sent == {request.name: request.statements for request in expected}
