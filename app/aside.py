"""How a large import in a process of its own gives way to whoever answers meanwhile."""

import os
import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from typing import Any

from sqlalchemy.orm import Session

from app.database import db, writing
from app.others import Others

MOVED_AFTER = 4
"""Transactions."""
REST, LONGEST_REST = 4, 0.2
"""How many times as long as a transaction, and seconds."""
NICENESS = 10
"""Of a process that imports while others answer."""
InTransaction = Callable[[], AbstractContextManager[Session]]


class Aside:
    """Write transactions beside which other people's answers come first. `alone`: what opens them while nobody else
    writes; `supposed`: that somebody does, until it is known.

    On SQLite there is one writer at a time, and one disk: while others write, each transaction is followed by a rest of
    several times its length. Pages are moved to their place after others can write again, a few at a time: whoever
    writes when there are many would move them while all wait."""

    def __init__(self, alone: InTransaction = writing, *, supposed: bool = True) -> None:
        self._alone, self._others, self._gives_way = alone, Others(supposed=supposed), supposed
        self._unmoved = 0

    @contextmanager
    def __call__(self) -> Iterator[Session]:
        # What has not reached the disk yet would be waited for by whoever answers next.
        with (writing if self._gives_way else self._alone)() as session:
            began = time.monotonic()
            yield session
        if db.engine.dialect.name == "sqlite":
            self._make_room(time.monotonic() - began)

    def _make_room(self, took: float) -> None:
        was_alone, self._gives_way = not self._gives_way, self._others.write(db.connection)
        if self._gives_way or self._alone is writing:
            # Many may wait when the first of the others comes: at once, or the next transaction would move them.
            self._move_pages(at_once=was_alone and self._alone is not writing)
        if self._gives_way:
            be_nice()
            time.sleep(min(REST * took, LONGEST_REST))

    def _move_pages(self, at_once: bool) -> None:
        # Whoever reads, and be it to ask for others, cannot move pages.
        db.stop_reading()
        driver: Any = db.connection.connection.driver_connection
        # Not while it holds the gate.
        driver.execute("PRAGMA wal_autocheckpoint=0").close()
        self._unmoved += 1
        if at_once or self._unmoved >= MOVED_AFTER:
            self._unmoved = 0
            driver.execute("PRAGMA wal_checkpoint(PASSIVE)").close()


def be_nice() -> None:
    """Takes only what others leave of the processor, from now on."""
    if os.name == "posix" and os.getpriority(os.PRIO_PROCESS, 0) < NICENESS:
        os.setpriority(os.PRIO_PROCESS, 0, NICENESS)
