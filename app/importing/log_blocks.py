"""Some thousand rows of a log as one: a serialized database of SQLite's, from which they are copied by SQL in half the
time it takes to hand them over. Light: the child process that reads collections imports it."""

import sqlite3
from contextlib import closing
from functools import cached_property
from itertools import chain
from typing import Any

from app.importing.log_rows import TOLD
from app.many_rows import insert_values

WIDTH = len(TOLD)
SCHEMA = (
    f"CREATE TABLE log ({', '.join(TOLD)});"
    "CREATE TABLE spans (first INTEGER PRIMARY KEY, last INTEGER, card_id INTEGER, deck_id INTEGER);"
)
"""`spans`: which rows of the log are those of a card, for whoever gives the cards their ids."""
Content = bytes | list[Any]
"""Such a database; or the values of one row after another, as TOLD has them."""
Sum = tuple[int, int, int, int]
"""What answers add to the daily summaries: the place of their deck, their share, answers and milliseconds."""


def packed(values: list[Any]) -> bytes:
    """These rows as such a database; to be asked for where one can be attached."""
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
        return self._rows[first : first + number]

    def ids(self, first: int, number: int) -> list[bytes]:
        """Their ids alone, which are all that is asked of a log that is known already."""
        return self._ids[first : first + number]

    def values(self, first: int, number: int) -> list[Any]:
        """The values of these rows, one behind the other."""
        if isinstance(self.content, list):
            return self.content[first * WIDTH : (first + number) * WIDTH]
        return [*chain.from_iterable(self.rows(first, number))]

    @cached_property
    def _rows(self) -> list[tuple[Any, ...]]:
        if isinstance(self.content, list):
            return [*zip(*[iter(self.content)] * WIDTH, strict=True)]
        return _found_in(self.content, ", ".join(TOLD))

    @cached_property
    def _ids(self) -> list[bytes]:
        if isinstance(self.content, list):
            return self.content[::WIDTH]
        return [id for (id,) in _found_in(self.content, "id")]


def _found_in(content: bytes, columns: str) -> list[tuple[Any, ...]]:
    # All at once: asked for card by card they take as long as all else, and open databases much memory.
    with closing(sqlite3.connect(":memory:")) as database:
        database.deserialize(content)
        return database.execute(f"SELECT {columns} FROM log ORDER BY rowid").fetchall()  # noqa: S608  # names of ours
