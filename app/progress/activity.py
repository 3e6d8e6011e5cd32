"""What a learner did: today, and day after day."""

from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from app.models import DailySummary, Kind, Learner
from app.scheduling.memory import HARD


@dataclass(frozen=True, slots=True)
class Activity:
    """A day's answers, the drill's among them, and the time they took; apart from them, those given in practice."""

    answers: int
    took_ms: int
    again: int
    practised: int = 0


def activity_of(session: Session, learner: Learner, day: int) -> Activity:
    """What the learner did on a study day."""
    answered, practised = (DailySummary.kind == kind for kind in (Kind.ANSWER, Kind.PRACTICE))
    row = session.execute(
        sa.select(
            _sum_of(DailySummary.answers, answered),
            _sum_of(DailySummary.took_ms, answered),
            _sum_of(DailySummary.answers, sa.and_(answered, DailySummary.grade < HARD)),
            _sum_of(DailySummary.answers, practised),
        ).where(DailySummary.user_id == learner.id, DailySummary.day == day)
    ).one()
    return Activity(*(int(number) for number in row))


def _sum_of(column: Any, condition: sa.ColumnElement[bool]) -> sa.ColumnElement[int]:
    return sa.func.coalesce(sa.func.sum(sa.case((condition, column), else_=0)), 0)


def streak_of(session: Session, learner: Learner, today: int) -> int:
    """On how many days in a row the learner studied or practised. Today counts once there is an answer; until then the
    row up to yesterday stands, because the day is not over."""
    studied = session.scalar(sa.select(_studied_on(learner.id, sa.literal(today))))
    # Day by day backwards, so that a streak costs as many looks as it has days, whatever else was ever learnt.
    row = sa.select(sa.literal(today if studied else today - 1).label("day")).cte("days", recursive=True)
    before = sa.select(row.c.day - 1).where(_studied_on(learner.id, row.c.day))
    row = row.union_all(before)
    return (session.scalar(sa.select(sa.func.count()).select_from(row)) or 1) - 1


def _studied_on(user_id: int, day: sa.ColumnElement[int]) -> sa.Exists:
    return sa.exists().where(DailySummary.user_id == user_id, DailySummary.day == day, DailySummary.answers > 0)
