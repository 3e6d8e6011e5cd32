"""What of all that waits today's limits let through: each holds for a followed deck and all inside it together."""

from collections.abc import Sequence
from dataclasses import dataclass, fields, replace
from datetime import datetime
from typing import Any

from app.models.follow import NewOrder, ReviewOrder


@dataclass(frozen=True, slots=True)
class Counts:
    """What waits in a deck today; each stops at COUNTED_UP_TO."""

    due: int
    new: int
    drill: int

    @property
    def total(self) -> int:
        return self.due + self.new + self.drill

    def __add__(self, other: "Counts") -> "Counts":
        return Counts(self.due + other.due, self.new + other.new, self.drill + other.drill)


@dataclass(frozen=True, slots=True)
class WaitingDeck:
    """A deck a learner studies, and what waits in it today.

    `root_id`: the deck they followed, this one or one above it, whose limits and orders hold for all inside it;
    `new_per_day`, `reviews_per_day` (None: no limit): its limits, with what was asked for besides today; `introduced`,
    `reviewed`: how many cards of all these they first met, and how many they repeated, today (the latter is only
    counted where there is a limit); `unmet`, `due`: how many of this deck could still follow, counted no further than
    need be (`due` None: not counted); `drilled_at`: when the drill's first card was last seen; `new`, `reviews`: how
    many of this deck the limits allow today, once the decks before it have had theirs.
    """

    id: int
    parent_id: int | None
    name: str
    language: str
    root_id: int
    place: int
    deck_place: int
    new_order: NewOrder
    review_order: ReviewOrder
    new_per_day: int
    introduced: int
    unmet: int
    reviews_per_day: int | None
    reviewed: int
    due: int | None
    drill: int
    drilled_at: datetime | None
    new: int = 0
    reviews: int = 0

    @property
    def allows_reviews(self) -> bool:
        return self.reviews_per_day is None or self.reviewed < self.reviews_per_day


_WIDTH = len(fields(WaitingDeck)) - 2


@dataclass(frozen=True, slots=True)
class Answering:
    """What an answer that is on its way will take of a followed deck's limits: a card that is met, or one repeated."""

    root_id: int
    introduces: int
    reviews: int


def in_order(rows: Sequence[Any], answering: Answering | None = None) -> list[tuple[WaitingDeck, Any]]:
    """The rows of `waiting_decks` in the learner's order: the deck, and the further columns."""
    new_left: dict[int, int] = {}
    reviews_left: dict[int, int] = {}
    found = []
    for row in sorted(rows, key=lambda row: (row.place, row.deck_place, row.id)):
        deck = WaitingDeck(*row[:_WIDTH])
        if answering is not None and answering.root_id == deck.root_id:
            introduced, reviewed = deck.introduced + answering.introduces, deck.reviewed + answering.reviews
            deck = replace(deck, introduced=introduced, reviewed=reviewed)
        new, reviews = _share(new_left, deck.root_id, deck.new_per_day - deck.introduced, deck.unmet), deck.due or 0
        if deck.reviews_per_day is not None:
            reviews = _share(reviews_left, deck.root_id, deck.reviews_per_day - deck.reviewed, reviews)
        found.append((replace(deck, new=new, reviews=reviews), row[_WIDTH:]))
    return found


def _share(left: dict[int, int], root_id: int, allowed: int, waiting: int) -> int:
    """How many of those waiting come, of what the decks before have left of that followed deck's limit."""
    before = left.setdefault(root_id, max(0, allowed))
    left[root_id] = max(0, before - waiting)
    return min(before, waiting)
