"""What each button leads to, worked out by the same step that takes the answer, so that a label cannot lie."""

from collections.abc import Iterable
from dataclasses import dataclass, replace

from app.scheduling.memory import PASSED, Answer, MemoryState
from app.scheduling.replay import take_answer
from app.scheduling.settings import DEFAULT_SETTINGS, Settings

LOOKAHEAD = 6


@dataclass(frozen=True, slots=True)
class Outlook:
    """Where a grade leads: the next interval and those after it if each answer from then on is Good, in days."""

    grade: int
    intervals: tuple[int, ...]
    drills: bool


def preview(
    state: MemoryState,
    answer: Answer,
    grades: Iterable[int],
    settings: Settings = DEFAULT_SETTINGS,
    card_id: int = 0,
) -> dict[int, Outlook]:
    """The outlook of each grade for the answer about to be given.

    SM-2 gives every passing grade the same next interval, and FSRS may; so each outlook holds the ones after it too,
    until the grades that end the day's work on the card part. In the drill an answer changes no interval: what is left
    is the days until the card is due.
    """
    after = {grade: take_answer(state, replace(answer, grade=grade), settings, card_id) for grade in grades}
    if any(one.last_day == state.last_day for one in after.values()):
        left: dict[int, tuple[int, ...]] = {grade: ((one.due_day or 0) - answer.day,) for grade, one in after.items()}
    else:
        left = _looked_ahead(after, answer, settings, card_id)
    return {grade: Outlook(grade, left[grade], one.drill_day == answer.day) for grade, one in after.items()}


def _looked_ahead(
    after: dict[int, MemoryState], answer: Answer, settings: Settings, card_id: int
) -> dict[int, tuple[int, ...]]:
    """The intervals that follow each grade, as many as it takes for the passing ones to differ."""
    states = after
    intervals: dict[int, tuple[int, ...]] = {grade: (one.interval,) for grade, one in after.items()}
    while _are_alike(intervals) and len(next(iter(intervals.values()))) < LOOKAHEAD:
        states = {grade: _on_time(one, answer, settings, card_id) for grade, one in states.items()}
        intervals = {grade: (*before, states[grade].interval) for grade, before in intervals.items()}
    return intervals


def _are_alike(intervals: dict[int, tuple[int, ...]]) -> bool:
    passing = [steps for grade, steps in intervals.items() if grade >= PASSED]
    return len(passing) > 1 and len(set(passing)) == 1


def _on_time(state: MemoryState, answer: Answer, settings: Settings, card_id: int) -> MemoryState:
    """The memory after a Good answer on the day it is due."""
    assert state.due_day is not None, "a memory that was answered is due on a day"
    return take_answer(state, replace(answer, day=state.due_day, grade=PASSED), settings, card_id)
