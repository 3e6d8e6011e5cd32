"""Which note of a file is which, before and after it is imported."""

import hashlib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from app.errors import N_
from app.importing.parsed import BadRow, LostCard, ParsedNote
from app.rendering import card_ordinals


@dataclass(frozen=True, slots=True)
class Incoming:
    """A note of the file with its identity inside its deck and the position of its first card."""

    guid: str
    position: int
    note: ParsedNote


def identified(rows: Iterable[ParsedNote | BadRow | LostCard]) -> Iterator[Incoming | BadRow]:
    """The notes with their identity and place; a note that repeats another becomes a bad row that names the first."""
    first_lines: dict[str, int] = {}
    position = 0
    for row in rows:
        if isinstance(row, LostCard):
            continue
        if isinstance(row, BadRow):
            yield row
            continue
        guid = row.guid or _from_question(row)
        if guid in first_lines:
            places: dict[str, object] = {"first": first_lines[guid]}
            yield BadRow(row.line, N_("the same question stands in line %(first)s"), places)
            continue
        first_lines[guid] = row.line
        yield Incoming(guid, position, row)
        position += len(card_ordinals(row.content))


def _from_question(note: ParsedNote) -> str:
    """A note without an id is known by its question, whatever the spaces in it."""
    question = " ".join(note.fields[0].split())
    return f"q:{hashlib.sha256(question.encode()).hexdigest()[:32]}"
