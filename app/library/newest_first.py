"""The index of words is fetched from its end: most pages are filled with the newest notes, and all those of a large
collection would be a hundred times as many rows."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any

import sqlalchemy as sa

from app.library.candidates import Candidates, Want
from app.models import Posting, Unindexed
from app.models.posting import BLOCK, listing, one_of

NEWEST = 32
"""Blocks that are fetched first."""


@dataclass(slots=True)
class NewestFirst:
    """The candidates of all blocks: those of the older ones are fetched when the newest do not do."""

    connection: sa.Connection
    newer: Candidates
    older: Candidates
    is_read: bool = False

    @classmethod
    def read(
        cls,
        connection: sa.Connection,
        wants: dict[int, Want],
        own: int,
        before: int | None,
        deck_ids: Iterable[int],
    ) -> "NewestFirst":
        """Begins with the newest blocks that may have notes of these decks, before `before`."""
        newest, fresh = _newest(connection, sorted(wants), deck_ids)
        newest = newest if before is None else before // BLOCK
        middle = max(0, newest - NEWEST + 1)
        # What the index does not know yet may lie behind all it knows of these decks.
        end = 1 + max(newest, *(last // BLOCK for _, last in fresh), 0)
        newer, older = (Candidates(wants, fresh, own, of) for of in (range(middle, end), range(middle)))
        newer.read(connection)
        return cls(connection, newer, older, is_read=not middle)

    def _read_older(self) -> Candidates:
        if not self.is_read:
            self.older.read(self.connection)
            self.is_read = True
        return self.older

    def below(self, before: int | None) -> Iterator[int]:
        """Their ids, the last one first; `before`: only smaller ones."""
        yield from self.newer.below(before)
        yield from self._read_older().below(before)

    def are_more_than(self, number: int, before: int | None) -> bool:
        left = self.newer.count(number, before)
        return left > number or left + self._read_older().count(number - left, before) > number

    def holds(self, note_id: int) -> bool:
        is_new = note_id // BLOCK in self.newer.of_blocks
        return (self.newer if is_new else self._read_older()).holds(note_id)


def _newest(
    connection: sa.Connection, owners: Sequence[int], deck_ids: Iterable[int]
) -> tuple[int, list[tuple[int, int]]]:
    """The last block in which there are notes of these decks, and the ranges of notes that the index does not know."""
    dialect = connection.dialect.name
    decks = listing(dialect, [f"@{deck_id}" for deck_id in deck_ids])
    rows = connection.execute(_last(dialect), {"owner_ids": listing(dialect, owners), "decks": decks}).all()
    return rows[0].block or 0, [(row.first_id, row.last_id) for row in rows if row.first_id is not None]


@cache
def _last(dialect: str) -> sa.Select[Any]:
    """In one statement, because on a server it is the way there and back that takes the time."""
    chosen = (one_of(dialect, Posting.owner_id, "owner_ids"), one_of(dialect, Posting.entry, "decks"))
    last = sa.select(sa.func.max(Posting.block).label("block")).where(*chosen).subquery()
    unindexed = one_of(dialect, Unindexed.owner_id, "owner_ids")
    return sa.select(last.c.block, Unindexed.first_id, Unindexed.last_id).outerjoin_from(last, Unindexed, unindexed)
