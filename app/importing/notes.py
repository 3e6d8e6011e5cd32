"""Notes and their cards: adding, comparing, changing, retiring."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from app.importing.identity import Incoming
from app.importing.opening import Target
from app.importing.parsed import ParsedNote
from app.models import Card, Note
from app.models.contents import cards_of, place_cards
from app.models.note import set_tags
from app.rendering import card_ordinals


@dataclass(frozen=True, slots=True)
class Change:
    """What an incoming note changes. `note_id` None: it is new. `counts`: its content differs, not only its place."""

    incoming: Incoming
    note_id: int | None
    counts: bool
    reorders: bool


def add_notes(session: Session, target: Target, batch: Sequence[Incoming]) -> None:
    """Adds notes with their cards, all notes first: their ids come back in one answer of the database."""
    notes = [
        Note(
            owner_id=target.owner_id,
            guid=target.guid_of(incoming.guid),
            language=target.language,
            created_at=target.now,
            changed_at=target.now,
            **_content(target, incoming.note),
        )
        for incoming in batch
    ]
    session.add_all(notes)
    session.flush()
    set_tags(session, target.owner_id, {note.id: note.tags for note in notes}, new=True)
    for note, incoming in zip(notes, batch, strict=True):
        placed = _placed(incoming).items()
        session.add_all(_new_card(target, note.id, ordinal, position) for ordinal, position in placed)
    session.flush()


def changes_for(session: Session, target: Target, batch: Sequence[Incoming]) -> list[Change]:
    """What these notes would change in the deck; nothing for those that stand there already."""
    guids = [target.guid_of(incoming.guid) for incoming in batch]
    known = {note.guid: note for note in session.scalars(_notes(target).where(Note.guid.in_(guids)))}
    cards = cards_of(session, [note.id for note in known.values()])
    changes: list[Change] = []
    for guid, incoming in zip(guids, batch, strict=True):
        note = known.get(guid)
        if note is None:
            changes.append(Change(incoming, None, counts=True, reorders=True))
            continue
        differs = any(getattr(note, name) != value for name, value in _content(target, incoming.note).items())
        placed = {card.ordinal: card.position for card in cards[note.id] if not card.retired}
        reorders = placed != _placed(incoming)
        if differs or reorders:
            changes.append(Change(incoming, note.id, differs, reorders))
    return changes


def apply_change(session: Session, target: Target, change: Change) -> None:
    """Adds the note, or makes it and its cards what the file says. Cards that are no more are retired."""
    if change.note_id is None:
        add_notes(session, target, [change.incoming])
        return
    note = session.get_one(Note, change.note_id)
    for name, value in _content(target, change.incoming.note).items():
        setattr(note, name, value)
    note.changed_at = target.now
    set_tags(session, target.owner_id, {note.id: note.tags})
    cards = cards_of(session, [note.id])[note.id]
    place_cards(session, note.id, cards, _placed(change.incoming), target.deck_id)


def retire_all_but(session: Session, target: Target, guids: set[str]) -> int:
    """Retires the cards of the deck's notes that are not among these; how many notes."""
    rows = session.execute(
        sa.select(Note.id, Note.guid).join(Card).where(Card.deck_id == target.deck_id, ~Card.retired).distinct()
    )
    gone = [note_id for note_id, guid in rows if guid not in guids]
    session.execute(sa.update(Card).where(Card.deck_id == target.deck_id, Card.note_id.in_(gone)).values(retired=True))
    return len(gone)


def _notes(target: Target) -> sa.Select[Note]:
    return sa.select(Note).where(Note.owner_id.is_not_distinct_from(target.owner_id), Note.language == target.language)


def _content(target: Target, note: ParsedNote) -> dict[str, Any]:
    return {
        "note_type_id": target.type_id_of(note),
        "format": note.format,
        "fields": list(note.fields),
        "field_languages": list(note.languages),
        "tags": list(note.tags),
        "source": note.source,
        "quote": note.quote,
    }


def _placed(incoming: Incoming) -> dict[int, int]:
    """The positions of the note's cards by their ordinals."""
    ordinals = card_ordinals(incoming.note.content)
    return {ordinal: incoming.position + offset for offset, ordinal in enumerate(ordinals)}


def _new_card(target: Target, note_id: int, ordinal: int, position: int) -> Card:
    return Card(deck_id=target.deck_id, note_id=note_id, ordinal=ordinal, position=position)
