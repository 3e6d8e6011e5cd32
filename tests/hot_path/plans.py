"""How the database would go about a statement, and what it may not do."""

import json
import re
from typing import Any
from uuid import uuid4

import sqlalchemy as sa

from tests.statements import TOTALS, Statement

GROWING = {
    *("users", "sign_ins", "follows", "memories", "reviews", "daily_summaries", "notes", "cards"),
    *("marks", "mark_changes", "note_tags", "postings", "adjustments", *TOTALS),
}
LEARNERS_OWN = {"memories", "reviews", "daily_summaries", "marks", "mark_changes", "adjustments", *TOTALS}
FOLLOWS = re.compile(r"\bfollows(_\d+)*\.")
OWN_BUCKETS = "(1)"
"""The figures of one memory, before and after: a dozen rows."""
STOPS_AT_THREE = "reviews (user_id)"
"""Whether a learner is a beginner: three rows of their log, whichever."""


def faults_of(connection: sa.Connection, statement: Statement) -> list[str]:
    """Scans of tables that grow, sorts, and walks through all that a learner owns."""
    explain = _on_sqlite if connection.dialect.name == "sqlite" else _on_postgresql
    return explain(connection, statement)


def _on_sqlite(connection: sa.Connection, statement: Statement) -> list[str]:
    # Never the same text twice: the driver keeps what it prepared, and SQLite does not notice a dropped index there.
    explain = f"EXPLAIN QUERY PLAN /* {uuid4()} */ {statement.sql}"
    rows = connection.exec_driver_sql(explain, statement.parameters)
    return [f"{step}: {fault}" for step in (row[3] for row in rows) if (fault := _fault_on_sqlite(step))]


def _fault_on_sqlite(step: str) -> str | None:
    if "TEMP B-TREE FOR ORDER BY" in step:
        return "sorts"
    found = re.match(r"(SCAN|SEARCH) (\w+)", step)
    if found is None:
        return None
    table = re.sub(r"_\d+$", "", found[2])
    if found[1] == "SCAN":
        return "scans" if table in GROWING else None
    columns = re.search(r"\((.*)\)", step)
    only_learner = columns is not None and columns[1] == "user_id=?"
    return _too_far(table, {"user_id"} if only_learner else set())


def _too_far(table: str, only_by: set[str]) -> str | None:
    if table in LEARNERS_OWN and only_by == {"user_id"} and f"{table} (user_id)" != STOPS_AT_THREE:
        return "walks all that the learner owns"
    return None


def plan_of(connection: sa.Connection, statement: Statement, how: str = "") -> dict[str, Any]:
    """PostgreSQL's plan of a statement; with `ANALYZE` as how, it is run too."""
    rows = connection.exec_driver_sql(f"EXPLAIN (FORMAT JSON{how}) {statement.sql}", statement.parameters)
    told = rows.scalar_one()
    plan: dict[str, Any] = (told if isinstance(told, list) else json.loads(told))[0]["Plan"]
    return plan


def nodes_of(plan: dict[str, Any]) -> list[dict[str, Any]]:
    return [plan, *(node for inner in plan.get("Plans", []) for node in nodes_of(inner))]


def _on_postgresql(connection: sa.Connection, statement: Statement) -> list[str]:
    faults = []
    for node in nodes_of(plan_of(connection, statement)):
        kind, table = node["Node Type"], node.get("Relation Name", "")
        # The decks a learner follows are a handful; what is in them is not.
        sorted_by = node.get("Sort Key", []) if kind in {"Sort", "Incremental Sort"} else []
        if not all(FOLLOWS.search(key) for key in sorted_by) and OWN_BUCKETS not in sorted_by:
            faults.append(f"{kind}: {node.get('Sort Key')}")
        if kind == "Seq Scan" and table in GROWING:
            faults.append(f"{kind} of {table}")
        compared = set(re.findall(r"\(?(\w+) (?:=|<=|>=|<|>|IS)", node.get("Index Cond", "")))
        # A bitmap knows its index and not its table.
        table = table or re.sub(r"^(ix|pk|uq)_|_(queue|drill|standing|undone)$", "", node.get("Index Name", ""))
        if "Index" in kind and (fault := _too_far(table, compared)):
            faults.append(f"{kind} of {table} by {node.get('Index Cond')}: {fault}")
    return faults
