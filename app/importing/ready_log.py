"""A card's history of which everything is worked out already."""

from collections.abc import Iterator, Sequence
from typing import Any, overload

from app.importing.log_rows import AT, CARD, DAY, DECK, GRADE, HOUR, ID, IMPORTED, STATE, TOOK, WIDTH
from app.importing.parsed import ParsedReview


class ReadyLog(Sequence[ParsedReview]):
    """Answers given elsewhere, each once and in their order: `values` as `log_rows` has them, but for card and deck,
    and the share each counts in, None for what is no answer."""

    __slots__ = ("shares", "values")

    def __init__(self, values: list[Any], shares: list[int | None]) -> None:
        self.values, self.shares = values, shares

    def __len__(self) -> int:
        return len(self.shares)

    @overload
    def __getitem__(self, place: int) -> ParsedReview: ...
    @overload
    def __getitem__(self, place: slice) -> Sequence[ParsedReview]: ...
    def __getitem__(self, place: int | slice) -> ParsedReview | Sequence[ParsedReview]:
        if isinstance(place, slice):
            return list(self)[place]
        start = range(0, len(self.values), WIDTH)[place]
        return _review(self.values[start : start + WIDTH])

    def __iter__(self) -> Iterator[ParsedReview]:
        for start in range(0, len(self.values), WIDTH):
            yield _review(self.values[start : start + WIDTH])

    @property
    def ids(self) -> list[bytes]:
        return self.values[ID::WIDTH]

    @property
    def took_ms(self) -> list[int]:
        return self.values[TOOK::WIDTH]

    def of(self, card_id: int, deck_id: int) -> list[Any]:
        """The values of the rows of this card."""
        self.values[CARD::WIDTH] = [card_id] * len(self)
        self.values[DECK::WIDTH] = [deck_id] * len(self)
        return self.values


def _review(row: Sequence[Any]) -> ParsedReview:
    return ParsedReview(row[AT], row[GRADE], row[TOOK], IMPORTED, row[STATE], None, row[DAY], row[HOUR])
