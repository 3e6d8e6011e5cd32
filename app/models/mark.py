"""What a learner marks on a card, beside its schedule: suspended, buried until a day, flagged."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, aliased, mapped_column

from app.database import Base, Moment, ReviewId, only_where

MOST_FLAGS = 7
"""As many colours as Anki has, so that none is lost on the way."""


@dataclass(frozen=True, slots=True)
class Marks:
    """The marks on one card. `buried_until`: the study day on which it comes back; `flag` 0: none."""

    suspended: bool = False
    buried_until: int | None = None
    flag: int = 0

    def hide_on(self, day: int) -> bool:
        """Whether the card is kept out of that day's study."""
        return self.suspended or (self.buried_until is not None and self.buried_until > day)


NO_MARKS = Marks()


class Mark(Base):
    """The marks on a learner's card as they are now; a card without any has no row. A memory's queue_day follows
    them."""

    __tablename__ = "marks"
    __table_args__ = ({"sqlite_with_rowid": False},)

    user_id: Mapped[int] = mapped_column(sa.ForeignKey("users.id", ondelete="CASCADE"), primary_key=True)
    # No foreign key: see Memory.
    card_id: Mapped[int] = mapped_column(primary_key=True)
    suspended: Mapped[bool]
    buried_until: Mapped[int | None]
    flag: Mapped[int] = mapped_column(sa.SmallInteger)


class MarkChange(Base):
    """One change of a card's marks: what they were and what they became. Never rewritten; undoing marks it."""

    __tablename__ = "mark_changes"
    __table_args__ = (
        sa.Index("ix_mark_changes_standing", "user_id", "day", "at", **only_where("undone_at IS NULL")),
        sa.Index("ix_mark_changes_undone", "user_id", "day", "undone_at", **only_where("undone_at IS NOT NULL")),
        {"sqlite_with_rowid": False},
    )

    user_id: Mapped[int] = mapped_column(sa.ForeignKey("users.id", ondelete="CASCADE"), primary_key=True)
    card_id: Mapped[int] = mapped_column(primary_key=True)
    # Made by the page that offers it: a double click is one change.
    id: Mapped[UUID] = mapped_column(ReviewId, primary_key=True)
    deck_id: Mapped[int]
    day: Mapped[int]
    at: Mapped[datetime] = mapped_column(Moment)
    # Marks, field by field.
    before: Mapped[dict[str, Any]] = mapped_column(sa.JSON)
    after: Mapped[dict[str, Any]] = mapped_column(sa.JSON)
    # NULL: it stands.
    undone_at: Mapped[datetime | None] = mapped_column(Moment)


MARKS: tuple[Any, ...] = (Mark.suspended, Mark.buried_until, Mark.flag)
"""The columns that `marks_from` reads."""


def marks_from(columns: Any) -> Marks:
    """The marks in a row's columns of MARKS; all NULL is a card without any."""
    return NO_MARKS if columns[0] is None else Marks(*columns)


def hidden(user_id: Any, card_id: Any, day: Any = None) -> sa.ColumnElement[bool]:
    """Whether a mark keeps the card out of that day's study; without a day, whether it is suspended."""
    mark = aliased(Mark)
    marked = mark.suspended if day is None else sa.or_(mark.suspended, mark.buried_until > day)
    own = sa.select(sa.true()).where(mark.user_id == user_id, mark.card_id == card_id, marked)
    # A scalar, not EXISTS: see `waiting._none`.
    return own.scalar_subquery().is_(sa.true())


def queue_day_of(user_id: Any, card_id: Any, due_day: Any) -> sa.ColumnElement[int | None]:
    """What a memory's queue_day is, given when the card is due: that day, a later one if it is buried until then, NULL
    if it is suspended. Worked out by the statement that writes it, so that no mark set meanwhile is lost."""
    mark = aliased(Mark)
    own = (mark.user_id == user_id, mark.card_id == card_id)
    suspended = sa.select(mark.suspended).where(*own).scalar_subquery()
    buried_until = sa.select(mark.buried_until).where(*own).scalar_subquery()
    return sa.case((suspended.is_(sa.true()), sa.null()), (buried_until > due_day, buried_until), else_=due_day)
