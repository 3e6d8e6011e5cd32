"""The daily summaries added up further, so that a page over ten years reads thousands of rows and not a million.

Projections of the summaries, which are one of the log: whoever changes those changes these with them, by the rows that
`day_totals` and `period_totals` make.
"""

from collections.abc import Iterable, Sequence
from typing import NamedTuple

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from app.clock import date_of
from app.database import Base
from app.models.bulk import add_rows
from app.models.review import Kind
from app.scheduling.memory import HARD
from app.scheduling.stages import Stage


class DayTotal(Base):
    """What a learner did with a deck on a study day. Drill counts in `answers`; the rest is about the first answers of
    the day: cards met, and cards repeated that were young or mature, and how many of those were recalled."""

    __tablename__ = "day_totals"
    __table_args__ = ({"sqlite_with_rowid": False},)

    user_id: Mapped[int] = mapped_column(sa.ForeignKey("users.id", ondelete="CASCADE"), primary_key=True)
    day: Mapped[int] = mapped_column(primary_key=True)
    deck_id: Mapped[int] = mapped_column(primary_key=True)
    answers: Mapped[int]
    took_ms: Mapped[int] = mapped_column(sa.BigInteger)
    again: Mapped[int]
    met: Mapped[int]
    young: Mapped[int]
    young_recalled: Mapped[int]
    mature: Mapped[int]
    mature_recalled: Mapped[int]
    # Apart from all the others.
    practised: Mapped[int]


class PeriodTotal(Base):
    """The daily summaries of a month, of a year, or of all time, added up.

    `period`: 202611 is a month, 2026 a year, EVER all time. A span of days is whole years and months, and the summaries
    of the days at its ends.
    """

    __tablename__ = "period_totals"
    __table_args__ = ({"sqlite_with_rowid": False},)

    user_id: Mapped[int] = mapped_column(sa.ForeignKey("users.id", ondelete="CASCADE"), primary_key=True)
    period: Mapped[int] = mapped_column(primary_key=True)
    deck_id: Mapped[int] = mapped_column(primary_key=True)
    hour: Mapped[int] = mapped_column(sa.SmallInteger, primary_key=True)
    kind: Mapped[Kind] = mapped_column(sa.SmallInteger, primary_key=True)
    grade: Mapped[int] = mapped_column(sa.SmallInteger, primary_key=True)
    stage: Mapped[Stage] = mapped_column(sa.SmallInteger, primary_key=True)
    first: Mapped[bool] = mapped_column(primary_key=True)
    answers: Mapped[int]
    took_ms: Mapped[int] = mapped_column(sa.BigInteger)


EVER = 0
DAY_COLUMNS = ("user_id", "day", "deck_id", *(column.key for column in DayTotal.__table__.c if not column.primary_key))
PERIOD_COLUMNS = (
    *("user_id", "period", "deck_id", "hour", "kind", "grade", "stage", "first"),
    *("answers", "took_ms"),
)


class Summed(NamedTuple):
    """A row of the daily summaries, or what changes in it."""

    day: int
    deck_id: int
    hour: int
    kind: int
    grade: int
    stage: int
    first: bool
    answers: int
    took_ms: int


def periods_of(day: int) -> tuple[int, int, int]:
    """The periods a study day lies in: its month, its year, and all time."""
    date = date_of(day)
    return date.year * 100 + date.month, date.year, EVER


def day_totals(user_id: int, rows: Iterable[Summed]) -> list[tuple[int, ...]]:
    """What rows of the summaries add to the totals of their days, as rows of DAY_COLUMNS in the order of their key."""
    totals: dict[tuple[int, int], list[int]] = {}
    for row in rows:
        sums = totals.setdefault((row.day, row.deck_id), [0] * (len(DAY_COLUMNS) - 3))
        for place, number in enumerate(_of_the_day(row)):
            sums[place] += number
    return [(user_id, *key, *sums) for key, sums in sorted(totals.items()) if any(sums)]


def _of_the_day(row: Summed) -> tuple[int, ...]:
    answers, recalled = row.answers, row.grade >= HARD
    if row.kind == Kind.PRACTICE:
        return (0, 0, 0, 0, 0, 0, 0, 0, answers)
    new, young, mature = (row.first and row.stage == stage for stage in Stage)
    return (
        *(answers, row.took_ms, answers * (not recalled), answers * new),
        *(answers * young, answers * (young and recalled), answers * mature, answers * (mature and recalled), 0),
    )


def period_totals(user_id: int, rows: Iterable[Summed]) -> list[tuple[int, ...]]:
    """What they add to the totals of their periods, as rows of PERIOD_COLUMNS in the order of their key."""
    totals: dict[tuple[int, ...], list[int]] = {}
    periods: dict[int, tuple[int, int, int]] = {}
    for row in rows:
        if row.day not in periods:
            periods[row.day] = periods_of(row.day)
        for period in periods[row.day]:
            sums = totals.setdefault((period, *row[1:7]), [0, 0])
            sums[0] += row.answers
            sums[1] += row.took_ms
    return [(user_id, *key, *sums) for key, sums in sorted(totals.items()) if any(sums)]


def add_totals(connection: sa.Connection, user_id: int, rows: Sequence[Summed]) -> None:
    """Adds to the totals what was added to the summaries."""
    add_rows(connection, "day_totals", DAY_COLUMNS, 3, day_totals(user_id, rows))
    add_rows(connection, "period_totals", PERIOD_COLUMNS, 8, period_totals(user_id, rows))
