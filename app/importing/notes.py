"""Notes that are here already: comparing them with the file, changing them, retiring them."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from app.database import connection_of
from app.importing.decks import Decks
from app.importing.identity import Incoming, ordinals_of
from app.importing.matching import Here
from app.importing.opening import Target
from app.importing.parsed import ParsedNote
from app.models import Card, Note
from app.models.change import CONTENT
from app.models.contents import cards_of, place_cards
from app.models.note import set_tags
from app.models.posting import listing, one_of
from app.rendering.elsewhere import html_of


@dataclass(frozen=True, slots=True)
class Change:
    """What an incoming note changes in the one that is here. `counts`: its content differs, not only its place."""

    incoming: Incoming
    note_id: int
    counts: bool
    reorders: bool


def changes_for(session: Session, decks: Decks, batch: Sequence[tuple[Incoming, Here]]) -> list[Change]:
    """What the file changes in notes that are here; nothing for those that stand there already."""
    known, cards = _standing(session, [here.id for _, here in batch])
    changes: list[Change] = []
    for incoming, here in batch:
        note = known.get(here.id)
        target = decks.targets[incoming.note.deck]
        if note is None or target.of_server:
            continue
        content = _content(target, incoming.note, note)
        differs = any(getattr(note, name) != value for name, value in content.items())
        placed = _placed(target, incoming, cards[note.id])
        reorders = placed != {c.ordinal: c.position for c in cards[note.id] if not c.retired}
        if differs or reorders:
            changes.append(Change(incoming, note.id, differs, reorders))
    return changes


def _standing(session: Session, note_ids: Sequence[int]) -> tuple[dict[int, Any], dict[int, list[Any]]]:
    """What the columns of these notes hold, and their cards, by the notes' ids. As rows: most stand as the file has
    them, and objects would take longer than the rest of the comparison."""
    connection = connection_of(session)
    named = {"note_ids": listing(connection.dialect.name, note_ids)}
    written = sa.select(*(getattr(Note, name) for name in ("id", *CONTENT)))
    notes = connection.execute(written.where(one_of(connection.dialect.name, Note.id, "note_ids")), named).all()
    columns = sa.select(Card.note_id, Card.ordinal, Card.position, Card.retired)
    cards: dict[int, list[Any]] = {note.id: [] for note in notes}
    for card in connection.execute(
        columns.where(one_of(connection.dialect.name, Card.note_id, "note_ids")), named
    ).all():
        cards[card.note_id].append(card)
    return {note.id: note for note in notes}, cards


def apply_change(session: Session, decks: Decks, change: Change) -> None:
    """Makes the note and its cards what the file says. Cards that are no more are retired."""
    note, incoming = session.get_one(Note, change.note_id), change.incoming
    target = decks.targets[incoming.note.deck]
    for name, value in _content(target, incoming.note, note).items():
        setattr(note, name, value)
    note.changed_at = decks.now
    set_tags(session, decks.owner_id, {note.id: note.tags})
    cards = cards_of(session, [note.id])[note.id]
    placed, known = _placed(target, incoming, cards), {card.ordinal for card in cards}
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


def _content(target: Target, note: ParsedNote, here: Any) -> dict[str, Any]:
    """What the columns of the note that is `here` are to hold, as far as the file says it."""
    said = (target.type_id_of(note), note.format, list(note.fields), list(note.languages), list(note.tags))
    content = dict(zip(CONTENT, (*said, note.source, note.quote), strict=True))
    unsaid = set(note.unsaid)
    if note.format == "html" and here.format == "markdown" and _is_written_of(note, here):
        unsaid |= {"fields", "format"}
    if unsaid and len(note.fields) != len(here.fields):
        # Of a note type that the file cannot say; or it has more fields now, and languages that are guessed for them.
        unsaid = unsaid | {"fields"} if "note_type_id" in unsaid else unsaid - {"field_languages"}
    return {name: value for name, value in content.items() if name not in unsaid}


def _is_written_of(note: ParsedNote, here: Any) -> bool:
    """Whether the file's HTML is what another program was given of the note's Markdown: nobody has changed it there."""
    pairs = zip(note.fields, here.fields, strict=False)
    return len(note.fields) == len(here.fields) and all(
        html.strip() == html_of(text, "markdown").strip() for html, text in pairs
    )


def _placed(target: Target, incoming: Incoming, cards: Sequence[Any]) -> dict[int, int]:
    """The positions of the note's cards by their ordinals. A file that lists cards lists those it was made of, which
    need not be all, and says nothing of where those lie that are here; nor does one of a whole collection."""
    note = incoming.note
    placed = {card.ordinal: card.position for card in cards if not card.retired}
    if note.cards is None:
        if "note_type_id" in note.unsaid:
            return placed
        at = {ordinal: incoming.position + offset for offset, ordinal in enumerate(ordinals_of(note))}
        known = {card.ordinal: card.position for card in cards} if target.whole_guids else {}
        return {ordinal: known.get(ordinal, place) for ordinal, place in at.items()}
    for place, parsed in enumerate(note.cards, start=incoming.position):
        if not parsed.retired:
            there = next((card.position for card in cards if card.ordinal == parsed.ordinal), place)
            placed.setdefault(parsed.ordinal, there)
    return placed
