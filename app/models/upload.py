"""A file between its upload and its import."""

from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from app.database import Base, Moment


class Upload(Base):
    """What a learner is about to import; at most a day old. The file itself lies in the data directory."""

    __tablename__ = "uploads"
    __table_args__ = ({"sqlite_autoincrement": True},)

    id: Mapped[int] = mapped_column(primary_key=True)
    user_id: Mapped[int] = mapped_column(sa.ForeignKey("users.id", ondelete="CASCADE"), index=True)
    file_name: Mapped[str] = mapped_column(sa.String(255))
    # What the file is called in the folder of uploads: nothing that anybody sent.
    stored_as: Mapped[str] = mapped_column(sa.String(32))
    size: Mapped[int] = mapped_column(sa.BigInteger)
    # The Import that has taken it; once that has come to its end the file is gone. NULL: it waits.
    import_id: Mapped[int | None]
    created_at: Mapped[datetime] = mapped_column(Moment, index=True)
