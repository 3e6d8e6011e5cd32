"""Which notes of a file are here already: by their identity, else by the words of their first field."""

from collections.abc import Sequence
from typing import NamedTuple

import sqlalchemy as sa
from sqlalchemy.orm import Session

from app.database import connection_of
from app.importing.decks import Decks
from app.importing.identity import Incoming
from app.models import Card, Deck, Note
from app.models.note import first_key
from app.models.posting import listing, one_of


class Here(NamedTuple):
    """A note that is here."""

    id: int
    guid: str


def notes_here(session: Session, decks: Decks, batch: Sequence[Incoming]) -> dict[int, Here]:
    """The notes that are here, by their place in the batch."""
    targets = [decks.targets[incoming.note.deck] for incoming in batch]
    guids = [target.guid_of(incoming) for target, incoming in zip(targets, batch, strict=True)]
    keys = [(target.owner_id, target.language, guid) for target, guid in zip(targets, guids, strict=True)]
    known: dict[tuple[int | None, str, str], Here] = {}
    dialect = connection_of(session).dialect.name
    for owner_id in {owner_id for owner_id, _, _ in keys}:
        # Not `is_not_distinct_from`: PostgreSQL uses no index for it, and would read all notes at every batch.
        own = (Note.owner_id == owner_id, Note.language.in_({target.language for target in targets}))
        some = sa.select(Note.language, Note.guid, Note.id).where(*own, one_of(dialect, Note.guid, "guids"))
        rows = session.execute(some, {"guids": listing(dialect, guids)})
        known |= {(owner_id, language, guid): Here(id, guid) for language, guid, id in rows}
    here = {place: known[key] for place, key in enumerate(keys) if key in known}
    # A deck file's own ids are what its author says they are; all other identities were made by somebody else.
    unknown = [
        place
        for place, incoming in enumerate(batch)
        if place not in here and not targets[place].of_server and (decks.parsed.whole_guids or not incoming.own_guid)
    ]
    if not unknown or decks.owner_id is None or decks.are_new:
        return here
    alike = {first_key(batch[place].note.fields[0]): place for place in reversed(unknown)}
    taken = {*here.values()}
    for key, id, guid in session.execute(_alike(dialect, decks), {"keys": listing(dialect, alike)}).all():
        if key in alike and (one := Here(id, guid)) not in taken:
            taken.add(one)
            here[alike.pop(key)] = one
    return here


def _alike(dialect: str, decks: Decks) -> sa.Select[int, int, str]:
    """The notes of the file's decks, or of those they lie in, that begin with the words of these keys."""
    deck_ids = [target.deck_id for target in decks.targets if not target.is_new]
    inside = sa.select(Card.note_id).join(Deck, Deck.id == Card.deck_id)
    inside = inside.where(Card.deck_id.in_(deck_ids), Deck.published, ~Card.retired, Card.note_id == Note.id)
    rows = sa.select(Note.first_key, Note.id, Note.guid).where(
        Note.owner_id == decks.owner_id, one_of(dialect, Note.first_key, "keys")
    )
    languages = {target.language for target in decks.targets}
    return rows.where(Note.language.in_(languages), inside.exists()).order_by(Note.id)
