"""A note as one learner has it for themselves, beside the author's."""

from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from app.database import Base, Moment
from app.models.note import Format, Note


class Adjustment(Base):
    """A learner's own wording of somebody else's note: shown to them alone, instead of the author's.

    It holds as long as the note has the type and the format it was written for.
    """

    __tablename__ = "adjustments"
    __table_args__ = ({"sqlite_with_rowid": False},)

    user_id: Mapped[int] = mapped_column(sa.ForeignKey("users.id", ondelete="CASCADE"), primary_key=True)
    # No foreign keys to content: see Memory.
    note_id: Mapped[int] = mapped_column(primary_key=True)
    note_type_id: Mapped[int]
    format: Mapped[Format] = mapped_column(sa.String(8))
    fields: Mapped[list[str]] = mapped_column(sa.JSON)
    # The author's fields that the learner has seen last: where the note has others by now, they are told.
    seen_fields: Mapped[list[str]] = mapped_column(sa.JSON)
    changed_at: Mapped[datetime] = mapped_column(Moment)


def adjusts(user_id: int | sa.SQLColumnExpression[int]) -> sa.ColumnElement[bool]:
    """Whether an adjustment is the learner's of a note, for an outer join."""
    return sa.and_(
        *(Adjustment.user_id == user_id, Adjustment.note_id == Note.id),
        *(Adjustment.note_type_id == Note.note_type_id, Adjustment.format == Note.format),
    )
