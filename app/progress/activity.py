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
    days = session.scalars(
        sa.select(DailySummary.day)
        .where(DailySummary.user_id == learner.id, DailySummary.day <= today, DailySummary.answers > 0)
        .distinct()
        .order_by(DailySummary.day.desc())
        .execution_options(yield_per=100)
    )
    streak, expected = 0, today
    for day in days:
        if streak == 0 and day == today - 1:
            expected = day
        if day != expected:
            break
        streak, expected = streak + 1, expected - 1
    return streak
