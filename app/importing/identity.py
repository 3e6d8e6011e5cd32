"""Which note of a file is which, before and after it is imported."""

import hashlib
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from app.errors import N_
from app.importing.parsed import BadRow, LostCard, ParsedNote
from app.rendering import card_ordinals, cloze_numbers

ONE, BOTH = (0,), (0, 1)


@dataclass(slots=True)
class Incoming:
    """A note of the file with its identity inside its deck and the position of its first card. `own_guid`: the file
    gave it the identity."""

    guid: str
    position: int
    note: ParsedNote
    own_guid: bool = True


def identified(
    rows: Iterable[ParsedNote | BadRow | LostCard], *, whole_guids: bool = False
) -> Iterator[Incoming | BadRow | LostCard]:
    """The notes with their identity and place; a note that repeats another becomes a bad row that names the first.
    `whole_guids`: see ParsedDeck; other identities hold inside a deck."""
    # By hash: a million identities as they are would be most of what an import may take of memory.
    first_lines: dict[int, int] = {}
    position = 0
    for row in rows:
        if not isinstance(row, ParsedNote):
            yield row
            continue
        guid = row.guid or _from_question(row)
        key = hash(guid if whole_guids and row.guid is not None else (guid, row.deck))
        first = first_lines.get(key)
        if first is not None:
            yield BadRow(row.line, N_("the same question stands in line %(first)s"), {"first": first})
            continue
        first_lines[key] = row.line
        yield Incoming(guid, position, row, row.guid is not None)
        position += len(row.cards if row.cards is not None else ordinals_of(row))


def ordinals_of(note: ParsedNote) -> Sequence[int]:
    """Which cards a note makes that does not say it. Only for types of an author's own anything has to be looked at."""
    if note.shape is not None:
        return card_ordinals(note.content)
    if note.kind == "cloze":
        return cloze_numbers(note.fields[0])
    return BOTH if note.kind == "reversed" else ONE


def _from_question(note: ParsedNote) -> str:
    """A note without an id is known by its question, whatever the spaces in it."""
    question = " ".join(note.fields[0].split())
    return f"q:{hashlib.sha256(question.encode()).hexdigest()[:32]}"
