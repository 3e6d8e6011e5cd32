"""What a learner did: today, and day after day."""

from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from app.models import DailySummary, Kind, Learner
from app.models.deck import unseen_decks
from app.models.waiting import at_most
from app.scheduling.memory import HARD

ANSWERED = (Kind.ANSWER, Kind.IMPORTED)


def is_seen(user_id: Any) -> sa.ColumnElement[bool]:
    """Whether a row of the summaries counts: what an import under way has brought so far does not."""
    return DailySummary.deck_id.not_in(unseen_decks(user_id))


@dataclass(frozen=True, slots=True)
class Activity:
    """A day's answers, the drill's among them, and the time they took; apart from them, those given in practice."""

    answers: int
    took_ms: int
    again: int
    practised: int = 0


def activity_of(session: Session, learner: Learner, day: int) -> Activity:
    """What the learner did on a study day."""
    answered, practised = DailySummary.kind.in_(ANSWERED), DailySummary.kind == Kind.PRACTICE
    row = session.execute(
        sa.select(
            _sum_of(DailySummary.answers, answered),
            _sum_of(DailySummary.took_ms, answered),
            _sum_of(DailySummary.answers, sa.and_(answered, DailySummary.grade < HARD)),
            _sum_of(DailySummary.answers, practised),
        ).where(DailySummary.user_id == learner.id, DailySummary.day == day, is_seen(learner.id))
    ).one()
    return Activity(*(int(number) for number in row))


def _sum_of(column: Any, condition: sa.ColumnElement[bool]) -> sa.ColumnElement[int]:
    return sa.func.coalesce(sa.func.sum(sa.case((condition, column), else_=0)), 0)


@dataclass(frozen=True, slots=True)
class Streak:
    """Days with an answer, one after another, and the single days of rest in between, which do not end the row."""

    days: int
    rested: int


def streak_of(session: Session, learner: Learner, today: int) -> Streak:
    """The row of days on which the learner studied or practised. Today counts once there is an answer; until then the
    row up to yesterday stands, because the day is not over. One missed day is a rest; two in a row end it."""
    begins = sa.case((_studied_on(learner.id, sa.literal(today)), today + 1), else_=today)
    # Day by day backwards, so that a streak costs as many looks as it has days, whatever else was ever learnt.
    row = sa.select(begins.label("day")).cte("days", recursive=True)
    the_day_before, two_before = (_studied_on(learner.id, row.c.day - days) for days in (1, 2))
    before = sa.select(sa.case((the_day_before, row.c.day - 1), else_=row.c.day - 2))
    row = row.union_all(before.where(sa.or_(the_day_before, two_before)))
    first, last, rows = session.execute(
        sa.select(sa.func.min(row.c.day), sa.func.max(row.c.day), sa.func.count())
    ).one()
    return Streak(days=rows - 1, rested=last - first - (rows - 1))


def _studied_on(user_id: int, day: sa.ColumnElement[int]) -> sa.ColumnElement[bool]:
    studied = sa.select(sa.true()).where(DailySummary.user_id == user_id, DailySummary.day == day)
    # A scalar: of EXISTS PostgreSQL makes a list of all days there are, to look each one up in.
    return studied.where(DailySummary.answers > 0, is_seen(user_id)).limit(at_most(1)).scalar_subquery().is_(sa.true())
