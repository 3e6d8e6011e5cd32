"""What is coming: which days cards wait on, what waits since earlier days, and how much a day asks in the long run."""

from bisect import bisect_right
from dataclasses import dataclass

from sqlalchemy.orm import Session

from app.models import Figure
from app.progress.scope import DAYS, Range, Scope, Span
from app.progress.stretches import Unit, stretches_of
from app.progress.sums import counts_of

BY_DAY, BY_WEEK = 31, 92
FURTHEST = 5 * 365
"""Days ahead that are shown; what comes later is told in one number."""


@dataclass(frozen=True, slots=True)
class Coming:
    """`cards`: how many wait in each of the stretches, the first of which begins today; `backlog`: how many waited
    before today; `later`: how many come after the last stretch. `load`: repetitions a day that the intervals there are
    come to, if all stay as they are: a card every 10 days is a tenth."""

    unit: Unit
    stretches: tuple[Span, ...]
    cards: tuple[int, ...]
    backlog: int
    today: int
    later: int
    load: float

    @property
    def total(self) -> int:
        """All cards that wait on some day."""
        return self.backlog + sum(self.cards) + self.later


def coming_of(session: Session, scope: Scope, today: int, chosen: Range) -> Coming:
    """The forecast for as many days ahead as a range has; without an end up to the last card's day. Suspended cards
    wait on no day, but their intervals are in the load."""
    waiting = counts_of(session, scope, Figure.WAITS_ON)
    days = DAYS[chosen] or min(max(BY_DAY, max(waiting, default=today) - today + 1), FURTHEST)
    unit = Unit.DAY if days <= BY_DAY else Unit.WEEK if days <= BY_WEEK else Unit.MONTH
    last = today + days - 1
    stretches = stretches_of(today, last, unit)
    begins, cards = [each.first or 0 for each in stretches], [0] * len(stretches)
    for day, count in waiting.items():
        if today <= day <= last:
            cards[bisect_right(begins, day) - 1] += count
    intervals = counts_of(session, scope, Figure.INTERVAL)
    return Coming(
        *(unit, tuple(stretches), tuple(cards)),
        backlog=sum(count for day, count in waiting.items() if day < today),
        today=waiting.get(today, 0),
        later=sum(count for day, count in waiting.items() if day > last),
        load=sum(count / max(1, interval) for interval, count in intervals.items()),
    )
