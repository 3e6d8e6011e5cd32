"""What a card shows, with what its learner knows of it."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import aliased

from app.database import Handle, connection_of
from app.errors import NotFound
from app.models import Adjustment, Card, Deck, Follow, Learner, Mark, Marks, Memory, Note, NoteType
from app.models.adjustment import adjusts
from app.models.audience import is_open_to
from app.models.change import content_when
from app.models.mark import MARKS, NO_MARKS, marks_from
from app.models.scheduling import SETTINGS, versioned_from, with_settings
from app.models.waiting import DAY, LEARNER, at_most, path_of
from app.rendering import Content, card_ordinals, shape_of
from app.scheduling import MemoryState, Settings
from app.study.folding import REMEMBERED, remembered_from, split_at, up_to_date


@dataclass(frozen=True, slots=True)
class ShownCard:
    """A card with its note's content. `deck`: the deck's path; `is_followed`: the learner studies that deck, and it is
    not closed to them, or they have met the card; `is_closed`: the note is as it was when its author closed the deck;
    `own_fields`: the learner's own wording, `seen_fields` the author's they last saw beside it; `sibling_today`:
    another card of the note was answered that day."""

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
    retired: bool
    is_closed: bool
    own_fields: list[str] | None
    seen_fields: list[str] | None
    deck: str
    marks: Marks = NO_MARKS
    sibling_today: bool = False

    @property
    def content(self) -> Content:
        """The note as its cards are rendered from it: in the learner's own wording, if they have one for this card."""
        own = self._own
        return self.authors if own is None else own

    @property
    def authors(self) -> Content:
        """The note as its author has it."""
        shape = shape_of(self.type_name, self.field_names, self.templates, self.css)
        return Content(self.kind, self.fields, self.field_languages, self.format, shape, self.tags, self.deck)

    @property
    def _own(self) -> Content | None:
        if self.own_fields is None:
            return None
        own = replace(self.authors, fields=self.own_fields)
        # A card that the author has added since asks for something the learner's wording does not have.
        return own if self.ordinal in card_ordinals(own) else None

    @property
    def is_adjusted(self) -> bool:
        return self._own is not None

    @property
    def is_changed_since(self) -> bool:
        """Whether the author has changed the note since the learner last looked at it beside their own."""
        return self.own_fields is not None and self.seen_fields != self.fields

    @property
    def files_in(self) -> Sequence[str] | None:
        """The texts in which a file of the author's must be named to be shown; None: any file may be."""
        return None if self.own_fields is None else [*self.fields, *(self.seen_fields or [])]


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


_IS_THEIRS = sa.or_(is_open_to(LEARNER), Memory.card_id.is_not(None))
_ROWS = (
    sa.select(
        *(Card.id, Card.deck_id, Card.note_id, Card.ordinal, Card.position, NoteType.kind),
        *(Note.fields, Note.field_languages, Note.format, Note.language, Note.source, Note.quote),
        *(Deck.language, sa.and_(Follow.user_id.is_not(None), Deck.published, _IS_THEIRS)),
        *(Note.tags, Note.owner_id, NoteType.name, NoteType.field_names, NoteType.templates, NoteType.css),
        *(Card.retired, ~is_open_to(LEARNER), Adjustment.fields, Adjustment.seen_fields),
        *(Deck.closed_after, Deck.name, Deck.parent_id, _sibling_today(), *SETTINGS, *MARKS, *REMEMBERED),
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
    .outerjoin(Adjustment, adjusts(LEARNER))
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
    own, place, settings, marks, remembered = split_at(row, 24, 4, len(SETTINGS), len(MARKS))
    closed_after, name, parent_id, sibling = place
    card = ShownCard(*(*own, path_of(connection, name, parent_id), marks_from(marks), bool(sibling)))
    if card.is_closed:
        card = _as_it_was(connection, card, closed_after)
    chosen, kept = versioned_from(settings), remembered_from(remembered)
    return card, up_to_date(connection, learner.id, card_id, kept, chosen), chosen.settings


def _as_it_was(connection: sa.Connection, card: ShownCard, closed_after: int) -> ShownCard:
    """The card with its note as it was when its author closed the deck."""
    then = content_when([card.note_id], closed_after).subquery()
    rows = sa.select(
        *(NoteType.kind, then.c.fields, then.c.field_languages, then.c.format, then.c.source, then.c.quote),
        *(then.c.tags, NoteType.name.label("type_name"), NoteType.field_names, NoteType.templates, NoteType.css),
    ).join(NoteType, NoteType.id == then.c.note_type_id)
    row = connection.execute(rows).first()
    return card if row is None else replace(card, **row._asdict())
