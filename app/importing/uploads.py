"""Files that wait between their upload and their import: the files in a folder, a row for each."""

import secrets
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import IO

import sqlalchemy as sa
from sqlalchemy import Executable
from sqlalchemy.orm import Session

from app.errors import N_, NotFound, Refused
from app.models import Import, Learner, Upload

KEPT_FOR = timedelta(days=1)
KEPT_AT_ONCE = 3
BEING_STORED = timedelta(hours=1)
CHUNK = 2**20
LONGEST_NAME = 255
"""Characters of a file's name that are kept: the last, for its ending says what it is."""


@dataclass(frozen=True)
class Stored:
    """A file in the folder, under a name that is nobody's choice; `size` in bytes."""

    name: str
    size: int


def store_upload(folder: Path, stream: IO[bytes]) -> Stored:
    """Writes a file piece by piece. Refused if there is nothing in it or no room for it; nothing stays then."""
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    path, size, is_blank = folder / secrets.token_hex(16), 0, True
    try:
        with path.open("xb") as file:
            while piece := stream.read(CHUNK):
                file.write(piece)
                size += len(piece)
                is_blank = is_blank and not piece.strip()
    except OSError as error:
        path.unlink(missing_ok=True)
        raise Refused(N_("There is no room left for this file on the server."), field="file") from error
    except BaseException:
        path.unlink(missing_ok=True)
        raise
    if is_blank:
        path.unlink()
        raise Refused(N_("There is nothing in that file."), field="file")
    return Stored(path.name, size)


def keep_upload(
    session: Session, learner: Learner, file_name: str, stored: Stored, now: datetime
) -> tuple[Upload, list[str]]:
    """Adds the row of a stored file; older ones of the learner make room, and so does everybody's from yesterday. With
    it the names of the files to delete once this is committed."""
    own = (Upload.user_id == learner.id, Upload.import_id.is_(None))
    newest = sa.select(Upload.id).where(*own).order_by(Upload.id.desc()).limit(KEPT_AT_ONCE - 1)
    older = sa.delete(Upload).where(*own, Upload.id.not_in(newest)).returning(Upload.stored_as)
    gone = [*session.scalars(older), *session.scalars(_older_than(now - KEPT_FOR))]
    upload = Upload(user_id=learner.id, file_name=harmless_name(file_name), stored_as=stored.name, size=stored.size)
    upload.created_at = now
    session.add(upload)
    session.flush()
    return upload, gone


def harmless_name(file_name: str) -> str:
    """A file's name to be shown: without signs that nobody sees or that turn others around, and not too long."""
    return "".join(sign for sign in file_name if sign.isprintable())[-LONGEST_NAME:]


def own_upload(session: Session, learner: Learner, upload_id: int) -> Upload:
    """The learner's upload. Raises NotFound."""
    upload = session.scalar(sa.select(Upload).where(Upload.id == upload_id, Upload.user_id == learner.id))
    if upload is None:
        raise NotFound(N_("This upload is no longer here. Choose the file again."))
    return upload


def drop_upload(session: Session, learner: Learner, upload_id: int) -> list[str]:
    """Forgets an upload that is not being imported; the names of the files to delete once this is committed."""
    own = (Upload.id == upload_id, Upload.user_id == learner.id, Upload.import_id.is_(None))
    return list(session.scalars(sa.delete(Upload).where(*own).returning(Upload.stored_as)))


def delete_uploaded(folder: Path, names: Iterable[str]) -> None:
    for name in names:
        (folder / name).unlink(missing_ok=True)


def sweep_uploads(session: Session, folder: Path, now: datetime) -> list[str]:
    """Forgets what is older than a day and what has lost its file; the names of the files to delete once this is
    committed: those, and files without a row. A file of the last hour may still be on its way to its row."""
    gone = list(session.scalars(_older_than(now - KEPT_FOR)))
    ended = sa.exists().where(Import.id == Upload.import_id, Import.finished_at.is_not(None))
    gone += session.scalars(sa.select(Upload.stored_as).where(ended))
    waiting = sa.select(Upload.id, Upload.stored_as).where(Upload.import_id.is_(None))
    lost = [row.id for row in session.execute(waiting) if not (folder / row.stored_as).exists()]
    for start in range(0, len(lost), 500):
        session.execute(sa.delete(Upload).where(Upload.id.in_(lost[start : start + 500])))
    known, oldest = set(session.scalars(sa.select(Upload.stored_as))), (now - BEING_STORED).timestamp()
    lying = folder.iterdir() if folder.exists() else ()
    return gone + [path.name for path in lying if path.name not in known and path.stat().st_mtime < oldest]


def release_uploads(session: Session) -> None:
    """Lets uploads wait again whose imports died. Call it while nobody imports."""
    ended = sa.exists().where(Import.id == Upload.import_id, Import.finished_at.is_not(None))
    session.execute(sa.update(Upload).where(Upload.import_id.is_not(None), ~ended).values(import_id=None))


def _older_than(moment: datetime) -> Executable:
    return sa.delete(Upload).where(Upload.created_at < moment).returning(Upload.stored_as)
