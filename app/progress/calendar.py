"""A year as a calendar: what was done on each day, and what waits on the days to come."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from sqlalchemy.orm import Session

from app.clock import date_of, day_of
from app.models import Figure
from app.progress.scope import Scope, Span
from app.progress.stretches import WEEK, monday_of
from app.progress.sums import Day, counts_of, days_of, first_day

WEEKS_BACK, WEEKS_AHEAD = 52, 8
LEVELS = 4


@dataclass(frozen=True, slots=True)
class Calendar:
    """`span`: all days it shows; `done`: those with answers or practice; `waiting`: how many cards wait on a day after
    today. `steps` and `waiting_steps`: the numbers above which a day is of the next level. `first_ever`: the learner's
    first day with something done, None without one."""

    today: int
    span: Span
    done: dict[int, Day]
    waiting: dict[int, int]
    steps: tuple[int, ...]
    waiting_steps: tuple[int, ...]
    first_ever: int | None


def calendar_of(session: Session, scope: Scope, today: int, year: int | None = None) -> Calendar:
    """The calendar of a year, or of the twelve months that end today with some weeks to come."""
    span = _year(year) if year is not None else _around(today)
    done = {day.day: day for day in days_of(session, scope, span)}
    waiting: dict[int, int] = {}
    if span.last > today:
        counts = counts_of(session, scope, Figure.WAITS_ON)
        waiting = {day: cards for day, cards in counts.items() if today < day <= span.last}
    steps = levels(amount(day) for day in done.values())
    return Calendar(today, span, done, waiting, steps, levels(waiting.values()), first_day(session, scope))


def _around(today: int) -> Span:
    monday = monday_of(today)
    return Span(monday - WEEKS_BACK * WEEK, monday + (WEEKS_AHEAD + 1) * WEEK - 1)


def _year(year: int) -> Span:
    return Span(day_of(date(year, 1, 1)), day_of(date(year, 12, 31)))


def years_of(calendar: Calendar) -> range:
    """The years that have a calendar of their own."""
    ends = date_of(calendar.today).year
    begins = ends if calendar.first_ever is None else date_of(calendar.first_ever).year
    return range(min(begins, ends), ends + 1)


def amount(day: Day) -> int:
    """How much was done on a day."""
    return day.answers + day.practised


def levels(amounts: Iterable[int]) -> tuple[int, ...]:
    """The quartiles of a learner's days: what is much is told by their own days, and not by anybody else's."""
    ordered = sorted(amounts)
    return tuple(ordered[len(ordered) * quarter // LEVELS] for quarter in range(1, LEVELS)) if ordered else ()


def level_of(number: int, steps: tuple[int, ...]) -> int:
    """0 for nothing, else 1 to LEVELS."""
    return 0 if not number else 1 + sum(number > step for step in steps)
