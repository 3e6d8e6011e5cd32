"""Notes as a learner is shown them: as they were when their deck was closed, or in the learner's own wording."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session, joinedload
from sqlalchemy.orm.attributes import set_committed_value

from app.models.adjustment import Adjustment
from app.models.change import CONTENT, NoteVersion, content_when
from app.models.deck import Deck
from app.models.note import Note
from app.rendering import Content


@dataclass(frozen=True, slots=True)
class ShownNote:
    """A note as a learner is shown it. `note`: as its author has, or had it; `own_fields`: the learner's wording, None
    if they have none; `is_changed_since`: the author's is another by now than the one they last saw beside theirs.
    `hidden_fields`: a wording of theirs that is not shown, for the note has another type or format by now."""

    note: Note
    own_fields: list[str] | None
    seen_fields: list[str] | None
    hidden_fields: list[str] | None = None

    @property
    def is_changed_since(self) -> bool:
        return self.own_fields is not None and self.seen_fields != self.note.fields

    @property
    def files_in(self) -> list[str] | None:
        """The texts in which a file of the author's must be named to be shown; None: any file may be."""
        return None if self.own_fields is None else [*self.note.fields, *(self.seen_fields or [])]

    def content(self, deck: str) -> Content:
        """What its cards are rendered from, in the deck of this path."""
        authors = self.note.content(deck)
        return authors if self.own_fields is None else replace(authors, fields=self.own_fields)


def shown_to(session: Session, user_id: int, notes: Sequence[tuple[Note, Deck]]) -> list[ShownNote]:
    """Notes, each with the deck in which the learner sees it."""
    then: dict[int, Note] = {}
    closed = {note.id: deck.closed_after or 0 for note, deck in notes if deck.is_closed_to(user_id)}
    for closed_after in set(closed.values()):
        ids = [note_id for note_id, after in closed.items() if after == closed_after]
        then |= _as_they_were(session, [note for note, _ in notes if note.id in ids], closed_after)
    ids = [note.id for note, _ in notes if note.owner_id != user_id]
    own = sa.select(Adjustment).where(Adjustment.user_id == user_id, Adjustment.note_id.in_(ids))
    adjusted = {one.note_id: one for one in session.scalars(own)} if ids else {}
    return [_shown(then.get(note.id, note), adjusted.get(note.id)) for note, _ in notes]


def _shown(note: Note, adjusted: Adjustment | None) -> ShownNote:
    if adjusted is None:
        return ShownNote(note, None, None)
    if (adjusted.note_type_id, adjusted.format) != (note.note_type_id, note.format):
        return ShownNote(note, None, None, adjusted.fields)
    return ShownNote(note, adjusted.fields, adjusted.seen_fields)


def _as_they_were(session: Session, notes: Sequence[Note], change_id: int) -> dict[int, Note]:
    """Copies, which no session knows, of those notes that were changed since."""
    ids = [note.id for note in notes]
    versions = session.scalars(content_when(ids, change_id).options(joinedload(NoteVersion.note_type))).all()
    by_id = {note.id: note for note in notes}
    return {version.note_id: _copy(by_id[version.note_id], version) for version in versions}


def _copy(note: Note, version: NoteVersion) -> Note:
    kept: dict[str, Any] = {column.key: getattr(note, column.key) for column in Note.__table__.columns}
    copy = Note(**{**kept, **{name: getattr(version, name) for name in CONTENT}})
    set_committed_value(copy, "note_type", version.note_type)
    return copy
