"""Whether a deck has a note already that begins as one does that is being written."""

import unicodedata
from collections.abc import Iterable, Sequence
from itertools import islice

import sqlalchemy as sa
from sqlalchemy.orm import Session, joinedload

from app.database import connection_of
from app.library.candidates import Every, in_decks
from app.library.media import own_deck
from app.library.newest_first import NewestFirst
from app.models import Card, Learner, Note
from app.models.deck import decks_inside, top_of
from app.models.note import first_key, first_words
from app.models.posting import listing, one_of, own_wordings_of
from app.searching.words import entries_for, plain, tokens_of

SHOWN = 3
LOOKED_AT = 500
"""Notes with all words of the text that are looked at, the newest ones; and those that the index does not know yet."""
LONGEST = 20_000
"""Characters of a note that is looked at, so that no page reads megabytes for a hint."""
MOST_ENTRIES = 8
"""Of the words that the index is asked for; the longest ones, which are the rarest."""


def same_beginning(
    session: Session, learner: Learner, deck_id: int, text: str, but: int | None = None
) -> Sequence[Note]:
    """Notes of the learner's in this deck, or in the tree it belongs to, whose first field is the same, whatever the
    spaces, the markup and the letters' case; without the note `but`. Raises NotFound for a deck that is not theirs."""
    own_deck(session, learner, deck_id)
    if not text.strip():
        return []
    top = top_of(session, deck_id)
    decks = [top, *decks_inside(session, [top])]
    lies = sa.exists().where(Card.note_id == Note.id, Card.deck_id.in_(decks), ~Card.retired)
    own = sa.select(Note).where(Note.owner_id == learner.id, Note.id != (but or 0), lies).limit(SHOWN)
    own = own.options(joinedload(Note.note_type))
    found = _by_id(session.scalars(own.where(Note.first_key == first_key(text))))
    if len(found) < SHOWN:
        others = _but_for_case(session, learner, decks, text).difference(note.id for note in found)
        found += _by_id(session.scalars(own.where(Note.id.in_(others)))) if others else []
    return found[:SHOWN]


def _by_id(notes: Iterable[Note]) -> list[Note]:
    return sorted(notes, key=lambda note: note.id)


def _but_for_case(session: Session, learner: Learner, decks: Iterable[int], text: str) -> set[int]:
    """Ids of notes whose first field is the same but for the letters' case. They are found by the index of words, for
    what notes keep of the field minds it."""
    words = _without_case(text)
    tokens = tokens_of(plain(words, "markdown"))
    entries = {entry for token in tokens for entry in entries_for(token, whole=True)}
    if words.upper() == words.lower() or not entries:
        return set()
    asked = sorted(entries, key=lambda entry: (-len(entry), entry))[:MOST_ENTRIES]
    connection, want = connection_of(session), Every((*asked, in_decks(decks)))
    looked_in = NewestFirst.read(connection, {learner.id: want}, own_wordings_of(learner.id), None, decks)
    dialect = connection.dialect.name
    # Not by whose they are, or SQLite would go through all that the learner has.
    rows = sa.select(Note.id, Note.fields).where(one_of(dialect, Note.id, "ids"))
    rows = rows.where(sa.func.length(sa.cast(Note.fields, sa.Text)) <= LONGEST)
    looked_at = listing(dialect, islice(looked_in.below(None), LOOKED_AT))
    found = connection.execute(rows, {"ids": looked_at})
    return {note_id for note_id, fields in found if fields and _without_case(fields[0]) == words}


def _without_case(text: str) -> str:
    return unicodedata.normalize("NFC", first_words(text)).casefold()
