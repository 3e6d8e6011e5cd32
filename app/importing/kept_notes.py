"""Notes that wait for the end of an import: a few in memory, more in a file without a name."""

import pickle
from collections.abc import Iterator, Sequence
from tempfile import TemporaryFile
from typing import IO

from app.importing.identity import Incoming
from app.importing.matching import Here

IN_MEMORY = 300
"""Notes with histories of ten years are some kilobytes each, and a whole collection may wait."""
Pair = tuple[Incoming, Here]


class KeptNotes:
    """Notes of a file beside those that are here, in the order in which they came."""

    def __init__(self) -> None:
        self._newest: list[Pair] = []
        self._file: IO[bytes] | None = None
        self._length = 0

    def __len__(self) -> int:
        return self._length

    def add(self, some: Sequence[Pair]) -> None:
        self._newest += some
        self._length += len(some)
        if len(self._newest) >= IN_MEMORY:
            self._file = self._file or TemporaryFile()  # noqa: SIM115 - as long as the import
            pickle.dump(self._newest, self._file, pickle.HIGHEST_PROTOCOL)
            self._newest = []

    def parts(self) -> Iterator[list[Pair]]:
        """All of them, some at a time; again from the first if asked again, as a transaction may be."""
        if self._file is not None:
            end = self._file.tell()
            self._file.seek(0)
            while self._file.tell() < end:
                yield pickle.load(self._file)  # noqa: S301 - what was written above
        if self._newest:
            yield self._newest

    def forget(self) -> None:
        """Gives the file back."""
        if self._file is not None:
            self._file.close()
        self._newest, self._file, self._length = [], None, 0
