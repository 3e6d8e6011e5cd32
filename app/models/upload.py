"""A file between its upload and its import."""

from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from app.database import Base, Moment


class Upload(Base):
    """What a learner is about to import, kept while they look at the preview, at most a day."""

    __tablename__ = "uploads"
    __table_args__ = ({"sqlite_autoincrement": True},)

    id: Mapped[int] = mapped_column(primary_key=True)
    user_id: Mapped[int] = mapped_column(sa.ForeignKey("users.id", ondelete="CASCADE"), index=True)
    file_name: Mapped[str] = mapped_column(sa.String(255))
    # NULL: it was imported.
    content: Mapped[bytes | None] = mapped_column(sa.LargeBinary, deferred=True)
    # What the import reported. NULL: it was not imported yet.
    report: Mapped[dict[str, Any] | None] = mapped_column(sa.JSON(none_as_null=True))
    created_at: Mapped[datetime] = mapped_column(Moment, index=True)
