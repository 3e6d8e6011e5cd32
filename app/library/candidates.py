"""From a query to the notes that may be meant, by the index of words; never too few, and the newest first.

What a query wants of the index is a small tree of entries. A set of notes is a number for each block of ids, so that
`and` and `or` of words that stand in a million notes each are a thousandth of a second.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from functools import cache

import sqlalchemy as sa

from app.models import Posting
from app.models.posting import BLOCK, EVERY, listing, one_of, places_of, unpacked
from app.models.waiting import at_most
from app.searching.meaning import All, Either, InDeck, Meaning, Pattern, Tagged, Words
from app.searching.words import PREFIXES, entries_for, is_unspaced

MOST_ROWS = 4_000
"""Of the words that begin alike; if there are more, their first letters have to do."""
LAST = "\U0010ffff"


@dataclass(frozen=True, slots=True)
class Every:
    """All of them; without any, whatever there is."""

    inner: tuple["Want", ...]


@dataclass(frozen=True, slots=True)
class AnyOf:
    """One of them; without any, nothing."""

    inner: tuple["Want", ...]


Want = str | Every | AnyOf
"""What a note must be found by: an entry, or a beginning of entries with `*` behind it."""
WHATEVER = Every(())


def wanted(meaning: Meaning, decks_called: Callable[[InDeck], Iterable[int]]) -> Want:
    """What a query wants of the index; `decks_called`: ids of the decks it may look into."""
    want: Want = WHATEVER
    match meaning:
        case All(inner):
            want = Every(tuple(wanted(one, decks_called) for one in inner))
        case Either(inner):
            wants = tuple(wanted(one, decks_called) for one in inner)
            want = WHATEVER if WHATEVER in wants else AnyOf(wants)
        case Words(tokens, whole):
            firsts = (entry for token in tokens[:-1] for entry in entries_for(token, whole=True))
            want = Every((*firsts, *entries_for(tokens[-1], whole=whole)))
        case Pattern(parts):
            want = Every(tuple(_of_pattern(parts)))
        case Tagged(parts):
            want = _of_tag(parts)
        case InDeck():
            want = in_decks(decks_called(meaning))
    return want


def in_decks(deck_ids: Iterable[int]) -> Want:
    """A card of the note lies in one of these decks."""
    return AnyOf(tuple(f"@{deck_id}" for deck_id in deck_ids))


def _of_pattern(parts: Sequence[str]) -> Iterator[str]:
    for place, part in enumerate(parts):
        if part and (is_unspaced(part) or place == 0):
            yield from entries_for(part, whole=False)


def _of_tag(parts: Sequence[str]) -> Want:
    if not parts:
        return "#"
    if len(parts) == 1:
        return f"#{parts[0]}::"
    return f"#{parts[0]}*" if parts[0] and not is_unspaced(parts[0]) else WHATEVER


def _is_word(entry: str) -> bool:
    """Whether it is about what is written, and not about a tag, a deck or all."""
    return entry[0] not in "#@" and entry != EVERY


def _is_range(entry: str) -> bool:
    """Whether it stands for all entries that begin so, and is none itself."""
    return entry.endswith("*") and len(entry) > 1 and (entry[0] == "#" or len(entry) > PREFIXES + 1)


def _entries(want: Want) -> Iterator[str]:
    if isinstance(want, str):
        yield want
    elif want == WHATEVER:
        yield EVERY
    else:
        for one in want.inner:
            yield from _entries(one)


@dataclass(slots=True)
class Candidates:
    """The notes of some blocks that may be meant: of each owner what they want, and besides those the index does not
    know yet. `own`: under what the words stand that the learner has put into others' notes."""

    wants: dict[int, Want]
    fresh: Sequence[tuple[int, int]]
    own: int
    of_blocks: range
    rows: dict[tuple[int, str], dict[int, list[bytes]]] = field(default_factory=dict)
    """By owner and entry: what is in each block."""
    known: dict[int, int] = field(default_factory=dict)
    """Those of blocks that were looked at."""

    def read(self, connection: sa.Connection) -> None:
        """Fetches what the index says."""
        owners = sorted({*self.wants, self.own})
        entries = {entry for want in self.wants.values() for entry in _entries(want)}
        for entry in filter(_is_range, sorted(entries)):
            if not self._read_range(connection, owners, entry):
                entries.add(_shortened(entry))
        dialect, exact = connection.dialect.name, sorted(entry for entry in entries if not _is_range(entry))
        named = {"owner_ids": listing(dialect, owners), "entries": listing(dialect, exact), **self._bounds()}
        for owner_id, entry, block, notes in connection.execute(_rows(dialect), named).all():
            self.rows.setdefault((owner_id, entry), {})[block] = [notes]

    def _read_range(self, connection: sa.Connection, owners: Sequence[int], entry: str) -> bool:
        """Fetches all that begins so; False if it is too much."""
        dialect, beginning = connection.dialect.name, entry[:-1]
        named = {"owner_ids": listing(dialect, owners), "first": beginning, "last": beginning + LAST, **self._bounds()}
        rows = connection.execute(_range(dialect), named).all()
        if len(rows) > MOST_ROWS:
            return False
        for owner_id in owners:
            self.rows[owner_id, entry] = {}
        for owner_id, block, notes in rows:
            self.rows[owner_id, entry].setdefault(block, []).append(notes)
        return True

    def _bounds(self) -> dict[str, int]:
        return {"low": self.of_blocks.start, "high": self.of_blocks.stop}

    def below(self, before: int | None) -> Iterator[int]:
        """Their ids, the last one first; `before`: only smaller ones."""
        for block, bits in self._sets(before):
            for place in places_of(bits):
                yield block * BLOCK + place

    def count(self, most: int, before: int | None) -> int:
        """How many there are; where they are more than `most`, that is all that is said."""
        found = 0
        for _, bits in self._sets(before):
            found += bits.bit_count()
            if found > most:
                break
        return found

    def _sets(self, before: int | None) -> Iterator[tuple[int, int]]:
        """Those of each block in which there may be some, the last one first."""
        blocks = {block for owner_id, want in self.wants.items() for block in self._blocks(owner_id, want)}
        blocks |= {block for first, last in self.fresh for block in range(first // BLOCK, last // BLOCK + 1)}
        for block in sorted(blocks, reverse=True):
            start = block * BLOCK
            if block not in self.of_blocks:
                continue
            if before is not None and start >= before:
                continue
            bits = self.of_block(block)
            if before is not None and before - start < BLOCK:
                bits &= (1 << (before - start)) - 1
            yield block, bits

    def _blocks(self, owner_id: int, want: Want) -> set[int]:
        """Where notes of an owner that hold this may be: others' notes lie between them, often by the million."""
        if isinstance(want, AnyOf):
            return {block for one in want.inner for block in self._blocks(owner_id, one)}
        if isinstance(want, Every) and want.inner:
            first, *others = (self._blocks(owner_id, one) for one in want.inner)
            return first.intersection(*others)
        return self._blocks_of(owner_id, EVERY if isinstance(want, Every) else want)

    def _blocks_of(self, owner_id: int, want: str) -> set[int]:
        found = self.rows.get((owner_id, want))
        if found is None and _is_range(want):
            return self._blocks_of(owner_id, _shortened(want))
        return {*(found or ()), *self.rows.get((self.own, want), ())}

    def holds(self, note_id: int) -> bool:
        return bool(self.of_block(note_id // BLOCK) >> note_id % BLOCK & 1)

    def of_block(self, block: int) -> int:
        """Those of one block."""
        if block in self.known:
            return self.known[block]
        bits = 0
        for owner_id, want in self.wants.items():
            bits |= self._bits(owner_id, want, block)
        start = block * BLOCK
        for first, last in self.fresh:
            low, high = max(first - start, 0), min(last - start + 1, BLOCK)
            if low < high:
                bits |= ((1 << (high - low)) - 1) << low
        self.known[block] = bits
        return bits

    def _bits(self, owner_id: int, want: Want, block: int) -> int:
        if isinstance(want, Every):
            bits = -1 if want.inner else self._bits(owner_id, EVERY, block)
            for one in want.inner:
                bits &= bits and self._bits(owner_id, one, block)
            return bits
        if isinstance(want, AnyOf):
            bits = 0
            for one in want.inner:
                bits |= self._bits(owner_id, one, block)
            return bits
        found = self._found(owner_id, want, block)
        return found | self._found(self.own, want, block) if _is_word(want) else found

    def _found(self, owner_id: int, want: str, block: int) -> int:
        found = self.rows.get((owner_id, want))
        if found is None and _is_range(want):
            return self._found(owner_id, _shortened(want), block)
        bits = 0
        for notes in found.get(block, ()) if found else ():
            bits |= unpacked(notes)
        return bits


_BETWEEN = (Posting.block >= sa.bindparam("low"), Posting.block < sa.bindparam("high"))


@cache
def _range(dialect: str) -> sa.Select[int, int, bytes]:
    of_owners = one_of(dialect, Posting.owner_id, "owner_ids")
    begins_so = (Posting.entry >= sa.bindparam("first"), Posting.entry < sa.bindparam("last"), *_BETWEEN)
    rows = sa.select(Posting.owner_id, Posting.block, Posting.notes).where(of_owners, *begins_so)
    return rows.limit(at_most(MOST_ROWS + 1))


@cache
def _rows(dialect: str) -> sa.Select[int, str, int, bytes]:
    chosen = (one_of(dialect, Posting.owner_id, "owner_ids"), one_of(dialect, Posting.entry, "entries"), *_BETWEEN)
    return sa.select(Posting.owner_id, Posting.entry, Posting.block, Posting.notes).where(*chosen)


def _shortened(entry: str) -> str:
    """What has to do for a beginning that too many entries have."""
    return EVERY if entry[0] == "#" else f"{entry[:PREFIXES]}*"
