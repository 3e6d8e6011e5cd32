"""What an import's answers add to the daily summaries."""

from collections import defaultdict
from collections.abc import Iterable, Sequence, Set
from operator import itemgetter

from app.importing.log_rows import parts_of

SUMMARIES = (
    *("user_id", "day", "deck_id", "hour", "kind", "grade", "stage", "first"),
    *("answers", "took_ms"),
)


class DayTotals:
    """Answers and milliseconds by deck and share; see `share_of`."""

    def __init__(self) -> None:
        self._by_deck: defaultdict[int, dict[int, list[int]]] = defaultdict(dict)

    def __len__(self) -> int:
        return sum(map(len, self._by_deck.values()))

    def add(self, deck_id: int, share: int, answers: int, took_ms: int) -> None:
        """Adds so many answers of one share."""
        counts = self._by_deck[deck_id].setdefault(share, [0, 0])
        counts[0] += answers
        counts[1] += took_ms

    def add_each(self, deck_id: int, shares: Iterable[int | None], took_ms: Sequence[int]) -> None:
        """Adds an answer for each of these shares; None: it is no answer. Done a million times: no calls in it."""
        totals = self._by_deck[deck_id]
        get = totals.get
        for share, took in zip(shares, took_ms, strict=True):
            counts = get(share)  # type: ignore[arg-type]
            if counts is not None:
                counts[0] += 1
                counts[1] += took
            elif share is not None:
                totals[share] = [1, took]

    def take(self, user_id: int, leaving: Set[int] = frozenset()) -> list[tuple[int, ...]]:
        """The totals as rows of the summaries, in the order of their key; then they begin anew. Those of decks that are
        to be left stay."""
        rows = []
        for deck_id in self._by_deck.keys() - leaving:
            for share, counts in self._by_deck.pop(deck_id).items():
                day, *rest = parts_of(share)
                if any(counts):
                    rows.append((user_id, day, deck_id, *rest, *counts))
        return sorted(rows, key=itemgetter(slice(0, 8)))
