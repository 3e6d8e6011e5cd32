"""What stands on a learner's shelf, and what is in a deck."""

from collections.abc import Sequence
from dataclasses import dataclass

import sqlalchemy as sa
from sqlalchemy.orm import Session, joinedload

from app.errors import NotFound
from app.library.following import visible_deck
from app.models import Card, Deck, Follow, Note, User
from app.models.waiting import Counts, counts_for, followed_deck_ids, follows_of

NOTES_A_PAGE = 50


@dataclass(frozen=True)
class ShelfDeck:
    """A followed deck and what waits in it today; if nothing does, how many of its cards are due `tomorrow`."""

    follow: Follow
    counts: Counts
    tomorrow: int = 0


def shelf(session: Session, learner: User, day: int) -> list[ShelfDeck]:
    """The decks the learner follows, in their order, each with its counts."""
    follows = session.scalars(follows_of(learner.id).options(joinedload(Follow.deck).joinedload(Deck.parent)))
    return [_on_shelf(session, follow, day) for follow in follows]


def _on_shelf(session: Session, follow: Follow, day: int) -> ShelfDeck:
    counts = counts_for(session, follow, day)
    return ShelfDeck(follow, counts, 0 if counts.total else counts_for(session, follow, day + 1).due)


def starter_decks(session: Session, language: str) -> Sequence[Deck]:
    """The starter decks in a language."""
    return session.scalars(
        sa.select(Deck)
        .where(Deck.owner_id.is_(None), Deck.published, Deck.language == language)
        .order_by(Deck.place, Deck.id)
    ).all()


def other_starter_decks(session: Session, learner: User) -> Sequence[Deck]:
    """The starter decks the learner does not follow, in every language."""
    return session.scalars(
        sa.select(Deck)
        .where(Deck.owner_id.is_(None), Deck.published, Deck.id.not_in(followed_deck_ids(learner.id)))
        .order_by(Deck.language, Deck.place, Deck.id)
    ).all()


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


def deck_page(session: Session, learner: User, deck_id: int, page: int) -> DeckPage:
    """Page `page` (from 1) of a deck's notes in the deck's order.

    Raises NotFound unless it is a starter deck or the learner's own, and for a page it does not have.
    """
    deck = visible_deck(session, learner, deck_id)
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


def own_decks_left(session: Session, learner: User) -> Sequence[Deck]:
    """The learner's own decks that they stopped following."""
    return session.scalars(
        sa.select(Deck)
        .where(Deck.owner_id == learner.id, Deck.published, Deck.id.not_in(followed_deck_ids(learner.id)))
        .order_by(Deck.name, Deck.id)
    ).all()
