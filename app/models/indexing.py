"""Putting what was written into the index of words, many notes together."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from typing import NamedTuple

import sqlalchemy as sa
from sqlalchemy.orm import Session

from app.database import connection_of
from app.models.note import LONGEST_KEY, Card, Note
from app.models.posting import BLOCK, EVERY, Unindexed, add_postings, listing, one_of, own_wordings_of, to_be_indexed
from app.searching.words import entries_of, folded_path, plain, tokens_of

AT_ONCE = 1_024
"""Notes in one transaction."""
MANY, MANY_NOTES = 64, 256
"""From so many ranges, or notes in them, on it is worth while: each is looked at by every search."""
_LOCK = 20_249
"""Beside the owner's id, what PostgreSQL's lock is known by."""

LONG = 8_192
"""Characters. What differs in a note is looked for while others wait, unless it has more than that."""

InTransaction = Callable[[], AbstractContextManager[Session]]
Places = dict[str, int]
"""By entry: the places in a block of the notes it finds."""


class Written(NamedTuple):
    """What of a note it is found by."""

    fields: Sequence[str]
    format: str
    tags: Sequence[str]


@dataclass(slots=True)
class _Gathered:
    """Some of what waits: the ranges that are done with it, where others go on, and the entries, by block."""

    ended: list[int] = field(default_factory=list)
    goes_on: list[tuple[int, int]] = field(default_factory=list)
    note_ids: list[int] = field(default_factory=list)
    blocks: dict[int, Places] = field(default_factory=dict)


def index_what_waits(reading: Session, in_transaction: InTransaction) -> int:
    """Indexes what was written, by whomever; how many notes. They are read outside the transactions that write the
    index: what is written meanwhile waits for the next time, for it has a range of its own."""
    done = 0
    while (owner_id := reading.scalar(sa.select(Unindexed.owner_id).limit(1))) is not None:
        done += _index_some(reading, in_transaction, owner_id)
    return done


def index_if_many(reading: Session, in_transaction: InTransaction, owner_id: int, most: int = AT_ONCE) -> None:
    """Indexes what an owner wrote, once it is much, in the same way, and about so many notes at most: an import may
    have brought more just now, and does so by itself."""
    while most > 0 and _many_wait(reading, owner_id):
        most -= _index_some(reading, in_transaction, owner_id)


def _many_wait(reading: Session, owner_id: int) -> bool:
    waiting = sa.select(Unindexed.first_id, Unindexed.last_id).where(Unindexed.owner_id == owner_id)
    some = waiting.limit(MANY).subquery()
    notes = sa.func.coalesce(sa.func.sum(some.c.last_id - some.c.first_id + 1), 0)
    ranges, written = reading.execute(sa.select(sa.func.count(), notes).select_from(some)).one()
    return bool(ranges >= MANY or written >= MANY_NOTES)


def _index_some(reading: Session, in_transaction: InTransaction, owner_id: int) -> int:
    gathered = _gather(reading, owner_id)
    with in_transaction() as session:
        _lock(session, owner_id)
        _put(session, owner_id, gathered)
    return len(gathered.note_ids)


def index_changes(session: Session, owner_id: int, changes: Mapping[int, tuple[Written, Written]]) -> None:
    """Makes notes be found by what they hold now and did not before. See `_index_at_once`."""
    long = {note_id for note_id, change in changes.items() if _is_long(*change)}
    to_be_indexed(session, owner_id, long)
    short = {note_id: _come(*change) for note_id, change in changes.items() if note_id not in long}
    _index_at_once(session, owner_id, short)


def _is_long(before: Written, after: Written) -> bool:
    """Whether reading what differs would hold others up."""
    return before.fields != after.fields and sum(map(len, after.fields)) > LONG


def _come(before: Written, after: Written) -> set[str]:
    words = set[str]()
    if before.format != after.format or before.fields != after.fields:
        words = _of_words(after.fields, after.format) - _of_words(before.fields, before.format)
    return words | _of_tags(after.tags)


def index_decks(session: Session, owner_id: int, decks: Iterable[tuple[int, int]]) -> None:
    """Makes notes be found in decks where cards of theirs lie now, by pairs of note and deck. See `_index_at_once`."""
    entries: dict[int, set[str]] = {}
    for note_id, deck_id in decks:
        entries.setdefault(note_id, set()).add(f"@{deck_id}")
    _index_at_once(session, owner_id, entries)


def _index_at_once(session: Session, owner_id: int, entries: Mapping[int, Iterable[str]]) -> None:
    """Adds entries to what notes are found by already, or will be: much less than to read all their words again. The
    last step of a transaction: it waits for others that do so."""
    if not entries:
        return
    _lock(session, owner_id)
    blocks: dict[int, Places] = {}
    for note_id in sorted(entries):
        _place(blocks, note_id, entries[note_id])
    for block, places in blocks.items():
        add_postings(session, owner_id, block, places)


def index_own_wording(session: Session, user_id: int, note_id: int, fields: Sequence[str], format: str) -> None:
    """Makes a note of somebody else's be found by the words a learner has for it. They are few, and found at once; one
    wording of theirs at a time."""
    places = dict.fromkeys(_of_words(fields, format), 1 << note_id % BLOCK)
    add_postings(session, own_wordings_of(user_id), note_id // BLOCK, places)


def _lock(session: Session, owner_id: int) -> None:
    if connection_of(session).dialect.name == "postgresql":
        session.execute(sa.select(sa.func.pg_advisory_xact_lock(_LOCK, owner_id)))


def _gather(session: Session, owner_id: int) -> _Gathered:
    gathered = _Gathered()
    waiting = sa.select(Unindexed.id, Unindexed.first_id, Unindexed.last_id).where(Unindexed.owner_id == owner_id)
    for row_id, first, last in session.execute(waiting.order_by(Unindexed.id).limit(AT_ONCE)).all():
        end = min(last, first + AT_ONCE - len(gathered.note_ids) - 1)
        gathered.note_ids += range(first, end + 1)
        if end < last:
            gathered.goes_on.append((row_id, end + 1))
            break
        gathered.ended.append(row_id)
    words: dict[int, Places] = {}
    for note_id, tokens, entries in _found_by(session, owner_id, sorted({*gathered.note_ids})):
        _place(words, note_id, tokens)
        _place(gathered.blocks, note_id, entries)
    # A word's entries for all notes that have it at once: there are five times as many of them as of words.
    for block, of_block in words.items():
        places = gathered.blocks[block]
        for token, notes in of_block.items():
            for entry in entries_of(token):
                places[entry] = places.get(entry, 0) | notes
    return gathered


def _place(blocks: dict[int, Places], note_id: int, entries: Iterable[str]) -> None:
    places, note = blocks.setdefault(note_id // BLOCK, {}), 1 << note_id % BLOCK
    for entry in entries:
        places[entry] = places.get(entry, 0) | note


def _put(session: Session, owner_id: int, gathered: _Gathered) -> None:
    for block, places in gathered.blocks.items():
        add_postings(session, owner_id, block, places)
    for row_id, first in gathered.goes_on:
        session.execute(sa.update(Unindexed).where(Unindexed.id == row_id).values(first_id=first))
    for start in range(0, len(gathered.ended), 500):
        session.execute(sa.delete(Unindexed).where(Unindexed.id.in_(gathered.ended[start : start + 500])))


def _found_by(session: Session, owner_id: int, note_ids: list[int]) -> Iterator[tuple[int, set[str], set[str]]]:
    """Each note's words, and the entries that are about no words of its."""
    dialect = connection_of(session).dialect.name
    given = {"ids": listing(dialect, note_ids)}
    lying = sa.select(Card.note_id, Card.deck_id).where(one_of(dialect, Card.note_id, "ids")).distinct()
    decks: dict[int, list[str]] = {}
    for note_id, deck_id in session.execute(lying, given):
        decks.setdefault(note_id, []).append(f"@{deck_id}")
    own = (one_of(dialect, Note.id, "ids"), sa.func.coalesce(Note.owner_id, 0) == owner_id)
    written = sa.select(Note.id, Note.fields, Note.format, Note.tags).where(*own).order_by(Note.id)
    for row in session.execute(written, given):
        yield row.id, _tokens(row.fields, row.format), {EVERY, *decks.get(row.id, ()), *_of_tags(row.tags)}


def _tokens(fields: Sequence[str], format: str) -> set[str]:
    return {token for text in fields for token in tokens_of(plain(text, format))}


def _of_words(fields: Sequence[str], format: str) -> set[str]:
    return {entry for token in _tokens(fields, format) for entry in entries_of(token)}


def _of_tags(tags: Iterable[str]) -> set[str]:
    paths = [path for tag in tags if (path := folded_path(tag)[:LONGEST_KEY])]
    entries: set[str] = set()
    for path in paths:
        steps = path.split("::")
        entries.update(f"#{'::'.join(steps[:length])}::" for length in range(1, len(steps) + 1))
    return entries or {"#"}
