"""Notes of a text that do not stand in the deck: whether they are new, were removed once, or lie elsewhere."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass, field

import sqlalchemy as sa
from sqlalchemy.orm import Session

from app.errors import N_
from app.importing.as_text.reading import ReadText, asked
from app.importing.identity import question_guid
from app.importing.parsed import BadRow, ParsedNote
from app.models import Card, Deck, Note
from app.models.note import first_key

ASKED = 250
LONGEST_GUID = 400
ELSEWHERE = N_(
    "the note with the id “%(guid)s” lies in the deck “%(deck)s”, and a text moves nothing between decks; "
    "without the id it is a new note"
)
NOWHERE = N_("the id “%(guid)s” is that of a note that lies in no deck now; without the id it is a new note")
LONG_ID = N_("the id is too long")


@dataclass(frozen=True, slots=True)
class Known:
    """The identity of a note that does not stand in the deck; `note_id`: it was removed from it."""

    guid: str
    note_id: int | None = None


@dataclass(slots=True)
class Found:
    """By their places in the text."""

    notes: dict[int, Known] = field(default_factory=dict)
    problems: list[BadRow] = field(default_factory=list)


def find_others(
    session: Session, deck: Deck, typed: ReadText, places: Sequence[int], standing: Collection[int]
) -> Found:
    """Looks for the notes at these places of the text. `standing`: ids of the notes that stand in the deck."""
    found = Found()
    guids = {place: typed.notes[place].guid or made_of(deck, typed.notes[place]) for place in places}
    here = _by_guid(session, deck, list(guids.values()))
    for place in places:
        note, guid = typed.notes[place], guids[place]
        known = here.get(guid)
        if len(guid) > LONGEST_GUID:
            found.problems.append(BadRow(note.line, LONG_ID))
        elif note.guid is None or known is None:
            found.notes[place] = Known(guid)
        elif known.id not in standing and _was_here(session, deck, known.id):
            found.notes[place] = Known(guid, known.id)
        else:
            found.problems.append(_elsewhere(session, deck, note, known.id))
    _without_id(session, deck, typed, found, {guid: row.id for guid, row in here.items()})
    return found


def made_of(deck: Deck, note: ParsedNote) -> str:
    """The guid of a note that is given none: short, for it will stand in the deck's text. A file without ids knows the
    note by its question all the same."""
    return f"{deck.guid}/q-{question_guid(note)[2:10]}"


def _by_guid(session: Session, deck: Deck, guids: Sequence[str]) -> dict[str, sa.Row[str, int]]:
    own = sa.select(Note.guid, Note.id).where(Note.owner_id == deck.owner_id, Note.language == deck.language)
    rows: dict[str, sa.Row[str, int]] = {}
    for start in range(0, len(guids), ASKED):
        for row in session.execute(own.where(Note.guid.in_(guids[start : start + ASKED]))):
            rows[row.guid] = row
    return rows


def _was_here(session: Session, deck: Deck, note_id: int) -> bool:
    """Whether the note's cards are all retired and one of them lies in the deck."""
    cards = session.execute(sa.select(Card.deck_id, Card.retired).where(Card.note_id == note_id)).all()
    return all(card.retired for card in cards) and any(card.deck_id == deck.id for card in cards)


def _elsewhere(session: Session, deck: Deck, note: ParsedNote, note_id: int) -> BadRow:
    decks = sa.select(Deck.name).join(Card, Card.deck_id == Deck.id).where(Card.note_id == note_id, Deck.published)
    name = session.scalars(decks.order_by(Card.ordinal).limit(1)).first()
    guid = (note.guid or "").removeprefix(f"{deck.guid}/")
    if name is None:
        return BadRow(note.line, NOWHERE, {"guid": guid})
    return BadRow(note.line, ELSEWHERE, {"guid": guid, "deck": name})


def _without_id(session: Session, deck: Deck, typed: ReadText, found: Found, taken: dict[str, int]) -> None:
    """Notes without an id: one whose question a removed note has is that note; the others get an identity that nobody
    has."""
    without = {place: typed.notes[place] for place in found.notes if typed.notes[place].guid is None}
    removed = _removed(session, deck, [note.fields[0] for note in without.values()])
    claimed = {known.note_id for known in found.notes.values()}
    for place, note in without.items():
        row = removed.get(asked(note))
        if row is not None and row.id not in claimed:
            found.notes[place] = Known(row.guid, row.id)
            continue
        guid, number = found.notes[place].guid, 1
        while guid in taken or _is_taken(session, deck, guid, number):
            number += 1
            guid = f"{found.notes[place].guid}-{number}"
        found.notes[place] = Known(guid)


def _is_taken(session: Session, deck: Deck, guid: str, number: int) -> bool:
    """Whether somebody has an identity that was made up because the first was taken."""
    return number > 1 and bool(_by_guid(session, deck, [guid]))


def _removed(session: Session, deck: Deck, questions: Sequence[str]) -> dict[str, sa.Row[int, str, list[str]]]:
    """Notes that were removed from the deck, by their questions."""
    keys = list({first_key(question) for question in questions})
    inside = sa.exists().where(Card.note_id == Note.id, Card.deck_id == deck.id)
    stands = sa.exists().where(Card.note_id == Note.id, ~Card.retired)
    own = sa.select(Note.id, Note.guid, Note.fields).where(Note.owner_id == deck.owner_id, inside, ~stands)
    rows: dict[str, sa.Row[int, str, list[str]]] = {}
    for start in range(0, len(keys), ASKED):
        for row in session.execute(own.where(Note.first_key.in_(keys[start : start + ASKED])).order_by(Note.id)):
            rows.setdefault(" ".join(row.fields[0].split()), row)
    return rows
