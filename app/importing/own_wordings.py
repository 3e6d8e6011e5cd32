"""A learner's own wordings of notes of starter decks, which come back beside the notes that are here."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Session, joinedload

from app.importing.parsed import OwnWording
from app.models import Adjustment, Note
from app.models.bulk import chunks
from app.models.indexing import index_own_wording
from app.rendering import LONGEST_FIELD, card_ordinals


def keep_own_wordings(
    session: Session, user_id: int, wordings: Sequence[tuple[int, OwnWording]], now: datetime
) -> None:
    """Keeps them, by the notes' ids, where the learner has none here and the note would have the same cards."""
    for some in map(dict, chunks(wordings)):
        own = sa.select(Adjustment.note_id).where(Adjustment.user_id == user_id, Adjustment.note_id.in_(some))
        here = set(session.scalars(own))
        chosen = sa.select(Note).where(Note.id.in_(some.keys() - here), Note.owner_id.is_(None))
        for note in session.scalars(chosen.options(joinedload(Note.note_type))).all():
            wording = some[note.id]
            if _fits(note, wording):
                kept = {"note_type_id": note.note_type_id, "format": note.format, "changed_at": now}
                fields = {"fields": list(wording.fields), "seen_fields": list(wording.seen_fields)}
                session.add(Adjustment(user_id=user_id, note_id=note.id, **kept, **fields))
                index_own_wording(session, user_id, note.id, wording.fields, note.format)
    session.flush()


def _fits(note: Note, wording: OwnWording) -> bool:
    if len(wording.fields) != len(note.fields) or wording.format != note.format:
        return False
    if max(map(len, wording.fields)) > LONGEST_FIELD or list(wording.fields) == note.fields:
        return False
    authors = note.content("")
    return card_ordinals(replace(authors, fields=wording.fields)) == card_ordinals(authors)
