"""What a card shows, with what its learner knows of it."""

from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import aliased

from app.database import Handle, connection_of
from app.errors import NotFound
from app.models import Card, Deck, Follow, Learner, Mark, Marks, Memory, Note, NoteType
from app.models.mark import MARKS, NO_MARKS, marks_from
from app.models.scheduling import SETTINGS, versioned_from, with_settings
from app.models.waiting import DAY, LEARNER, at_most, path_of
from app.rendering import Content, shape_of
from app.scheduling import MemoryState, Settings
from app.study.folding import REMEMBERED, remembered_from, split_at, up_to_date


@dataclass(frozen=True, slots=True)
class ShownCard:
    """A card with its note's content. `deck`: the deck's path; `is_followed`: the learner studies that deck;
    `sibling_today`: another card of the note was answered that day."""

    id: int
    deck_id: int
    note_id: int
    ordinal: int
    position: int
    kind: str
    fields: list[str]
    field_languages: list[str]
    format: str
    language: str
    source: str
    quote: str
    deck_language: str
    is_followed: bool
    tags: list[str]
    owner_id: int | None
    type_name: str
    field_names: list[str]
    templates: list[dict[str, str]]
    css: str
    deck: str
    marks: Marks = NO_MARKS
    sibling_today: bool = False

    @property
    def content(self) -> Content:
        """The note as its cards are rendered from it."""
        shape = shape_of(self.type_name, self.field_names, self.templates, self.css)
        return Content(self.kind, self.fields, self.field_languages, self.format, shape, self.tags, self.deck)


def _sibling_today() -> sa.ScalarSelect[bool]:
    sibling, answered = aliased(Card), aliased(Memory)
    return (
        sa.select(sa.true())
        .select_from(sibling)
        .join(answered, sa.and_(answered.user_id == LEARNER, answered.card_id == sibling.id))
        .where(sibling.note_id == Card.note_id, sibling.id != Card.id, answered.last_day == DAY)
        .limit(at_most(1))
        .correlate(Card)
        .scalar_subquery()
    )


_ROWS = (
    sa.select(
        *(Card.id, Card.deck_id, Card.note_id, Card.ordinal, Card.position, NoteType.kind),
        *(Note.fields, Note.field_languages, Note.format, Note.language, Note.source, Note.quote),
        *(Deck.language, sa.and_(Follow.user_id.is_not(None), Deck.published)),
        *(Note.tags, Note.owner_id, NoteType.name, NoteType.field_names, NoteType.templates, NoteType.css),
        *(Deck.name, Deck.parent_id, _sibling_today(), *SETTINGS, *MARKS, *REMEMBERED),
    )
    .select_from(Card)
    .join(Card.note)
    .join(Note.note_type)
    .join(Card.deck)
    .outerjoin(Follow, sa.and_(Follow.user_id == LEARNER, Follow.deck_id == Card.deck_id, Follow.stopped_at.is_(None)))
)
_SHOWN = (
    with_settings(_ROWS, LEARNER)
    .outerjoin(Memory, sa.and_(Memory.user_id == LEARNER, Memory.card_id == Card.id))
    .outerjoin(Mark, sa.and_(Mark.user_id == LEARNER, Mark.card_id == Card.id))
    .where(Card.id == sa.bindparam("card_id"))
)


def show(
    handle: Handle, learner: Learner, card_id: int, day: int | None = None
) -> tuple[ShownCard, MemoryState, Settings]:
    """A card, the learner's memory of it, and how its deck is scheduled. `day`: the one its siblings are asked about.
    Raises NotFound if there is no such card."""
    connection = connection_of(handle)
    row: Any = connection.execute(_SHOWN, {"learner_id": learner.id, "card_id": card_id, "day": day}).first()
    if row is None:
        raise NotFound()
    own, (name, parent_id, sibling), settings, marks, remembered = split_at(row, 20, 3, len(SETTINGS), len(MARKS))
    card = ShownCard(*(*own, path_of(connection, name, parent_id), marks_from(marks), bool(sibling)))
    chosen, kept = versioned_from(settings), remembered_from(remembered)
    return card, up_to_date(connection, learner.id, card_id, kept, chosen), chosen.settings
