"""What of all that waits today's limits let through: each holds for a followed deck and all inside it together."""

from collections.abc import Iterable, Sequence
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

    def taken_from(self, deck: WaitingDeck) -> WaitingDeck:
        """The deck as it is once that answer has arrived."""
        if deck.root_id != self.root_id:
            return deck
        return replace(deck, introduced=deck.introduced + self.introduces, reviewed=deck.reviewed + self.reviews)


def in_order(rows: Sequence[Any], answering: Answering | None = None) -> list[tuple[WaitingDeck, Any]]:
    """The rows of `waiting_decks` in the learner's order: the deck, and the further columns."""
    rows = sorted(rows, key=lambda row: (row.place, row.deck_place, row.id))
    decks = [WaitingDeck(*row[:_WIDTH]) for row in rows]
    if answering is not None:
        decks = [answering.taken_from(deck) for deck in decks]
    return [(deck, row[_WIDTH:]) for deck, row in zip(within_limits(decks), rows, strict=True)]


def within_limits(decks: Iterable[WaitingDeck]) -> list[WaitingDeck]:
    """The decks, in their order, with as many new cards and reviews as the limits leave to each."""
    new_left: dict[int, int] = {}
    reviews_left: dict[int, int] = {}
    allowed = []
    for deck in decks:
        new, reviews = _share(new_left, deck.root_id, deck.new_per_day - deck.introduced, deck.unmet), deck.due or 0
        if deck.reviews_per_day is not None:
            reviews = _share(reviews_left, deck.root_id, deck.reviews_per_day - deck.reviewed, reviews)
        allowed.append(replace(deck, new=new, reviews=reviews))
    return allowed


def _share(left: dict[int, int], root_id: int, allowed: int, waiting: int) -> int:
    """How many of those waiting come, of what the decks before have left of that followed deck's limit."""
    before = left.setdefault(root_id, max(0, allowed))
    left[root_id] = max(0, before - waiting)
    return min(before, waiting)
