"""At which hours a learner answers and recalls, and which grades they give."""

from dataclasses import dataclass

from sqlalchemy.orm import Session

from app.models import Stage
from app.progress.scope import Scope, Span
from app.progress.sums import ANSWERED, Part, is_repetition, parts_of
from app.scheduling.memory import EASY, GOOD, HARD

HOURS, GRADES = 24, 4


@dataclass(frozen=True, slots=True)
class Hour:
    """Answers given in an hour of the day; of those that were a known card's first of the day, how many it was
    recalled at."""

    answers: int
    repeated: int
    recalled: int


def hours_of(session: Session, scope: Scope, span: Span) -> tuple[Hour, ...]:
    """The hours from 0 to 23 as the learner's clock showed them; practice is not counted."""
    sums = [[0, 0, 0] for _ in range(HOURS)]
    for part in parts_of(session, scope, span):
        if part.kind in ANSWERED:
            repeated = part.answers * is_repetition(part)
            numbers = (part.answers, repeated, repeated * (part.grade >= HARD))
            sums[part.hour] = [one + more for one, more in zip(sums[part.hour], numbers, strict=True)]
    return tuple(Hour(*numbers) for numbers in sums)


@dataclass(frozen=True, slots=True)
class Grades:
    """How many answers were Again, Hard, Good and Easy."""

    again: int
    hard: int
    good: int
    easy: int

    @property
    def total(self) -> int:
        return self.again + self.hard + self.good + self.easy

    @property
    def recalled(self) -> int:
        return self.total - self.again


@dataclass(frozen=True, slots=True)
class GradesGiven:
    """Grades of a day's first answers, by how far the card had come, and those of the drill."""

    new: Grades
    young: Grades
    mature: Grades
    drill: Grades


def grades_of(session: Session, scope: Scope, span: Span) -> GradesGiven:
    """The grades given in a span; practice is not counted."""
    counts: dict[Stage | None, list[int]] = {stage: [0] * GRADES for stage in (*Stage, None)}
    for part in parts_of(session, scope, span):
        if part.kind in ANSWERED:
            counts[_group(part)][_place(part.grade)] += part.answers
    return GradesGiven(*(Grades(*counts[stage]) for stage in (Stage.NEW, Stage.YOUNG, Stage.MATURE, None)))


def _group(part: Part) -> Stage | None:
    return Stage(part.stage) if part.first else None


def _place(grade: int) -> int:
    """Of SM-2's own scale 0, 1 and 2 are Again."""
    return {HARD: 1, GOOD: 2, EASY: 3}.get(grade, 0)
