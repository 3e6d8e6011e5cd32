"""Pictures and sounds: each stored once, whoever gives it a name."""

import re
import unicodedata
from collections.abc import Iterable, Iterator
from datetime import datetime
from html import unescape
from pathlib import Path
from urllib.parse import unquote

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from app.database import Base, Moment

MANY, END, MOST_ENDS = 50, 4, 50
"""From so many names on they are looked for by how they end, so many characters, if these are not too many."""


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
    texts, names = {written, meant}, set(names)
    ends = {name[-END:] for name in names if len(name) >= END}
    if len(names) < MANY or len(ends) > MOST_ENDS:
        return {name for name in names if any(name in text for text in texts)}
    short = {name for name in names if len(name) < END and any(name in text for text in texts)}
    return short.union(*(_ending_in(names, ends, text) for text in texts))


def _ending_in(names: set[str], ends: set[str], text: str) -> Iterator[str]:
    """The same for many names that end alike, as files do: looked for is where one might end."""
    lengths = {end: {len(name) for name in names if name.endswith(end)} for end in ends}
    for match in re.finditer(f"(?=({'|'.join(map(re.escape, sorted(ends)))}))", text, re.DOTALL):
        end = match.end(1)
        for length in lengths[match[1]]:
            if length <= end and text[end - length : end] in names:
                yield text[end - length : end]
