"""What stands on a learner's shelf, and what could."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cache
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session, joinedload

from app.database import Handle, connection_of
from app.models import Card, Deck, Follow, Learner
from app.models.deck import with_parents
from app.models.portion import Counts, WaitingDeck, in_order
from app.models.waiting import (
    COUNTED_UP_TO,
    DAY,
    LEARNER,
    due_cards,
    followed_deck_ids,
    follows_of,
    number_of,
    path_of,
    waiting_decks,
)


@dataclass(frozen=True, slots=True)
class ShelfDeck:
    """A followed deck and what waits today in it and the decks `inside`; if nothing does, how many of the cards are due
    `tomorrow`. `held_back`: how many more are due than the limit of reviews lets come today. The path of a deck inside
    begins below the followed one."""

    id: int
    path: str
    language: str
    counts: Counts
    tomorrow: int = 0
    held_back: int = 0
    inside: tuple["ShelfDeck", ...] = ()


@cache
def _shelf() -> sa.Select[Any]:
    due = number_of(due_cards(LEARNER, Follow.deck_id, DAY))
    due_tomorrow = number_of(due_cards(LEARNER, Follow.deck_id, DAY + 1))
    # Tomorrow is only counted where today is empty, or where what is due may have to wait.
    tomorrow = sa.case((sa.or_(due == 0, Follow.reviews_per_day.is_not(None)), due_tomorrow), else_=0)
    return waiting_decks(tomorrow, Follow.reviews_per_day, new_up_to=COUNTED_UP_TO, due_here=due)


def shelf(handle: Handle, learner: Learner, day: int) -> list[ShelfDeck]:
    """The decks the learner follows, in their order, each with its counts."""
    connection = connection_of(handle)
    rows = in_order(connection.execute(_shelf(), {"learner_id": learner.id, "day": day}).all())
    decks = {deck.id: deck for deck, _ in rows}
    parts: dict[int, list[ShelfDeck]] = {}
    limits: dict[int, int] = {}
    for deck, (tomorrow, limit) in rows:
        counts = Counts(deck.reviews, deck.new, deck.drill)
        is_part = deck.root_id in decks and deck.root_id != deck.id
        path = _path_below(decks, deck) if is_part else path_of(connection, deck.name, deck.parent_id)
        root_id = deck.root_id if is_part else deck.id
        limits[root_id] = COUNTED_UP_TO if limit is None else limit
        coming = 0 if counts.total else min(tomorrow, limits[root_id])
        part = ShelfDeck(deck.id, path, deck.language, counts, coming, (deck.due or 0) - deck.reviews)
        parts.setdefault(root_id, []).append(part)
    return [_whole(root_id, shelved, limits[root_id]) for root_id, shelved in parts.items()]


def _path_below(decks: dict[int, WaitingDeck], deck: WaitingDeck) -> str:
    """The deck's name with those of the decks above it, up to the one that was followed."""
    above = decks.get(deck.parent_id) if deck.parent_id is not None else None
    if above is None or above.id == deck.root_id:
        return deck.name
    return f"{_path_below(decks, above)}::{deck.name}"


def _whole(root_id: int, shelved: list[ShelfDeck], limit: int) -> ShelfDeck:
    """A followed deck with what lies inside it, added up."""
    root = next(deck for deck in shelved if deck.id == root_id)
    inside = tuple(deck for deck in shelved if deck.id != root_id)
    counts = sum((deck.counts for deck in inside), root.counts)
    tomorrow = 0 if counts.total else min(limit, sum(deck.tomorrow for deck in shelved))
    held_back = min(COUNTED_UP_TO, sum(deck.held_back for deck in shelved))
    return replace(root, counts=counts, tomorrow=tomorrow, held_back=held_back, inside=inside)


@dataclass(frozen=True, slots=True)
class DeckTree:
    """A deck that is offered, and the decks inside it that are offered with it."""

    deck: Deck
    inside: tuple[Deck, ...] = ()


def followed_decks(session: Session, learner: Learner) -> list[DeckTree]:
    """The decks the learner follows, in their order."""
    follows = session.scalars(follows_of(learner.id).options(joinedload(Follow.deck))).all()
    return _trees(with_parents(session, [follow.deck for follow in follows]))


def starter_decks(session: Session, language: str) -> list[DeckTree]:
    """The starter decks in a language."""
    return _trees(with_parents(session, session.scalars(_starters().where(Deck.language == language)).all()))


def other_starter_decks(session: Session, learner: Learner) -> list[DeckTree]:
    """The starter decks the learner does not follow, in every language."""
    others = _starters().where(Deck.id.not_in(followed_deck_ids(learner.id)))
    return _trees(with_parents(session, session.scalars(others).all()))


def own_decks_left(session: Session, learner: Learner) -> list[DeckTree]:
    """The learner's own decks that they stopped following. Not one that only holds decks they do follow."""
    decks = (
        sa.select(Deck)
        .where(Deck.owner_id == learner.id, Deck.published, Deck.id.not_in(followed_deck_ids(learner.id)))
        .order_by(Deck.name, Deck.id)
    )
    trees = _trees(with_parents(session, session.scalars(decks).all()))
    tops = [tree.deck.id for tree in trees]
    with_cards = set(session.scalars(sa.select(Card.deck_id).where(Card.deck_id.in_(tops)).distinct()))
    return [tree for tree in trees if tree.inside or tree.deck.id in with_cards]


def shared_decks_left(session: Session, learner: Learner) -> list[DeckTree]:
    """The decks of other learners that the learner stopped following."""
    decks = (
        sa.select(Deck)
        .join(Follow, Follow.deck_id == Deck.id)
        .where(Follow.user_id == learner.id, Follow.stopped_at.is_not(None), Deck.published)
        .where(Deck.owner_id.is_not(None), Deck.owner_id != learner.id)
        .order_by(Deck.name, Deck.id)
    )
    return _trees(with_parents(session, session.scalars(decks).all()))


def _starters() -> sa.Select[Deck]:
    published = sa.select(Deck).where(Deck.owner_id.is_(None), Deck.published)
    return published.order_by(Deck.language, Deck.place, Deck.id)


def _trees(decks: Sequence[Deck]) -> list[DeckTree]:
    """The decks of a list, each under the outermost deck above it that is in the list too."""
    listed = {deck.id for deck in decks}
    inside: dict[int, list[Deck]] = {}
    for deck in decks:
        inside.setdefault(_outermost(deck, listed).id, []).append(deck)
    by_id = {deck.id: deck for deck in decks}
    return [DeckTree(by_id[top], tuple(deck for deck in parts if deck.id != top)) for top, parts in inside.items()]


def _outermost(deck: Deck, listed: set[int]) -> Deck:
    top, above = deck, deck.parent
    while above is not None:
        top = above if above.id in listed else top
        above = above.parent
    return top
