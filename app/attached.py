"""A second database of SQLite's, in memory, whose rows are copied into ours by SQL."""

import sqlite3
from collections.abc import Callable
from typing import Any

from app.database import db
from app.models.bulk import ATTACHED

Attach = Callable[[bytes], None]


def attaching() -> Attach | None:
    """What attaches a serialized database, if the current app's database can do that."""
    # SQLite can from 3.36 on, if nobody has left it out; then it can make such databases, too.
    can = db.engine.dialect.name == "sqlite" and hasattr(sqlite3.Connection, "deserialize")
    return _attach if can else None


def _attach(content: bytes) -> None:
    """For the transactions that follow, in place of the one before; not within one."""
    db.stop_reading()
    driver: Any = db.connection.connection.driver_connection
    if ATTACHED not in {row[1] for row in driver.execute("PRAGMA database_list")}:
        driver.execute(f"ATTACH ':memory:' AS {ATTACHED}").close()
    driver.deserialize(content, name=ATTACHED)
