"""The texts of a deck: how large they may be, and what stands in them."""

import re
from collections.abc import Collection
from dataclasses import dataclass

import sqlalchemy as sa
from sqlalchemy.orm import Session

from app.errors import N_, Refused, TooLarge, UnreadableFile
from app.importing.markdown_deck import FENCE, read
from app.importing.parsed import BadRow, DeckHeader, ParsedNote, ReadingOptions, Source
from app.models import Card
from app.rendering import Shape

MOST_NOTES = 3_000
LONGEST_DECK = 2 * 2**20
"""Bytes. A page with the text twice in it, and every note compared at a press, should still be quick."""
TOO_MANY = N_(
    "This deck has %(count)s notes. As text a deck of at most %(most)s can be edited. "
    "A larger one can be exported as Markdown, edited, and imported again."
)
TOO_LONG = N_("This text has more than %(most)s MB, which is all that can be edited here.")
MORE = N_("a deck that is edited as text has at most %(most)s notes")
HEADER = N_("here only notes can be changed; this line of the header stays as it was")
MISSING = N_("here only notes can be changed; the header has lost its line “%(key)s”")
TYPE = N_("here only notes can be changed; there is no note type “%(name)s” like this one in the deck")
UNREADABLE = N_(
    "Line %(line)s of this deck’s text could not be read back as it is, so the deck cannot be edited as text."
)
REPEATED = N_("the same question stands in line %(first)s; give one of the two an id")
_ANY_LINE_END = re.compile(r"\r\n?")


NOBODY = DeckHeader(("",))
"""The header of a text that cannot be read."""


@dataclass(frozen=True, slots=True)
class Standing:
    """A deck as its text has it now. `note_ids` and `type_ids`: of the notes and of the author's own note types in the
    text, in its order."""

    text: str
    note_ids: tuple[int, ...]
    type_ids: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class ReadText:
    """What stands in a text. The notes' ids are whole guids; `problems`: what no note can be made of."""

    header: DeckHeader
    notes: tuple[ParsedNote, ...] = ()
    types: tuple[Shape, ...] = ()
    problems: tuple[BadRow, ...] = ()


def check_size(session: Session, deck_id: int) -> None:
    """Raises TooLarge for a deck with too many notes."""
    notes = sa.select(sa.func.count(Card.note_id.distinct())).where(Card.deck_id == deck_id, ~Card.retired)
    count = session.scalar(notes) or 0
    if count > MOST_NOTES:
        raise TooLarge(TOO_MANY, count=count, most=MOST_NOTES)


def check_length(text: str) -> None:
    """Raises TooLarge for a deck whose text is too long."""
    if is_too_long(text):
        raise TooLarge(TOO_LONG, most=LONGEST_DECK // 2**20)


def is_too_long(text: str) -> bool:
    return len(text.encode(errors="replace")) > LONGEST_DECK


def cleaned(text: str) -> str:
    """A text as it was typed: forms make line ends their own, and PostgreSQL keeps no NUL."""
    return _ANY_LINE_END.sub("\n", text).replace("\0", "")


def read_text(text: str, deck_guid: str, known: Collection[str] = ()) -> ReadText:
    """Reads a text of the deck with this guid; one that cannot be read at all has no notes and the problem. Ids become
    whole guids, whether they were written so or hold inside the deck, which may change with its notes: an id that is
    not `known` is taken the other way if it is then."""
    content = text.encode(errors="replace")
    if is_too_long(text):
        return ReadText(NOBODY, problems=(BadRow(1, TOO_LONG, {"most": LONGEST_DECK // 2**20}),))
    try:
        parsed = read(Source("deck.md", content=content), ReadingOptions())
    except UnreadableFile as error:
        return ReadText(NOBODY, problems=(BadRow(error.line or 1, error.message, error.places),))
    rows = list(parsed.rows)
    notes = tuple(row for row in rows if isinstance(row, ParsedNote))
    problems = tuple(row for row in rows if isinstance(row, BadRow))
    for note in notes:
        note.guid = note.guid and _whole(note.guid, deck_guid, known, is_whole=parsed.whole_guids)
    return ReadText(parsed.header, notes, parsed.note_types, problems)


def _whole(written: str, deck_guid: str, known: Collection[str], *, is_whole: bool) -> str:
    inside = f"{deck_guid}/{written}"
    likely, other = (written, inside) if is_whole else (inside, written)
    return other if likely not in known and other in known else likely


def read_standing(standing: Standing, deck_guid: str) -> ReadText:
    """What stands in a deck's own text. Raises Refused if not all of it can be read back, as of a note that is longer
    than one may be written, or of two notes in two languages with one id."""
    here = read_text(standing.text, deck_guid)
    if here.problems:
        raise Refused(UNREADABLE, line=here.problems[0].line)
    return here


def problems_between(here: ReadText, here_text: str, typed: ReadText, typed_text: str) -> list[BadRow]:
    """What is wrong with a text that takes the place of the one that is here: its own problems, and what it changes
    besides notes."""
    if typed.header is NOBODY:
        return list(typed.problems)
    found = [*_other_header(here_text, typed_text), *typed.problems]
    for shape in typed.types:
        if shape not in here.types:
            places: dict[str, object] = {"name": shape.name}
            found.append(BadRow(_line_of_type(typed_text, shape.name), TYPE, places))
    found += _repeated(typed.notes)
    found += [BadRow(note.line, MORE, {"most": MOST_NOTES}) for note in typed.notes[MOST_NOTES : MOST_NOTES + 1]]
    return sorted(found, key=lambda problem: problem.line)


FREE = {"tags", "answer-lang", "ids"}
"""Keys of the header that are a short way of saying something of each note, or follow from the notes."""


def _other_header(here: str, typed: str) -> list[BadRow]:
    before, after = _keys(here), _keys(typed)
    problems = [
        BadRow(line, HEADER) for key, (line, said) in after.items() if before.get(key, (0, ""))[1] != said
    ]  # fmt: skip
    lost = before.keys() - after.keys()
    return problems + [BadRow(1, MISSING, {"key": before[key][1]}) for key in sorted(lost)]


def _keys(text: str) -> dict[str, tuple[int, str]]:
    """The header's lines by their keys, with their numbers, but for those that are free."""
    keys: dict[str, tuple[int, str]] = {}
    for number, line in enumerate(text.split("\n")[1:], 2):
        if line.strip() == FENCE:
            break
        key, colon, value = line.partition(":")
        if line.strip() and key not in FREE:
            keys[key] = (number, f"{key}{colon} {value.strip()}")
    return keys


def _line_of_type(text: str, name: str) -> int:
    lines = text.split("\n")
    opening = re.compile(rf"`{{3,}}note-type=? +{re.escape(name)}\s*")
    return next((number for number, line in enumerate(lines, 1) if opening.fullmatch(line)), 1)


def _repeated(notes: tuple[ParsedNote, ...]) -> list[BadRow]:
    """Of notes without an id each question may stand once: by it they are known."""
    first: dict[str, int] = {}
    without = [note for note in notes if note.guid is None]
    return [
        BadRow(note.line, REPEATED, {"first": first[asked(note)]})
        for note in without
        if first.setdefault(asked(note), note.line) != note.line
    ]


def asked(note: ParsedNote) -> str:
    """A note's question, whatever the spaces in it."""
    return " ".join(note.fields[0].split())
