"""What the scheduler expected of a learner's latest reviews, beside what came."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cached_property
from itertools import accumulate
from typing import NamedTuple

from sqlalchemy.orm import Session

from app.models import Figure, Kind, Stage
from app.progress.sampled import Logged, Sampled, affordable, cards_answered_since, logs_of
from app.progress.scope import Scope, Span
from app.progress.sums import counts_of, days_of
from app.scheduling import MATURE_INTERVAL, NEW, MemoryState, Scheduler, take
from app.scheduling.calibration import Bin, Judged, brier_score, calibration, mean_gap
from app.scheduling.fsrs import SM2_RETENTION
from app.scheduling.sm2 import LOWEST_PASS
from app.scheduling.stages import imported_stage

LATEST = 1_000
MOST_CARDS = 2 * LATEST
LOOKED_BACK = (31, 365)
"""Days in which the latest answers are looked for first."""
BINS = 20


class Review(NamedTuple):
    """One answer to a card met before, the first of its day. `aimed`: the recall its scheduler wanted."""

    day: int
    stage: Stage
    aimed: float
    judged: Judged


@dataclass(frozen=True)
class Foreseen:
    """Reviews, the oldest first, with what was expected of them."""

    reviews: tuple[Review, ...]

    def of_stage(self, stage: Stage) -> "Foreseen":
        return Foreseen(tuple(one for one in self.reviews if one.stage == stage))

    @property
    def count(self) -> int:
        return len(self.reviews)

    @property
    def recalled(self) -> float:
        return sum(one.judged.recalled for one in self.reviews) / self.count

    @property
    def expected(self) -> float:
        return sum(one.judged.predicted for one in self.reviews) / self.count

    @property
    def aimed(self) -> float:
        return sum(one.aimed for one in self.reviews) / self.count

    @cached_property
    def bins(self) -> tuple[Bin, ...]:
        return calibration((one.judged for one in self.reviews), BINS)

    @property
    def gap(self) -> float:
        """How far expectation and recall lie apart, taken group by group."""
        return mean_gap(self.bins)

    @property
    def brier(self) -> float:
        return brier_score([one.judged for one in self.reviews])


def foreseen_of(session: Session, scope: Scope, span: Span, latest: int = LATEST) -> Foreseen:
    """The latest reviews of the span, as the settings of today would have foreseen them.

    FSRS says how likely recall was; an interval of SM-2, or of an answer given elsewhere, is read as the time after
    which nine in ten are recalled, and forgetting goes on along FSRS's curve.
    """
    met = sum(counts_of(session, scope, Figure.INTERVAL).values())
    latest = affordable(session, scope, met, latest)
    since = _since(session, scope, span, latest)
    if since is None:
        return Foreseen(())
    reviews = [
        review
        for card, log in logs_of(session, scope, cards_answered_since(session, scope, since, MOST_CARDS))
        for review in _reviews(card, log, since)
        if review.day <= span.last
    ]
    reviews.sort(key=lambda one: one.day)
    return Foreseen(tuple(reviews[-latest:]))


def _since(session: Session, scope: Scope, span: Span, latest: int) -> int | None:
    """The day since which there are that many reviews, or the first there is; None without any. Of a tag nobody has
    counted them, and the cards that were answered last hold the latest."""
    if scope.tag is not None:
        return span.first or 0
    firsts = [span.last - days for days in LOOKED_BACK if span.first is None or span.last - days > span.first]
    for first in [*firsts, span.first]:
        days = [day for day in days_of(session, scope, Span(first, span.last)) if day.young + day.mature]
        sums = accumulate(day.young + day.mature for day in reversed(days))
        for day, number in zip(reversed(days), sums, strict=True):
            if number >= latest:
                return day.day
        if first == span.first:
            return days[0].day if days else None
    return None


def _reviews(card: Sampled, log: Iterable[Logged], since: int) -> Iterator[Review]:
    """Those of one card, from a day on."""
    settings, state, last_day = card.settings, NEW, None
    recall = settings.fsrs.forgetting_curve()
    aim = settings.retention if settings.scheduler is Scheduler.FSRS else SM2_RETENTION
    for row in log:
        if last_day is not None and since <= row.day > last_day and (before := _before(state, row, last_day)):
            stage, lasts = before
            judged = Judged(recall(lasts, row.day - last_day), row.grade >= LOWEST_PASS)
            yield Review(row.day, stage, SM2_RETENTION if row.kind == Kind.IMPORTED else aim, judged)
        if row.kind != Kind.IMPORTED:
            state = take(state, row.event, settings, card.card_id)
            last_day = state.last_day
        elif imported_stage(row.grade, row.told) is not None:
            last_day = row.day


def _before(state: MemoryState, row: Logged, last_day: int) -> tuple[Stage, float] | None:
    """How far a card was before its repetition, and the days after which nine in ten would recall it; None if the row
    is no answer, or nobody had said when the card should come back."""
    if row.kind == Kind.IMPORTED:
        stage, lasts = imported_stage(row.grade, row.told), row.told[2]
        return (stage, lasts) if stage and lasts > 0 else None
    stage = Stage.MATURE if row.day - last_day >= MATURE_INTERVAL else Stage.YOUNG
    lasts = state.interval if state.stability is None else state.stability
    return (stage, lasts) if row.kind == Kind.ANSWER and lasts > 0 else None
