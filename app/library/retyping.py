"""Giving a note another type: which field becomes which, and what becomes of its cards."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Session

from app.errors import N_, Refused, Stale
from app.library.adding import TYPE
from app.library.editing import Wording, check, own_note, rewrite
from app.models import Card, Learner, Memory, Note, NoteType
from app.models.change import content_of, digest_of
from app.models.own_types import key_of
from app.rendering import card_ordinals


@dataclass(frozen=True, slots=True)
class Foreseen:
    """What another type makes of a note. Of its cards that many `stay` with what is known of them, `come` new, and
    `go`, of which the learner has met `met`; `left`: the names of fields with something in them that nothing is made
    of; `asks_else`: cards that stay are those of the same number, and a gap is another question than a side;
    `problem`: why it cannot be done."""

    stay: int = 0
    come: int = 0
    go: int = 0
    met: int = 0
    left: Sequence[str] = ()
    asks_else: bool = False
    problem: Refused | None = None


def usual_sources(note: Note, new_type: NoteType) -> list[int | None]:
    """For each field of a type, the field of the note it is made of, if nobody says otherwise: the one of its name,
    else the one in its place."""
    here, new = note.note_type.field_names, new_type.field_names
    named = [here.index(name) if name in here else None for name in new]
    taken = {number for number in named if number is not None}
    return [
        place if found is None and place < len(note.fields) and place not in taken else found
        for place, found in enumerate(named)
    ]


def foresee_type(
    session: Session, learner: Learner, note: Note, new_type: NoteType, sources: Sequence[int | None]
) -> Foreseen:
    """What giving the note that type would do; nothing is changed."""
    retyped = _retyped(note, new_type, sources)
    left = [
        note.note_type.field_names[n]
        for n, text in enumerate(note.fields)
        if n not in sources and text.strip() and n < len(note.note_type.field_names)
    ]
    try:
        check(retyped, Wording(retyped.fields, note.tags))
    except Refused as problem:
        return Foreseen(left=left, problem=problem)
    coming = set(card_ordinals(retyped.content("")))
    cards = session.execute(sa.select(Card.id, Card.ordinal, Card.retired).where(Card.note_id == note.id)).all()
    present = {card.ordinal for card in cards if not card.retired}
    going = [card.id for card in cards if not card.retired and card.ordinal not in coming]
    met = sa.select(sa.func.count()).where(Memory.user_id == learner.id, Memory.card_id.in_(going))
    return Foreseen(
        stay=len(present & coming),
        come=len(coming - present),
        go=len(going),
        met=session.scalar(met) or 0,
        left=left,
        asks_else=bool(present & coming) and (note.note_type.kind == "cloze") != (new_type.kind == "cloze"),
    )


def change_type(
    session: Session,
    learner: Learner,
    note_id: int,
    new_type: NoteType,
    sources: Sequence[int | None],
    seen: str,
    now: datetime,
) -> int | None:
    """Gives the learner's own note that type as one edit, which can be undone, and returns the change; None where
    nothing differs. Cards of the same number stay who they are, others are retired, and what comes is new.

    Raises NotFound, Refused with the field at fault, Stale if its content is not the one with the digest `seen`.
    """
    note = own_note(session, learner, note_id)
    if digest_of(note) != seen:
        raise Stale(N_("This note was changed elsewhere while you were looking. Nothing was changed; look again."))
    retyped = _retyped(note, new_type, sources)
    check(retyped, Wording(retyped.fields, note.tags))
    of_type = ("note_type_id", "fields", "field_languages")
    content = {**content_of(note), **{name: getattr(retyped, name) for name in of_type}}
    return rewrite(session, learner, note, content, "edit", now)


def type_called(types: Sequence[NoteType], key: str) -> NoteType:
    """The type a form calls so. Raises Refused."""
    found = next((one for one in types if key_of(one) == key), None)
    if found is None:
        raise Refused(N_("This deck has no such note type."), field=TYPE)
    return found


def _retyped(note: Note, new_type: NoteType, sources: Sequence[int | None]) -> Note:
    """The note as it would be; it is nowhere. A field that nothing is made of is empty."""
    known = [None if n is None or not 0 <= n < len(note.fields) else n for n in sources]
    known = [*known, *[None] * len(new_type.field_names)][: len(new_type.field_names)]
    return Note(
        note_type_id=new_type.id,
        note_type=new_type,
        language=note.language,
        format=note.format,
        fields=["" if n is None else note.fields[n] for n in known],
        field_languages=[note.language if n is None else note.field_languages[n] for n in known],
        tags=note.tags,
    )
