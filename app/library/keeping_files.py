"""Pictures and sounds that come with an import: stored by what is in them, named without taking a name from another."""

from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager
from datetime import datetime
from pathlib import Path, PurePath
from typing import IO

from sqlalchemy.orm import Session

from app.errors import CardletError
from app.library.media import Stored, media_of, name_file, name_of_file, store_file
from app.models import Learner

DIGITS = 8
"""Of a file's digest in its name, where another file has the name it came with."""

Opened = tuple[str, Callable[[], IO[bytes]]]
"""A file's name, and how to get at its bytes."""


def keep_imported(
    folder: Path,
    learner: Learner,
    files: Sequence[Opened],
    now: datetime,
    in_transaction: Callable[[], AbstractContextManager[Session]],
) -> tuple[dict[str, str], list[CardletError]]:
    """Stores files and gives them names among the learner's; returns the names, by those they came with, and why
    others were not taken. One that is there already stays as it is; one whose name another file has gets a new one."""
    stored: dict[str, tuple[str, Stored]] = {}
    refused: list[CardletError] = []
    for given, opened in files:
        try:
            name = name_of_file(given)
            with opened() as source:
                stored[given] = name, store_file(folder, source, name)
        except CardletError as error:
            refused.append(error)
    names: dict[str, str] = {}
    with in_transaction() as session:
        here = media_of(session, learner.id, [name for name, _ in stored.values()])
        for given, (name, file) in stored.items():
            known = here.get(name)
            names[given] = name if known is None or known.digest == file.digest else _beside(name, file.digest)
            if known is None or known.digest != file.digest:
                name_file(session, learner, names[given], file, now)
    return names, refused


def _beside(name: str, digest: str) -> str:
    path = PurePath(name)
    return f"{path.stem[:60]}-{digest[:DIGITS]}{path.suffix}"
