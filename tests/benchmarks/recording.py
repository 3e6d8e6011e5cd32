"""The statements of a request, taken down and run again on the bare driver: the floor under whatever the app does."""

import re
from collections.abc import Callable
from dataclasses import dataclass, field
from time import perf_counter
from typing import Any

import sqlalchemy as sa
from sqlalchemy import event

_WRITES = re.compile(r"\b(INSERT INTO|UPDATE \w+ SET|DELETE FROM)\b")


class NotThisTime(Exception):
    """Ends a request that is only recorded, before it has changed anything."""


@dataclass(frozen=True)
class Statement:
    """What the driver was told; BEGIN, COMMIT and ROLLBACK too."""

    sql: str
    parameters: Any = ()
    many: bool = False


@dataclass
class Tape:
    """The statements of one request in their order."""

    statements: list[Statement] = field(default_factory=list)

    def without(self, other: "Tape") -> "Tape":
        """What the other does not hold: two requests in one ask only once who is signed in."""
        known = {statement.sql for statement in other.statements if statement.parameters}
        return Tape([statement for statement in self.statements if statement.sql not in known])


class Recorder:
    """Listens to the app's engine while it records, and only then. `recorded` lets a request through;
    `stopped_before_commit` records one up to its commit and then undoes it, so that the bare driver can do the very
    same writes for the first time."""

    def __init__(self, engine: sa.Engine) -> None:
        self._tape: Tape | None = None
        self._stop = False
        self._listening: list[tuple[Any, str, Callable[..., None]]] = [
            (engine, "before_cursor_execute", self._statement),
            (engine, "begin", self._begin),
            (engine, "commit", self._commit),
            (engine, "rollback", self._rollback),
        ]

    def recorded(self, request: Callable[[], object]) -> Tape:
        return self._record(request, stop=False)

    def stopped_before_commit(self, request: Callable[[], object]) -> Tape:
        return self._record(request, stop=True)

    def _record(self, request: Callable[[], object], *, stop: bool) -> Tape:
        tape = self._tape = Tape()
        self._stop = stop
        for listening in self._listening:
            event.listen(*listening)
        try:
            request()
        finally:
            for listening in self._listening:
                event.remove(*listening)
        assert self._tape is None or not stop, "the request wrote nothing"
        self._tape = None
        return tape

    def _take_down(self, statement: Statement) -> None:
        if self._tape is not None:
            self._tape.statements.append(statement)

    def _end(self) -> None:
        if self._stop and self._tape is not None:
            self._tape = None
            raise NotThisTime

    def _statement(self, connection: Any, cursor: Any, sql: str, parameters: Any, context: Any, many: bool) -> None:
        if self._tape is None:
            return
        self._take_down(Statement(sql, parameters, many))
        if _by_itself(connection) and _WRITES.search(sql):
            self._end()

    def _begin(self, connection: sa.Connection) -> None:
        if self._tape is not None and not _by_itself(connection):
            writing = connection.get_execution_options().get("writing")
            self._take_down(Statement("BEGIN IMMEDIATE" if writing else "BEGIN"))

    def _commit(self, connection: sa.Connection) -> None:
        if self._tape is None or _by_itself(connection):
            return
        self._take_down(Statement("COMMIT"))
        if self._stop and any(_WRITES.search(statement.sql) for statement in self._tape.statements):
            # SQLAlchemy takes the transaction for ended, whatever is raised here.
            driver: Any = connection.connection.driver_connection
            driver.rollback()
            self._end()

    def _rollback(self, connection: sa.Connection) -> None:
        if self._tape is not None and not _by_itself(connection):
            self._take_down(Statement("ROLLBACK"))


def _by_itself(connection: sa.Connection) -> bool:
    """Whether each statement is a transaction of its own, so that no BEGIN is sent."""
    return connection.get_execution_options().get("isolation_level") == "AUTOCOMMIT"


def replay(connection: Any, tape: Tape) -> float:
    """Runs a tape on a bare connection and returns the seconds it took, rows fetched and all."""
    begin = perf_counter()
    for statement in tape.statements:
        if statement.many:
            connection.cursor().executemany(statement.sql, statement.parameters)
            continue
        cursor = connection.execute(statement.sql, statement.parameters or ())
        if cursor.description:
            cursor.fetchall()
    seconds = perf_counter() - begin
    in_transaction = getattr(connection, "in_transaction", False)
    if in_transaction:
        connection.execute("ROLLBACK")
    return seconds
