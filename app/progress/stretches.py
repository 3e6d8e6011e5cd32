"""A span of days in stretches that a picture has a column for: days, weeks or months."""

from collections.abc import Iterator
from datetime import date
from enum import StrEnum

from app.clock import date_of, day_of
from app.progress.scope import Span

WEEK = 7


class Unit(StrEnum):
    """How long a stretch is."""

    DAY = "day"
    WEEK = "week"
    MONTH = "month"


def monday_of(day: int) -> int:
    """The Monday of a study day's week."""
    return day - date_of(day).weekday()


def stretches_of(first: int, last: int, unit: Unit) -> list[Span]:
    """The stretches from a day to a later one, both among them; weeks begin on Monday, and those at the ends may be
    cut short."""
    return list(_stretches(first, last, unit))


def _stretches(first: int, last: int, unit: Unit) -> Iterator[Span]:
    while first <= last:
        beyond = min(_next(first, unit), last + 1)
        yield Span(first, beyond - 1)
        first = beyond


def _next(day: int, unit: Unit) -> int:
    if unit is Unit.DAY:
        return day + 1
    if unit is Unit.WEEK:
        return monday_of(day) + WEEK
    begins = date_of(day)
    return day_of(date(begins.year + begins.month // 12, begins.month % 12 + 1, 1))
