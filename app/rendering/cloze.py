"""Cloze deletions: `{{c1::hidden}}` and `{{c1::hidden::hint}}`, one inside another if need be; `{{c1,3::hidden}}` is a
gap of two cards.

A card hides the gaps of its number with everything inside them; a gap inside one of another number is hidden alone.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import lru_cache

from app.rendering.marks import CLOSE, OPEN, without_marks

TOKEN = re.compile(r"\{\{c(\d{1,3}(?:,\d{1,3}){0,20})::|\}\}|::|[{}]")
DEEPEST = 8
"""Gaps inside each other; what would open one more is text."""


@dataclass(slots=True)
class Gap:
    """A gap, or (no numbers) the whole text. `hint_at`: where in `parts` its hint begins; `braces`: how many single
    ones are open in it, so that the last of `{{c1::x^{2}}}` belongs to the gap and not to the formula."""

    numbers: frozenset[int] = frozenset()
    opener: str = ""
    parts: list["str | Gap"] = field(default_factory=list)
    hint_at: int | None = None
    braces: int = 0

    @property
    def hidden(self) -> list["str | Gap"]:
        return self.parts if self.hint_at is None else self.parts[: self.hint_at]

    @property
    def hint(self) -> str:
        told = [] if self.hint_at is None else self.parts[self.hint_at + 1 :]
        return "".join(part for part in told if isinstance(part, str))


def has_cloze(text: str) -> bool:
    """Whether the text hides anything."""
    return bool(cloze_numbers(text))


def cloze_numbers(text: str) -> list[int]:
    """The numbers of the text's clozes, each once, in order: one card a number. c0 is none."""
    if "{{c" not in text:
        return []
    return sorted({number for gap in _gaps(_parsed(text)[0]) for number in gap.numbers} - {0})


def question_text(text: str, number: int) -> str:
    """The text with the parts of this number hidden (their hint shown) and all others open."""
    return "".join(_question(_parsed(text)[0], number))


def answer_text(text: str, number: int) -> str:
    """The text with everything open and the parts of this number marked."""
    return "".join(_answer(_parsed(text)[0], number))


def hidden_text(text: str, number: int) -> str:
    """What the parts of this number hide, as somebody would type it."""
    return ", ".join(_open_text(gap) for gap in _gaps(_parsed(text)[0]) if number in gap.numbers)


def gap_texts(text: str) -> list[tuple[frozenset[int], str]]:
    """What each gap hides, with its numbers. 0 may be one of them: the gap that no card asks for."""
    return [(gap.numbers, _open_text(gap)) for gap in _gaps(_parsed(text)[0])]


def only_question(text: str, number: int) -> str:
    """The hidden parts of this number alone, hidden, with nothing of the text around them."""
    gaps = (gap for gap in _gaps(_parsed(text)[0]) if number in gap.numbers)
    return ", ".join(f"{OPEN}[{gap.hint or '…'}]{CLOSE}" for gap in gaps)


def only_answer(text: str, number: int) -> str:
    """The same when they are open."""
    return ", ".join(f"{OPEN}{_open_text(gap)}{CLOSE}" for gap in _gaps(_parsed(text)[0]) if number in gap.numbers)


def unclosed_cloze(text: str) -> str:
    """The beginning of the first gap that nothing closes, `{{c1::`; empty if there is none."""
    return _parsed(text)[1] if "{{c" in text else ""


# A card's two sides and their check all ask for the same text; longer ones are read again.
def _parsed(text: str) -> tuple[Gap, str]:
    return _kept(text) if len(text) < 10_000 else _parse(text)


@lru_cache(maxsize=64)
def _kept(text: str) -> tuple[Gap, str]:
    return _parse(text)


def _parse(text: str) -> tuple[Gap, str]:
    """The text as gaps inside each other, and how the first one that is not closed begins. Every character is looked
    at once: what was tried twice would take hours for a few kilobytes of open braces."""
    text = without_marks(text)
    open_gaps = [Gap()]
    at = 0
    while match := TOKEN.search(text, at):
        open_gaps[-1].parts.append(text[at : match.start()])
        at = match.end()
        if match[1] is not None and len(open_gaps) <= DEEPEST:
            open_gaps.append(Gap(frozenset(map(int, match[1].split(","))), match[0]))
        elif match[0] == "}}":
            at = _close(open_gaps, text, match.start())
        else:
            _add(open_gaps[-1], match[0])
    open_gaps[-1].parts.append(text[at:])
    unclosed = open_gaps[1].opener if len(open_gaps) > 1 else ""
    while len(open_gaps) > 1:
        # Nothing closes it, so its beginning is text like any other.
        gap = open_gaps.pop()
        open_gaps[-1].parts += [gap.opener, *gap.parts]
    return open_gaps[0], unclosed


def _close(open_gaps: list[Gap], text: str, at: int) -> int:
    """Two braces close the innermost gap, unless three follow and the first belongs to a brace inside it. Returns where
    to go on."""
    gap = open_gaps[-1]
    if len(open_gaps) == 1 or (gap.braces and text.startswith("}}}", at)):
        _add(gap, "}")
        return at + 1
    open_gaps.pop()
    above = open_gaps[-1]
    # A hint is the end of a gap: with a gap after it, it was none.
    above.hint_at = None
    above.parts.append(gap)
    return at + 2


def _add(gap: Gap, sign: str) -> None:
    """Text, with what it means for the gap it lies in."""
    if sign == "::" and any(gap.numbers) and gap.hint_at is None:
        gap.hint_at = len(gap.parts)
    elif sign == "{":
        gap.braces += 1
    elif sign == "}":
        gap.braces = max(0, gap.braces - 1)
    gap.parts.append(sign)


def _open_text(gap: Gap) -> str:
    return "".join(_answer(gap, 0))


def _gaps(gap: Gap) -> Iterator[Gap]:
    for part in gap.hidden:
        if isinstance(part, Gap):
            yield part
            yield from _gaps(part)


def _question(gap: Gap, number: int) -> Iterator[str]:
    for part in gap.hidden:
        if isinstance(part, str):
            yield part
        elif number and number in part.numbers:
            yield f"{OPEN}[{part.hint or '…'}]{CLOSE}"
        else:
            yield from _question(part, number)


def _answer(gap: Gap, number: int) -> Iterator[str]:
    for part in gap.hidden:
        if isinstance(part, str):
            yield part
        else:
            marked = bool(number) and number in part.numbers
            yield OPEN if marked else ""
            yield from _answer(part, number)
            yield CLOSE if marked else ""
