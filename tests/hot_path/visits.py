"""How much of the database a statement looks at, counted and not timed."""

from itertools import count

import sqlalchemy as sa

from tests.hot_path.plans import nodes_of, plan_of
from tests.statements import Statement


def visits_of(connection: sa.Connection, statements: list[Statement]) -> int:
    """On SQLite the steps of its virtual machine, on PostgreSQL the rows its scans looked at. What the statements write
    is rolled back; a row of the log stands already and is left out."""
    again = [one for one in statements if not one.sql.startswith("INSERT INTO reviews")]
    counted = _steps if connection.dialect.name == "sqlite" else _rows
    try:
        return sum(counted(connection, one) for one in again)
    finally:
        connection.rollback()


def _steps(connection: sa.Connection, statement: Statement) -> int:
    driver = connection.connection.driver_connection
    assert driver is not None
    steps = count()
    # A handler that returns something ends the statement; this one only counts.
    driver.set_progress_handler(lambda: next(steps) and None, 1)
    try:
        result = connection.exec_driver_sql(statement.sql, statement.parameters)
        if result.returns_rows:
            result.all()
    finally:
        driver.set_progress_handler(None, 1)
    return next(steps)


def _rows(connection: sa.Connection, statement: Statement) -> int:
    nodes = nodes_of(plan_of(connection, statement, ", ANALYZE"))
    scans = [node for node in nodes if "Scan" in node["Node Type"] and "Relation Name" in node]
    skipped = ("Rows Removed by Filter", "Rows Removed by Index Recheck")
    return sum(int((n["Actual Rows"] + sum(n.get(key, 0) for key in skipped)) * n["Actual Loops"]) for n in scans)
