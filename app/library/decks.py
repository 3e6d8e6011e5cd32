"""What stands on a learner's shelf, and what is in a deck."""

from collections.abc import Sequence
from dataclasses import dataclass

import sqlalchemy as sa
from sqlalchemy.orm import Session, joinedload

from app.database import Handle, connection_of
from app.errors import NotFound
from app.library.following import visible_deck
from app.models import Card, Deck, Follow, Learner, Note
from app.models.deck import with_parents
from app.models.waiting import (
    COUNTED_UP_TO,
    DAY,
    LEARNER,
    Counts,
    due_cards,
    followed_deck_ids,
    follows_of,
    in_order,
    number_of,
    path_of,
    waiting_decks,
)

NOTES_A_PAGE = 50


@dataclass(frozen=True, slots=True)
class ShelfDeck:
    """A followed deck and what waits in it today; if nothing does, how many of its cards are due `tomorrow`."""

    id: int
    path: str
    language: str
    counts: Counts
    tomorrow: int = 0


_DUE = number_of(due_cards(LEARNER, Follow.deck_id, DAY))
_DUE_TOMORROW = number_of(due_cards(LEARNER, Follow.deck_id, DAY + 1))
# Tomorrow is only counted where today is empty.
_SHELF = waiting_decks(_DUE, sa.case((_DUE == 0, _DUE_TOMORROW), else_=0), new_up_to=COUNTED_UP_TO)


def shelf(handle: Handle, learner: Learner, day: int) -> list[ShelfDeck]:
    """The decks the learner follows, in their order, each with its counts."""
    connection = connection_of(handle)
    rows = connection.execute(_SHELF, {"learner_id": learner.id, "day": day}).all()
    shelved = []
    for deck, (due, tomorrow) in in_order(rows):
        counts = Counts(due, deck.new, deck.drill)
        path = path_of(connection, deck.name, deck.parent_id)
        shelved.append(ShelfDeck(deck.id, path, deck.language, counts, 0 if counts.total else tomorrow))
    return shelved


def followed_decks(session: Session, learner: Learner) -> Sequence[Deck]:
    """The decks the learner follows, in their order."""
    follows = session.scalars(follows_of(learner.id).options(joinedload(Follow.deck))).all()
    return with_parents(session, [follow.deck for follow in follows])


def starter_decks(session: Session, language: str) -> Sequence[Deck]:
    """The starter decks in a language."""
    decks = (
        sa.select(Deck)
        .where(Deck.owner_id.is_(None), Deck.published, Deck.language == language)
        .order_by(Deck.place, Deck.id)
    )
    return with_parents(session, session.scalars(decks).all())


def other_starter_decks(session: Session, learner: Learner) -> Sequence[Deck]:
    """The starter decks the learner does not follow, in every language."""
    decks = (
        sa.select(Deck)
        .where(Deck.owner_id.is_(None), Deck.published, Deck.id.not_in(followed_deck_ids(learner.id)))
        .order_by(Deck.language, Deck.place, Deck.id)
    )
    return with_parents(session, session.scalars(decks).all())


@dataclass(frozen=True)
class DeckPage:
    """A deck as a learner looks into it: one page of its notes. `follow` is None for a deck they do not follow."""

    deck: Deck
    follow: Follow | None
    notes: Sequence[Note]
    note_count: int
    card_count: int
    page: int

    @property
    def pages(self) -> int:
        return max(1, -(-self.note_count // NOTES_A_PAGE))


def deck_page(session: Session, learner: Learner, deck_id: int, page: int) -> DeckPage:
    """Page `page` (from 1) of a deck's notes in the deck's order.

    Raises NotFound unless it is a starter deck or the learner's own, and for a page it does not have.
    """
    (deck,) = with_parents(session, [visible_deck(session, learner, deck_id)])
    first = (
        sa.select(Card.note_id, sa.func.min(Card.position).label("position"))
        .where(Card.deck_id == deck_id, ~Card.retired)
        .group_by(Card.note_id)
        .subquery()
    )
    count = session.scalar(sa.select(sa.func.count()).select_from(first)) or 0
    if page < 1 or page > max(1, -(-count // NOTES_A_PAGE)):
        raise NotFound()
    notes = session.scalars(
        sa.select(Note)
        .join(first, first.c.note_id == Note.id)
        .options(joinedload(Note.note_type))
        .order_by(first.c.position, Note.id)
        .limit(NOTES_A_PAGE)
        .offset((page - 1) * NOTES_A_PAGE)
    ).all()
    followed = session.get(Follow, (learner.id, deck_id))
    cards = session.scalar(sa.select(sa.func.count()).where(Card.deck_id == deck_id, ~Card.retired)) or 0
    return DeckPage(deck, followed if followed and followed.stopped_at is None else None, notes, count, cards, page)


def own_decks_left(session: Session, learner: Learner) -> Sequence[Deck]:
    """The learner's own decks that they stopped following."""
    decks = (
        sa.select(Deck)
        .where(Deck.owner_id == learner.id, Deck.published, Deck.id.not_in(followed_deck_ids(learner.id)))
        .order_by(Deck.name, Deck.id)
    )
    return with_parents(session, session.scalars(decks).all())
