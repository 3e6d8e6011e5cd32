"""How notes came to be as they are, and the way back."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import zip_longest

import sqlalchemy as sa
from sqlalchemy.orm import Session, joinedload

from app.database import Handle, connection_of
from app.errors import N_, NotFound, Refused, Stale
from app.library.editing import own_note, rewrite
from app.models import Change, Learner, Note, NoteVersion
from app.models.change import SWINGS, Verb, content_of, latest_in_turn, latest_undone_in_turn
from app.rendering.differences import Effort, Piece, difference

LISTED = 20


@dataclass(frozen=True, slots=True)
class Changed:
    """A learner's latest edit or deletion of notes, or the one they undid last, and when they did that."""

    change_id: int
    at: datetime
    verb: Verb


@dataclass(frozen=True, slots=True)
class Differing:
    """One part of a note that a change changed. `name`: the field's; None: the tags."""

    name: str | None
    language: str
    pieces: Sequence[Piece]


@dataclass(frozen=True, slots=True)
class Step:
    """One change of a note: what it did, and whether the note was its author's to write. The version before it can be
    brought back."""

    change_id: int
    at: datetime
    verb: Verb
    is_undone: bool
    differing: Sequence[Differing]


def steps_of(session: Session, note: Note, effort: Effort) -> list[Step]:
    """The latest changes of a note, the newest first."""
    versions = (
        sa.select(NoteVersion)
        .where(NoteVersion.note_id == note.id)
        .options(joinedload(NoteVersion.change))
        .order_by(NoteVersion.change_id.desc())
        .limit(LISTED)
    )
    steps: list[Step] = []
    after: Note | NoteVersion = note
    for version in session.scalars(versions):
        change, parts = version.change, _differing(version, after, note.note_type.field_names, effort)
        steps.append(Step(change.id, change.at, change.verb, change.undone_at is not None, parts))
        after = version
    return steps


def _differing(before: NoteVersion, after: Note | NoteVersion, names: Sequence[str], effort: Effort) -> list[Differing]:
    fields = zip_longest(before.fields, after.fields, fillvalue="")
    languages = [*after.field_languages, *before.field_languages[len(after.field_languages) :]]
    parts = [
        Differing(names[n] if n < len(names) else str(n + 1), languages[n], difference(old, new, effort))
        for n, (old, new) in enumerate(fields)
    ]
    parts.append(Differing(None, "", difference(", ".join(before.tags), ", ".join(after.tags), effort)))
    return [part for part in parts if part.pieces]


def bring_back(session: Session, learner: Learner, note_id: int, change_id: int, now: datetime) -> int | None:
    """Makes the learner's note what it was before a change, as a new change, whose id it returns; None where nothing
    differs. Raises NotFound; Refused if the note is somebody else's."""
    note = own_note(session, learner, note_id)
    version = session.get(NoteVersion, (change_id, note_id))
    if version is None:
        raise NotFound()
    return rewrite(session, learner, note, content_of(version), "edit", now)


def undo_change(session: Session, learner: Learner, change_id: int, now: datetime) -> int:
    """Takes a learner's edit back, as a new change, and returns the note's id; once undone, again does nothing.

    Raises NotFound if it is not theirs, Refused for what is no edit, Stale if the note was changed again since by
    something that stands: that would be lost.
    """
    change, note = _own_edit(session, learner, change_id)
    if change.undone_at is None:
        version = session.get_one(NoteVersion, (change_id, note.id))
        rewrite(session, learner, note, content_of(version), "undo", now)
        change.undone_at = now
        session.flush()
    return note.id


def redo_change(session: Session, learner: Learner, change_id: int, now: datetime) -> int:
    """Makes an edit again that was undone, and returns the note's id; if it stands, again does nothing. Raises what
    undoing does."""
    change, note = _own_edit(session, learner, change_id)
    if change.undone_at is not None:
        # What an edit made of the note is what the next change found.
        after = sa.select(NoteVersion).where(NoteVersion.note_id == note.id, NoteVersion.change_id > change_id)
        version = session.scalars(after.order_by(NoteVersion.change_id).limit(1)).one()
        rewrite(session, learner, note, content_of(version), "redo", now)
        change.undone_at = None
        session.flush()
    return note.id


def _own_edit(session: Session, learner: Learner, change_id: int) -> tuple[Change, Note]:
    """A learner's edit, since when nothing that stands has changed the note, and the note, locked."""
    change = session.get(Change, change_id)
    if change is None or change.user_id != learner.id:
        raise NotFound()
    if change.verb != "edit":
        raise Refused(N_("Only an edit can be undone here. The page of a note has its earlier versions."))
    note_id = session.scalar(sa.select(NoteVersion.note_id).where(NoteVersion.change_id == change_id))
    if note_id is None:
        raise NotFound()
    note = own_note(session, learner, note_id)
    # Under the note's lock: a second click has waited for the first.
    session.refresh(change)
    since = session.scalars(_standing_since(note.id, change_id)).first()
    if since is not None:
        raise Stale(SINCE[since])
    return change, note


SINCE: dict[Verb, str] = {
    "edit": N_("The note was edited again after that, so nothing was undone. Its earlier versions are on its page."),
    "bulk": N_("The note was changed again after that, with others, so nothing was undone."),
    "text": N_("The note was changed again after that, with its deck as text, so nothing was undone."),
    "import": N_("An import has changed the note since, so nothing was undone. Its earlier versions are on its page."),
}


def _standing_since(note_id: int, change_id: int) -> sa.Select[Verb]:
    """What has changed the note after a change and still stands."""
    later = (NoteVersion.note_id == note_id, NoteVersion.change_id > change_id)
    standing = (Change.verb.not_in(SWINGS), Change.undone_at.is_(None))
    changes = sa.select(Change.verb).join(NoteVersion, NoteVersion.change_id == Change.id)
    return changes.where(*later, *standing).order_by(Change.id.desc()).limit(1)


def latest_change(handle: Handle, learner: Learner, day: int) -> Changed | None:
    """The learner's latest edit or deletion of a study day that stands: what undoing begins with, if nothing else came
    later."""
    row = connection_of(handle).execute(latest_in_turn(learner.id, day)).first()
    return None if row is None else Changed(*row)


def latest_undone_change(handle: Handle, learner: Learner, day: int) -> Changed | None:
    """That of a study day which the learner undid last, with the moment they did: what redoing begins with, if nothing
    was done since."""
    row = connection_of(handle).execute(latest_undone_in_turn(learner.id, day)).first()
    return None if row is None else Changed(*row)
