"""A learner's own deck a year ahead, under SM-2 and under FSRS at several desired retentions."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from functools import cache
from itertools import pairwise

import sqlalchemy as sa
from sqlalchemy.orm import Session

from app.database import connection_of
from app.models import Card, Learner, Memory, ParameterSet
from app.models.follow import check_new_per_day
from app.planning.choosing import Scheduled, check_retention, scheduled
from app.planning.habits import OwnHabits, habits_of
from app.planning.logs import logs_of_cards
from app.planning.simulating import KnownCard, Start, Workload, simulate
from app.scheduling import Event, Scheduler, Settings
from app.scheduling.replay import replay_ordered

CURVE = (0.70, 0.75, 0.80, 0.85, 0.90, 0.95)
"""The desired retentions that are compared besides the one that was chosen."""
FOLDED_CARDS = 500
"""Of more answered cards than this, some stand for the rest: folding all would take longer than simulating them."""


@dataclass(frozen=True, slots=True)
class LikeSm2:
    """What FSRS would need to know as many cards as SM-2: between two simulated retentions, and so about."""

    retention: float
    reviews_per_day: float
    minutes_per_day: float

    def is_within(self, reviews: tuple[float, float]) -> bool:
        """Whether the reviews a day are no others than chance alone would make them."""
        return reviews[0] <= self.reviews_per_day <= reviews[1]


@dataclass(frozen=True, slots=True)
class YearAhead:
    """SM-2 and FSRS with one deck. `curve` is FSRS by rising retention, `chosen` one of it; `fitted`: the parameters
    taken for the learner's memory, None for the defaults; `like_sm2`: None if no retention compared is near."""

    now: Scheduled
    habits: OwnHabits
    fitted: ParameterSet | None
    cards: int
    new_per_day: int
    sm2: Workload
    curve: tuple[Workload, ...]
    chosen: Workload
    like_sm2: LikeSm2 | None

    @property
    def is_tiny(self) -> bool:
        """Whether there is too little to do for a comparison to mean anything."""
        return max(run.reviews_per_day for run in (self.sm2, self.chosen)) < 1


def look_ahead(
    session: Session, learner: Learner, deck_id: int, today: int, new_per_day: int, retention: float
) -> YearAhead:
    """A year with a deck, from the learner's own memories of it. Raises NotFound unless they follow it, Refused for
    numbers out of range."""
    check_retention(retention)
    check_new_per_day(new_per_day)
    now = scheduled(session, learner, deck_id)
    deck = _OwnDeck(session, learner, now, today, new_per_day)
    habits = habits_of(connection_of(session), learner.id, now.studied_ids)
    sm2 = deck.under(replace(now.settings, scheduler=Scheduler.SM2), habits)
    fsrs = replace(now.settings, scheduler=Scheduler.FSRS)

    @cache
    def at(aim: float) -> Workload:
        return deck.under(replace(fsrs, retention=aim), habits)

    curve = [at(one) for one in sorted({*CURVE, retention})]
    chosen = next(one for one in curve if one.settings.retention == retention)
    fitted = now.choice.parameter_set
    set_ = None if fitted is None else session.get(ParameterSet, (learner.id, fitted))
    return YearAhead(now, habits, set_, deck.cards, new_per_day, sm2, tuple(curve), chosen, like_sm2(sm2, curve, at))


def like_sm2(sm2: Workload, curve: Sequence[Workload], at: Callable[[float], Workload]) -> LikeSm2 | None:
    """Where FSRS knows as much as SM-2 does: `at` a retention of whole percents and the next, found between two of the
    curve's. None if the curve does not cross it."""
    for below, above in pairwise(curve):
        if below.known <= sm2.known <= above.known and below.known < above.known:
            return _crossing(sm2, *_narrowed(sm2, below, above, at))
    return None


def _narrowed(
    sm2: Workload, below: Workload, above: Workload, at: Callable[[float], Workload]
) -> tuple[Workload, Workload]:
    """The two points a percent apart between which the curve crosses: it bends too much for a straight line."""
    while (low := _percent(below)) + 1 < (high := _percent(above)):
        between = at((low + high) // 2 / 100)
        below, above = (between, above) if between.known <= sm2.known else (below, between)
    return below, above


def _percent(run: Workload) -> int:
    return round(run.settings.retention * 100)


def _crossing(sm2: Workload, below: Workload, above: Workload) -> LikeSm2:
    span = above.known - below.known
    # Of two retentions so near, chance may have the lower one know more.
    part = min(1.0, max(0.0, (sm2.known - below.known) / span)) if span > 0 else 0.5
    return LikeSm2(
        _between(below.settings.retention, above.settings.retention, part),
        _between(below.reviews_per_day, above.reviews_per_day, part),
        _between(below.minutes_per_day, above.minutes_per_day, part),
    )


def _between(low: float, high: float, part: float) -> float:
    return low + (high - low) * part


class _OwnDeck:
    """A learner's deck as it is today: the logs of what they have met, and how much they have not."""

    def __init__(self, session: Session, learner: Learner, now: Scheduled, today: int, new_per_day: int) -> None:
        self._today, self._new_per_day = today, new_per_day
        own = (Memory.user_id == learner.id, Memory.deck_id.in_(now.studied_ids))
        card_ids = session.scalars(sa.select(Memory.card_id).where(*own).order_by(Memory.card_id)).all()
        self._stands_for = max(1, -(-len(card_ids) // FOLDED_CARDS))
        self._logs: list[tuple[int, list[Event]]] = [
            (card_id, list(log))
            for card_id, log in logs_of_cards(connection_of(session), learner.id, card_ids[:: self._stands_for])
        ]
        met = sa.select(Memory.card_id).where(Memory.user_id == learner.id, Memory.card_id == Card.id).exists()
        unmet = sa.select(sa.func.count()).where(Card.deck_id.in_(now.studied_ids), ~Card.retired, ~met)
        self._unmet = session.scalar(unmet) or 0
        self.cards = len(card_ids) + self._unmet
        # One memory for all: the library's steps are then taken once.
        self._truth = replace(now.settings, scheduler=Scheduler.FSRS)

    def under(self, settings: Settings, habits: OwnHabits) -> Workload:
        """A year of it under these settings."""
        known = tuple(self._known(card_id, log, settings) for card_id, log in self._logs)
        start = Start(self._today, known, self._unmet, self._new_per_day, self._stands_for)
        return simulate(start, settings, self._truth.fsrs, habits.habits)

    def _known(self, card_id: int, log: list[Event], settings: Settings) -> KnownCard:
        """Stability and difficulty are the same under every desired retention, only the due day is another."""
        state = replay_ordered(log, settings, card_id)
        true = state if state.stability is not None else replay_ordered(log, self._truth, card_id)
        assert true.stability is not None, "FSRS gives every answered card a stability"
        assert true.difficulty is not None, "and a difficulty"
        return KnownCard(state, true.stability, true.difficulty)
