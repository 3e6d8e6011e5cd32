"""What somebody typed beside what was expected. app/static/typed.js does the same in the browser; a test holds the two
together.

Case, full and half width, spaces and punctuation at the end make no difference; an accent does, but a small one.
"""

import re
import unicodedata
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import groupby
from typing import Literal

Verdict = Literal["right", "nearly", "wrong"]
State = Literal["same", "nearly", "extra", "missing"]
LONGEST = 200
"""Signs that are compared one by one; the time grows with the square."""
ACCENTS = re.compile("[\u0300-\u036f]")
SIGN = re.compile("[^\u0300-\u036f][\u0300-\u036f]*|[\u0300-\u036f]+", re.DOTALL)
FORGIVEN_AT_THE_END = re.compile(r"[\s.,;:!?。，；：！？、…]+\Z")
SPACE = re.compile(r"\s+")


@dataclass(frozen=True, slots=True)
class Part:
    """A piece of a text, and how it fares against the other."""

    state: State
    text: str


@dataclass(frozen=True, slots=True)
class Comparison:
    """Both texts in parts. `typed` has same, nearly and extra ones, `expected` same, nearly and missing ones."""

    verdict: Verdict
    typed: tuple[Part, ...]
    expected: tuple[Part, ...]


def compare(typed: str, expected: str) -> Comparison:
    """What was typed against what was expected, sign by sign."""
    mine, right = _tidy(typed), _tidy(expected)
    verdict = _verdict(mine, right)
    if verdict == "right":
        return Comparison(verdict, _parts([("same", mine)]), _parts([("same", right)]))
    if max(len(mine), len(right)) > LONGEST:
        return Comparison(verdict, _parts([("extra", mine)]), _parts([("missing", right)]))
    aligned = list(_aligned(SIGN.findall(mine), SIGN.findall(right)))
    of_mine = ((state, a) for state, a, _ in aligned if a)
    of_right = ((state, b) for state, _, b in aligned if b)
    return Comparison(verdict, _parts(of_mine), _parts(of_right))


def _verdict(mine: str, right: str) -> Verdict:
    if _key(mine) == _key(right):
        return "right"
    return "nearly" if _base(_key(mine)) == _base(_key(right)) else "wrong"


def _tidy(text: str) -> str:
    return unicodedata.normalize("NFC", SPACE.sub(" ", text).strip())


def _folded(text: str) -> str:
    """The text without case and width."""
    folded = unicodedata.normalize("NFKC", text).upper().lower().replace("ς", "σ")
    return unicodedata.normalize("NFC", folded)


def _key(text: str) -> str:
    """What is equal in two texts that count as equal. A text that is nothing but punctuation stays one."""
    bare = FORGIVEN_AT_THE_END.sub("", text) or text
    return SPACE.sub("", _folded(bare))


def _base(text: str) -> str:
    """The text without accents; the marks of other scripts are no accents but letters."""
    return ACCENTS.sub("", unicodedata.normalize("NFD", text))


def _aligned(mine: list[str], right: list[str]) -> Iterator[tuple[State, str, str]]:
    """The longest common row of signs, accents aside, and what stands between them."""
    a, b = [_base(_folded(sign)) for sign in mine], [_base(_folded(sign)) for sign in right]
    common = _lengths(a, b)
    i = j = 0
    while i < len(a) or j < len(b):
        if i < len(a) and j < len(b) and a[i] == b[j]:
            yield ("same" if _folded(mine[i]) == _folded(right[j]) else "nearly"), mine[i], right[j]
            i, j = i + 1, j + 1
        elif j == len(b) or (i < len(a) and common[i + 1][j] >= common[i][j + 1]):
            yield ("extra" if mine[i].strip() else "same"), mine[i], ""
            i += 1
        else:
            yield ("missing" if right[j].strip() else "same"), "", right[j]
            j += 1


def _lengths(a: list[str], b: list[str]) -> list[list[int]]:
    """How many signs the rests of both have in common, from each place on."""
    common = [[0] * (len(b) + 1) for _ in range(len(a) + 1)]
    for i in range(len(a) - 1, -1, -1):
        for j in range(len(b) - 1, -1, -1):
            common[i][j] = common[i + 1][j + 1] + 1 if a[i] == b[j] else max(common[i + 1][j], common[i][j + 1])
    return common


def _parts(states: Iterable[tuple[State, str]]) -> tuple[Part, ...]:
    grouped = groupby(states, key=lambda pair: pair[0])
    joined = (Part(state, "".join(text for _, text in pairs)) for state, pairs in grouped)
    return tuple(part for part in joined if part.text)
