"""Writing new notes into a deck of one's own."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from hashlib import blake2b
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Session, joinedload

from app.errors import N_, Refused
from app.library.editing import Wording, check, languages_in
from app.library.media import own_deck
from app.models import Card, Deck, Learner, Note, NoteType
from app.models.contents import fit_cards
from app.models.deck import with_parents
from app.models.note import set_tags
from app.models.own_types import key_of, types_for
from app.models.user import one_at_a_time
from app.rendering import card_ordinals

LOOKED_BACK = 50
"""Cards at a deck's end that say how its notes are written."""
TYPE = "type"
"""What `Refused` calls the choice of the note type."""


@dataclass(frozen=True, slots=True)
class Desk:
    """Where a learner writes: a deck of theirs, the types its notes may have, and what was written last, newest
    first."""

    deck: Deck
    types: Sequence[NoteType]
    latest: Sequence[Note]


def desk(session: Session, learner: Learner, deck_id: int) -> Desk:
    """Raises NotFound for a deck that is not the learner's own."""
    (deck,) = with_parents(session, [own_deck(session, learner, deck_id)])
    above, line = deck.parent, [deck]
    while above is not None:
        line.append(above)
        above = above.parent
    return Desk(deck, types_for(session, learner.id, line), _latest(session, deck_id))


def _latest(session: Session, deck_id: int) -> list[Note]:
    """The notes of the last cards of a deck, the last first."""
    ending = sa.select(Card.note_id, Card.position).where(Card.deck_id == deck_id, ~Card.retired)
    last = ending.order_by(Card.position.desc(), Card.id.desc()).limit(LOOKED_BACK).subquery()
    notes = sa.select(Note).join(last, last.c.note_id == Note.id).options(joinedload(Note.note_type))
    return list(dict.fromkeys(session.scalars(notes.order_by(last.c.position.desc(), Note.id.desc()))))


def blank_note(place: Desk, key: str | None, learner: Learner) -> Note:
    """A note that is nowhere yet, of the type a form calls `key` (None: as the last note of the deck), its fields in
    the languages of the last note of that type. Raises Refused for a type that the deck does not have."""
    here = place.latest[0].note_type if place.latest else place.types[0]
    usual = here if here in place.types else place.types[0]
    chosen = usual if key is None else next((one for one in place.types if key_of(one) == key), None)
    if chosen is None:
        raise Refused(N_("This deck has no such note type."), field=TYPE)
    size, language = len(chosen.field_names), place.deck.language
    alike = next((note.field_languages for note in place.latest if note.note_type_id == chosen.id), [])
    return Note(
        owner_id=learner.id,
        note_type_id=chosen.id,
        note_type=chosen,
        language=language,
        format="markdown",
        fields=[""] * size,
        field_languages=list(alike) if len(alike) == size else [language] * size,
        tags=[],
        source="",
        quote="",
    )


def add_note(
    session: Session, learner: Learner, deck_id: int, key: str, wording: Wording, token: UUID, now: datetime
) -> Note:
    """Writes a note to the end of the learner's own deck and returns it. `token` is the form's: sent twice with the
    same words it is one note, whose second coming changes nothing.

    Raises NotFound; Refused with the field at fault.
    """
    one_at_a_time(session, learner)
    place = desk(session, learner, deck_id)
    note = blank_note(place, key, learner)
    check(note, wording)
    guid = _guid(place.deck, token, key, wording)
    same = (Note.owner_id == learner.id, Note.language == note.language, Note.guid == guid)
    there = session.scalars(sa.select(Note).where(*same).options(joinedload(Note.note_type))).first()
    if there is not None:
        # Deleted since, it is wanted again.
        fit_cards(session, there.id, card_ordinals(there.content("")))
        return there
    note.guid, note.created_at, note.changed_at = guid, now, now
    note.fields, note.tags = list(wording.fields), list(wording.tags)
    note.field_languages = languages_in(note, wording)
    session.add(note)
    session.flush()
    first = _end_of(session, deck_id)
    ordinals = card_ordinals(note.content(""))
    places = [Card(deck_id=deck_id, note_id=note.id, ordinal=o, position=first + n) for n, o in enumerate(ordinals)]
    session.add_all(places)
    set_tags(session, learner.id, {note.id: note.tags}, new=True)
    session.flush()
    return note


def _guid(deck: Deck, token: UUID, key: str, wording: Wording) -> str:
    """The words are in it: a form that the browser kept and that holds other words now is another note."""
    digest = blake2b(token.bytes, digest_size=8)
    for text in (key, *wording.fields, "", *wording.tags, "", *(wording.languages or ())):
        digest.update(len(text).to_bytes(4) + text.encode(errors="surrogatepass"))
    return f"{deck.guid}/{digest.hexdigest()}"


def _end_of(session: Session, deck_id: int) -> int:
    """The position behind all cards of a deck, retired ones too: a follower's cursor may stand behind one of those."""
    last = (
        session.scalar(sa.select(sa.func.max(Card.position)).where(Card.deck_id == deck_id, which))
        for which in (~Card.retired, Card.retired)
    )
    return max(-1 if one is None else one for one in last) + 1
