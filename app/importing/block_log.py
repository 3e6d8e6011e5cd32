"""A card's history of which everything is worked out already, among those of other cards."""

from collections.abc import Iterator, Sequence
from typing import Any, overload

from app.importing.log_blocks import LogBlock
from app.importing.log_rows import IMPORTED
from app.importing.parsed import ParsedReview


class BlockLog(Sequence[ParsedReview]):
    """Answers given elsewhere, each once and in their order: so many rows of a block from the `first` on. `rows`: how
    many with the checkpoint that stands behind them; `deck`: a place in `ParsedDeck.decks`."""

    __slots__ = ("_answers", "block", "deck", "first", "rows")

    def __init__(self, block: LogBlock, deck: int, first: int, answers: int, rows: int) -> None:
        self.block, self.deck, self.first, self._answers, self.rows = block, deck, first, answers, rows

    def __len__(self) -> int:
        return self._answers

    @overload
    def __getitem__(self, place: int) -> ParsedReview: ...
    @overload
    def __getitem__(self, place: slice) -> Sequence[ParsedReview]: ...
    def __getitem__(self, place: int | slice) -> ParsedReview | Sequence[ParsedReview]:
        if isinstance(place, slice):
            return list(self)[place]
        (row,) = self.block.rows(self.first + range(len(self))[place], 1)
        return _review(row)

    def __iter__(self) -> Iterator[ParsedReview]:
        return map(_review, self.block.rows(self.first, len(self)))

    @property
    def ids(self) -> list[bytes]:
        return self.block.ids(self.first, len(self))


def _review(row: Sequence[Any]) -> ParsedReview:
    _, _, day, hour, at, grade, took_ms, state = row
    return ParsedReview(at, grade, took_ms, IMPORTED, state, None, day, hour)
