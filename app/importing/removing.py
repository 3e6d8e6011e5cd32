"""Taking decks away whole, some cards at a time: what an import left behind that died, failed, or was undone."""

from collections.abc import Iterator, Sequence
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from app.database import connection_of
from app.importing.note_types import remove_types
from app.importing.opening import InTransaction
from app.models import Card, DailySummary, Deck, Follow, Mark, MarkChange, Memory, Note, Review
from app.models.deck import decks_inside

AT_ONCE = 300
PERSONAL: tuple[Any, ...] = (Review, Memory, Mark, MarkChange)


def removed(in_transaction: InTransaction, deck_ids: Sequence[int]) -> Iterator[int]:
    """Removes decks of one owner, first from sight, then card by card with what the owner knew of them. Yields how many
    cards each step took; stopped in the middle, the next start goes on."""
    if not deck_ids:
        return
    with in_transaction() as session:
        ids = [*deck_ids, *decks_inside(session, deck_ids)]
        session.execute(sa.update(Deck).where(Deck.id.in_(ids)).values(published=False))
    while True:
        with in_transaction() as session:
            card_ids = list(session.scalars(sa.select(Card.id).where(Card.deck_id.in_(ids)).limit(AT_ONCE)))
            if not card_ids:
                _remove_decks(session, ids)
                return
            remove_cards(session, owner_of(session, ids), card_ids)
        yield len(card_ids)


def owner_of(session: Session, deck_ids: Sequence[int]) -> int | None:
    """Whose decks they are."""
    return session.scalar(sa.select(Deck.owner_id).where(Deck.id.in_(deck_ids)).limit(1))


def remove_cards(session: Session, owner_id: int | None, card_ids: Sequence[int]) -> None:
    """Removes some hundreds of cards with what their owner knew of them, and the notes that have no other."""
    connection = connection_of(session)
    for table in PERSONAL if owner_id is not None else ():
        connection.execute(sa.delete(table).where(table.user_id == owner_id, table.card_id.in_(card_ids)))
    note_ids = list(session.scalars(sa.select(Card.note_id).where(Card.id.in_(card_ids)).distinct()))
    session.execute(sa.delete(Card).where(Card.id.in_(card_ids)))
    left = sa.exists().where(Card.note_id == Note.id)
    session.execute(sa.delete(Note).where(Note.id.in_(note_ids), ~left))


def _remove_decks(session: Session, ids: Sequence[int]) -> None:
    owner_id = owner_of(session, ids)
    if owner_id is not None:
        for table in (DailySummary, Follow):
            session.execute(sa.delete(table).where(table.user_id == owner_id, table.deck_id.in_(ids)))
    for deck in session.scalars(sa.select(Deck).where(Deck.id.in_(ids))).all():
        remove_types(session, deck)
    session.execute(sa.delete(Deck).where(Deck.id.in_(ids)))
    session.expire_all()
