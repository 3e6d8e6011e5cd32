"""Which note of a file is which, before and after it is imported."""

import hashlib
from array import array
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from app.errors import N_
from app.importing.parsed import BadRow, LostCard, ParsedNote
from app.rendering import card_ordinals, cloze_numbers

UNSIGNED = 2**64 - 1
ONE, BOTH = (0,), (0, 1)


@dataclass(slots=True)
class Incoming:
    """A note of the file with its identity inside its deck and the position of its first card. `own_guid`: the file
    gave it the identity; `ordinals`: the cards it makes if the file does not say it."""

    guid: str
    position: int
    note: ParsedNote
    own_guid: bool = True
    ordinals: Sequence[int] = ()

    @property
    def number_of_cards(self) -> int:
        return len(self.ordinals if self.note.cards is None else self.note.cards)


class FirstLines:
    """In which line each identity stood first, known by its hash. A dictionary of a million would be most of what an
    import may take: beyond some, they stand in some 24 bytes each, by open addressing, half full at most."""

    def __init__(self, in_dictionary: int = 120_000) -> None:
        self._first: dict[int, int] | None = {}
        self._in_dictionary = in_dictionary
        self._count = 0
        self._make(2**12)

    def meet(self, key: int, line: int) -> int | None:
        """The line of the first with this hash; None if this one is the first."""
        first = self._first
        if first is None:
            return self._meet(key & UNSIGNED or 1, line)
        if (found := first.get(key)) is None:
            first[key] = line
            if len(first) > self._in_dictionary:
                self._first = None
                for known, at in first.items():
                    self._meet(known & UNSIGNED or 1, at)
        return found

    def _meet(self, key: int, line: int) -> int | None:
        keys, mask = self._keys, self._mask
        place = key & mask
        while (found := keys[place]) and found != key:
            place = (place + 1) & mask
        if found:
            return self._lines[place]
        keys[place], self._lines[place] = key, line
        self._count += 1
        if self._count * 2 > mask:
            self._grow()
        return None

    def _grow(self) -> None:
        kept = zip(self._keys, self._lines, strict=True)
        self._make((self._mask + 1) * 2)
        for key, line in kept:
            if key:
                self._meet(key, line)

    def _make(self, size: int) -> None:
        self._mask, self._count = size - 1, 0
        self._keys, self._lines = array("Q", bytes(8 * size)), array("I", bytes(array("I").itemsize * size))


def identified(
    rows: Iterable[ParsedNote | BadRow | LostCard], *, whole_guids: bool = False
) -> Iterator[Incoming | BadRow | LostCard]:
    """The notes with their identity and place; a note that repeats another becomes a bad row that names the first.
    `whole_guids`: see ParsedDeck; other identities hold inside a deck."""
    first_lines = FirstLines()
    position = 0
    for row in rows:
        if not isinstance(row, ParsedNote):
            yield row
            continue
        guid = row.guid or question_guid(row)
        first = first_lines.meet(hash(guid if whole_guids and row.guid is not None else (guid, row.deck)), row.line)
        if first is not None:
            yield BadRow(row.line, N_("the same question stands in line %(first)s"), {"first": first})
            continue
        cards = row.cards
        ordinals = ordinals_of(row) if cards is None else ()
        yield Incoming(guid, position, row, row.guid is not None, ordinals)
        position += len(ordinals if cards is None else cards)


def ordinals_of(note: ParsedNote) -> Sequence[int]:
    """Which cards a note makes that does not say it. Only for types of an author's own anything has to be looked at."""
    if note.shape is not None:
        return card_ordinals(note.content)
    if note.kind == "cloze":
        return cloze_numbers(note.fields[0])
    return BOTH if note.kind == "reversed" else ONE


def question_guid(note: ParsedNote) -> str:
    """A note without an id is known by its question, whatever the spaces in it."""
    question = " ".join(note.fields[0].split())
    return f"q:{hashlib.sha256(question.encode()).hexdigest()[:32]}"
