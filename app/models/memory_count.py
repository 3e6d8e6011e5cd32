"""How many of a learner's cards have which interval, ease, due day …: memories counted, so that no page has to."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from enum import IntEnum
from functools import cache
from typing import Any, cast

import sqlalchemy as sa
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.orm import Mapped, mapped_column

from app.database import Base
from app.models.bulk import add_rows, insert_into
from app.models.memory import Memory

MOST = 36_500
"""Intervals and stabilities count up to a hundred years."""
MOST_LAPSES = 100


class Figure(IntEnum):
    """What is counted, and the unit of its buckets."""

    # The study day on which the queue shows the card. Suspended cards are in none.
    WAITS_ON = 1
    # Days.
    INTERVAL = 2
    # Twentieths, to the nearest: 50 is an ease of 2.5.
    EASE = 3
    # Tenths, 10 to 100, cut off. FSRS's; none under SM-2.
    DIFFICULTY = 4
    # Whole days. FSRS's; none under SM-2.
    STABILITY = 5
    LAPSES = 6
    # 1: the card is buried, or put off by hand, beyond the day it is due.
    BURIED = 7


class MemoryCount(Base):
    """How many of a learner's memories of a deck are in one bucket of a figure: a projection of `memories`."""

    __tablename__ = "memory_counts"
    __table_args__ = ({"sqlite_with_rowid": False},)

    user_id: Mapped[int] = mapped_column(sa.ForeignKey("users.id", ondelete="CASCADE"), primary_key=True)
    figure: Mapped[Figure] = mapped_column(sa.SmallInteger, primary_key=True)
    deck_id: Mapped[int] = mapped_column(primary_key=True)
    bucket: Mapped[int] = mapped_column(primary_key=True)
    # May be 0, where there were some.
    cards: Mapped[int]


MEMORIES, COUNTS = (cast(sa.Table, model.__table__) for model in (Memory, MemoryCount))


class _Whole(sa.sql.functions.GenericFunction[int]):
    """A number without what is behind its point: SQLite's cast cuts that off, PostgreSQL's rounds."""

    type = sa.Integer()
    inherit_cache = True


@compiles(_Whole)
def _trunc(element: Any, compiler: Any, **options: Any) -> str:
    value = compiler.process(element.clauses, **options)
    return f"CAST({value} AS INTEGER)" if compiler.dialect.name == "sqlite" else f"CAST(trunc({value}) AS INTEGER)"


def _at_most(value: Any, most: int) -> sa.ColumnElement[Any]:
    return sa.case((value > most, most), else_=value)


def buckets(memory: Any) -> dict[Figure, sa.ColumnElement[int | None]]:
    """The bucket of a memory's row, or of what has the same columns, in each figure; NULL: in none."""
    return {
        Figure.WAITS_ON: memory.queue_day,
        Figure.INTERVAL: _at_most(memory.interval, MOST),
        Figure.EASE: (memory.ease + 25) // 50,
        Figure.DIFFICULTY: _Whole(memory.difficulty * 10),
        Figure.STABILITY: _Whole(_at_most(memory.stability, MOST)),
        Figure.LAPSES: _at_most(memory.lapses, MOST_LAPSES),
        Figure.BURIED: sa.case((memory.queue_day > memory.due_day, 1)),
    }


def counted(memory: Any, cards: int) -> list[sa.Select[Any]]:
    """One row for each figure that a memory is in, with that number of cards."""
    return [
        sa.select(
            memory.user_id,
            sa.literal_column(str(int(figure)), sa.SmallInteger).label("figure"),
            memory.deck_id,
            bucket.label("bucket"),
            sa.literal_column(str(cards), sa.Integer).label("cards"),
        ).where(bucket.is_not(None))
        for figure, bucket in buckets(memory).items()
    ]


def adding(dialect: str, rows: sa.CompoundSelect[Any]) -> Any:
    """Adds rows of `counted` to what stands there."""
    each = rows.subquery("each")
    key, total = (each.c.user_id, each.c.figure, each.c.deck_id, each.c.bucket), sa.func.sum(each.c.cards)
    sums = sa.select(*key, total).group_by(*key).having(total != 0)
    return _adding(dialect, sums)


def _adding(dialect: str, rows: sa.Select[Any]) -> Any:
    insert = insert_into(dialect, COUNTS).from_select([column.key for column in COUNTS.c], rows)
    return insert.on_conflict_do_update(
        index_elements=list(COUNTS.primary_key), set_={"cards": COUNTS.c.cards + insert.excluded.cards}
    )


@cache
def _of_one(dialect: str, cards: int) -> Any:
    own = (MEMORIES.c.user_id == sa.bindparam("the_user_id"), MEMORIES.c.card_id == sa.bindparam("the_card_id"))
    return adding(dialect, sa.union_all(*(rows.where(*own) for rows in counted(MEMORIES.c, cards))))


@contextmanager
def counting_one(connection: sa.Connection, user_id: int, card_id: int) -> Iterator[None]:
    """Takes the memory of a card out of the counts and puts in what it is when the block is left."""
    values, dialect = {"the_user_id": user_id, "the_card_id": card_id}, connection.dialect.name
    connection.execute(_of_one(dialect, -1), values)
    yield
    connection.execute(_of_one(dialect, 1), values)


@contextmanager
def counting(connection: sa.Connection, user_id: int, *which: sa.ColumnElement[bool]) -> Iterator[None]:
    """The same for all of a learner's memories that meet a condition; before and after they must be the same cards."""
    count(connection, user_id, *which, cards=-1)
    yield
    count(connection, user_id, *which)


def count(connection: sa.Connection, user_id: int, *which: sa.ColumnElement[bool], cards: int = 1) -> None:
    """Adds a learner's memories that meet a condition to the counts, each as that many cards."""
    own = (MEMORIES.c.user_id == user_id, *which)
    rows = sa.union_all(*(rows.where(*own) for rows in counted(MEMORIES.c, cards)))
    connection.execute(adding(connection.dialect.name, rows))


def move_counts(connection: sa.Connection, user_id: int, deck_id: int, to: int) -> None:
    """Counts a learner's memories of one deck in another, where they all are now."""
    own = (COUNTS.c.user_id == user_id, COUNTS.c.deck_id == deck_id)
    there = sa.literal(to).label("deck_id")
    rows = sa.select(COUNTS.c.user_id, COUNTS.c.figure, there, COUNTS.c.bucket, COUNTS.c.cards).where(*own)
    connection.execute(_adding(connection.dialect.name, rows))
    connection.execute(sa.delete(COUNTS).where(*own))


def buckets_of(
    queue_day: int | None,
    due_day: int,
    interval: int,
    ease: int,
    lapses: int,
    stability: float | None,
    difficulty: float | None,
) -> tuple[int | None, ...]:
    """As `buckets` has them, in the order of the figures, for a memory that was just made."""
    return (
        *(queue_day, min(interval, MOST), (ease + 25) // 50),
        None if difficulty is None else int(difficulty * 10),
        None if stability is None else int(min(stability, MOST)),
        min(lapses, MOST_LAPSES),
        1 if queue_day is not None and queue_day > due_day else None,
    )


def count_one(
    connection: sa.Connection,
    user_id: int,
    deck_id: int,
    before: tuple[int | None, ...] | None,
    after: tuple[int | None, ...] | None,
) -> None:
    """Counts a memory in these buckets (None: there is none) instead of in those it was in before."""
    nowhere = (None,) * len(Figure)
    change: list[tuple[int, ...]] = []
    for figure, was, now in zip(Figure, before or nowhere, after or nowhere, strict=True):
        if was == now:
            continue
        if was is not None:
            change.append((user_id, figure, deck_id, was, -1))
        if now is not None:
            change.append((user_id, figure, deck_id, now, 1))
    # In one order: two requests of a learner that write the same rows would wait for each other.
    add_counts(connection, sorted(change))


def add_counts(connection: sa.Connection, rows: Sequence[tuple[int, ...]]) -> None:
    """Adds what was counted without reading it again: learner, figure, deck, bucket, cards."""
    add_rows(connection, "memory_counts", [column.key for column in COUNTS.c], len(COUNTS.primary_key), rows)
