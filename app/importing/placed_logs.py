"""Blocks of a log whose cards are known by now: on their way into the log, and counted in the totals."""

from collections.abc import Callable, Iterator, Sequence
from typing import Any

from app.importing.block_log import BlockLog
from app.importing.day_totals import DayTotals
from app.importing.log_blocks import LogBlock
from app.importing.log_rows import COLUMNS, TOLD

Count = Callable[[Sequence[tuple[Any, ...]], int], None]
"""Counts the rows of one card in the totals of a deck."""
One = tuple[BlockLog, int, int, int]
"""The rows of a card, its id, the deck it is in, and the deck it will be in."""


class PlacedBlock:
    """A block, or a part of it, with the cards it is of."""

    def __init__(self, block: LogBlock) -> None:
        self.block = block
        self._logs: list[One] = []

    def add(self, one: One) -> None:
        self._logs.append(one)

    def parts(self, most: Callable[[], int]) -> Iterator[tuple[int, list[int]]]:
        """The spans of so many rows at a time, and how many rows those are; at least one card's."""
        spans: list[int] = []
        rows = 0
        for log, card_id, deck_id, _ in self._logs:
            spans += (log.first + 1, log.first + log.rows, card_id, deck_id)
            rows += log.rows
            if rows >= most():
                yield rows, spans
                spans, rows = [], 0
        if spans:
            yield rows, spans

    def values(self) -> list[Any]:
        """The rows as `log_rows` has them."""
        told: list[Any] = []
        cards: list[int] = []
        decks: list[int] = []
        for log, card_id, deck_id, _ in self._logs:
            told += self.block.values(log.first, log.rows)
            cards += [card_id] * log.rows
            decks += [deck_id] * log.rows
        values: list[Any] = [None] * (len(cards) * len(COLUMNS))
        # Column by column: row by row it would take as long as a COPY.
        for place, column in enumerate((cards, decks, *(told[n :: len(TOLD)] for n in range(len(TOLD))))):
            values[place :: len(COLUMNS)] = column
        return values


class PlacedLogs:
    """Rows of blocks that wait to be written, and those that are not counted yet: what a reader has summed up for a
    block holds if all of it has been placed."""

    def __init__(self, totals: DayTotals, count: Count) -> None:
        self._totals, self._count = totals, count
        self._waiting: dict[LogBlock, PlacedBlock] = {}
        self._uncounted: dict[LogBlock, list[One]] = {}

    def add(self, log: BlockLog, card_id: int, deck_id: int, final_deck_id: int) -> None:
        """Adds the history of a card that has none."""
        if not log.rows:
            return
        one, block = (log, card_id, deck_id, final_deck_id), log.block
        if block not in self._waiting:
            self._waiting[block] = PlacedBlock(block)
        self._waiting[block].add(one)
        self._uncounted.setdefault(block, []).append(one)

    def take(self) -> list[PlacedBlock]:
        """What waits to be written; it is the caller's then. Of the last block more may come."""
        for block in [*self._uncounted][:-1]:
            self._count_block(block)
        waiting, self._waiting = [*self._waiting.values()], {}
        return waiting

    def count(self) -> None:
        """Counts what is not counted yet. There comes no more."""
        for block in [*self._uncounted]:
            self._count_block(block)

    def _count_block(self, block: LogBlock) -> None:
        placed = self._uncounted.pop(block)
        if sum(log.rows for log, *_ in placed) == block.size:
            decks = {log.deck: final_deck_id for log, _, _, final_deck_id in placed}
            for deck, share, answers, took_ms in block.sums:
                self._totals.add(decks[deck], share, answers, took_ms)
            return
        for log, card_id, deck_id, final_deck_id in placed:
            rows = [(card_id, deck_id, *row, None) for row in block.rows(log.first, log.rows)]
            self._count(rows, final_deck_id)
