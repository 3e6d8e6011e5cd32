"""What came in from a file: each import, and the histories of cards that were gone there already."""

from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from app.database import Base, Moment


class Import(Base):
    """One import of a learner's. What it brought names it, so that it can be undone as a whole."""

    __tablename__ = "imports"
    __table_args__ = (sa.Index("ix_imports_user_id_at", "user_id", "at"), {"sqlite_autoincrement": True})

    id: Mapped[int] = mapped_column(primary_key=True)
    user_id: Mapped[int] = mapped_column(sa.ForeignKey("users.id", ondelete="CASCADE"))
    file_name: Mapped[str] = mapped_column(sa.String(255))
    at: Mapped[datetime] = mapped_column(Moment)
    # NULL: it is under way, or died.
    finished_at: Mapped[datetime | None] = mapped_column(Moment)
    # NULL: it stands.
    undone_at: Mapped[datetime | None] = mapped_column(Moment)
    # What it reported. NULL: it has not come to its end.
    report: Mapped[dict[str, Any] | None] = mapped_column(sa.JSON(none_as_null=True))


class Tombstone(Base):
    """A card that was gone before its history came in: an id for its reviews, which count in the learner's totals."""

    __tablename__ = "tombstones"
    __table_args__ = ({"sqlite_with_rowid": False},)

    user_id: Mapped[int] = mapped_column(sa.ForeignKey("users.id", ondelete="CASCADE"), primary_key=True)
    # The moment of its first review, by which its next import knows it.
    began_at: Mapped[datetime] = mapped_column(Moment, primary_key=True)
    # An id that no card has or ever will have.
    card_id: Mapped[int]
    import_id: Mapped[int | None]
