"""The statements a test makes the database run, and who asked for them."""

import re
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any

import sqlalchemy as sa
from sqlalchemy import event

APP = str(Path(__file__).parent.parent / "app")
WRITES = ("INSERT", "UPDATE", "DELETE", "WITH memory AS")


@dataclass
class Statement:
    """SQL as the driver got it. `name`: the function of the app that asked."""

    sql: str
    parameters: Any
    name: str
    across_learners: bool = False

    @property
    def writes(self) -> bool:
        return self.sql.startswith(WRITES)


@dataclass
class Recording:
    statements: list[Statement] = field(default_factory=list)

    @property
    def names(self) -> list[str]:
        return [statement.name for statement in self.statements]


@contextmanager
def recorded(engine: sa.Engine | type[sa.Engine] = sa.Engine) -> Iterator[Recording]:
    """Every statement that code of the app sends while the block runs; what the test itself asks is left out."""
    recording = Recording()

    def note(connection: sa.Connection, cursor: object, sql: str, parameters: Any, context: Any, many: bool) -> None:
        name = _asked_by()
        if name is not None:
            options = connection.get_execution_options() | context.execution_options
            across = bool(options.get("across_learners"))
            one = parameters[0] if isinstance(parameters, list) else parameters
            recording.statements.append(Statement(sql, one, name, across))

    event.listen(engine, "before_cursor_execute", note)
    try:
        yield recording
    finally:
        event.remove(engine, "before_cursor_execute", note)


def _asked_by() -> str | None:
    """The innermost function of ours on the stack, if it is the app's."""
    frame = sys._getframe(2)
    while frame is not None:
        file = frame.f_code.co_filename
        if file.startswith(APP) and not file.endswith("app/database.py"):
            # Migrations change whole tables.
            return None if file.endswith(("app/schema.py", "app/partitioning.py")) else frame.f_code.co_name
        if "/tests/" in file and "site-packages" not in file:
            return None
        frame = frame.f_back
    return None


TOTALS = ("day_totals", "period_totals", "memory_counts")
LEARNERS_TABLES = ("follows", "memories", "reviews", "daily_summaries", "adjustments", *TOTALS)
_MENTION = re.compile(rf"\b(FROM|JOIN|UPDATE|INTO) \(*({'|'.join(LEARNERS_TABLES)})\b(?: AS (\w+))?")
_PARAMETER = r"(\?|:\w+|%\(\w+\)s(::\w+)?|\d+)"


@cache
def not_by_learner(sql: str) -> list[str]:
    """The learners' own tables a statement reads or writes without naming the learner by parameter."""
    missing = []
    for match in _MENTION.finditer(sql.replace("\n", " ")):
        verb, table, alias = match.groups()
        if verb == "INTO":
            # The learner is a value; a row without one cannot be written.
            named = re.search(rf"INTO {table} \([^)]*\buser_id\b", sql)
        else:
            named = re.search(rf"\b{alias or table}\.user_id (=|IN) \(*{_PARAMETER}", sql)
        if not named:
            missing.append(alias or table)
    return missing
