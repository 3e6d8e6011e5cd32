"""What differs between two texts of a deck: no database, the same texts always give the same answer."""

from bisect import bisect_left
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from app.importing.as_text.reading import asked
from app.importing.parsed import ParsedNote


@dataclass(slots=True)
class Differences:
    """Places of notes in the text before and the text after, counted from 0; in a pair the one before comes first. A
    note may be both changed and moved."""

    added: list[int] = field(default_factory=list)
    changed: list[tuple[int, int]] = field(default_factory=list)
    moved: list[tuple[int, int]] = field(default_factory=list)
    removed: list[int] = field(default_factory=list)
    former: list[int | None] = field(default_factory=list)
    """For each note after, its place before; None: it was not there."""

    def __bool__(self) -> bool:
        return bool(self.added or self.changed or self.moved or self.removed)


def differences(before: Sequence[ParsedNote], after: Sequence[ParsedNote]) -> Differences:
    """What became of the notes. Moved are as few as possible: the others have kept their order."""
    former = _matched(before, after)
    found = Differences(former=former)
    still = _in_order([place for place in former if place is not None])
    for place, old in enumerate(former):
        if old is None:
            found.added.append(place)
            continue
        if written(before[old]) != written(after[place]):
            found.changed.append((old, place))
        if old not in still:
            found.moved.append((old, place))
    left = {old for old in former if old is not None}
    found.removed = [old for old in range(len(before)) if old not in left]
    return found


def written(note: ParsedNote) -> dict[str, Any]:
    """All that a text says of a note but its id and its place, by the columns that hold it."""
    return {
        "note_type_id": (note.kind, note.shape),
        "format": note.format,
        "fields": list(note.fields),
        "field_languages": list(note.languages),
        "tags": list(note.tags),
        "source": note.source,
        "quote": note.quote,
    }


def _matched(before: Sequence[ParsedNote], after: Sequence[ParsedNote]) -> list[int | None]:
    """Which note before each note after is: the one with its id; without an id, one with its question whose id nobody
    else has."""
    by_id = {note.guid: place for place, note in enumerate(before) if note.guid is not None}
    former = [by_id.get(note.guid) if note.guid is not None else None for note in after]
    taken = {place for place in former if place is not None}
    by_question: dict[str, int] = {}
    for place, note in enumerate(before):
        if place not in taken:
            by_question.setdefault(asked(note), place)
    for place, note in enumerate(after):
        if note.guid is None:
            former[place] = by_question.pop(asked(note), None)
    return former


def _in_order(places: Sequence[int]) -> set[int]:
    """As many of these different numbers as can stay where they are if the others are to come into order."""
    lowest: list[int] = []
    at: list[int] = []
    behind: list[int | None] = []
    for n, place in enumerate(places):
        length = bisect_left(lowest, place)
        behind.append(at[length - 1] if length else None)
        lowest[length:] = [place, *lowest[length + 1 :]]
        at[length:] = [n, *at[length + 1 :]]
    found, one = set(), at[-1] if at else None
    while one is not None:
        found.add(places[one])
        one = behind[one]
    return found
