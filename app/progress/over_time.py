"""What was done day after day, added up by the stretches a picture shows."""

from bisect import bisect_right
from collections.abc import Callable
from dataclasses import dataclass

from sqlalchemy.orm import Session

from app.progress.scope import Scope, Span
from app.progress.stretches import Unit, stretches_of
from app.progress.sums import Day, days_of

BY_DAY, BY_WEEK = 31, 366
"""Spans up to so many days are shown by day, and by week."""


@dataclass(frozen=True, slots=True)
class DoneIn:
    """What was done in a stretch: the day's first answers to cards by how far those had come, the drill's answers and
    those of practice, whose time is not in `took_ms`."""

    span: Span
    met: int
    young: int
    mature: int
    drilled: int
    practised: int
    took_ms: int


@dataclass(frozen=True, slots=True)
class OverTime:
    """A span's stretches, one after another without a gap. `studied`: its days with answers; `practised`: those with
    answers or practice."""

    unit: Unit
    stretches: tuple[DoneIn, ...]
    studied: int
    practised: int

    def total(self, of: Callable[[DoneIn], int]) -> int:
        return sum(of(done) for done in self.stretches)

    @property
    def answers(self) -> int:
        """All answers, without practice."""
        return self.total(lambda done: done.met + done.young + done.mature + done.drilled)


def over_time(session: Session, scope: Scope, span: Span) -> OverTime:
    """What was done in a span; since ever: from the first day with something done, and over a month at least, for one
    column as wide as the page says nothing."""
    days = days_of(session, scope, span)
    first = span.first
    if first is None:
        first = min([span.last - BY_DAY + 1, *(day.day for day in days[:1])])
    unit = unit_for(span.last - first + 1)
    spans = stretches_of(first, span.last, unit)
    begins = [each.first or 0 for each in spans]
    inside: list[list[Day]] = [[] for _ in spans]
    for day in days:
        inside[bisect_right(begins, day.day) - 1].append(day)
    stretches = tuple(_done(each, of_it) for each, of_it in zip(spans, inside, strict=True))
    return OverTime(unit, stretches, sum(day.answers > 0 for day in days), len(days))


def unit_for(days: int) -> Unit:
    """How long the stretches of a span of so many days are."""
    return Unit.DAY if days <= BY_DAY else Unit.WEEK if days <= BY_WEEK else Unit.MONTH


def _done(span: Span, days: list[Day]) -> DoneIn:
    met, young, mature = (sum(getattr(day, name) for day in days) for name in ("met", "young", "mature"))
    answers = sum(day.answers for day in days)
    practised, took_ms = sum(day.practised for day in days), sum(day.took_ms for day in days)
    return DoneIn(span, met, young, mature, answers - met - young - mature, practised, took_ms)
