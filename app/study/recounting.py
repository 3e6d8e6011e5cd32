"""What is added up of daily summaries and memories, compared with what they say, and added up anew."""

from collections.abc import Iterator
from typing import Any, cast

import sqlalchemy as sa

from app.models import DailySummary, DayTotal, MemoryCount, PeriodTotal
from app.models.memory_count import MEMORIES, count, counted
from app.models.totals import Summed, add_totals, day_totals, period_totals

TABLES = tuple(cast(sa.Table, model.__table__) for model in (DayTotal, PeriodTotal, MemoryCount))


def differing_counts(connection: sa.Connection, user_id: int) -> list[str]:
    """The tables that hold something else than the learner's summaries and memories say. A row of noughts says nothing
    and may stand there."""
    summed = list(_summed(connection, user_id))
    each = sa.union_all(*(rows.where(MEMORIES.c.user_id == user_id) for rows in counted(MEMORIES.c, 1))).subquery()
    key = (each.c.user_id, each.c.figure, each.c.deck_id, each.c.bucket)
    counts = connection.execute(sa.select(*key, sa.func.sum(each.c.cards)).group_by(*key))
    should_be = zip(TABLES, (day_totals(user_id, summed), period_totals(user_id, summed), counts), strict=True)
    return [table.name for table, rows in should_be if _numbers(rows) != _kept(connection, table, user_id)]


def recount(connection: sa.Connection, user_id: int) -> None:
    """Adds up all of a learner's summaries and memories anew, in a write transaction."""
    for table in TABLES:
        connection.execute(sa.delete(table).where(table.c.user_id == user_id))
    add_totals(connection, user_id, list(_summed(connection, user_id)))
    count(connection, user_id)


def _summed(connection: sa.Connection, user_id: int) -> Iterator[Summed]:
    columns = [getattr(DailySummary, name) for name in Summed._fields]
    for row in connection.execute(sa.select(*columns).where(DailySummary.user_id == user_id)):
        yield Summed(*row)


def _kept(connection: sa.Connection, table: sa.Table, user_id: int) -> set[tuple[int, ...]]:
    return _numbers(connection.execute(sa.select(table).where(table.c.user_id == user_id)), len(table.primary_key))


def _numbers(rows: Any, key: int = 0) -> set[tuple[int, ...]]:
    """Rows to compare, booleans as numbers; those that hold nothing but noughts behind their key left out."""
    numbers = (tuple(int(value) for value in row) for row in rows)
    return {row for row in numbers if not key or any(row[key:])}
