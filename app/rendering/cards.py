"""The two sides of a card."""

import hashlib
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from threading import Lock

from cachetools import LRUCache, cached

from app.rendering.cloze import answer_text, cloze_numbers, question_text
from app.rendering.text import render_text

CACHED_BYTES = 8 * 2**20
RENDERER = 2
"""Grows whenever the same content gives another result."""


@dataclass(frozen=True, slots=True)
class Sides:
    """Question and answer as HTML, each with its language. `rest`: what a cloze shows below its revealed text."""

    question: str
    question_language: str
    answer: str
    answer_language: str
    rest: str = ""


def card_ordinals(kind: str, fields: Sequence[str]) -> list[int]:
    """Which cards a note of this kind makes: one, one each way, or one for each number of its clozes."""
    if kind == "cloze":
        return cloze_numbers(fields[0])
    return [0, 1] if kind == "reversed" else [0]


def _size(sides: Sides) -> int:
    """What a rendered card takes in memory, with its place in the cache."""
    return 300 + sum(sys.getsizeof(text) for text in (sides.question, sides.answer, sides.rest))


def _key(kind: str, fields: Sequence[str], languages: Sequence[str], ordinal: int, format: str) -> bytes:
    """Content, template and renderer. Not the card's id: an edit that reaches another process must not be missed."""
    parts = (str(RENDERER), kind, format, str(ordinal), *languages, *fields)
    digest = hashlib.blake2b(digest_size=16)
    for part in parts:
        text = part.encode(errors="surrogatepass")
        digest.update(len(text).to_bytes(4) + text)
    return digest.digest()


# One for all learners: a card looks the same to everybody. What is larger than the whole cache is rendered each time.
RENDERED: LRUCache[bytes, Sides] = LRUCache(CACHED_BYTES, getsizeof=_size)


@cached(RENDERED, key=_key, lock=Lock())
def render_sides(kind: str, fields: Sequence[str], languages: Sequence[str], ordinal: int, format: str) -> Sides:
    """The sides of one card of a note whose fields are (question, answer) or (cloze text, further text)."""
    first, second = fields
    if kind == "cloze":
        return Sides(
            question=render_text(question_text(first, ordinal), format),
            question_language=languages[0],
            answer=render_text(answer_text(first, ordinal), format),
            answer_language=languages[0],
            rest=render_text(second, format) if second else "",
        )
    sides = [(render_text(first, format), languages[0]), (render_text(second, format), languages[1])]
    (question, question_language), (answer, answer_language) = sides if ordinal == 0 else reversed(sides)
    return Sides(question, question_language, answer, answer_language)
