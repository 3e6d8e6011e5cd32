"""What every reader takes and returns: options in; a header and an iterator of notes and bad rows out."""

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from typing import Literal

from app.rendering import Content, Shape

NoteKind = Literal["basic", "reversed", "cloze", "typed", "custom"]
TextFormat = Literal["markdown", "html"]


@dataclass(frozen=True, slots=True)
class ReadingOptions:
    """What the learner says about a file that does not say it itself. None: find out."""

    deck_name: str | None = None
    encoding: str | None = None
    delimiter: str | None = None
    has_header: bool | None = None
    format: TextFormat | None = None
    languages: tuple[str, str] | None = None

    def with_name(self, name: str) -> "ReadingOptions":
        """These options with a name for the deck, if they have none."""
        return self if self.deck_name else replace(self, deck_name=name)


@dataclass(frozen=True, slots=True)
class TableLayout:
    """How a table was read: what was said about it or found out."""

    encoding: str
    delimiter: str
    has_header: bool
    format: TextFormat
    languages: tuple[str, str]


@dataclass(frozen=True, slots=True)
class DeckHeader:
    """What a file says about its deck. `path` is the deck's name with those above it, outermost first."""

    path: tuple[str, ...]
    guid: str | None = None
    language: str = "en"
    description: str = ""
    license: str = ""


@dataclass(frozen=True, slots=True)
class ParsedNote:
    """One note. `guid` is None where the file gives the note no identity: its question is the identity then.

    A note has a field for each of its type; `shape` is that type if it is one of the author's own.
    """

    line: int
    kind: NoteKind
    fields: tuple[str, ...]
    languages: tuple[str, ...]
    guid: str | None = None
    format: TextFormat = "markdown"
    tags: tuple[str, ...] = ()
    source: str = ""
    quote: str = ""
    shape: Shape | None = None

    @property
    def content(self) -> Content:
        """The note as its cards will be rendered; the deck is not looked at."""
        return Content(self.kind, self.fields, self.languages, self.format, self.shape, self.tags)


@dataclass(frozen=True, slots=True)
class BadRow:
    """A place in the file that gives no note: its line, and why, as a message with places to fill."""

    line: int
    message: str
    places: dict[str, object] = field(default_factory=dict)


@dataclass(frozen=True)
class ParsedDeck:
    """A deck as a reader sees it. `rows` can be walked once; `table` is how a table was read, if it was one;
    `note_types` are those the file brings along."""

    header: DeckHeader
    rows: Iterator[ParsedNote | BadRow]
    table: TableLayout | None = None
    note_types: tuple[Shape, ...] = ()


def path_of(name: str) -> tuple[str, ...]:
    """A deck's name split at `::` into the names of the decks it lies in and its own."""
    return tuple(part.strip() for part in name.split("::") if part.strip()) or (name.strip(),)


def tag_of(text: str) -> str:
    """A tag without spaces, which separate tags elsewhere."""
    return "-".join(text.split())
