"""What a learner copied from one edition of a deck to another."""

from datetime import datetime
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from app.database import Base, Moment, ReviewId


class ProgressCopy(Base):
    """One copying; its checkpoints in the log have its id, day and moment. Never rewritten, only marked undone."""

    __tablename__ = "progress_copies"
    __table_args__ = ({"sqlite_with_rowid": False},)

    user_id: Mapped[int] = mapped_column(sa.ForeignKey("users.id", ondelete="CASCADE"), primary_key=True)
    # Made by the page that offers it: a double click is one copy.
    id: Mapped[UUID] = mapped_column(ReviewId, primary_key=True)
    # No foreign keys: see Memory.
    from_deck_id: Mapped[int]
    to_deck_id: Mapped[int]
    cards: Mapped[int]
    day: Mapped[int]
    at: Mapped[datetime] = mapped_column(Moment)
    # NULL: it stands.
    undone_at: Mapped[datetime | None] = mapped_column(Moment)
