"""The log of answers, which is the truth, and the daily summary of it."""

import json
from collections.abc import Iterable
from datetime import datetime
from enum import IntEnum
from functools import lru_cache
from itertools import groupby
from operator import itemgetter
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from app.database import Base, Moment, ReviewId, only_where
from app.scheduling import Answer, Checkpoint, DueSet, Event, MemoryState, Reset
from app.scheduling.stages import UNMET, Stage, imported_first, imported_stage


class Kind(IntEnum):
    """What a row of the log is. A `PRACTICE` never moves the schedule; `IMPORTED` is an answer given elsewhere; a
    `CHECKPOINT` is a state taken over from there, from which the fold goes on; `SET_DUE` and `RESET` are what the
    learner did to the schedule by hand."""

    ANSWER = 1
    PRACTICE = 2
    IMPORTED = 3
    CHECKPOINT = 4
    SET_DUE = 5
    RESET = 6


FOLDED = (Kind.ANSWER, Kind.CHECKPOINT, Kind.SET_DUE, Kind.RESET)
"""What a memory is made of."""
BY_HAND = (Kind.ANSWER, Kind.PRACTICE, Kind.SET_DUE, Kind.RESET)
"""What a learner does to one card at a time, and can undo one by one."""


class Review(Base):
    """One thing that happened to a card. Never rewritten; undoing marks it."""

    __tablename__ = "reviews"
    __table_args__ = (
        # The last answer of a learner's day (undo), and how many came after a moment of it (drill). An imported one is
        # undone with its import, and a hundred thousand of them would only be in the way.
        sa.Index("ix_reviews_standing", "user_id", "day", "at", **only_where("undone_at IS NULL AND kind <> 3")),
        # What a learner undid last (redo).
        sa.Index("ix_reviews_undone", "user_id", "day", "undone_at", **only_where("undone_at IS NOT NULL")),
        {"sqlite_with_rowid": False},
    )

    user_id: Mapped[int] = mapped_column(sa.ForeignKey("users.id", ondelete="CASCADE"), primary_key=True)
    # No foreign key: see Memory.
    card_id: Mapped[int] = mapped_column(primary_key=True)
    # Made by the client, one for each showing: a retry has the same id and is the same review.
    id: Mapped[UUID] = mapped_column(ReviewId, primary_key=True)
    deck_id: Mapped[int]
    kind: Mapped[Kind] = mapped_column(sa.SmallInteger)
    # The learner's study day, worked out when the answer was given.
    day: Mapped[int]
    # The hour the learner's clock showed, 0 to 23.
    hour: Mapped[int] = mapped_column(sa.SmallInteger)
    at: Mapped[datetime] = mapped_column(Moment)
    # 0 to 5, as given; the buttons store 2 to 5. 0 where there was no answer.
    grade: Mapped[int] = mapped_column(sa.SmallInteger)
    # Milliseconds from question to grade, at most a minute.
    took_ms: Mapped[int]
    # NULL: it stands.
    undone_at: Mapped[datetime | None] = mapped_column(Moment)
    # A checkpoint's MemoryState, field by field; of SET_DUE the `due_day`; of IMPORTED a list: the type, interval, last
    # interval and factor of Anki's review log. NULL: all the others.
    state: Mapped[dict[str, Any] | None] = mapped_column(sa.JSON(none_as_null=True))

    # The Import that brought it. NULL: given here.
    import_id: Mapped[int | None]

    @property
    def event(self) -> Event:
        return event_of(self.kind, self.id, self.day, self.at, self.grade, self.state)


def event_of(kind: int, id: UUID, day: int, at: datetime, grade: int, state: dict[str, Any] | None) -> Event:
    """What the fold makes of a row of the log."""
    if kind == Kind.RESET:
        return Reset(id, day, at)
    if state is None:
        return Answer(id, day, at, grade)
    if kind == Kind.SET_DUE:
        return DueSet(id, day, at, state["due_day"])
    return Checkpoint(id, day, at, MemoryState(**state))


GIVEN_HERE = Review.kind != sa.literal_column(str(int(Kind.IMPORTED)), sa.SmallInteger)
"""Beside `undone_at IS NULL` it lets a statement use the index of what stands; written out, for a planner knows no
parameter."""


class DailySummary(Base):
    """A learner's standing answers to a deck on a day, added up: a projection of the log, which saves pages reading it.

    One row for each hour, grade, stage and place in the day that occurred.
    """

    __tablename__ = "daily_summaries"
    __table_args__ = ({"sqlite_with_rowid": False},)

    user_id: Mapped[int] = mapped_column(sa.ForeignKey("users.id", ondelete="CASCADE"), primary_key=True)
    day: Mapped[int] = mapped_column(primary_key=True)
    deck_id: Mapped[int] = mapped_column(primary_key=True)
    hour: Mapped[int] = mapped_column(sa.SmallInteger, primary_key=True)
    kind: Mapped[Kind] = mapped_column(sa.SmallInteger, primary_key=True)
    grade: Mapped[int] = mapped_column(sa.SmallInteger, primary_key=True)
    # The card's stage before the answer.
    stage: Mapped[Stage] = mapped_column(sa.SmallInteger, primary_key=True)
    # Whether it was the card's first answer of the day: its repetition, and not drill. See `imported_first`.
    first: Mapped[bool] = mapped_column(primary_key=True)
    answers: Mapped[int]
    took_ms: Mapped[int] = mapped_column(sa.BigInteger)


# As text: a hundred thousand lists take longer to read than the few that differ among them.
_TOLD = sa.cast(Review.state, sa.Text).label("told")
IMPORTED_ROWS = (
    sa.select(Review.card_id, Review.day, Review.hour, Review.grade, _TOLD, Review.deck_id, Review.took_ms)
    .where(Review.kind == Kind.IMPORTED, Review.undone_at.is_(None))
    .order_by(Review.card_id, Review.day, Review.at)
)
"""The rows that `imported_totals` reads; the learner is to be named."""


NOTHING_TOLD = "[1, 0, 0, 0]"
"""Of an answer given elsewhere that is only known to be one."""


@lru_cache(50_000)
def stage_told(grade: int, told: str | None) -> Stage | None:
    """`imported_stage` of what a row of the log says, as JSON."""
    return imported_stage(grade, json.loads(told or NOTHING_TOLD))


ImportedTotals = dict[tuple[int, ...], tuple[int, int]]
"""Answers and milliseconds by day, deck, hour, kind, grade, stage and place in the day."""


def imported_totals(rows: Iterable[Any]) -> ImportedTotals:
    """What answers given elsewhere add to the daily summaries."""
    totals: ImportedTotals = {}
    for _, log in groupby(rows, key=itemgetter(0)):
        last = UNMET
        for _, day, hour, grade, told, deck_id, took_ms in log:
            stage = stage_told(grade, told)
            if stage is None:
                continue
            first, last = imported_first(stage, day, last)
            key = (day, deck_id, hour, int(Kind.IMPORTED), grade, stage, first)
            answers, took = totals.get(key, (0, 0))
            totals[key] = answers + 1, took + took_ms
    return totals
