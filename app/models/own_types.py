"""The note types that notes of a deck may have: those that are built in, and those that came with it."""

from collections.abc import Sequence

import sqlalchemy as sa
from sqlalchemy.orm import Session

from app.models.deck import Deck
from app.models.note import NoteType

EVERYWHERE = "*"
"""Stands for the deck where note types belong to a whole collection."""
STAGED = "staged:"
"""How the identity of a type begins whose import has not come to its end; the moment that it began follows."""
BUILT_IN = ("basic", "reversed", "cloze", "typed")


def types_begin(language: str, deck_guid: str) -> str:
    """How the identity of a deck's own note types begins: another deck's type of the same name is another type."""
    return f"{language}/{deck_guid}/"


def types_for(session: Session, owner_id: int, decks: Sequence[Deck]) -> list[NoteType]:
    """The types for an owner's notes in a deck, given with the decks above it: those built in, then those of theirs
    that came with one of these or with a whole collection."""
    built_in = session.scalars(sa.select(NoteType).where(NoteType.guid.is_(None))).all()
    own = sa.select(NoteType).where(NoteType.owner_id == owner_id, NoteType.guid.is_not(None))
    begins = {types_begin(deck.language, guid) for deck in decks for guid in (deck.guid, EVERYWHERE)}
    known = [one for one in session.scalars(own.order_by(NoteType.name, NoteType.id)) if _came_with(one, begins)]
    return [*sorted(built_in, key=lambda one: BUILT_IN.index(one.kind)), *known]


def _came_with(note_type: NoteType, begins: set[str]) -> bool:
    return (note_type.guid or "").removesuffix(note_type.name) in begins


def key_of(note_type: NoteType) -> str:
    """What a form calls a type: the kind of one that is built in, the identity of another."""
    return note_type.kind if note_type.guid is None else note_type.guid
