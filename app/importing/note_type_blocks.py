"""The note types a deck file brings along, each in a code block before the first note: docs/deck-format.md."""

import re
from collections.abc import Sequence
from dataclasses import dataclass, field

from app.errors import N_, UnreadableFile
from app.importing.exact_values import exact_type
from app.rendering import CardTemplate, Shape
from app.rendering.fences import code_after

OPENING = re.compile(r"(`{3,})note-type(=?) +(\S.*?) *$")
FIELD = re.compile(r"(?P<name>.+?)(?: +\((?P<language>[A-Za-z]{2,8}(?:-[A-Za-z0-9]{1,8})*)\))?")
PART = re.compile(r"(?P<key>fields|style|card|front|back):(?: +(?P<value>.*))?")
ESCAPED = re.compile(r"\\+(?:fields|style|card|front|back):")
SIGNS_OF_TEMPLATES = re.compile(r"[:{}#^/]")
LONGEST_NAME, MOST_FIELDS, MOST_CARDS, LONGEST_TEXT = 100, 50, 50, 2**16

UNCLOSED = N_("the note type “%(name)s” is not closed")
NO_FIELDS = N_("the note type “%(name)s” names no fields: fields: …")
NO_CARDS = N_("the note type “%(name)s” has no card with a front")
IMPOSSIBLE_FIELD = N_("“%(name)s” cannot be the name of a field")
TWICE = N_("the note type “%(name)s” stands twice, or is called like one that is built in")
MISPLACED = N_("the line “%(text)s” does not belong here in a note type")
TOO_LONG = N_("a text is longer than %(longest)s characters")


HEADING = re.compile(r"### +(.+?) *")
ESCAPED_HEADING = re.compile(r"\\+###? ")


@dataclass(frozen=True, slots=True)
class NoteTypeBlock:
    """A note type with the language of each field; None: the language of the deck."""

    shape: Shape
    languages: tuple[str | None, ...]


def read_note_types(lines: Sequence[str], start: int, taken: set[str]) -> tuple[dict[str, NoteTypeBlock], int]:
    """The note types by their names, and the index of the line after them. `taken`: names they cannot have. Raises
    UnreadableFile."""
    found: dict[str, NoteTypeBlock] = {}
    at = start
    while at < len(lines):
        opening = OPENING.match(lines[at])
        if opening is None and lines[at].strip():
            break
        if opening is None:
            at += 1
            continue
        name = opening[3]
        if name in found or name in taken or len(name) > LONGEST_NAME:
            raise UnreadableFile(TWICE, line=at + 1, name=name[:LONGEST_NAME])
        end = next((i for i in range(at + 1, len(lines)) if _closes(lines[i], opening[1])), None)
        if end is None:
            raise UnreadableFile(UNCLOSED, line=at + 1, name=name)
        if opening[2]:
            shape = exact_type("\n".join(lines[at + 1 : end]), at + 2)
            found[name] = NoteTypeBlock(shape, (None,) * len(shape.field_names))
        else:
            found[name] = _Reading(name, at + 1).read(lines[at + 1 : end])
        at = end + 1
    return found, at


def _closes(line: str, fence: str) -> bool:
    return len(line.rstrip()) >= len(fence) and not line.rstrip().strip("`")


@dataclass(slots=True)
class _Card:
    name: str
    front: list[str] = field(default_factory=list)
    back: list[str] = field(default_factory=list)


@dataclass(slots=True)
class _Reading:
    """A note type as far as its lines have been read; `into`: where the next line of text goes."""

    name: str
    line: int
    fields: list[tuple[str, str | None]] = field(default_factory=list)
    style: list[str] = field(default_factory=list)
    cards: list[_Card] = field(default_factory=list)
    into: list[str] | None = None

    def read(self, lines: Sequence[str]) -> NoteTypeBlock:
        for number, line in enumerate(lines, self.line + 1):
            part = PART.fullmatch(line.rstrip())
            if part is not None:
                self._begin(part, number)
            elif self.into is not None:
                self.into.append(line[1:] if ESCAPED.match(line) else line)
            elif line.strip():
                raise UnreadableFile(MISPLACED, line=number, text=line.strip()[:60])
        return self._made()

    def _begin(self, part: re.Match[str], number: int) -> None:
        key, value = part["key"], (part["value"] or "").strip()
        self.into = None
        if key == "fields" and not self.fields:
            self.fields = [_field(text, number) for text in value.split(",") if text.strip()]
        elif key == "card" and value and len(self.cards) < MOST_CARDS:
            self.cards.append(_Card(value))
        elif key == "style" and not value:
            self.into = self.style
        elif key in {"front", "back"} and self.cards and not value:
            self.into = self.cards[-1].front if key == "front" else self.cards[-1].back
        else:
            raise UnreadableFile(MISPLACED, line=number, text=part[0][:60])

    def _made(self) -> NoteTypeBlock:
        names = tuple(name for name, _ in self.fields)
        if not names or len(set(names)) < len(names) or len(names) > MOST_FIELDS:
            raise UnreadableFile(NO_FIELDS, line=self.line, name=self.name)
        cards = tuple(CardTemplate(card.name, _text(card.front), _text(card.back)) for card in self.cards)
        if not cards or not all(card.front.strip() for card in cards):
            raise UnreadableFile(NO_CARDS, line=self.line, name=self.name)
        style = _text(self.style)
        if max(map(len, (style, *(text for card in cards for text in (card.front, card.back))))) > LONGEST_TEXT:
            raise UnreadableFile(TOO_LONG, line=self.line, longest=LONGEST_TEXT)
        return NoteTypeBlock(Shape(self.name, names, cards, style), tuple(language for _, language in self.fields))


def _field(text: str, number: int) -> tuple[str, str | None]:
    match = FIELD.fullmatch(text.strip())
    if match is None or SIGNS_OF_TEMPLATES.search(match["name"]) or len(match["name"]) > LONGEST_NAME:
        raise UnreadableFile(IMPOSSIBLE_FIELD, line=number, name=text.strip()[:LONGEST_NAME])
    return match["name"], match["language"]


def _text(lines: list[str]) -> str:
    return "\n".join(lines).strip("\n")


def fields_of(first: str, lines: Sequence[str], names: Sequence[str]) -> tuple[str, ...]:
    """A note's fields in the order of its type: the first is its heading and what follows, the others stand below
    third-level headings with their names. Any other heading is text."""
    texts: dict[str, list[str]] = {name: [] for name in names}
    texts[names[0]] = [first]
    into, code = texts[names[0]], ""
    for line in lines:
        heading = HEADING.fullmatch(line) if not code else None
        if heading is not None and heading[1] in texts:
            into = texts[heading[1]]
        else:
            into.append(line if code or not ESCAPED_HEADING.match(line) else line[1:])
        code = code_after(code, line)
    return tuple("\n".join(text).strip("\n").rstrip() for text in texts.values())
