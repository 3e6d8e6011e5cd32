"""What no import can be quicker than: its rows, read back and stored anew by the driver alone."""

import time
from itertools import chain
from typing import Any

from app.many_rows import insert_values
from tests.benchmarks.stores import Store

TABLES = ("note_types", "decks", "notes", "cards", "note_tags", "memories", "reviews", "daily_summaries", "day_totals")
AT_ONCE = 20_000
"""Rows in a transaction."""


def seconds_to_store(store: Store, name: str) -> float:
    """All rows of those tables of a SQLite database, put into one that has the same tables and nothing in them. Only
    storing counts: they are read, and laid one behind the other, before."""
    empty = f"{name}_again"
    store.drop(empty)
    store.create(empty)
    source, target = store.connect(name), store.connect(empty, "NORMAL")
    target.execute("PRAGMA foreign_keys=OFF")
    target.execute("PRAGMA cache_size=-16000")
    target.execute("PRAGMA wal_autocheckpoint=32000")
    for (sql,) in source.execute("SELECT sql FROM sqlite_master WHERE sql NOT NULL AND name NOT LIKE 'sqlite_%'"):
        target.execute(sql)
    took = sum(_stored(source, target, table) for table in TABLES)
    source.close()
    target.close()
    store.drop(empty)
    return took


def _stored(source: Any, target: Any, table: str) -> float:
    took, rows = 0.0, source.execute(f"SELECT * FROM {table}")
    names = [name for name, *_ in rows.description]
    while some := rows.fetchmany(AT_ONCE):
        # Nothing is slow to hand over, and need not be.
        columns = {
            name: column
            for name, column in zip(names, zip(*some, strict=True), strict=True)
            if column.count(None) < len(column)
        }
        into, row = f"{table} ({', '.join(columns)})", f"({', '.join('?' * len(columns))})"
        flat = chain.from_iterable(zip(*columns.values(), strict=True))
        values = [bytearray(each) if isinstance(each, bytes) else each for each in flat]
        began = time.perf_counter()
        target.execute("BEGIN IMMEDIATE")
        insert_values(target, into, row, len(columns), values)
        target.execute("COMMIT")
        took += time.perf_counter() - began
    return took
