"""Editing a note: its words change, what learners know of its cards stays."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session, joinedload

from app.errors import N_, NotFound, Refused, Stale
from app.models import Card, Change, Deck, Learner, Memory, Note
from app.models.audience import is_open_to, may_see
from app.models.change import Verb, begin_change, content_of, digest_of, keep_versions
from app.models.contents import fit_cards
from app.models.deck import with_parents
from app.models.note import LONGEST_TAG, MOST_TAGS, set_tags
from app.models.shown import ShownNote, shown_to
from app.rendering import LONGEST_FIELD, Content, card_ordinals, has_cloze
from app.rendering.text import shows_nothing

BOTH_SIDES = {"basic", "reversed", "typed"}
"""Kinds of notes whose every field is a side of a card."""
FIELD, LANGUAGE, TAGS = "field-{}", "language-{}", "tags"
"""What the inputs are called, of which `Refused` names the one at fault; the fields are counted from 0."""


@dataclass(frozen=True, slots=True)
class Wording:
    """What an editor writes of a note: its fields in the order of its type, its tags, and a language for each field.
    None: they stay as they are."""

    fields: Sequence[str]
    tags: Sequence[str]
    languages: Sequence[str] | None = None


@dataclass(frozen=True, slots=True)
class OpenNote:
    """A note as its editor shows it. `deck`: where its first card lies; `is_own`: the learner may write it; `digest`:
    which content this is; `shown`: the note with the learner's own wording, if it is somebody else's."""

    note: Note
    deck: Deck
    is_own: bool
    digest: str
    shown: ShownNote


def open_note(session: Session, learner: Learner, note_id: int) -> OpenNote:
    """A note the learner may see: it lies in a deck they may see and, if that was closed to them, they have met it.
    Raises NotFound."""
    met = sa.exists().where(Memory.user_id == learner.id, Memory.card_id == Card.id)
    seen = (Card.note_id == note_id, may_see(learner.id), sa.or_(is_open_to(learner.id), met))
    deck = session.scalars(sa.select(Deck).join(Card).where(*seen).order_by(Card.ordinal).limit(1)).first()
    if deck is None:
        raise NotFound()
    chosen = sa.select(Note).where(Note.id == note_id).options(joinedload(Note.note_type))
    shown = shown_to(session, learner.id, [(session.scalars(chosen).one(), deck)])[0]
    note = shown.note
    return OpenNote(note, with_parents(session, [deck])[0], note.owner_id == learner.id, digest_of(note), shown)


def may_edit(session: Session, learner: Learner, note_id: int) -> bool:
    """Whether the learner is the note's author."""
    own = sa.select(sa.true()).where(Note.id == note_id, Note.owner_id == learner.id)
    return bool(session.scalar(own))


def edit_note(
    session: Session, learner: Learner, note_id: int, wording: Wording, seen: str, now: datetime
) -> int | None:
    """Writes the note anew and returns the change that remembers how it was; None where nothing differs. Its cards
    stay who they are: one whose gap is gone is retired, a new gap is a new card.

    Raises NotFound, Refused with the field at fault, Stale if its content is not the one with the digest `seen`.
    """
    note = own_note(session, learner, note_id)
    check(note, wording)
    if digest_of(note) != seen:
        raise Stale(N_("This note was changed elsewhere while you were writing. Nothing of yours is saved yet."))
    content = {**content_of(note), "fields": list(wording.fields), "tags": list(wording.tags)}
    content["field_languages"] = languages_in(note, wording)
    return rewrite(session, learner, note, content, "edit", now)


def own_note(session: Session, learner: Learner, note_id: int) -> Note:
    """The learner's own note, locked to the end of the transaction. Raises NotFound; Refused if it is one they see."""
    if not open_note(session, learner, note_id).is_own:
        raise Refused(N_("Only its author can change this note."))
    locked = sa.select(Note).where(Note.id == note_id).options(joinedload(Note.note_type))
    return session.scalars(locked.with_for_update(of=Note), execution_options={"populate_existing": True}).one()


def rewrite(
    session: Session, learner: Learner, note: Note, content: dict[str, Any], verb: Verb, now: datetime
) -> int | None:
    """Puts content in the place of a note's, keeps what it was, and fits its cards to it."""
    if content == content_of(note):
        return None
    begun = Change(user_id=learner.id, day=learner.today(now), at=now, verb=verb)
    change = begin_change(session, begun)
    keep_versions(session, change, [note.id])
    for name, value in content.items():
        setattr(note, name, value)
    note.changed_at = now
    session.flush()
    set_tags(session, note.owner_id, {note.id: note.tags})
    session.refresh(note, ["note_type"])
    fit_cards(session, note.id, card_ordinals(note.content("")))
    return change.id


def languages_in(note: Note, wording: Wording) -> list[str]:
    """The languages of the note's fields, worded so."""
    return list(note.field_languages if wording.languages is None else wording.languages)


def reworded(note: Note, wording: Wording, deck: str = "") -> Content:
    """What the note's cards would be made of; `deck`: its path, which templates may show."""
    languages = languages_in(note, wording)
    return replace(note.content(deck), fields=wording.fields, languages=languages, tags=wording.tags)


def check(note: Note, wording: Wording) -> None:
    """Raises Refused with the field at fault for what would give no card."""
    kind, fields = note.note_type.kind, wording.fields
    if len(fields) != len(note.fields):
        raise Refused(N_("This note has another number of fields. Load the page again."))
    for number, text in enumerate(fields):
        if len(text) > LONGEST_FIELD:
            words = N_("This text is longer than %(longest)s characters.")
            raise Refused(words, field=FIELD.format(number), longest=LONGEST_FIELD)
        if (number == 0 or kind in BOTH_SIDES) and is_empty(text, note.format):
            raise Refused(N_("Without words here there is no card."), field=FIELD.format(number))
    if kind == "cloze" and not has_cloze(fields[0]):
        raise Refused(
            N_("This text hides nothing. Write {{c1::hidden}} around what to ask for."), field=FIELD.format(0)
        )
    if not card_ordinals(reworded(note, wording)):
        raise Refused(N_("Without words here there is no card."), field=FIELD.format(0))
    if list(wording.tags) != note.tags:
        check_tags(wording.tags)


def is_empty(text: str, format: str) -> bool:
    """Whether nothing would be shown of a text."""
    return shows_nothing(text) if format == "html" else not text.strip()


def check_tags(tags: Sequence[str]) -> None:
    """Raises Refused for too many of them, or for one that is too long."""
    if len(tags) > MOST_TAGS:
        raise Refused(N_("A note has at most %(most)s tags."), field=TAGS, most=MOST_TAGS)
    if any(len(tag) > LONGEST_TAG for tag in tags):
        raise Refused(N_("A tag has at most %(longest)s characters."), field=TAGS, longest=LONGEST_TAG)
