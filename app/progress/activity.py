"""What a learner did on a day, and in a span of days."""

from dataclasses import dataclass

from sqlalchemy.orm import Session

from app.progress.scope import Scope, Span
from app.progress.streaks import longest_run
from app.progress.sums import ANSWERED, Day, days_of, parts_of
from app.scheduling.memory import EASY, GOOD, HARD


@dataclass(frozen=True, slots=True)
class Activity:
    """A day's answers, the drill's among them, and the time they took; cards met; and, apart, answers in practice."""

    answers: int
    took_ms: int
    again: int
    met: int = 0
    practised: int = 0


def activity_of(session: Session, scope: Scope, day: int) -> Activity:
    """What was done on a study day."""
    for found in days_of(session, scope, Span(day, day)):
        return Activity(found.answers, found.took_ms, found.again, found.met, found.practised)
    return Activity(0, 0, 0)


@dataclass(frozen=True, slots=True)
class Done:
    """A span added up; practice does not count in it. `days`: how many there are from the first, which of a span since
    ever is the first with an answer. `again` to `easy`: answers by grade. `longest_streak`: the most days in a row
    with an answer; `…_with_rest` counts as `streak_of` does."""

    days: int
    days_studied: int
    answers: int
    took_ms: int
    met: int
    again: int
    hard: int
    good: int
    easy: int
    longest_streak: int
    longest_streak_with_rest: int

    @property
    def a_day(self) -> float:
        """Answers for each day there was."""
        return self.answers / self.days if self.days else 0

    @property
    def a_day_studied(self) -> float:
        return self.answers / self.days_studied if self.days_studied else 0


def done_in(session: Session, scope: Scope, span: Span) -> Done:
    """What was done in a span."""
    lived = days_of(session, scope, span)
    days = [day for day in lived if day.answers]
    grades = dict.fromkeys(range(EASY + 1), 0)
    for part in parts_of(session, scope, span):
        if part.kind in ANSWERED:
            grades[part.grade] += part.answers
    return Done(
        days=_length(days, span),
        days_studied=len(days),
        answers=sum(day.answers for day in days),
        took_ms=sum(day.took_ms for day in days),
        met=sum(day.met for day in days),
        again=sum(grades[grade] for grade in range(HARD)),
        hard=grades[HARD],
        good=grades[GOOD],
        easy=grades[EASY],
        longest_streak=longest_run([day.day for day in days], rest=0),
        longest_streak_with_rest=longest_run([day.day for day in lived], rest=1),
    )


def _length(days: list[Day], span: Span) -> int:
    if span.first is not None:
        return span.last - span.first + 1
    return span.last - days[0].day + 1 if days else 0
