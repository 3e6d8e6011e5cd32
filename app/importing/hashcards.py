"""Reads hashcards: `Q:` and `A:`, or `C:` with `[gaps]`, in Markdown. Format: the README of hashcards."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field

from app.errors import N_
from app.importing.markdown_text import MarkdownFile, file_of, gap, lines_in_code
from app.importing.parsed import BadRow, ParsedDeck, ParsedNote, ReadingOptions, Source

BEGINS = re.compile(r"([QAC]):\s*(.*)", re.DOTALL)
NAME = re.compile(r"""name\s*=\s*(["'])(.*)\1\s*""")
DELETION = re.compile(r"\\(.)|(!?)\[((?:\\.|[^\[\]\\]){1,2000})\](\()?", re.DOTALL)
RULE = "---"


@dataclass(slots=True)
class _Card:
    """A card as far as it has been read. `letter`: of the part that goes on."""

    line: int
    letter: str
    parts: dict[str, list[str]] = field(default_factory=dict)


def looks_like(text: str) -> bool:
    """Whether questions are asked as hashcards does."""
    lines = text[: 2**18].split("\n")
    letters = [line[0] for line in lines if BEGINS.match(line)]
    return "C" in letters or ("Q" in letters and "A" in letters)


def asks_and_answers(text: str) -> bool:
    """The same without doubt, for a text that could be a table: it begins so, and every question has an answer."""
    begun = [match[1] for match in map(BEGINS.match, text.lstrip("\ufeff\n ")[: 2**18].split("\n")) if match]
    is_first = bool(BEGINS.match(text.lstrip("\ufeff\n ")))
    return is_first and begun[0] == "Q" and begun.count("Q") == begun.count("A")


def read(source: Source, options: ReadingOptions) -> ParsedDeck:
    """The cards of a file. Raises UnreadableFile for what is no text."""
    file = file_of(source, options, name_of(source.read().decode(errors="replace")[:4_000]))
    return ParsedDeck(file.decks.headers[0], notes(file), decks=file.decks.headers)


def name_of(text: str) -> str | None:
    """The name in the header of a file, if it has one."""
    lines = text.removeprefix("\ufeff").split("\n")
    end = _end_of_header([line.rstrip("\r") for line in lines])
    found = [match[2] for match in map(NAME.fullmatch, (line.strip() for line in lines[:end])) if match]
    return found[0].strip() or None if found else None


def notes(file: MarkdownFile) -> Iterator[ParsedNote | BadRow]:
    for card in _cards(file.text.split("\n")):
        yield _note(file, card)


def _cards(lines: list[str]) -> Iterator[_Card]:
    """The cards in their lines; text that stands outside of them is a card without a letter."""
    in_code, start = lines_in_code(lines), _end_of_header(lines)
    card: _Card | None = None
    for number, line in enumerate(lines[start:], start + 1):
        begun = None if in_code[number - 1] else BEGINS.match(line)
        if begun and begun[1] == "A" and card is not None and card.letter == "Q":
            card.letter = "A"
            card.parts["A"] = [begun[2]]
            continue
        if begun or (line.strip() == RULE and not in_code[number - 1]):
            if card is not None:
                yield card
            card = _Card(number, begun[1], {begun[1]: [begun[2]]}) if begun else None
        elif card is not None:
            card.parts[card.letter].append(line)
        elif line.strip() and not line.startswith("#"):
            card = _Card(number, "", {"": [line]})
    if card is not None:
        yield card


def _end_of_header(lines: list[str]) -> int:
    """The index of the first line after a header between two lines of hyphens."""
    if not lines or lines[0].strip() != RULE:
        return 0
    return next((index + 1 for index, line in enumerate(lines[1:], 1) if line.strip() == RULE), 0)


def _note(file: MarkdownFile, card: _Card) -> ParsedNote | BadRow:
    parts = {letter: "\n".join(lines).strip() for letter, lines in card.parts.items()}
    if "C" in parts:
        text, gaps = _with_gaps(parts["C"])
        if not gaps:
            return BadRow(card.line, N_("a text that hides nothing; write [hidden]"))
        return file.note(card.line, "cloze", text)
    if "" in parts:
        return BadRow(card.line, N_("a text that belongs to no card"))
    if "Q" not in parts:
        return BadRow(card.line, N_("an answer without a question"))
    return file.note(card.line, "basic", parts["Q"], parts.get("A", ""))


def _with_gaps(text: str) -> tuple[str, int]:
    """The text with a gap for each bracket, and how many there are. Pictures are no gaps."""
    count = 0

    def written(match: re.Match[str]) -> str:
        nonlocal count
        if match[1] is not None:
            return match[1] if match[1] in "[]" else match[0]
        if match[2]:
            return match[0]
        count += 1
        return gap(count, re.sub(r"\\([\[\]])", r"\1", match[3])) + (match[4] or "")

    return DELETION.sub(written, text), count
