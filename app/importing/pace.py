"""How much an import writes at a time, so that whoever answers meanwhile does not wait for it."""

from collections.abc import Iterator
from contextlib import contextmanager
from time import perf_counter

import sqlalchemy as sa
from sqlalchemy.orm import Session

from app.database import connection_of
from app.importing.opening import InTransaction
from app.others import Others

LONGEST, LONGEST_ALONE, LONGEST_IN_TERMINAL = 0.006, 0.05, 0.2
"""Seconds a transaction should hold the database's only writer while others write too: about as long as a few of their
answers; while nobody does; and while nobody does, and somebody looks after the server, not a learner, has asked for it.
In a long one an index's page is written once for many rows: a million, in no order, take half of the time."""
LONGEST_OF_MANY = 0.1
"""The same where there are many writers, as on PostgreSQL: nobody waits, and each transaction has to reach the disk."""
FEWEST, MOST, FIRST = 200, 30_000, 1_000
MOST_PLAIN = 20_000
"""Of rows that come in the order of their key."""


class Pace:
    """Rows a transaction; fewer when the last one was slow, more when it was quick. `longest`: seconds it should hold
    the only writer while nobody else writes."""

    def __init__(self, most: int = MOST, longest: float = LONGEST_ALONE) -> None:
        self.rows, self._most, self._alone = FIRST, most, longest
        # In the terminal, a small import is over before it could be known.
        self._others = Others(supposed=longest < LONGEST_IN_TERMINAL)

    @contextmanager
    def measured(self, in_transaction: InTransaction, weight: int) -> Iterator[Session]:
        """A transaction that writes so many rows, from when it has begun to when it is to be ended: how long the disk
        takes then says nothing about how many rows there should be."""
        with in_transaction() as session:
            began = perf_counter()
            yield session
            took = perf_counter() - began
            longest = self._longest(connection_of(session))
        if weight > FEWEST:
            right = int(weight * longest / max(took, 0.001))
            # Down at once, for somebody waits; up by and by.
            self.rows = min(self._most, max(FEWEST, right if right < self.rows else (self.rows + right) // 2))

    def _longest(self, connection: sa.Connection) -> float:
        if connection.dialect.name != "sqlite":
            return LONGEST_OF_MANY
        return LONGEST if self._others.write(connection) else self._alone
