"""What happened to content: acts, and how the notes they changed had been before."""

import hashlib
import json
from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any, Literal
from uuid import UUID, uuid5

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, Session, mapped_column, relationship

from app.database import ON_DEMAND, Base, Moment
from app.models.bulk import chunks
from app.models.indexing import Written
from app.models.note import Card, Format, Note, NoteType, put_tags

Verb = Literal["edit", "import", "undo", "redo", "bulk", "delete", "text"]
SWINGS: tuple[Verb, ...] = ("undo", "redo")
"""They leave a note as an edit's mark says, so they are no changes of their own."""

OF_MANY: tuple[Verb, ...] = ("bulk", "delete")
"""What may be about many notes, and is done and undone in parts."""

AWAY = 0
"""In `Change.moved`, in place of a deck: the card was not there or retired, or is retired now."""
_RESETS = UUID("5d7a3c5e-2f0b-4b0e-9a57-6b1f0a9f6d11")

CONTENT = ("note_type_id", "format", "fields", "field_languages", "tags", "source", "quote")
"""The columns of a note that its author writes; a version holds them all."""


class Change(Base):
    """One act that changed notes. Never rewritten; undoing an edit is another one, and marks this."""

    __tablename__ = "changes"
    __table_args__ = (sa.Index("ix_changes_user_id_day_at", "user_id", "day", "at"), {"sqlite_autoincrement": True})

    id: Mapped[int] = mapped_column(primary_key=True)
    # Who did it; it goes with them, as do the notes that are theirs. NULL: the server, to a starter deck.
    user_id: Mapped[int | None] = mapped_column(sa.ForeignKey("users.id", ondelete="CASCADE"))
    # Their study day, by which what they do is undone. NULL: an import, which is not.
    day: Mapped[int | None]
    at: Mapped[datetime] = mapped_column(Moment)
    verb: Mapped[Verb] = mapped_column(sa.String(8))
    # The Import it belongs to. NULL: none.
    import_id: Mapped[int | None]
    # Of cards that were laid elsewhere: the deck they came to lie in, the card, and its deck and position before. AWAY
    # in the deck's place: the card was deleted, or in a text that was saved it was new or retired. NULL: none were.
    moved: Mapped[list[list[int]] | None] = mapped_column(sa.JSON(none_as_null=True))
    # NULL: it stands.
    undone_at: Mapped[datetime | None] = mapped_column(Moment)


class NoteVersion(Base):
    """A note's content as it was until a change."""

    __tablename__ = "note_versions"
    __table_args__ = (sa.Index("ix_note_versions_note_id_change_id", "note_id", "change_id"),)

    change_id: Mapped[int] = mapped_column(sa.ForeignKey("changes.id", ondelete="CASCADE"), primary_key=True)
    note_id: Mapped[int] = mapped_column(sa.ForeignKey("notes.id", ondelete="CASCADE"), primary_key=True)
    note_type_id: Mapped[int] = mapped_column(sa.ForeignKey("note_types.id"))
    format: Mapped[Format] = mapped_column(sa.String(8))
    fields: Mapped[list[str]] = mapped_column(sa.JSON)
    field_languages: Mapped[list[str]] = mapped_column(sa.JSON)
    tags: Mapped[list[str]] = mapped_column(sa.JSON)
    source: Mapped[str] = mapped_column(sa.Text)
    quote: Mapped[str] = mapped_column(sa.Text)

    change: Mapped[Change] = relationship(lazy=ON_DEMAND)
    note_type: Mapped[NoteType] = relationship(lazy=ON_DEMAND)


def content_of(written: Note | NoteVersion) -> dict[str, Any]:
    """What the author wrote, by column."""
    return {name: getattr(written, name) for name in CONTENT}


def digest_of(note: Note) -> str:
    """Which content a page showed: a form that sends it back was written over nothing newer."""
    return hashlib.blake2b(json.dumps(content_of(note)).encode(), digest_size=16).hexdigest()


def begin_change(session: Session, change: Change) -> Change:
    """Adds a change that as yet changes nothing."""
    session.add(change)
    session.flush()
    return change


def resets_of(change_id: int) -> UUID:
    """By which id the log knows that whoever deleted notes of theirs does not know those cards any more."""
    return uuid5(_RESETS, str(change_id))


def hold(session: Session, note_ids: Iterable[int], card_ids: Iterable[int] = ()) -> None:
    """Locks notes and cards to the end of the transaction. In this order, each by id, and decks behind them: so nobody
    waits for somebody who waits for them."""
    for table, ids in ((Note, note_ids), (Card, card_ids)):
        for some in chunks(sorted({*ids})):
            session.execute(sa.select(table.id).where(table.id.in_(some)).order_by(table.id).with_for_update())


def keep_versions(session: Session, change: Change, note_ids: Sequence[int]) -> None:
    """Keeps the notes, locked to the end of the transaction, as they are before the change is made to them. Some
    hundreds at a time: each is a parameter."""
    chosen = Note.id.in_(note_ids)
    session.execute(sa.select(Note.id).where(chosen).order_by(Note.id).with_for_update())
    columns = [getattr(Note, name) for name in CONTENT]
    former = sa.select(sa.literal(change.id), Note.id, *columns).where(chosen)
    session.execute(sa.insert(NoteVersion).from_select(["change_id", "note_id", *CONTENT], former))


def put_back(
    session: Session, change_id: int, back: Change, note_ids: Sequence[int], now: datetime
) -> dict[int, tuple[Written, Written]]:
    """Gives notes of one owner what they had before a change, as a part of `back`, some hundreds at a time. Returns
    what `index_changes` is still to be told."""
    keep_versions(session, back, note_ids)
    former = sa.select(Note, NoteVersion).join(NoteVersion, NoteVersion.note_id == Note.id)
    former = former.where(NoteVersion.change_id == change_id, Note.id.in_(note_ids))
    changes: dict[int, tuple[Written, Written]] = {}
    for note, version in session.execute(former, execution_options={"populate_existing": True}).all():
        before = written(note)
        for name, value in content_of(version).items():
            setattr(note, name, value)
        note.changed_at, changes[note.id] = now, (before, written(note))
    session.flush()
    put_tags(session, back.user_id, {note_id: after.tags for note_id, (_, after) in changes.items()})
    return changes


def written(note: Note) -> Written:
    """What it is found by."""
    return Written(note.fields, note.format, note.tags)


def changed_since(session: Session, change_id: int, note_ids: Iterable[int]) -> set[int]:
    """Those of these notes that were changed after a change by something that stands."""
    later = sa.select(NoteVersion.note_id).join(Change, Change.id == NoteVersion.change_id)
    later = later.where(NoteVersion.change_id > change_id, Change.verb.not_in(SWINGS), Change.undone_at.is_(None))
    parts = chunks(sorted(note_ids))
    return {note for some in parts for note in session.scalars(later.where(NoteVersion.note_id.in_(some)))}


def content_when(note_ids: Sequence[int], change_id: int) -> sa.Select[NoteVersion]:
    """How these notes were after a change; a note that is missing has not been changed since."""
    later = (NoteVersion.note_id.in_(note_ids), NoteVersion.change_id > change_id)
    first = sa.select(NoteVersion.note_id, sa.func.min(NoteVersion.change_id).label("change_id")).where(*later)
    first_of_each = first.group_by(NoteVersion.note_id).subquery()
    same = sa.and_(NoteVersion.note_id == first_of_each.c.note_id, NoteVersion.change_id == first_of_each.c.change_id)
    return sa.select(NoteVersion).join(first_of_each, same)


Number = int | sa.SQLColumnExpression[int]


def is_in_turn() -> sa.ColumnElement[bool]:
    """Whether a change is undone and done again by its turn among a learner's answers and marks: an edit of a note, and
    what deleted some."""
    return sa.or_(Change.verb == "edit", Change.verb == "delete")


def latest_in_turn(user_id: Number, day: Number) -> sa.Select[int, datetime, Verb]:
    """A learner's latest such change of a study day that stands: its id, when it was, and which."""
    return _latest(user_id, day, Change.at, Change.undone_at.is_(None))


def latest_undone_in_turn(user_id: Number, day: Number) -> sa.Select[int, datetime, Verb]:
    """That of a study day which was undone last: its id, when it was undone, and which."""
    return _latest(user_id, day, sa.type_coerce(Change.undone_at, Moment), Change.undone_at.is_not(None))


def _latest(
    user_id: Number, day: Number, moment: sa.SQLColumnExpression[datetime], condition: sa.ColumnElement[bool]
) -> sa.Select[int, datetime, Verb]:
    own = (Change.user_id == user_id, Change.day == day, is_in_turn(), condition)
    # The greatest moment, and not an order: a day's changes are few, and a planner that knows so would sort the table.
    last = sa.select(sa.func.max(moment)).where(*own).scalar_subquery()
    # Of two of one moment, the one that was begun later.
    latest = sa.select(sa.func.max(Change.id)).where(*own, moment == last).scalar_subquery()
    return sa.select(Change.id, moment, Change.verb).where(Change.id == latest)
