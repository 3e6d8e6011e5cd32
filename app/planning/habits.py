"""How a learner answers: which buttons, how fast, read off the daily summaries of their own log."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

import sqlalchemy as sa

from app.models import DailySummary, Kind, Stage
from app.planning.learner import BUTTONS, DEFAULT_HABITS, PASSES, Habits
from app.scheduling import PASSED
from app.scheduling.memory import AGAIN

PERSONAL_FROM = 1_000
"""Answers. With fewer, what a simulation says is about learners at large, and it must not be called personal."""
ENOUGH = 50
"""Answers of a kind, for its mean to say something."""


@dataclass(frozen=True, slots=True)
class OwnHabits:
    """Habits, the number of logged answers they come from, and whether those are enough to be called the learner's."""

    habits: Habits
    answers: int

    @property
    def are_personal(self) -> bool:
        return self.answers >= PERSONAL_FROM


def habits_of(connection: sa.Connection, user_id: int, deck_ids: Sequence[int]) -> OwnHabits:
    """A learner's habits in these decks; where they have answered too little, those of learners at large."""
    is_new = (DailySummary.stage == Stage.NEW).label("is_new")
    counts = (sa.func.sum(DailySummary.answers), sa.func.sum(DailySummary.took_ms))
    rows = connection.execute(
        sa.select(is_new, DailySummary.first, DailySummary.grade, *counts)
        .where(DailySummary.user_id == user_id, DailySummary.deck_id.in_(deck_ids))
        .where(DailySummary.kind == Kind.ANSWER)
        .group_by(is_new, DailySummary.first, DailySummary.grade)
    ).all()
    answers, took = Counter[tuple[str, int]](), Counter[tuple[str, int]]()
    for new, first, grade, number, took_ms in rows:
        kind = "first" if new else "repetition" if first else "drill"
        # SM-2's own scale has three grades for what was forgotten.
        button = max(AGAIN, grade)
        answers[kind, button] += int(number)
        took[kind, button] += int(took_ms)
    total = sum(answers.values())
    if total < PERSONAL_FROM:
        return OwnHabits(DEFAULT_HABITS, total)
    return OwnHabits(_habits(answers, took), total)


def _habits(answers: Counter[tuple[str, int]], took: Counter[tuple[str, int]]) -> Habits:
    first = _shares([answers["first", button] for button in BUTTONS], DEFAULT_HABITS.first)
    passed = _shares([answers["repetition", button] for button in PASSES], DEFAULT_HABITS.passed)
    seconds = [
        _seconds(
            answers["first", button] + answers["repetition", button],
            took["first", button] + took["repetition", button],
            otherwise,
        )
        for button, otherwise in zip(BUTTONS, DEFAULT_HABITS.seconds, strict=True)
    ]
    drilled = sum(answers["drill", button] for button in BUTTONS)
    drill_took = sum(took["drill", button] for button in BUTTONS)
    drill_passed = sum(answers["drill", button] for button in BUTTONS if button >= PASSED)
    return Habits(
        first=(first[0], first[1], first[2], first[3]),
        passed=(passed[0], passed[1], passed[2]),
        seconds=(seconds[0], seconds[1], seconds[2], seconds[3]),
        drill_passes=drill_passed / drilled if drilled >= ENOUGH and drill_passed else DEFAULT_HABITS.drill_passes,
        drill_seconds=_seconds(drilled, drill_took, DEFAULT_HABITS.drill_seconds),
    )


def _shares(counts: Sequence[int], otherwise: Sequence[float]) -> Sequence[float]:
    total = sum(counts)
    return [count / total for count in counts] if total >= ENOUGH else otherwise


def _seconds(answers: int, took_ms: int, otherwise: float) -> float:
    return took_ms / answers / 1000 if answers >= ENOUGH and took_ms else otherwise
