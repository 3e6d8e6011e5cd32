"""What a learner did: today, and day after day."""

from dataclasses import dataclass

import sqlalchemy as sa
from sqlalchemy.orm import Session

from app.models import DailySummary, Learner
from app.scheduling.memory import HARD


@dataclass(frozen=True, slots=True)
class Activity:
    """A day's answers, the drill's among them, and the time they took."""

    answers: int
    took_ms: int
    again: int


def activity_of(session: Session, learner: Learner, day: int) -> Activity:
    """What the learner did on a study day."""
    total = sa.func.coalesce
    row = session.execute(
        sa.select(
            total(sa.func.sum(DailySummary.answers), 0),
            total(sa.func.sum(DailySummary.took_ms), 0),
            total(sa.func.sum(sa.case((DailySummary.grade < HARD, DailySummary.answers), else_=0)), 0),
        ).where(DailySummary.user_id == learner.id, DailySummary.day == day)
    ).one()
    return Activity(*(int(number) for number in row))


def streak_of(session: Session, learner: Learner, today: int) -> int:
    """On how many days in a row the learner studied. Today counts once there is an answer; until then the row up to
    yesterday stands, because the day is not over."""
    studied = session.scalar(sa.select(_studied_on(learner.id, sa.literal(today))))
    # Day by day backwards, so that a streak costs as many looks as it has days, whatever else was ever learnt.
    row = sa.select(sa.literal(today if studied else today - 1).label("day")).cte("days", recursive=True)
    before = sa.select(row.c.day - 1).where(_studied_on(learner.id, row.c.day))
    row = row.union_all(before)
    return (session.scalar(sa.select(sa.func.count()).select_from(row)) or 1) - 1


def _studied_on(user_id: int, day: sa.ColumnElement[int]) -> sa.Exists:
    return sa.exists().where(DailySummary.user_id == user_id, DailySummary.day == day, DailySummary.answers > 0)
