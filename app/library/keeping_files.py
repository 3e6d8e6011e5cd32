"""Pictures and sounds that come with an import: stored by what is in them while it runs, named when it ends, without
taking a name from another. An import that dies leaves files without a name, which the next start deletes."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path, PurePath
from typing import IO

import sqlalchemy as sa
from sqlalchemy.orm import Session

from app.errors import CardletError
from app.library.media import DRAFT, Stored, media_of, name_file, name_of_file, store_file
from app.models import Learner, MediaName, Medium

DIGITS = 8
"""Of a file's digest in its name, where another file has the name it came with."""
AT_ONCE = 500

Opened = tuple[str, Callable[[], IO[bytes]]]
"""A file's name, and how to get at its bytes."""


@dataclass
class KeptFiles:
    """The files of one import on their way: stored, with the names they will have."""

    folder: Path
    learner_id: int
    waiting: dict[str, Stored] = field(default_factory=dict)

    def keep(self, session: Session, files: Sequence[Opened]) -> tuple[dict[str, str], list[CardletError]]:
        """Stores files; returns the names they will have, by those they came with, and why others were not taken. One
        that is there already stays as it is; one whose name another file has gets a new one."""
        stored: dict[str, tuple[str, Stored]] = {}
        refused: list[CardletError] = []
        for given, opened in files:
            try:
                name = name_of_file(given)
                with opened() as source:
                    stored[given] = name, store_file(self.folder, source, name)
            except CardletError as error:
                refused.append(error)
        here = self._digests(session, [name for name, _ in stored.values()])
        names: dict[str, str] = {}
        for given, (name, file) in stored.items():
            known = self.waiting[name].digest if name in self.waiting else here.get(name)
            names[given] = name if known is None or known == file.digest else _beside(name, file.digest)
            if known != file.digest:
                self.waiting[names[given]] = file
        return names, refused

    def give_names(self, session: Session, now: datetime) -> None:
        """Gives all of them their names; in the import's last transaction. A name that the learner has given to
        another file meanwhile stays with that."""
        names = list(self.waiting)
        for start in range(0, len(names), AT_ONCE):
            some = {name: self.waiting[name] for name in names[start : start + AT_ONCE]}
            taken = self._digests(session, list(some))
            new = {name: file for name, file in some.items() if name not in taken}
            files = {file.digest: file for file in new.values()}
            there = set(session.scalars(sa.select(Medium.digest).where(Medium.digest.in_(files))))
            _insert(session, Medium, [_row_of(file) for digest, file in files.items() if digest not in there])
            rows = [{"name": name, "digest": file.digest} for name, file in new.items()]
            _insert(session, MediaName, [{**row, "owner_id": self.learner_id, "added_at": now} for row in rows])

    def _digests(self, session: Session, names: list[str]) -> dict[str, str]:
        return {name: file.digest for name, file in media_of(session, self.learner_id, names).items()}


def name_beside(session: Session, learner: Learner, name: str, file: Stored, now: datetime) -> str:
    """Gives a stored file this name among the learner's or, where another file has it, one like it; which it got."""
    known = media_of(session, learner.id, [name]).get(name)
    free = name if known is None or known.digest == file.digest else _beside(name, file.digest)
    if known is None or known.digest != file.digest:
        name_file(session, learner, free, file, now)
    return free


def sweep_files(session: Session, folder: Path) -> int:
    """Deletes files that nobody has a name for and what was being written when its process died; how many. Call it
    while nobody imports or adds files."""
    swept = 0
    for path in folder.glob(f"{DRAFT}*"):
        path.unlink()
        swept += 1
    for place in sorted(folder.glob("??")):
        rows = session.scalars(sa.select(Medium.digest).where(Medium.digest.startswith(place.name, autoescape=True)))
        known = set(rows)
        for path in place.iterdir():
            if place.name + path.name not in known:
                path.unlink()
                swept += 1
    return swept


def _insert(session: Session, table: type[Medium] | type[MediaName], rows: list[dict[str, object]]) -> None:
    if rows:
        session.execute(sa.insert(table), rows)


def _row_of(file: Stored) -> dict[str, object]:
    return {"digest": file.digest, "content_type": file.content_type, "size": file.size}


def _beside(name: str, digest: str) -> str:
    path = PurePath(name)
    return f"{path.stem[:60]}-{digest[:DIGITS]}{path.suffix}"
