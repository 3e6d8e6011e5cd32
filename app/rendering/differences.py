"""What differs between two texts, word by word."""

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from typing import Literal

WORD = re.compile(r"[぀-ヿ㐀-鿿豈-﫿]|\w+\s*|\s+|[^\w\s]\s*")
"""A word with the space behind it, a sign, or a single character of a writing that has no spaces."""
MOST_WORDS = 500
"""Finding what is common takes time that grows with the square of it: beyond this the texts differ as a whole."""
MOST_PAIRS, PAIRS_OF_A_PAGE = 20_000, 60_000
"""And with how often words come again: each pair of a word before and the same one after is looked at, some of them a
hundred times. Five hundred words of prose have seven thousand, and all of a page take half a second at the worst."""
CONTEXT = 40
"""Characters of common text that are shown on either side of a difference."""
LEFT_OUT = "…"


@dataclass(frozen=True, slots=True)
class Piece:
    """A stretch of text that stands in both, or in one of them alone."""

    kind: Literal["same", "gone", "new"]
    text: str


@dataclass(slots=True)
class Effort:
    """What comparing may still cost on one page, in pairs of words. What goes beyond differs as a whole."""

    left: int = PAIRS_OF_A_PAGE

    def allows(self, old: Sequence[str], new: Sequence[str]) -> bool:
        """Whether these words may be compared; takes off what that costs."""
        if max(len(old), len(new)) > MOST_WORDS:
            return False
        times = Counter(new)
        pairs = len(old) + len(new) + sum(times[word] for word in old)
        if pairs > min(self.left, MOST_PAIRS):
            return False
        self.left -= pairs
        return True


def difference(before: str, after: str, effort: Effort) -> list[Piece]:
    """The pieces in order, what is gone before what is new; long stretches that are the same are shortened."""
    if before == after:
        return []
    old, new = WORD.findall(before), WORD.findall(after)
    begin = _common(old, new)
    end = _common(old[begin:][::-1], new[begin:][::-1])
    middle = _between(old[begin : len(old) - end], new[begin : len(new) - end], effort)
    pieces = [Piece("same", "".join(old[:begin])), *middle, Piece("same", "".join(old[len(old) - end :]))]
    return _shortened([piece for piece in pieces if piece.text])


def _common(one: Sequence[str], other: Sequence[str]) -> int:
    """How many words both begin with."""
    return next((n for n, (a, b) in enumerate(zip(one, other, strict=False)) if a != b), min(len(one), len(other)))


def _between(old: list[str], new: list[str], effort: Effort) -> list[Piece]:
    if not effort.allows(old, new):
        return [Piece("gone", "".join(old)), Piece("new", "".join(new))]
    pieces: list[Piece] = []
    for tag, a, b, c, d in SequenceMatcher(None, old, new, autojunk=False).get_opcodes():
        if tag == "equal":
            pieces.append(Piece("same", "".join(old[a:b])))
        else:
            pieces += [Piece("gone", "".join(old[a:b])), Piece("new", "".join(new[c:d]))]
    return pieces


def _shortened(pieces: list[Piece]) -> list[Piece]:
    last = len(pieces) - 1
    return [
        Piece("same", _excerpt(piece.text, first=n == 0, last=n == last)) if piece.kind == "same" else piece
        for n, piece in enumerate(pieces)
    ]


def _excerpt(text: str, *, first: bool, last: bool) -> str:
    """The part of a common stretch that lies next to what differs."""
    begin, end = "" if first else text[:CONTEXT], "" if last else text[-CONTEXT:]
    return text if len(text) <= len(begin) + len(end) + CONTEXT else f"{begin}{LEFT_OUT}{end}"
