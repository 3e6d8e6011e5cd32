"""The values every scheduler works on."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

GRADES = range(6)
"""SM-2's own scale: 0 blank, 1 recognised, 2 nearly, 3 with great difficulty, 4 with hesitation, 5 at once."""
AGAIN, HARD, GOOD, EASY = 2, 3, 4, 5
PASSED = GOOD
"""A card graded below this is repeated the same day until it reaches it."""
STARTING_EASE = 2500
MATURE_INTERVAL = 21
LEECH_LAPSES, LEECH_AGAIN = 8, 4
"""A card forgotten so often is a leech, and is pointed out again after so many times more (Anki's numbers)."""


@dataclass(frozen=True, slots=True)
class Answer:
    """One answer as the log holds it. `day` is the learner's study day, `at` the moment it was given."""

    id: UUID
    day: int
    at: datetime
    grade: int


@dataclass(frozen=True, slots=True)
class MemoryState:
    """What the scheduler knows of one learner and one card.

    `repetitions` counts the passes since the last failure (SM-2's n); `interval` in days; `ease` in thousandths (2500
    is SM-2's EF 2.5). `stability` (days) and `difficulty` (1 to 10) are FSRS's, None under SM-2. Days are study days;
    `due_day` and `last_day` are None until the first answer. `drill_day` is the day on which the card is being drilled,
    None when it is not; `drill_at` the moment it was last answered in that drill.
    """

    repetitions: int = 0
    interval: int = 0
    ease: int = STARTING_EASE
    lapses: int = 0
    last_day: int | None = None
    due_day: int | None = None
    drill_day: int | None = None
    drill_at: datetime | None = None
    stability: float | None = None
    difficulty: float | None = None
    answers: int = 0

    @property
    def is_leech(self) -> bool:
        """Whether the card was forgotten so often that it wants to be rewritten, not repeated."""
        return self.lapses >= LEECH_LAPSES

    def is_waiting_on(self, day: int) -> bool:
        """Whether an answer on that day means something: the card is new, due, or in the day's drill."""
        return self.due_day is None or self.due_day <= day or self.drill_day == day


@dataclass(frozen=True, slots=True)
class Checkpoint:
    """A state taken over from elsewhere on a day: whatever came before, the fold goes on from it."""

    id: UUID
    day: int
    at: datetime
    state: MemoryState


@dataclass(frozen=True, slots=True)
class DueSet:
    """A due day the learner chose by hand, on a day."""

    id: UUID
    day: int
    at: datetime
    due_day: int


@dataclass(frozen=True, slots=True)
class Reset:
    """The learner made the card new again: what came before is history, and the fold starts over."""

    id: UUID
    day: int
    at: datetime


Event = Answer | Checkpoint | DueSet | Reset
"""What the fold is made of."""

NEW = MemoryState()
