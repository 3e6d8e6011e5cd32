"""A zip archive that is sent while it is written, and the pictures and sounds that go into it."""

import zipfile
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

import sqlalchemy as sa

from app.exporting.choosing import Export
from app.models import MediaName
from app.models.media import path_of_file

CHUNK = 2**18
LEVEL = 1
"""Of deflating: the higher ones take five times as long for a tenth less."""


class _Pieces:
    """What the archive writes, until it is fetched. It can tell where it is and not go back: such is a response."""

    def __init__(self) -> None:
        self._waiting: list[bytes] = []
        self._at = 0

    def write(self, data: Any) -> int:
        piece = bytes(data)
        self._waiting.append(piece)
        self._at += len(piece)
        return len(piece)

    def flush(self) -> None:
        """Nothing is held back."""

    def tell(self) -> int:
        return self._at

    def seekable(self) -> bool:
        return False

    def fetched(self) -> bytes:
        whole = b"".join(self._waiting)
        self._waiting.clear()
        return whole


class Archive:
    """An archive; what its methods yield is to be sent at once, and `end` last."""

    def __init__(self) -> None:
        self._pieces = _Pieces()
        stream: Any = self._pieces
        self._zip = zipfile.ZipFile(stream, "w", compresslevel=LEVEL)

    def entry(self, name: str, content: Iterable[bytes], *, packed: bool = True) -> Iterator[bytes]:
        self._zip.compression = zipfile.ZIP_DEFLATED if packed else zipfile.ZIP_STORED
        with self._zip.open(name, "w", force_zip64=True) as file:
            for piece in content:
                file.write(piece)
                if sent := self._pieces.fetched():
                    yield sent
        yield self._pieces.fetched()

    def text(self, name: str, text: str) -> Iterator[bytes]:
        return self.entry(name, [text.encode()])

    def file(self, name: str, path: Path, *, packed: bool = True) -> Iterator[bytes]:
        return self.entry(name, _pieces_of(path), packed=packed)

    def end(self) -> Iterator[bytes]:
        self._zip.close()
        yield self._pieces.fetched()


def _pieces_of(path: Path) -> Iterator[bytes]:
    with path.open("rb") as file:
        while piece := file.read(CHUNK):
            yield piece


def media_in(connection: sa.Connection, export: Export, names: set[str] | None) -> list[tuple[str, Path]]:
    """The files of these names (None: all of the learner's own) and where they lie. They are the learner's; of a deck
    of somebody else's, those of its author that the cards which go out ask for."""
    owner_id = export.learner.id if export.everything else export.decks[0].owner_id
    if owner_id != export.learner.id and names is None:
        return []
    own = sa.select(MediaName.name, MediaName.digest).where(MediaName.owner_id == owner_id)
    rows = connection.execute(own.order_by(MediaName.name))
    chosen = [(name, path_of_file(export.media, digest)) for name, digest in rows if names is None or name in names]
    return [(name, path) for name, path in chosen if path.exists()]
