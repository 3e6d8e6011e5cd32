"""The totals that figures are made of, for a scope: each statement reads rows that were added up already."""

from collections import defaultdict
from collections.abc import Iterable
from datetime import date
from typing import Any, NamedTuple

import sqlalchemy as sa
from sqlalchemy.orm import Session

from app.clock import date_of, day_of
from app.models import EVER, DailySummary, DayTotal, Figure, Kind, MemoryCount, PeriodTotal, Stage
from app.models.deck import unseen_decks
from app.models.totals import day_totals
from app.progress.scope import Scope, Span
from app.progress.tagged import tagged_counts, tagged_totals

ANSWERED = (Kind.ANSWER, Kind.IMPORTED)


class Day(NamedTuple):
    """What was done on a study day; see DayTotal."""

    day: int
    answers: int
    took_ms: int
    again: int
    met: int
    young: int
    young_recalled: int
    mature: int
    mature_recalled: int
    practised: int


class Part(NamedTuple):
    """Answers of one hour, kind, grade, stage, and place in the day; see DailySummary."""

    hour: int
    kind: int
    grade: int
    stage: int
    first: bool
    answers: int
    took_ms: int


def days_of(session: Session, scope: Scope, span: Span) -> list[Day]:
    """The days with answers or practice, the oldest first; read once for a scope, those within a span that was read
    too."""
    for (name, wider), days in scope.read.items():
        if name == "days" and _holds(wider, span):
            return [day for day in days if _within(day.day, span)]
    scope.read["days", span] = _days_of(session, scope, span)
    return list(scope.read["days", span])


def _days_of(session: Session, scope: Scope, span: Span) -> list[Day]:
    if scope.tag is not None:
        return _days_of_tag(session, scope, span)
    sums = [sa.func.sum(getattr(DayTotal, name)) for name in Day._fields[1:]]
    rows = sa.select(DayTotal.day, *sums).where(DayTotal.user_id == scope.user_id, DayTotal.day <= span.last)
    if span.first is not None:
        rows = rows.where(DayTotal.day >= span.first)
    done = sa.func.sum(DayTotal.answers + DayTotal.practised) > 0
    rows = rows.where(in_scope(scope, DayTotal.deck_id)).group_by(DayTotal.day).having(done).order_by(DayTotal.day)
    return [Day._make(int(value) for value in row) for row in session.execute(rows)]


def parts_of(session: Session, scope: Scope, span: Span) -> list[Part]:
    """What was answered in a span, by hour, grade and the rest; practice is a kind of its own. Read once for a
    scope."""
    if ("parts", span) not in scope.read:
        scope.read["parts", span] = _parts_of(session, scope, span)
    return list(scope.read["parts", span])


def _parts_of(session: Session, scope: Scope, span: Span) -> list[Part]:
    if scope.tag is not None:
        return _added_up(row for row in tagged_totals(session, scope) if _within(row.day, span))
    periods, ends = _periods_and_days(span)
    columns = Part._fields
    months = sa.select(*(getattr(PeriodTotal, name) for name in columns)).where(
        PeriodTotal.user_id == scope.user_id, PeriodTotal.period.in_(periods), in_scope(scope, PeriodTotal.deck_id)
    )
    days = [
        sa.select(*(getattr(DailySummary, name) for name in columns)).where(
            *(DailySummary.user_id == scope.user_id, DailySummary.day.between(first, last)),
            in_scope(scope, DailySummary.deck_id),
        )
        for first, last in ends
    ]
    each = sa.union_all(months, *days).subquery()
    key = [each.c[name] for name in columns[:5]]
    rows = sa.select(*key, sa.func.sum(each.c.answers), sa.func.sum(each.c.took_ms)).group_by(*key)
    return [Part._make(int(value) for value in row) for row in session.execute(rows)]


def counts_of(session: Session, scope: Scope, figure: Figure) -> dict[int, int]:
    """How many of the learner's cards are in each bucket of a figure, in decks they follow. Read once for a scope."""
    if ("counts", figure) not in scope.read:
        scope.read["counts", figure] = _counts_of(session, scope, figure)
    return dict(scope.read["counts", figure])


def _counts_of(session: Session, scope: Scope, figure: Figure) -> dict[int, int]:
    if scope.tag is not None:
        return tagged_counts(session, scope, figure)
    own = (MemoryCount.user_id == scope.user_id, MemoryCount.figure == figure)
    sums = sa.func.sum(MemoryCount.cards)
    rows = sa.select(MemoryCount.bucket, sums).where(*own, MemoryCount.deck_id.in_(scope.deck_ids))
    rows = rows.group_by(MemoryCount.bucket).having(sums > 0).order_by(MemoryCount.bucket)
    return {bucket: int(cards) for bucket, cards in session.execute(rows)}


def first_day(session: Session, scope: Scope) -> int | None:
    """The first day with answers or practice. Read once for a scope."""
    if ("first day", None) not in scope.read:
        scope.read["first day", None] = _first_day(session, scope)
    first: int | None = scope.read["first day", None]
    return first


def _first_day(session: Session, scope: Scope) -> int | None:
    if scope.tag is not None:
        return min((row.day for row in tagged_totals(session, scope)), default=None)
    own = (DayTotal.user_id == scope.user_id, DayTotal.answers + DayTotal.practised > 0)
    return session.scalar(sa.select(sa.func.min(DayTotal.day)).where(*own, in_scope(scope, DayTotal.deck_id)))


def in_scope(scope: Scope, deck_id: Any) -> sa.ColumnElement[bool]:
    """Whether a deck's rows count. What an import under way has brought so far does not."""
    if scope.deck_id is None:
        counts: sa.ColumnElement[bool] = deck_id.not_in(unseen_decks(scope.user_id))
        return counts
    inside: sa.ColumnElement[bool] = deck_id.in_(scope.deck_ids)
    return inside


def _periods_and_days(span: Span) -> tuple[list[int], list[tuple[int, int]]]:
    """The whole years and months in a span, and the days at its ends that are in none of them."""
    if span.first is None:
        return [EVER], []
    periods: list[int] = []
    ends: list[tuple[int, int]] = []
    day, beyond = span.first, span.last + 1
    while day < beyond:
        begins = date_of(day)
        year, month = date(begins.year + 1, 1, 1), date(begins.year + begins.month // 12, begins.month % 12 + 1, 1)
        if (begins.month, begins.day) == (1, 1) and day_of(year) <= beyond:
            periods.append(begins.year)
            day = day_of(year)
        elif begins.day == 1 and day_of(month) <= beyond:
            periods.append(begins.year * 100 + begins.month)
            day = day_of(month)
        else:
            until = min(day_of(month), beyond)
            ends.append((day, until - 1))
            day = until
    return periods, ends


def _within(day: int, span: Span) -> bool:
    return (span.first is None or day >= span.first) and day <= span.last


def _holds(wider: Span, span: Span) -> bool:
    begins = wider.first is None or (span.first is not None and span.first >= wider.first)
    return begins and span.last <= wider.last


def _days_of_tag(session: Session, scope: Scope, span: Span) -> list[Day]:
    sums: dict[int, list[int]] = defaultdict(lambda: [0] * (len(Day._fields) - 1))
    rows = day_totals(scope.user_id, (row for row in tagged_totals(session, scope) if _within(row.day, span)))
    for _, day, _, *numbers in rows:
        sums[day] = [one + other for one, other in zip(sums[day], numbers, strict=True)]
    return [Day(day, *numbers) for day, numbers in sorted(sums.items())]


def _added_up(rows: Iterable[Any]) -> list[Part]:
    sums: dict[tuple[int, ...], list[int]] = defaultdict(lambda: [0, 0])
    for row in rows:
        counts = sums[(row.hour, int(row.kind), row.grade, int(row.stage), row.first)]
        counts[0] += row.answers
        counts[1] += row.took_ms
    return [Part._make((*key, *counts)) for key, counts in sorted(sums.items())]


def is_repetition(part: Part) -> bool:
    """Whether a part holds first answers of the day to cards that had been met before: what retention is about."""
    return part.first and part.kind in ANSWERED and part.stage != Stage.NEW
