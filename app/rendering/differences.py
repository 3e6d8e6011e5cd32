"""What differs between two texts, word by word."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from typing import Literal

WORD = re.compile(r"[぀-ヿ㐀-鿿豈-﫿]|\w+\s*|\s+|[^\w\s]\s*")
"""A word with the space behind it, a sign, or a single character of a writing that has no spaces."""
MOST_WORDS = 500
"""Finding what is common takes time that grows with the square of it: beyond this the texts differ as a whole."""
CONTEXT = 40
"""Characters of common text that are shown on either side of a difference."""
LEFT_OUT = "…"


@dataclass(frozen=True, slots=True)
class Piece:
    """A stretch of text that stands in both, or in one of them alone."""

    kind: Literal["same", "gone", "new"]
    text: str


def difference(before: str, after: str) -> list[Piece]:
    """The pieces in order, what is gone before what is new; long stretches that are the same are shortened."""
    if before == after:
        return []
    old, new = WORD.findall(before), WORD.findall(after)
    begin = _common(old, new)
    end = _common(old[begin:][::-1], new[begin:][::-1])
    middle = _between(old[begin : len(old) - end], new[begin : len(new) - end])
    pieces = [Piece("same", "".join(old[:begin])), *middle, Piece("same", "".join(old[len(old) - end :]))]
    return _shortened([piece for piece in pieces if piece.text])


def _common(one: Sequence[str], other: Sequence[str]) -> int:
    """How many words both begin with."""
    return next((n for n, (a, b) in enumerate(zip(one, other, strict=False)) if a != b), min(len(one), len(other)))


def _between(old: list[str], new: list[str]) -> list[Piece]:
    if max(len(old), len(new)) > MOST_WORDS:
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
