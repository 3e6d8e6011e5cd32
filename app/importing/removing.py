"""Taking decks away whole, some cards at a time: what an import left behind that died, failed, or was undone."""

from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from app.database import connection_of
from app.importing.note_types import remove_staged_types, remove_types
from app.importing.opening import InTransaction
from app.models import (
    Card,
    DailySummary,
    DayTotal,
    Deck,
    Follow,
    Import,
    Mark,
    MarkChange,
    Memory,
    MemoryCount,
    Note,
    ParameterSet,
    PeriodTotal,
    Review,
    SchedulerVersion,
    Tombstone,
)
from app.models.bulk import AT_ONCE, chunks
from app.models.deck import decks_inside

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
        for table in (DailySummary, DayTotal, PeriodTotal, MemoryCount, Follow):
            session.execute(sa.delete(table).where(table.user_id == owner_id, table.deck_id.in_(ids)))
        _remove_graves(session, owner_id, ids)
        _remove_settings(session, owner_id, _moments_of(session, ids))
    remove_staged_types(session, owner_id, _moments_of(session, ids))
    for deck in session.scalars(sa.select(Deck).where(Deck.id.in_(ids))).all():
        remove_types(session, deck)
    session.execute(sa.delete(Deck).where(Deck.id.in_(ids)))
    session.expire_all()


def _moments_of(session: Session, ids: Sequence[int]) -> list[datetime]:
    """When the imports began that made these decks."""
    return list(session.scalars(sa.select(Deck.created_at).where(Deck.id.in_(ids)).distinct()))


def _remove_graves(session: Session, owner_id: int, ids: Sequence[int]) -> None:
    """Removes the histories of cards that are gone which came with the imports of these decks, if they did not end."""
    imports = sa.select(Deck.import_id).where(Deck.id.in_(ids), Deck.import_id.is_not(None))
    ended = sa.exists().where(Import.id == Tombstone.import_id, Import.finished_at.is_not(None))
    own = (Tombstone.user_id == owner_id, Tombstone.import_id.in_(imports), ~ended)
    card_ids = list(session.scalars(sa.select(Tombstone.card_id).where(*own)))
    for some in chunks(card_ids):
        log = (Review.user_id == owner_id, Review.card_id.in_(some))
        session.execute(sa.delete(Review).where(*log))
    session.execute(sa.delete(Tombstone).where(*own))


def _remove_settings(session: Session, owner_id: int, moments: Sequence[datetime]) -> None:
    """Removes the settings that imports chose which began at these moments, if nothing came of them: nobody follows the
    deck, and no memory was folded under them."""
    versions, sets = SchedulerVersion, ParameterSet
    remembered = sa.exists().where(Memory.user_id == owner_id, Memory.scheduler_version == versions.version)
    chosen = sa.exists().where(versions.user_id == owner_id, versions.parameter_set == sets.id)
    for table, moment, used in ((versions, versions.chosen_at, remembered), (sets, sets.fitted_at, chosen)):
        followed = sa.exists().where(Follow.user_id == owner_id, Follow.deck_id == table.deck_id)
        mine = (table.user_id == owner_id, moment.in_(moments), ~followed, ~used)
        session.execute(sa.delete(table).where(*mine))
