"""Finding the notes of a file that are here already."""

import json

import pytest
import sqlalchemy as sa
from sqlalchemy.orm import Session

from tests.factories import a_learner
from tests.hot_path.plans import nodes_of, plan_of
from tests.importing.test_saving import THREE, save
from tests.statements import recorded


@pytest.mark.parametrize("of_server", [False, True])
def test_notes_are_looked_up_and_not_read_one_after_the_other(session: Session, of_server: bool) -> None:
    learner = None if of_server else a_learner(session)
    many = "".join(f"## Number {place} {{#number-{place}}}\n\nAnswer\n\n" for place in range(1_500))
    save(session, THREE + "\n\n" + many, learner)
    session.execute(sa.text("ANALYZE notes"))
    with recorded() as recording:
        save(session, THREE + "\n\n" + many, learner, day=1)
    connection = session.connection()
    asked = [each for each in recording.statements if each.name == "notes_here"]
    assert asked
    if connection.dialect.name == "postgresql":
        used = [node.get("Index Cond", "") for each in asked for node in nodes_of(plan_of(connection, each))]
        assert any("guid" in condition for condition in used), used
    else:
        steps = [row[3] for each in asked for row in _explained(connection, each.sql, each.parameters)]
        # What is asked for is a list of JSON, which is read from its beginning to its end.
        scans = [step for step in steps if step.startswith("SCAN") and "VIRTUAL TABLE" not in step]
        assert not scans, json.dumps(steps)


def _explained(connection: sa.Connection, sql: str, parameters: object) -> list[sa.Row]:
    return list(connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {sql}", parameters))
