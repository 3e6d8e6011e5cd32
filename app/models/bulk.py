"""Many rows at once, past the session: a hundred thousand notes as objects would take minutes and a gigabyte."""

from collections import deque
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from importlib import import_module
from itertools import chain, repeat
from operator import attrgetter
from typing import Any, TypeVar
from uuid import UUID

import sqlalchemy as sa

from app.many_rows import insert_values

AT_ONCE = 300
"""Rows that one statement names: each is a parameter, and databases have their limits of them."""
One = TypeVar("One")
COPIED = 1_000
"""Rows handed to a COPY at a time: while PostgreSQL stores some, the next are put together."""
BLOCK = 2_000
"""Ids reserved at a time; what is left of a block is never given to anything."""


def insert_into(dialect: str, table: Any) -> Any:
    """An insert that can say what to do about a row that is there. Only what SQLAlchemy knows of this one database is
    loaded: to load it for another takes a twentieth of a command's start."""
    return import_module(f"sqlalchemy.dialects.{dialect}").insert(table)


def put_rows(
    connection: sa.Connection,
    table: str,
    columns: Sequence[str],
    rows: Iterable[Sequence[Any]],
    same: Mapping[str, int | None] | None = None,
) -> None:
    """Inserts rows whose values are as they are stored: moments in milliseconds, JSON as text, UUIDs as their bytes, or
    on PostgreSQL as themselves; other bytes as a memoryview. `same`: the columns that are the same in all. It is a COPY
    on PostgreSQL."""
    by_column = dict(zip(columns, zip(*rows, strict=True), strict=False))
    # SQLite's driver takes as long over five times nothing as over all else that is known of a memory.
    empty = {name: None for name, values in by_column.items() if values.count(None) == len(values)}
    filled = {name: values for name, values in by_column.items() if name not in empty}
    put_values(
        *(connection, table, (*filled,), list(chain.from_iterable(zip(*filled.values(), strict=True)))),
        {**(same or {}), **empty},
    )


def put_values(
    connection: sa.Connection,
    table: str,
    columns: Sequence[str],
    values: Sequence[Any],
    same: Mapping[str, int | None] | None = None,
) -> None:
    """The same for rows that stand one behind the other: a tuple for each would take as long as writing them."""
    if not values:
        return
    same, width = same or {}, len(columns)
    names = ", ".join((*columns, *same))
    driver: Any = connection.connection.driver_connection
    if connection.dialect.name == "postgresql":
        with driver.cursor() as cursor, cursor.copy(f"COPY {table} ({names}) FROM STDIN") as copy:
            for start in range(0, len(values), width * COPIED):
                copy.write(_copied(values[start : start + width * COPIED], width, [*same.values()]))
        return
    # What is written out needs not be handed over a million times.
    row = ", ".join([*"?" * width, *map(_written, same.values())])
    insert_values(driver, f"{table} ({names})", f"({row})", width, values)


ATTACHED = "attached"
"""The name of a database that lies beside ours on the same connection."""
SPAN = ("first", "last", "card_id", "deck_id")


def copy_spans(
    connection: sa.Connection, table: str, columns: Sequence[str], spans: Sequence[int], same: Mapping[str, int | None]
) -> None:
    """Inserts rows that stand in the attached `log`, on SQLite: each of `spans`, which stand one behind the other, says
    which of them are a card's, and what its id and its deck's are. `columns`: those of the log, as they are called in
    both."""
    driver: Any = connection.connection.driver_connection
    driver.execute(f"DELETE FROM {ATTACHED}.spans").close()  # noqa: S608  # names of ours
    insert_values(driver, f"{ATTACHED}.spans", f"({', '.join('?' * len(SPAN))})", len(SPAN), spans)
    names = ("card_id", "deck_id", *columns, *same)
    found = ("spans.card_id", "spans.deck_id", *(f"log.{name}" for name in columns), *map(_written, same.values()))
    # In the order of the spans, which is that of the table's key: so it is appended to.
    driver.execute(
        f"INSERT INTO {table} ({', '.join(names)}) SELECT {', '.join(found)}"  # noqa: S608  # names of ours
        f" FROM {ATTACHED}.spans CROSS JOIN {ATTACHED}.log WHERE log.rowid BETWEEN spans.first AND spans.last"
    ).close()


def _written(number: int | None) -> str:
    return "NULL" if number is None else str(int(number))


def _copied(values: Sequence[Any], width: int, constants: Sequence[int | None]) -> str:
    """Rows in COPY's text format: a third of the time that the driver takes, which looks at each value of each row."""
    columns = [_in_words(values[place::width]) for place in range(width)]
    columns += [repeat(word, len(values) // width) for word in _in_words(constants)]
    return "".join([f"{row}\n" for row in map("\t".join, zip(*columns, strict=True))])


def _in_words(column: Sequence[Any]) -> Iterable[str]:
    kinds = {*map(type, column)}
    if len(kinds) == 1:
        return map(_word_of(kinds.pop()), column)
    words = {kind: _word_of(kind) for kind in kinds}
    return [words[type(value)](value) for value in column]


def _word_of(kind: type) -> Callable[[Any], str]:
    """What makes words of values of a type, or of one it is a kind of: a number may be an enum's."""
    return next(WORDS[one] for one in kind.__mro__ if one in WORDS)


def _escaped(text: str) -> str:
    return text.replace("\\", "\\\\").replace("\n", "\\n").replace("\t", "\\t").replace("\r", "\\r")


WORDS: dict[type, Callable[[Any], str]] = {
    int: str,
    float: repr,
    bool: {True: "t", False: "f"}.__getitem__,
    str: _escaped,
    bytes: bytes.hex,
    memoryview: lambda blob: rf"\\x{blob.hex()}",
    UUID: attrgetter("hex"),
    type(None): {None: "\\N"}.__getitem__,
}
"""What COPY's text format calls a value, by its type; bytes are those of a UUID, others a view of them."""


def add_rows(
    connection: sa.Connection, table: str, columns: Sequence[str], key: int, rows: Sequence[Sequence[Any]]
) -> None:
    """The same for rows of numbers that may be there: the first `key` columns say which it is, the others are added to
    what stands there."""
    if not rows:
        return
    place = "%s" if connection.dialect.name == "postgresql" else "?"
    sums = ", ".join(f"{name} = {table}.{name} + excluded.{name}" for name in columns[key:])
    names, places = ", ".join(columns), ", ".join([place] * len(columns))
    insert = f"INSERT INTO {table} ({names}) VALUES ({places})"  # noqa: S608  # names of ours
    adding = f"{insert} ON CONFLICT ({', '.join(columns[:key])}) DO UPDATE SET {sums}"
    connection.exec_driver_sql(adding, [tuple(row) for row in rows])


class Ids:
    """New ids for rows of a table that the database numbers. No two processes are given the same."""

    def __init__(self, table: str) -> None:
        self._table = table
        self._free: deque[int] = deque()

    def __len__(self) -> int:
        return len(self._free)

    def take(self) -> int:
        """The next one of those reserved."""
        return self._free.popleft()

    def reserve(self, connection: sa.Connection, number: int) -> None:
        """Sees to it that so many can be taken; in a write transaction."""
        missing = number - len(self._free)
        if missing > 0:
            self._free.extend(self._reserved(connection, max(missing, BLOCK)))

    def _reserved(self, connection: sa.Connection, number: int) -> Iterable[int]:
        if connection.dialect.name == "postgresql":
            sequence = sa.text("SELECT nextval(pg_get_serial_sequence(:name, 'id')) FROM generate_series(1, :number)")
            return connection.scalars(sequence, {"name": self._table, "number": number}).all()
        given = sa.text("SELECT seq FROM sqlite_sequence WHERE name = :name")
        last = connection.scalar(given, {"name": self._table})
        if last is None:
            connection.execute(sa.text("INSERT INTO sqlite_sequence VALUES (:name, 0)"), {"name": self._table})
            last = 0
        moved = sa.text("UPDATE sqlite_sequence SET seq = :last WHERE name = :name")
        connection.execute(moved, {"name": self._table, "last": last + number})
        return range(last + 1, last + number + 1)


def chunks(all_of_them: Sequence[One], most: int = AT_ONCE) -> Iterator[Sequence[One]]:
    """Some hundreds at a time."""
    for start in range(0, len(all_of_them), most):
        yield all_of_them[start : start + most]
