"""Notes that are here already: comparing them with the file, changing them, retiring them."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from app.importing.decks import Decks
from app.importing.identity import Incoming, ordinals_of
from app.importing.opening import Target
from app.importing.parsed import ParsedNote
from app.models import Card, Note
from app.models.contents import cards_of, place_cards
from app.models.note import set_tags


@dataclass(frozen=True, slots=True)
class Change:
    """What an incoming note changes in the one that is here. `counts`: its content differs, not only its place."""

    incoming: Incoming
    guid: str
    note_id: int
    counts: bool
    reorders: bool


def changes_for(session: Session, decks: Decks, batch: Sequence[tuple[Incoming, str]]) -> list[Change]:
    """What the file changes in notes that are here, each given with the guid it has here; nothing for those that stand
    there already."""
    language = decks.targets[0].language
    own = (Note.owner_id.is_not_distinct_from(decks.owner_id), Note.language == language)
    known = {note.guid: note for note in session.scalars(sa.select(Note).where(*own, Note.guid.in_(_guids(batch))))}
    cards = cards_of(session, [note.id for note in known.values()])
    changes: list[Change] = []
    for incoming, guid in batch:
        note = known.get(guid)
        if note is None:
            continue
        content = _content(decks.targets[incoming.note.deck], incoming.note)
        differs = any(getattr(note, name) != value for name, value in content.items())
        reorders = _placed(incoming, cards[note.id]) != {c.ordinal: c.position for c in cards[note.id] if not c.retired}
        if differs or reorders:
            changes.append(Change(incoming, guid, note.id, differs, reorders))
    return changes


def apply_change(session: Session, decks: Decks, change: Change) -> None:
    """Makes the note and its cards what the file says. Cards that are no more are retired."""
    note, incoming = session.get_one(Note, change.note_id), change.incoming
    target = decks.targets[incoming.note.deck]
    for name, value in _content(target, incoming.note).items():
        setattr(note, name, value)
    note.changed_at = decks.now
    set_tags(session, decks.owner_id, {note.id: note.tags})
    cards = cards_of(session, [note.id])[note.id]
    placed, known = _placed(incoming, cards), {card.ordinal for card in cards}
    place_cards(session, note.id, cards, placed, _home(decks, incoming.note, cards), decks.import_id)
    if placed.keys() - known:
        session.expire(note)


def _home(decks: Decks, note: ParsedNote, cards: Sequence[Card]) -> int:
    """The deck for cards the note gets anew: where the file has them, but beside the others if they have been moved."""
    if note.cards is None:
        return decks.targets[note.deck].deck_id
    return cards[0].deck_id if cards else decks.targets[note.cards[0].deck].deck_id


def retire_all_but(session: Session, target: Target, guids: set[str]) -> int:
    """Retires the cards of the deck's notes that are not among these; how many notes."""
    rows = session.execute(
        sa.select(Note.id, Note.guid).join(Card).where(Card.deck_id == target.deck_id, ~Card.retired).distinct()
    )
    gone = [note_id for note_id, guid in rows if guid not in guids]
    session.execute(sa.update(Card).where(Card.deck_id == target.deck_id, Card.note_id.in_(gone)).values(retired=True))
    return len(gone)


def _guids(batch: Sequence[tuple[Incoming, str]]) -> list[str]:
    return [guid for _, guid in batch]


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


def _placed(incoming: Incoming, cards: Sequence[Card]) -> dict[int, int]:
    """The positions of the note's cards by their ordinals. A file that lists cards lists those it was made of, which
    need not be all, and says nothing of where those lie that are here."""
    note = incoming.note
    if note.cards is None:
        return {ordinal: incoming.position + offset for offset, ordinal in enumerate(ordinals_of(note))}
    placed = {card.ordinal: card.position for card in cards if not card.retired}
    for place, parsed in enumerate(note.cards, start=incoming.position):
        if not parsed.retired:
            known = next((card.position for card in cards if card.ordinal == parsed.ordinal), place)
            placed.setdefault(parsed.ordinal, known)
    return placed
