"""Moves what was written to its place beside the requests, so that none of them has to.

SQLite keeps new pages in a file apart (https://www.sqlite.org/wal.html). Whoever writes when that has grown moves all
of them, while everybody else who writes waits."""

import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager, suppress
from pathlib import Path
from threading import Event, Thread

import sqlalchemy as sa

PAUSE = 0.2
"""Seconds. In less time there are hardly so many new pages that somebody else would see to them."""


@contextmanager
def checkpoints_aside(engine: sa.Engine) -> Iterator[None]:
    """While the block runs, on SQLite; nobody who reads or writes waits for it."""
    if engine.dialect.name != "sqlite" or not engine.url.database:
        yield
        return
    ended = Event()
    thread = Thread(target=_keep_moving, args=(Path(engine.url.database), ended), name="checkpoints", daemon=True)
    thread.start()
    try:
        yield
    finally:
        ended.set()
        thread.join()


def _keep_moving(database: Path, ended: Event) -> None:
    written, seen = database.with_name(f"{database.name}-wal"), 0
    with closing(sqlite3.connect(database, isolation_level=None)) as connection:
        while not ended.wait(PAUSE):
            # A disk without room may have some later; until then whoever writes moves pages, as without this.
            with suppress(OSError, sqlite3.Error):
                changed = written.stat().st_mtime_ns
                if changed != seen:
                    connection.execute("PRAGMA wal_checkpoint(PASSIVE)").fetchall()
                    seen = changed
