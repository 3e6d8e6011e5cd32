"""What each button leads to, worked out by the same step that takes the answer, so that a label cannot lie."""

from collections.abc import Iterable
from dataclasses import dataclass, replace

from app.scheduling.memory import PASSED, Answer, MemoryState
from app.scheduling.replay import take_answer

LOOKAHEAD = 6


@dataclass(frozen=True, slots=True)
class Outlook:
    """Where a grade leads: the next interval and those after it if each answer from then on is Good, in days."""

    grade: int
    intervals: tuple[int, ...]
    drills: bool


def preview(state: MemoryState, answer: Answer, grades: Iterable[int]) -> dict[int, Outlook]:
    """The outlook of each grade for the answer about to be given.

    SM-2 gives every passing grade the same next interval, so each outlook holds the one after it too, and more of
    them until the grades that end the day's work on the card part. In the drill an answer changes no interval: what is
    left is the days until the card is due.
    """
    outlooks = {grade: _outlook(state, replace(answer, grade=grade)) for grade in grades}
    shown = _steps_that_differ([outlook.intervals for grade, outlook in outlooks.items() if grade >= PASSED])
    return {grade: replace(outlook, intervals=outlook.intervals[:shown]) for grade, outlook in outlooks.items()}


def _outlook(state: MemoryState, answer: Answer) -> Outlook:
    after = take_answer(state, answer)
    drills = after.drill_day == answer.day
    if after.last_day == state.last_day and after.due_day is not None:
        return Outlook(answer.grade, (after.due_day - answer.day,), drills)
    intervals = [after.interval]
    following = after
    while len(intervals) < LOOKAHEAD and following.due_day is not None:
        following = take_answer(following, replace(answer, day=following.due_day, grade=PASSED))
        intervals.append(following.interval)
    return Outlook(answer.grade, tuple(intervals), drills)


def _steps_that_differ(passing: list[tuple[int, ...]]) -> int:
    for steps in range(2, LOOKAHEAD):
        if len({intervals[:steps] for intervals in passing}) > 1:
            return steps
    return LOOKAHEAD
