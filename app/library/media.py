"""Pictures and sounds of an author's decks: stored once by what is in them, known by the names cards use."""

import hashlib
import os
import re
import tempfile
import unicodedata
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import IO

import sqlalchemy as sa
from sqlalchemy.orm import Session

from app.database import Handle, connection_of
from app.errors import N_, NotFound, Refused, TooLarge
from app.models import Deck, Import, Learner, MediaName, Medium, Note, NoteType
from app.models.media import named_in, path_of_file

LARGEST_FILE = 20 * 2**20
LONGEST_NAME = 120
CHUNK = 2**16
DRAFT = "draft-"
"""How the name of a file begins that is being written."""
NOTES_AT_ONCE = 1_000
BEGINNINGS: tuple[tuple[re.Pattern[bytes], str], ...] = (
    (re.compile(rb"\x89PNG\r\n\x1a\n"), "image/png"),
    (re.compile(rb"\xff\xd8\xff"), "image/jpeg"),
    (re.compile(rb"GIF8[79]a"), "image/gif"),
    (re.compile(rb"RIFF....WEBP", re.DOTALL), "image/webp"),
    (re.compile(rb"....ftypavi[fs]", re.DOTALL), "image/avif"),
    (re.compile(rb"RIFF....WAVE", re.DOTALL), "audio/wav"),
    (re.compile(rb"....ftyp(M4A|M4B|mp4|isom|iso\d|dash|MSNV)", re.DOTALL), "audio/mp4"),
    (re.compile(rb"OggS"), "audio/ogg"),
    (re.compile(rb"ID3|\xff[\xfb\xfa\xf3\xf2]"), "audio/mpeg"),
    (re.compile(rb"\x1aE\xdf\xa3.{0,60}webm", re.DOTALL), "video/webm"),
    (
        re.compile(
            rb"(\xef\xbb\xbf)?\s*(<\?xml[^>]*>\s*)?(<!--.*?-->\s*)?(<!DOCTYPE svg[^>]*>\s*)?<svg[\s>]", re.DOTALL
        ),
        "image/svg+xml",
    ),
)
"""What a file is by its first bytes; whatever begins otherwise is not taken."""

UNKNOWN_TYPE = N_("“%(name)s” is no picture or sound that Cardlet knows. It takes %(known)s.")
KNOWN = "PNG, JPEG, GIF, WebP, AVIF, SVG, MP3, Ogg, WAV, M4A, WebM"
TOO_LARGE = N_("“%(name)s” is larger than %(most)s MiB.")
IMPOSSIBLE_NAME = N_("“%(name)s” cannot be the name of a file: cards could not ask for it.")


@dataclass(frozen=True, slots=True)
class Stored:
    """A file that has been stored and has no name yet."""

    digest: str
    content_type: str
    size: int


@dataclass(frozen=True, slots=True)
class Named:
    """A file with its name. `used`: a card asks for it."""

    name: str
    digest: str
    content_type: str
    size: int
    used: bool = False


def own_deck(session: Session, learner: Learner, deck_id: int) -> Deck:
    """A deck of the learner's own. Raises NotFound."""
    deck = session.get(Deck, deck_id)
    if deck is None or not deck.published or deck.owner_id != learner.id:
        raise NotFound()
    return deck


def name_of_file(given: str) -> str:
    """The base name a file was sent with, as cards will call it. Refused if it cannot be one."""
    name = unicodedata.normalize("NFC", re.split(r"[/\\]", given)[-1]).strip()
    hostile = not name.isprintable() or name.startswith(".") or re.search(r'[<>"\[\]|?*:#%]', name)
    if not name or hostile or len(name.encode()) > LONGEST_NAME:
        raise Refused(IMPOSSIBLE_NAME, name=name[:LONGEST_NAME])
    return name


def store_file(folder: Path, source: IO[bytes], name: str) -> Stored:
    """Writes a file to its place in the folder, in pieces, whole or not at all. Raises Refused for one that is neither
    picture nor sound, TooLarge for one that is too large."""
    beginning = source.read(CHUNK)
    content_type = next((kind for begins, kind in BEGINNINGS if begins.match(beginning[:4_096])), None)
    if content_type is None:
        raise Refused(UNKNOWN_TYPE, name=name, known=KNOWN)
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    digest, size = hashlib.sha256(), 0
    handle, draft = tempfile.mkstemp(dir=folder, prefix=DRAFT)
    try:
        with os.fdopen(handle, "wb") as file:
            chunk = beginning
            while chunk:
                size += len(chunk)
                if size > LARGEST_FILE:
                    raise TooLarge(TOO_LARGE, name=name, most=LARGEST_FILE // 2**20)
                digest.update(chunk)
                file.write(chunk)
                chunk = source.read(CHUNK)
            file.flush()
            os.fsync(file.fileno())
        place = path_of_file(folder, digest.hexdigest())
        place.parent.mkdir(exist_ok=True, mode=0o700)
        Path(draft).replace(place)
    except BaseException:
        Path(draft).unlink(missing_ok=True)
        raise
    return Stored(digest.hexdigest(), content_type, size)


def name_file(session: Session, learner: Learner, name: str, stored: Stored, now: datetime) -> None:
    """Gives a stored file its name among the learner's; what had the name before has it no more."""
    if session.get(Medium, stored.digest) is None:
        session.add(Medium(digest=stored.digest, content_type=stored.content_type, size=stored.size))
        session.flush()
    session.merge(MediaName(owner_id=learner.id, name=name, digest=stored.digest, added_at=now))
    session.flush()


def media_of(handle: Handle, owner_id: int | None, names: Sequence[str]) -> dict[str, Named]:
    """Those of an author's files that have one of these names."""
    if owner_id is None or not names:
        return {}
    # No file is called so, and PostgreSQL cannot even be asked.
    wanted = {unicodedata.normalize("NFC", name): name for name in names if "\x00" not in name}
    rows = connection_of(handle).execute(_NAMED.where(MediaName.owner_id == owner_id, MediaName.name.in_(wanted)))
    return {wanted[row.name]: Named(*row) for row in rows}


def medium(handle: Handle, owner_id: int, name: str) -> Named:
    """A file of an author's. Raises NotFound."""
    found = media_of(handle, owner_id, [name]).get(name)
    if found is None:
        raise NotFound()
    return found


def own_media(session: Session, learner: Learner) -> list[Named]:
    """All files of the learner's, by name, each with whether a card of theirs asks for it."""
    rows = session.execute(_NAMED.where(MediaName.owner_id == learner.id).order_by(MediaName.name)).all()
    used = _used(session, learner, [row.name for row in rows])
    return [Named(*row, used=row.name in used) for row in rows]


def forget_files(session: Session, learner: Learner, names: Sequence[str]) -> list[str]:
    """Takes the names away from those of the files that no card asks for; returns the digests of the files nobody has
    a name for any more, which are to be deleted."""
    unused = [file for file in own_media(session, learner) if file.name in names and not file.used]
    own = MediaName.owner_id == learner.id, MediaName.name.in_([file.name for file in unused])
    session.execute(sa.delete(MediaName).where(*own))
    digests = {file.digest for file in unused}
    digests -= set(session.scalars(sa.select(MediaName.digest).where(MediaName.digest.in_(digests)).distinct()))
    session.execute(sa.delete(Medium).where(Medium.digest.in_(digests)))
    return sorted(digests)


def unnamed(session: Session, digests: Sequence[str]) -> list[str]:
    """Those of these files that nobody has a name for."""
    here = (Medium.digest.in_(digests[start : start + 500]) for start in range(0, len(digests), 500))
    known = {digest for some in here for digest in session.scalars(sa.select(Medium.digest).where(some))}
    return [digest for digest in digests if digest not in known]


def delete_files(folder: Path, digests: Sequence[str]) -> None:
    """Deletes files that have no name any more. One that is gone already is fine."""
    for digest in digests:
        with suppress(FileNotFoundError):
            path_of_file(folder, digest).unlink()


_NAMED = sa.select(MediaName.name, MediaName.digest, Medium.content_type, Medium.size).join(
    Medium, Medium.digest == MediaName.digest
)


def _used(session: Session, learner: Learner, names: Sequence[str]) -> set[str]:
    """Which of the names stand in a note of the learner's or in a template of theirs."""
    used = named_in(names, _templates_of(session, learner))
    left, last_id = set(names) - used, 0
    # What an undone import has left is nobody's any more, and goes at the next start if not at once.
    undone = sa.select(Import.id).where(Import.user_id == learner.id, Import.undone_at.is_not(None))
    stays = sa.or_(Note.import_id.is_(None), Note.import_id.not_in(undone))
    own = sa.select(Note.id, Note.fields).where(Note.owner_id == learner.id, stays)
    own = own.order_by(Note.id).limit(NOTES_AT_ONCE)
    while left and (rows := session.execute(own.where(Note.id > last_id)).all()):
        found = named_in(left, "\n".join(field for _, fields in rows for field in fields))
        left, used, last_id = left - found, used | found, rows[-1][0]
    return used


def _templates_of(session: Session, learner: Learner) -> str:
    own = sa.select(NoteType.templates, NoteType.css).where(NoteType.owner_id == learner.id)
    types = session.execute(own).all()
    return "\n".join(
        text for templates, css in types for text in (css, *(t for card in templates for t in card.values()))
    )
