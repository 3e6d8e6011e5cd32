"""A text of any size, line by line: a piece of the file is in memory at a time."""

import io
from collections import deque
from collections.abc import Iterator
from itertools import chain
from typing import IO

from app.errors import N_, UnreadableFile
from app.importing.encoding import MARKS, SURROGATES, UNREADABLE, decode, find_encoding
from app.importing.parsed import Source

SAMPLE = 2**20
"""Bytes of the beginning from which everything is found out that nobody says."""
PIECE = 2**17
"""Characters read at once."""
LONGEST_LINE = 2**22


class TextLines:
    """The lines of a file, with their ends, from any line on that `done` has not passed yet.

    `damaged`: something was no text in this encoding so far; UNREADABLE stands in its place. `sample`: the beginning,
    cut at the end of a line if it is not everything.
    """

    def __init__(self, file: IO[bytes], sample: str, encoding: str) -> None:
        self.sample, self.encoding = sample, encoding
        self.damaged = False
        self.done = 0
        self._text = io.TextIOWrapper(file, encoding, errors="replace", newline="")
        self._pieces = self._read()
        self._kept: deque[list[str]] = deque()
        self._kept_from = 0

    def go_on(self) -> Iterator[str]:
        """The lines from number `done` (from 0) on. Raises UnreadableFile for a line without end."""
        return chain.from_iterable(self._from_done())

    def _from_done(self) -> Iterator[list[str]]:
        self._forget()
        skipped = self.done - self._kept_from
        for piece in list(self._kept):
            yield piece[skipped:]
            skipped = max(skipped - len(piece), 0)
        for piece in self._pieces:
            self._forget()
            self._kept.append(piece)
            yield piece

    def _forget(self) -> None:
        """Lets go of what lies before the row that is being read."""
        while self._kept and self._kept_from + len(self._kept[0]) <= self.done:
            self._kept_from += len(self._kept.popleft())

    def close(self) -> None:
        """Closes the file too."""
        self._text.close()

    def _read(self) -> Iterator[list[str]]:
        carried, count = "", 0
        parts: list[str] = []
        try:
            while piece := self._text.read(PIECE):
                # Without its mark, like the sample.
                clean = self._clean(piece if count or carried or parts else piece.removeprefix("\ufeff"))
                parts.append(clean)
                if "\n" not in clean and len(parts) * PIECE < LONGEST_LINE:
                    # Joined once, where the line ends.
                    continue
                whole = carried + "".join(parts)
                parts.clear()
                lines = io.StringIO(whole, newline="").readlines()
                carried = lines.pop() if lines and not whole.endswith("\n") else ""
                if len(carried) > LONGEST_LINE:
                    too_long = N_("a line is longer than %(longest)s characters")
                    raise UnreadableFile(too_long, line=count + len(lines) + 1, longest=LONGEST_LINE)
                count += len(lines)
                yield lines
        except UnicodeError:
            raise UnreadableFile(N_("this is not text"), line=count + 1) from None
        if rest := carried + "".join(parts):
            yield io.StringIO(rest, newline="").readlines()

    def _clean(self, piece: str) -> str:
        if piece.isascii():
            if "\x00" not in piece:
                return piece
        else:
            piece = SURROGATES.sub(UNREADABLE, piece)
        piece = piece.replace("\x00", UNREADABLE)
        self.damaged = self.damaged or UNREADABLE in piece
        return piece


def open_lines(source: Source, encoding: str | None = None) -> TextLines:
    """The lines of a file, in the encoding that is said or found; close them. Raises UnreadableFile for what is no
    text."""
    file = source.open()
    try:
        beginning = file.read(SAMPLE)
        sample, encoding = decode(beginning, encoding or _encoding_of(file, beginning))
        if len(beginning) == SAMPLE:
            # What was cut in the middle looks like another width or another delimiter.
            sample = sample[: sample.rfind("\n") + 1] or sample
        file.seek(0)
        return TextLines(file, sample, encoding)
    except BaseException:
        file.close()
        raise


def _encoding_of(file: IO[bytes], piece: bytes) -> str:
    """From the first piece that is more than ASCII: a table may begin with a million letters and digits."""
    if any(piece.startswith(mark) for mark, _ in MARKS):
        return find_encoding(piece)
    while piece.isascii() and b"\x00" not in piece:
        following = file.read(SAMPLE)
        if not following:
            return "utf-8"
        piece = following
    return find_encoding(piece)
