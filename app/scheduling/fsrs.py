"""FSRS-6 (open-spaced-repetition), through the library `fsrs`, which is told of study days alone.

The library reckons in moments and knows a clock, chance and learning steps; here it gets midnights in UTC, no fuzz and
no steps, so that the same log always gives the same memory. docs/scheduling.md explains the algorithm.
"""

import math
from collections.abc import Callable, Sequence
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from typing import NamedTuple

from fsrs import Card, Rating, Scheduler, State
from fsrs.scheduler import DEFAULT_PARAMETERS as LIBRARY_PARAMETERS
from fsrs.scheduler import LOWER_BOUNDS_PARAMETERS, UPPER_BOUNDS_PARAMETERS

from app.scheduling.memory import GRADES

ALGORITHM = "FSRS-6"
DEFAULT_PARAMETERS: tuple[float, ...] = tuple(LIBRARY_PARAMETERS)
LOWEST_RETENTION, HIGHEST_RETENTION = 0.70, 0.99
RATINGS = (Rating.Again, Rating.Again, Rating.Again, Rating.Hard, Rating.Good, Rating.Easy)
"""By grade."""
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
SM2_RETENTION = 0.9
"""What SM-2's intervals are taken to keep where nothing else is known, as in Anki."""
REMEMBERED_STEPS = 1 << 16


class Step(NamedTuple):
    """What a repetition leads to: stability and interval in days, difficulty from 1 to 10."""

    stability: float
    difficulty: float
    interval: int


class Fsrs:
    """The algorithm with one set of parameters, one desired retention and one longest interval."""

    def __init__(self, parameters: Sequence[float], retention: float, maximum_interval: int) -> None:
        self._library = Scheduler(
            parameters,
            desired_retention=retention,
            learning_steps=(),
            relearning_steps=(),
            maximum_interval=maximum_interval,
            enable_fuzzing=False,
        )
        self.parameters = tuple(parameters)
        self._decay = -self.parameters[20]
        self._factor = 0.9 ** (1 / self._decay) - 1
        # Most cards of a log begin alike, and a fold of all of it takes the same steps again and again.
        self._step = lru_cache(REMEMBERED_STEPS)(self._review)

    def repeat(self, stability: float | None, difficulty: float | None, elapsed: int, grade: int) -> Step:
        """One repetition, `elapsed` study days after the one before. A new card has no stability and no difficulty.

        Raises ValueError for a grade outside 0 to 5, or days that run backwards.
        """
        if grade not in GRADES:
            raise ValueError(f"a grade is a whole number from 0 to 5, not {grade}")
        if elapsed < 0:
            raise ValueError("a repetition cannot come before the one before it")
        return self._step(stability, difficulty, elapsed, RATINGS[grade])

    def _review(self, stability: float | None, difficulty: float | None, elapsed: int, rating: Rating) -> Step:
        at = EPOCH + timedelta(days=elapsed)
        after, _ = self._library.review_card(_card(stability, difficulty), rating, review_datetime=at)
        assert after.stability is not None, "a card that was reviewed has a stability"
        assert after.difficulty is not None, "and a difficulty"
        return Step(after.stability, after.difficulty, (after.due - at).days)

    def retrievability(self, stability: float | None, elapsed: int) -> float:
        """The probability of recall that many study days after the last repetition; 0 for a new card."""
        at = EPOCH + timedelta(days=elapsed)
        return float(self._library.get_card_retrievability(_card(stability, 1.0), current_datetime=at))

    def forgetting_curve(self) -> Callable[[float, int], float]:
        """`retrievability` as a function of stability and elapsed days (0 or more), for those who ask it a hundred
        thousand times: the library wants a card and a moment for each."""
        decay, factor = self._decay, self._factor
        return lambda stability, elapsed: (1 + factor * elapsed / stability) ** decay

    def from_sm2(self, ease: int, interval: int, retention: float = SM2_RETENTION) -> tuple[float, float]:
        """Stability and difficulty that an SM-2 state most likely stands for: an ease in thousandths, an interval in
        days, and how much its intervals are taken to have kept.

        The difficulty is the one whose Good answer makes the stability grow by the ease (Anki's way to begin with FSRS
        where a card's history is not known).
        """
        w = self.parameters
        stability = max(interval, 0.001) * self._factor / (retention ** (1 / self._decay) - 1)
        growth = math.exp(w[8]) * stability ** -w[9] * (math.exp((1 - retention) * w[10]) - 1)
        return stability, min(10.0, max(1.0, 11 - (ease / 1000 - 1) / growth))


def _card(stability: float | None, difficulty: float | None) -> Card:
    """A card last reviewed on day 0. It always has an id: without one the library sleeps and makes one from the
    clock."""
    if stability is None:
        return Card(card_id=0, due=EPOCH)
    return Card(
        card_id=0,
        state=State.Review,
        stability=stability,
        difficulty=difficulty,
        due=EPOCH,
        last_review=EPOCH,
    )


def usable_parameters(parameters: Sequence[float]) -> tuple[float, ...]:
    """Parameters as they are stored: to four decimals, and inside the library's bounds, which a trainer's single
    precision oversteps. Raises ValueError unless they are 21 finite numbers."""
    if len(parameters) != len(DEFAULT_PARAMETERS) or not all(map(math.isfinite, parameters)):
        raise ValueError(f"{ALGORITHM} has {len(DEFAULT_PARAMETERS)} parameters, all of them numbers")
    bounds = zip(parameters, LOWER_BOUNDS_PARAMETERS, UPPER_BOUNDS_PARAMETERS, strict=True)
    return tuple(min(highest, max(lowest, round(value, 4))) for value, lowest, highest in bounds)
