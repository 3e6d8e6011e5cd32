"""In which order cards come: the orders a learner can choose, and siblings kept apart.

Every order follows from what the database holds and from the day, so that the same card is next after a reload and on
another device, whichever the database. The default orders are walks along an index; the others look through a window.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cache
from hashlib import blake2b
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import aliased

from app.database import Handle, connection_of
from app.models import Card, Deck, Follow, Kind, Learner, Memory, Review
from app.models.follow import ReviewOrder
from app.models.portion import WaitingDeck
from app.models.review import GIVEN_HERE
from app.models.waiting import DAY, LEARNER, at_most, due_cards, first_position, new_cards_today

LOOKED_THROUGH, AT_LEAST_OF_A_DECK = 200, 10
"""An order that no index has is made among so many cards, spread over the decks they are looked for in: those that are
due the longest, or the next new ones in the author's order."""
ECHO_CARDS, ECHO = 5, timedelta(minutes=5)
"""Until so many others came in between, or so much time passed, a card or its sibling is remembered from just now."""
PASSED_OVER_AT_MOST = 9
"""A deck with so many siblings at its head shows one of them all the same."""


@dataclass(frozen=True, slots=True)
class DueCard:
    """A due card and what decides when it comes; `due_day` is what its schedule says."""

    id: int
    queue_day: int
    due_day: int
    interval: int

    def overdue(self, day: int) -> float:
        """The days it is late, in intervals: a week is much for a card of three days and nothing for one of a year."""
        return (day - self.due_day) / max(1, self.interval)


def drawn(learner_id: int, day: int, card_id: int) -> bytes:
    """A card's lot for the day: other cards, another day or another learner draw others."""
    return blake2b(f"{learner_id}:{day}:{card_id}".encode(), digest_size=8).digest()


def put_in_order(cards: Sequence[DueCard], order: ReviewOrder, learner_id: int, day: int) -> list[DueCard]:
    """Due cards in the order the learner chose."""
    longest_first = sorted(cards, key=lambda card: (card.queue_day, card.id))
    if order is ReviewOrder.OVERDUE:
        return sorted(longest_first, key=lambda card: -card.overdue(day))
    if order is ReviewOrder.RANDOM:
        return sorted(longest_first, key=lambda card: drawn(learner_id, day, card.id))
    return longest_first


def due_in_order(
    handle: Handle, learner: Learner, day: int, heads: Sequence[tuple[WaitingDeck, int]], without: int | None = None
) -> Iterator[int]:
    """Ids of the due cards as they come, given the decks that have some and the first of each: deck by deck where they
    come by their date, else over all decks of a tree; `without` the one that is being answered. Reads no more than is
    asked for, and never a whole deck."""
    named = {"learner_id": learner.id, "day": day, "without": without or 0}
    ordered: set[int] = set()
    for deck, first in heads:
        if deck.review_order == ReviewOrder.LONGEST:
            yield first
            yield from (card.id for card in _window(handle, named, [deck.id], 1 + PASSED_OVER_AT_MOST)[1:])
        elif deck.root_id not in ordered:
            ordered.add(deck.root_id)
            tree = [other.id for other, _ in heads if other.root_id == deck.root_id]
            each = max(AT_LEAST_OF_A_DECK, LOOKED_THROUGH // len(tree))
            cards = _window(handle, named, tree, each)
            in_order = put_in_order(cards, ReviewOrder(deck.review_order), learner.id, day)
            yield from (card.id for card in in_order[: 1 + PASSED_OVER_AT_MOST])


def _window(handle: Handle, named: dict[str, int], deck_ids: list[int], each: int) -> list[DueCard]:
    """The cards of these decks that are due the longest, so many of each deck."""
    connection = connection_of(handle)
    rows = connection.execute(_due_of_each(connection.dialect.name, each), {**named, "deck_ids": deck_ids})
    return sorted((DueCard(*row) for row in rows), key=lambda card: (card.queue_day, card.id))


@cache
def _due_of_each(dialect: str, each: int) -> sa.Select[Any]:
    card = aliased(Memory)
    longest = due_cards(LEARNER, Follow.deck_id, DAY).limit(at_most(each)).correlate(Follow)
    decks: sa.Select[Any] = sa.select(
        *(getattr(card, name) for name in ("card_id", "queue_day", "due_day", "interval"))
    )
    decks = decks.select_from(Follow).where(
        Follow.user_id == LEARNER, Follow.deck_id.in_(sa.bindparam("deck_ids", expanding=True))
    )
    if dialect == "postgresql":
        one_deck = longest.lateral()
        return decks.join(one_deck, sa.true()).join(
            card, sa.and_(card.user_id == LEARNER, card.card_id == one_deck.c.card_id)
        )
    return decks.join(card, sa.and_(card.user_id == LEARNER, card.card_id.in_(longest)))


def next_at_random(handle: Handle, learner: Learner, day: int, deck_id: int, without: int | None = None) -> int | None:
    """A new card of the deck, by lot among those that are next, `without` the one that is being answered."""
    named = {"learner_id": learner.id, "day": day, "deck_id": deck_id, "without": without or 0}
    cards = connection_of(handle).scalars(_NEXT_NEW, named)
    return min(cards, key=lambda card_id: drawn(learner.id, day, card_id), default=None)


_DECK = sa.bindparam("deck_id", type_=sa.Integer)
_FROM = (
    sa.select(first_position())
    .select_from(Follow)
    .join(Deck)
    .where(Follow.user_id == LEARNER, Follow.deck_id == _DECK)
    .scalar_subquery()
)
_NEXT_NEW = new_cards_today(LEARNER, _DECK, _FROM, DAY).limit(at_most(LOOKED_THROUGH))


def too_soon(handle: Handle, learner: Learner, day: int, now: datetime, answering: int | None = None) -> set[int]:
    """Ids of the cards whose sibling was answered, or is being answered, so recently that it would give the answer
    away."""
    connection = connection_of(handle)
    named = {"learner_id": learner.id, "day": day, "since": now - ECHO}
    recent = [*([answering] if answering else []), *connection.scalars(_ANSWERED_SINCE, named)]
    answered = list(dict.fromkeys(recent))[:ECHO_CARDS]
    return set(connection.scalars(_SIBLINGS, {"card_ids": answered}))


_ANSWERED_SINCE = (
    sa.select(Review.card_id)
    .where(Review.user_id == LEARNER, Review.day == DAY, Review.at > sa.bindparam("since", type_=Review.at.type))
    .where(Review.kind == Kind.ANSWER, GIVEN_HERE, Review.undone_at.is_(None))
    .order_by(Review.at.desc())
    .limit(at_most(10 * ECHO_CARDS))
)
_ANSWERED = aliased(Card)
_SIBLINGS = (
    sa.select(Card.id)
    .join(_ANSWERED, sa.and_(_ANSWERED.note_id == Card.note_id, _ANSWERED.id != Card.id))
    .where(_ANSWERED.id.in_(sa.bindparam("card_ids", expanding=True)))
)
