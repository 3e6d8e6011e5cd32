"""Pictures and sounds: each stored once, whoever gives it a name."""

import unicodedata
from collections.abc import Iterable
from datetime import datetime
from html import unescape
from pathlib import Path
from urllib.parse import unquote

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from app.database import Base, Moment


class Medium(Base):
    """A file in the data directory, known by what is in it."""

    __tablename__ = "media"

    # SHA-256 in hexadecimal, which is also where the file lies.
    digest: Mapped[str] = mapped_column(sa.String(64), primary_key=True)
    # Found out from its first bytes, never from its name.
    content_type: Mapped[str] = mapped_column(sa.String(40))
    size: Mapped[int]


class MediaName(Base):
    """What an author calls a file: the cards of their decks ask for it by this name."""

    __tablename__ = "media_names"

    owner_id: Mapped[int] = mapped_column(sa.ForeignKey("users.id", ondelete="CASCADE"), primary_key=True)
    name: Mapped[str] = mapped_column(sa.String(255), primary_key=True)
    digest: Mapped[str] = mapped_column(sa.ForeignKey("media.digest"), index=True)
    added_at: Mapped[datetime] = mapped_column(Moment)


def path_of_file(folder: Path, digest: str) -> Path:
    """Where a file lies: `ab/cdef…`."""
    return folder / digest[:2] / digest[2:]


def named_in(names: Iterable[str], text: str) -> set[str]:
    """Which of the names stand in a text."""
    written = unicodedata.normalize("NFC", text)
    # As an address and as HTML it may be written in other characters.
    meant = unicodedata.normalize("NFC", unquote(unescape(written)))
    return {name for name in names if name in written or name in meant}
