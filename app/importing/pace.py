"""How much an import writes at a time, so that whoever answers meanwhile does not wait for it."""

from collections.abc import Iterator
from contextlib import contextmanager
from time import perf_counter

from sqlalchemy.orm import Session

from app.database import connection_of
from app.importing.opening import InTransaction

LONGEST = {"sqlite": 0.006, "postgresql": 0.1}
"""Seconds a transaction should take, by the database's name. SQLite has one writer: about as long as a few answers. On
PostgreSQL nobody waits, and every transaction has to reach the disk."""
FEWEST, MOST, FIRST = 200, 8_000, 1_000
MOST_PLAIN = 20_000
"""Of rows that come in the order of their key."""


class Pace:
    """Rows a transaction; fewer when the last one was slow, more when it was quick."""

    def __init__(self, most: int = MOST) -> None:
        self.rows, self._most = FIRST, most

    @contextmanager
    def measured(self, in_transaction: InTransaction, weight: int) -> Iterator[Session]:
        """A transaction that writes so many rows, from when it has begun to when it is to be ended: how long the disk
        takes then says nothing about how many rows there should be."""
        with in_transaction() as session:
            began = perf_counter()
            yield session
            took = perf_counter() - began
            longest = LONGEST[connection_of(session).dialect.name]
        if weight > FEWEST:
            right = int(weight * longest / max(took, 0.001))
            self.rows = min(self._most, max(FEWEST, (self.rows + right) // 2))
