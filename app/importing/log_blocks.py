"""Some thousand rows of a log as one: a serialized database of SQLite's, from which they are copied by SQL in half the
time it takes to hand them over. Light: the child process that reads collections imports it."""

import sqlite3
from functools import cached_property
from typing import Any

from app.importing.log_rows import TOLD
from app.many_rows import insert_values

WIDTH = len(TOLD)
SCHEMA = (
    f"CREATE TABLE log ({', '.join(TOLD)});"
    "CREATE TABLE spans (first INTEGER PRIMARY KEY, last INTEGER, card_id INTEGER, deck_id INTEGER);"
)
"""`spans`: which rows of the log are those of a card, for whoever gives the cards their ids."""
CAN_PACK = hasattr(sqlite3.Connection, "serialize")
"""SQLite can from 3.36 on, if nobody has left it out."""
Content = bytes | list[Any]
"""Such a database; or the values of one row after another, as TOLD has them."""
Sum = tuple[int, int, int, int]
"""What answers add to the daily summaries: the place of their deck, their share, answers and milliseconds."""


def packed(values: list[Any]) -> Content:
    """Rows as a block has them, if SQLite can."""
    if not CAN_PACK:
        return values
    # The driver asks about all but a few types whether they are to be adapted, bytes among them.
    values[::WIDTH] = map(bytearray, values[::WIDTH])
    connection = sqlite3.connect(":memory:", isolation_level=None)
    try:
        connection.executescript(f"{SCHEMA} BEGIN")
        insert_values(connection, "log", f"({', '.join('?' * WIDTH)})", WIDTH, values)
        connection.execute("COMMIT")
        return connection.serialize()
    finally:
        connection.close()


class LogBlock:
    """What a reader sends of many cards' logs at once; `size`: how many rows."""

    def __init__(self, content: Content, size: int, sums: list[Sum]) -> None:
        self.content, self.size, self.sums = content, size, sums

    def rows(self, first: int, number: int) -> list[tuple[Any, ...]]:
        """So many rows from one on, each as TOLD has it. The first of all is 0."""
        if isinstance(self.content, list):
            values = iter(self.content[first * WIDTH : (first + number) * WIDTH])
            return [*zip(*[values] * WIDTH, strict=True)]
        some = f"SELECT {', '.join(TOLD)} FROM log WHERE rowid BETWEEN ? AND ?"  # noqa: S608  # names of ours
        return self._database.execute(some, (first + 1, first + number)).fetchall()

    @cached_property
    def _database(self) -> sqlite3.Connection:
        # A pool of threads may answer for one import.
        database = sqlite3.connect(":memory:", isolation_level=None, check_same_thread=False)
        database.deserialize(self.content)  # type: ignore[arg-type]
        return database
