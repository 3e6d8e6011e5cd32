"""Which notes of a file are here already: by their identity, else by the words of their first field."""

from collections.abc import Sequence

import sqlalchemy as sa
from sqlalchemy.orm import Session

from app.importing.decks import Decks
from app.importing.identity import Incoming
from app.models import Card, Deck, Note
from app.models.note import first_key


def notes_here(session: Session, decks: Decks, batch: Sequence[Incoming]) -> dict[int, str]:
    """The guids of the notes that are here, by their place in the batch."""
    own = (Note.owner_id.is_not_distinct_from(decks.owner_id), Note.language == decks.targets[0].language)
    guids = [decks.targets[incoming.note.deck].guid_of(incoming) for incoming in batch]
    known = set(session.scalars(sa.select(Note.guid).where(*own, Note.guid.in_(guids))))
    here = {place: guid for place, guid in enumerate(guids) if guid in known}
    # A deck file's own ids are what its author says they are; all other identities were made by somebody else.
    unknown = [
        place
        for place, incoming in enumerate(batch)
        if place not in here and (decks.parsed.whole_guids or not incoming.own_guid)
    ]
    if not unknown or decks.owner_id is None or decks.are_new:
        return here
    keys = {first_key(batch[place].note.fields[0]): place for place in reversed(unknown)}
    for key, guid in session.execute(_alike(decks, list(keys))):
        if key in keys and guid not in here.values():
            here[keys.pop(key)] = guid
    return here


def _alike(decks: Decks, keys: Sequence[int]) -> sa.Select[int, str]:
    """The notes of the file's decks, or of those they lie in, that begin with the same words."""
    deck_ids = [target.deck_id for target in decks.targets if not target.is_new]
    inside = sa.select(Card.note_id).join(Deck, Deck.id == Card.deck_id)
    inside = inside.where(Card.deck_id.in_(deck_ids), Deck.published, ~Card.retired, Card.note_id == Note.id)
    rows = sa.select(Note.first_key, Note.guid).where(Note.owner_id == decks.owner_id, Note.first_key.in_(keys))
    return rows.where(Note.language == decks.targets[0].language, inside.exists()).order_by(Note.id)
