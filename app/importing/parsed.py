"""What every reader takes and returns: a file and options in; a header and an iterator of notes and bad rows out."""

from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field, replace
from io import BytesIO
from pathlib import Path
from typing import IO, Literal, NamedTuple, Self
from uuid import UUID

from app.clock import DEFAULT_DAY_START
from app.importing.followed import Followed
from app.rendering import Content, Shape
from app.scheduling import MemoryState, Settings

NoteKind = Literal["basic", "reversed", "cloze", "typed", "custom"]
TextFormat = Literal["markdown", "html"]


DELIMITERS = (",", "\t", ";", "|")
"""What is looked for between the columns of a table; a learner can name any other."""
Role = Literal["question", "answer", "tags", "deck", "guid", "type", "left out"]
"""What a column of a table may hold."""


Duplicates = Literal["update", "keep both", "skip"]
"""What becomes of a note that is here already: the file's words replace its own, both stay, or the file's is left."""

LONGEST_READ = 2**18
"""Characters of a field that are taken over. More than `rendering.LONGEST_FIELD` can be studied, but not edited."""


@dataclass(frozen=True, slots=True)
class Source:
    """A file to be read: its name, and where it lies or what is in it."""

    name: str
    path: Path | None = None
    content: bytes | None = None

    def read(self) -> bytes:
        """All of it, for formats that are small."""
        return self.content if self.content is not None else self._there.read_bytes()

    def open(self) -> IO[bytes]:
        """For formats that are read piece by piece. Who opens it closes it."""
        return BytesIO(self.content) if self.content is not None else self._there.open("rb")

    @property
    def size(self) -> int:
        return len(self.content) if self.content is not None else self._there.stat().st_size

    @property
    def _there(self) -> Path:
        if self.path is None:
            raise ValueError("a source has a path or its content")
        return self.path


@dataclass(frozen=True, slots=True)
class ReadingOptions:
    """What the learner says about a file that does not say it itself. None: find out.

    `columns`: the role of each of a table's columns; `tags`: for every note; `time_zone` and `day_starts_at`: the
    learner's, for what happened at a moment and counts on a day; `with_schedule`: whether to take over what the file
    knows of the learner, their history and their schedule.
    """

    deck_name: str | None = None
    encoding: str | None = None
    delimiter: str | None = None
    has_header: bool | None = None
    format: TextFormat | None = None
    languages: tuple[str, str] | None = None
    columns: tuple[Role, ...] | None = None
    tags: tuple[str, ...] = ()
    time_zone: str = "UTC"
    day_starts_at: int = DEFAULT_DAY_START
    with_schedule: bool = True
    reader: str | None = None
    """The name of the format, as `reading.FORMATS` has it, where the file does not say it itself."""
    row_delimiter: str | None = None
    """What stands between two cards of a pasted list."""
    packed: bool = False
    """Whether histories may come as databases of SQLite's, to be attached."""
    default_name: str | None = None
    """What a deck is called that nobody names; what the file says comes before it."""

    def with_name(self, name: str) -> "ReadingOptions":
        """These options with a name for the deck, if they have none."""
        return self if self.deck_name else replace(self, deck_name=self.default_name or name)

    def given_name(self, stem: str) -> str | None:
        """What the learner calls the deck. The file's own name is nobody's word, nor is the one for lack of another."""
        return self.deck_name if self.deck_name not in {"", stem, self.default_name} else None


@dataclass(frozen=True, slots=True)
class TableLayout:
    """How a table was read: what was said about it or found out."""

    encoding: str
    delimiter: str
    has_header: bool
    format: TextFormat
    languages: tuple[str, str]
    columns: tuple[Role, ...] = ()
    sample: tuple[tuple[str, ...], ...] = ()
    """The first rows as they were cut, the row of names too."""


@dataclass(frozen=True, slots=True)
class DeckHeader:
    """What a file says about its deck. `path` is the deck's name with those above it, outermost first; `of_server`: it
    is a starter deck, known here by its guid and language."""

    path: tuple[str, ...]
    guid: str | None = None
    language: str = "en"
    description: str = ""
    license: str = ""
    of_server: bool = False


class ParsedReview(NamedTuple):
    """One row of a card's history, in the order it happened.

    `at_ms`: milliseconds since 1970, UTC; `kind`: as `models.Kind` numbers it, 3 for an answer given elsewhere;
    `state`: JSON text, for kind 3 `[type, interval, last interval, factor]` as Anki's review log has them, for the
    others as the log has it, or None. `id`, `day`, `hour`: None where the file does not say; they are worked out.
    """

    at_ms: int
    grade: int
    took_ms: int
    kind: int = 3
    state: str | None = None
    id: UUID | None = None
    day: int | None = None
    hour: int | None = None
    undone_at_ms: int | None = None


@dataclass(slots=True)
class ParsedCard:
    """A card of a note as the file has it, with what it says of the learner. `deck`: a place in `ParsedDeck.decks`.

    `state` is the schedule; `taken_over`: it comes from elsewhere and becomes a checkpoint at the moment `as_of_ms`
    (otherwise `reviews` is the whole log that it is the fold of).
    """

    ordinal: int
    deck: int = 0
    position: int | None = None
    retired: bool = False
    state: MemoryState | None = None
    taken_over: bool = True
    as_of_ms: int = 0
    suspended: bool = False
    buried_until: int | None = None
    flag: int = 0
    reviews: Sequence[ParsedReview] = ()
    folded_by: Settings | None = None
    """The settings under which `state` is the fold of its log."""


@dataclass(slots=True)
class LostCard:
    """The history of a card that is not there any more; it counts in what the learner has done."""

    reviews: Sequence[ParsedReview]
    deck: int = 0


class OwnWording(NamedTuple):
    """A learner's own wording of somebody else's note, and the author's that they had seen last."""

    fields: tuple[str, ...]
    seen_fields: tuple[str, ...]
    format: TextFormat


@dataclass(slots=True)
class ParsedNote:
    """One note. `guid` is None where the file gives the note no identity: its question is the identity then.

    A note has a field for each of its type; `shape` is that type if it is one of the author's own. `cards`: None where
    they follow from the content, all in the deck of the header. Not frozen, for a hundred thousand are made at once.
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
    cards: Sequence[ParsedCard] | None = None
    deck: int = 0
    """A place in `ParsedDeck.decks`, for a note without `cards`."""
    added_ms: int | None = None
    unsaid: tuple[str, ...] = ()
    """Columns of a note of which the file says nothing: they are guessed here, and stay as they are where the note is
    here already."""
    own: OwnWording | None = None
    """Of a note of a starter deck."""

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


@dataclass(frozen=True, slots=True)
class ParsedFile:
    """A picture or sound of the file. `name`: as cards call it; `open` gives its bytes, unpacked piece by piece."""

    name: str
    open: Callable[[], IO[bytes]]


@dataclass(frozen=True, slots=True)
class Preset:
    """How the file wants the cards of a deck to be studied, and of all decks inside it. None: it does not say."""

    deck: int
    new_per_day: int | None = None
    reviews_per_day: int | None = None
    settings: Settings | None = None
    followed: Followed | None = None
    """In a file of everything alone, which says it of each deck; one it leaves out was not followed."""


@dataclass(frozen=True, slots=True)
class Remark:
    """Something the learner should know of what became of the file: a message with places to fill."""

    message: str
    places: dict[str, object] = field(default_factory=dict)


@dataclass
class ParsedDeck:
    """A file as a reader sees it.

    `rows` can be walked once; `table` is how a table was read, if it was one; `note_types` are those the file brings
    along. `decks`: all decks of the file, that of the header first; none: only that one. It may grow while the rows are
    walked: a note names a deck only after it is there. `whole_guids`: the notes' guids are already unique among all
    notes of an owner, not only inside the deck. `on_match`: what the file wants done with notes that are there already.
    `total`: about how many rows there are. `remarks` grows while the rows are walked. Close it: a reader may hold files
    and a process.
    """

    header: DeckHeader
    rows: Iterator[ParsedNote | BadRow | LostCard]
    table: TableLayout | None = None
    note_types: tuple[Shape, ...] = ()
    decks: Sequence[DeckHeader] = ()
    media: Iterator[ParsedFile] = field(default_factory=lambda: iter(()))
    presets: tuple[Preset, ...] = ()
    whole_guids: bool = False
    on_match: Duplicates | None = None
    total: int | None = None
    format_name: str = ""
    remarks: list[Remark] = field(default_factory=list)
    closing: ExitStack = field(default_factory=ExitStack)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *error: object) -> None:
        self.closing.close()


def path_of(name: str) -> tuple[str, ...]:
    """A deck's name split at `::` into the names of the decks it lies in and its own."""
    return tuple(part.strip() for part in name.split("::") if part.strip()) or (name.strip(),)


def tag_of(text: str) -> str:
    """A tag without spaces, which separate tags elsewhere."""
    return "-".join(text.split())
