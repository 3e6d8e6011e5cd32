"""A learner as a simulation has one: a memory that forgets by the formula, habits, and luck."""

from bisect import bisect
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import accumulate
from random import Random
from typing import NamedTuple
from uuid import UUID

from app.scheduling import EASY, Answer, MemoryState, Scheduler, Settings, take_answer
from app.scheduling.fsrs import Fsrs
from app.scheduling.memory import AGAIN, GOOD, HARD

BUTTONS = (AGAIN, HARD, GOOD, EASY)
PASSES = (HARD, GOOD, EASY)
NOBODY, NO_MOMENT = UUID(int=0), datetime(1970, 1, 1, tzinfo=UTC)
"""The fold looks at an answer's day and grade; an answer has an id and a moment as well."""


@dataclass(frozen=True, slots=True)
class Habits:
    """How a learner presses buttons, and how long it takes.

    `first`: shares of Again, Hard, Good, Easy among first answers. `passed`: shares of Hard, Good, Easy among answers
    that recalled; they are taken to be the same at every retrievability. `seconds` by button, for a repetition and for
    a first answer. What is answered below Good comes back the same day until it is answered Good or Easy: each time
    with the probability `drill_passes`, 1 / drill_passes times on average, each of `drill_seconds`. That moves
    neither the schedule nor, as is assumed, the memory.

    Raises ValueError for shares that do not add up to 1, or a drill that would not end.
    """

    first: tuple[float, float, float, float]
    passed: tuple[float, float, float]
    seconds: tuple[float, float, float, float]
    drill_passes: float
    drill_seconds: float

    def __post_init__(self) -> None:
        for shares in (self.first, self.passed):
            if min(shares) < 0 or abs(sum(shares) - 1) > 0.001:
                raise ValueError(f"shares are parts of 1, which {shares} are not")
        if not 0 < self.drill_passes <= 1:
            raise ValueError("in the drill a card has to be answered Good at some time")


DEFAULT_HABITS = Habits(
    first=(0.24, 0.094, 0.495, 0.171),
    passed=(0.224, 0.631, 0.145),
    seconds=(19.38, 17.59, 12.38, 8.94),
    drill_passes=0.72,
    drill_seconds=13.5,
)
"""Those of learners at large: the defaults of the simulator in fsrs-rs 6.6, of its review state. The drill is its
relearning after Again: Good or Easy 72 times in 100 at 12.32 s, and otherwise 16.44 s, 13.5 s in the mean."""


class Card(NamedTuple):
    """A card as the simulation begins: its number in the deck, the days it is due and was last answered, its state, and
    its true stability and difficulty. None: not met."""

    rank: int
    due: int
    last: int | None
    state: MemoryState
    stability: float | None
    difficulty: float | None


class Repetition(NamedTuple):
    """A card's first answer of a day, the state it leaves, and the true stability (days)."""

    day: int
    grade: int
    state: MemoryState
    stability: float


class SimulatedLearner:
    """A memory that is FSRS-6's, and habits."""

    def __init__(self, truth: Fsrs, habits: Habits) -> None:
        self._truth, self._recall = truth, truth.forgetting_curve()
        # Without the last, which takes what rounding leaves.
        self._first, self._passed = list(accumulate(habits.first[:-1])), list(accumulate(habits.passed[:-1]))

    def repetitions(self, card: Card, settings: Settings, luck: Random, until: int) -> Iterator[Repetition]:
        """What comes of a card before that day."""
        rank, due, last, state, stability, difficulty = card
        fitted = settings.scheduler is Scheduler.FSRS and settings.fsrs.parameters == self._truth.parameters
        # The schedule then takes the very steps that the memory takes, and remembers each.
        memory = settings.fsrs if fitted else self._truth
        while due < until:
            elapsed = 0 if last is None else due - last
            grade = self._grade(stability, elapsed, luck)
            state = take_answer(state, Answer(NOBODY, due, NO_MOMENT, grade), settings, rank)
            stability, difficulty, _ = memory.repeat(stability, difficulty, elapsed, grade)
            yield Repetition(due, grade, state, stability)
            last, due = due, due + state.interval

    def _grade(self, stability: float | None, elapsed: int, luck: Random) -> int:
        """Two draws each time, so that a card's next answer has the same luck whatever this one was."""
        recall, button = luck.random(), luck.random()
        if stability is None:
            return BUTTONS[bisect(self._first, button)]
        if recall >= self._recall(stability, elapsed):
            return AGAIN
        return PASSES[bisect(self._passed, button)]
