"""What is about the server as a whole: what its administrators chose, and the links that work once."""

from datetime import datetime
from typing import Literal

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from app.database import Base, Moment

LinkKind = Literal["invite", "admin", "reset"]
"""What a link is for: a new learner, a new administrator, a new password."""


class ServerSetting(Base):
    """What an administrator chose in the browser. Without a row the environment's setting holds."""

    __tablename__ = "server_settings"

    name: Mapped[str] = mapped_column(sa.String(32), primary_key=True)
    value: Mapped[str] = mapped_column(sa.Text)


class OneTimeLink(Base):
    """A link that was shown once, and that whoever has it may use once, until it expires; then its row is gone."""

    __tablename__ = "one_time_links"
    __table_args__ = ({"sqlite_autoincrement": True},)

    id: Mapped[int] = mapped_column(primary_key=True)
    # SHA-256 of the code it ends with, in hex: whoever reads the database cannot use it.
    code_hash: Mapped[str] = mapped_column(sa.String(64), unique=True)
    kind: Mapped[LinkKind] = mapped_column(sa.String(8))
    # Whose password it is about. NULL: no one's.
    user_id: Mapped[int | None] = mapped_column(sa.ForeignKey("users.id", ondelete="CASCADE"), index=True)
    created_at: Mapped[datetime] = mapped_column(Moment)
    expires_at: Mapped[datetime] = mapped_column(Moment)
