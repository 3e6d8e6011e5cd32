"""Other words in the place of some, in many notes of one's own: first as a proposal, then as one change."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Session, joinedload

from app.library.bulk import Done, InTransaction, in_parts
from app.library.editing import BOTH_SIDES, is_empty
from app.library.found import FoundCard
from app.models import Change, Learner, Note
from app.models.change import keep_versions, written
from app.models.indexing import index_changes
from app.rendering import LONGEST_FIELD, Content, card_ordinals
from app.rendering.differences import Effort, Piece, difference
from app.rendering.replacing import Replacement


@dataclass(frozen=True, slots=True)
class Wish:
    """What is to be replaced, and in which field, by its name; None: in all."""

    replacement: Replacement
    field: str | None = None

    def fields_of(self, fields: Sequence[str], names: Sequence[str], format: str) -> list[str]:
        """A note's fields with the other words."""
        return [
            self.replacement.made_in(text, format) if self._is_meant(n, names) else text
            for n, text in enumerate(fields)
        ]

    def is_in(self, fields: Sequence[str], names: Sequence[str], format: str) -> bool:
        """Whether a note holds the words, be it in markup."""
        return any(self._is_meant(n, names) and self.replacement.is_in(text, format) for n, text in enumerate(fields))

    def _is_meant(self, number: int, names: Sequence[str]) -> bool:
        return self.field is None or (number < len(names) and names[number] == self.field)


@dataclass(frozen=True)
class Reworded:
    """A note of the proposal, by one of its cards, and its fields as they would be."""

    card: FoundCard
    fields: Sequence[str]

    def differing(self, effort: Effort) -> Iterator[tuple[str, str, Sequence[Piece]]]:
        """The names of the fields that differ, their languages, and how."""
        names = self.card.note_type.field_names
        each = zip(self.card.fields, self.fields, self.card.row.field_languages, strict=False)
        for number, (old, new, language) in enumerate(each):
            if old != new:
                yield names[number] if number < len(names) else str(number + 1), language, difference(old, new, effort)


@dataclass(frozen=True, slots=True)
class Proposal:
    """What replacing would do: the notes it changes and in how many places; `unfit`: notes it would spoil, for other
    cards would come of them; `marked_up`: notes that hold the words in their markup alone; `others`: others' notes
    that hold them. `names`: of the fields that the learner's own notes have."""

    notes: Sequence[Reworded]
    places: int
    unfit: int
    marked_up: int
    others: int
    names: Sequence[str]


def propose(learner: Learner, cards: Sequence[FoundCard], wish: Wish | None) -> Proposal:
    """What a wish would do to the notes of some cards; without one it is about the names alone."""
    notes: list[Reworded] = []
    places = unfit = marked_up = others = 0
    names: dict[str, None] = {}
    for card in {card.row.note_id: card for card in cards}.values():
        called, format, is_own = card.note_type.field_names, card.row.format, card.row.owner_id == learner.id
        if is_own:
            names |= dict.fromkeys(called)
        if wish is None or not wish.is_in(card.fields, called, format):
            continue
        fields = wish.fields_of(card.fields, called, format)
        if not is_own:
            others += 1
        elif fields == card.fields:
            marked_up += 1
        elif not _fits(_content_of(card), fields):
            unfit += 1
        else:
            notes.append(Reworded(card, fields))
            made = wish.replacement.places_in
            places += sum(made(old, format) for old, new in zip(card.fields, fields, strict=True) if old != new)
    return Proposal(notes, places, unfit, marked_up, others, list(names))


def _content_of(card: FoundCard) -> Content:
    kind, shape = card.note_type.kind, card.note_type.shape
    return Content(kind, card.fields, card.row.field_languages, card.row.format, shape, card.written_tags)


def _fits(content: Content, fields: Sequence[str]) -> bool:
    """Whether the same cards come of other fields, and none of them without words that had some."""
    for number, (old, new) in enumerate(zip(content.fields, fields, strict=True)):
        is_side = number == 0 or content.kind in BOTH_SIDES
        if len(new) > LONGEST_FIELD or (
            is_side and is_empty(new, content.format) and not is_empty(old, content.format)
        ):
            return False
    return card_ordinals(replace(content, fields=fields)) == card_ordinals(content)


def replace_in_notes(
    in_transaction: InTransaction, learner: Learner, note_ids: Sequence[int], wish: Wish, seen: datetime, now: datetime
) -> Done:
    """Does it, as one change. A note that was changed after the learner had looked at the proposal is left out, and so
    is one of which other cards would come."""

    def act(session: Session, change: Change, some: Sequence[int], done: Done) -> None:
        rewritten = {}
        for note in _own_notes(session, learner, some):
            fields = wish.fields_of(note.fields, note.note_type.field_names, note.format)
            if fields == note.fields:
                continue
            if note.changed_at > seen:
                done.newer += 1
            elif not _fits(note.content(""), fields):
                done.unfit += 1
            else:
                rewritten[note] = fields
        keep_versions(session, change, [note.id for note in rewritten])
        before = {note.id: written(note) for note in rewritten}
        for note, fields in rewritten.items():
            note.fields, note.changed_at = fields, now
        session.flush()
        index_changes(session, learner.id, {note.id: (before[note.id], written(note)) for note in rewritten})
        done.changed += len(rewritten)

    return in_parts(in_transaction, learner, note_ids, now, act)


def _own_notes(session: Session, learner: Learner, note_ids: Sequence[int]) -> Sequence[Note]:
    own = sa.select(Note).where(Note.id.in_(note_ids), Note.owner_id == learner.id).order_by(Note.id)
    locked = own.options(joinedload(Note.note_type)).with_for_update(of=Note)
    return session.scalars(locked, execution_options={"populate_existing": True}).all()
