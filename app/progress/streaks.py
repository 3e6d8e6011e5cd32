"""Days in a row."""

from collections.abc import Sequence
from dataclasses import dataclass

import sqlalchemy as sa
from sqlalchemy.orm import Session

from app.models import DayTotal, Learner
from app.models.deck import unseen_decks
from app.models.waiting import at_most


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
    studied = sa.select(sa.true()).where(DayTotal.user_id == user_id, DayTotal.day == day)
    done = DayTotal.answers + DayTotal.practised > 0
    seen = DayTotal.deck_id.not_in(unseen_decks(user_id))
    # A scalar: of EXISTS PostgreSQL makes a list of all days there are, to look each one up in.
    return studied.where(done, seen).limit(at_most(1)).scalar_subquery().is_(sa.true())


def longest_run(days: Sequence[int], *, rest: int) -> int:
    """How many days the longest row of these has, if up to `rest` missing days one after another do not end it. The
    days in their order."""
    longest = run = 0
    before = None
    for day in days:
        run = run + 1 if before is not None and day - before <= rest + 1 else 1
        longest, before = max(longest, run), day
    return longest
