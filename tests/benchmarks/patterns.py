"""Histories of answers that the built learners have, and what the scheduler makes of each."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from uuid import UUID

from app.scheduling import NEW, Answer, take_answer

LONG = ["4444444244", "4444442444", "4444424444", "4444244444", "4442444444"]
LONG += ["5444424544", "4434444244", "4244442445", "4544244454", "4434244444"]
"""Ten grades each, every one on a day of its own. The last passes, so that no card is left in a drill."""
SHORT = ["4"]


@dataclass(frozen=True)
class Pattern:
    """A history of grades, and the memory after all of them."""

    grades: list[int]
    repetitions: int
    interval: int
    ease: int
    lapses: int


def pattern(grades: str) -> Pattern:
    """Folds the grades as the app does. Which days they fall on makes no difference to SM-2, only that they differ."""
    state = NEW
    for day, grade in enumerate(map(int, grades)):
        moment = datetime(2020, 1, 1, tzinfo=UTC) + timedelta(days=day)
        state = take_answer(state, Answer(UUID(int=day), day, moment, grade))
    assert state.drill_day is None
    return Pattern([*map(int, grades)], state.repetitions, state.interval, state.ease, state.lapses)
