"""Reads the cards of notes that may be meant, with all that tells whether they are."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cache, lru_cache
from itertools import accumulate
from types import SimpleNamespace
from typing import Any

import sqlalchemy as sa

from app.library.found import ANSWERED, BUTTONS, FoundCard, LookedIn
from app.library.shown_texts import as_shown
from app.models import Card, Learner, Mark, Memory, Note, NoteType, Review
from app.models.mark import MARKS
from app.models.posting import listing, one_of
from app.models.waiting import at_most

MOST_AT_ONCE = 2_000_000
"""Characters in memory together; a note may have some hundred thousand."""
SHORT = 2_000
"""Characters up to which the fields of a note come with each of its cards; longer ones are fetched by themselves, when
it is known how many notes of such a length there are."""
MOST_CARDS = 4_000
"""Cards read together; a note may have hundreds."""
Condition = sa.ColumnElement[bool]
_LEARNER, _NOTES = sa.bindparam("learner_id", type_=sa.Integer), "note_ids"
_MEMORY = (
    *(Memory.due_day, Memory.queue_day, Memory.drill_day, Memory.interval, Memory.ease, Memory.lapses, Memory.answers),
    *(Memory.stability, Memory.difficulty),
)


_FIELDS, _SIZE = sa.cast(Note.fields, sa.Text), sa.func.length(sa.cast(Note.fields, sa.Text))
_KNOWN = (
    sa.join(Card, Note, Note.id == Card.note_id)
    .outerjoin(Memory, sa.and_(Memory.user_id == _LEARNER, Memory.card_id == Card.id))
    .outerjoin(Mark, sa.and_(Mark.user_id == _LEARNER, Mark.card_id == Card.id))
)


@lru_cache(64)
def _cards_of(dialect: str, condition: tuple[Condition, ...], most: int | None) -> sa.Select[Any]:
    """The cards of some notes that meet a condition, with the note and what LEARNER knows of each. One that is retired
    is there for whoever has met it."""
    cards = (
        sa.select(Card.id.label("card_id"), Card.note_id, Card.deck_id, Card.ordinal, _SIZE.label("size"))
        .add_columns(Note.owner_id, Note.note_type_id, Note.format, Note.field_languages, Note.created_at)
        .add_columns(sa.case((_SIZE <= SHORT, _FIELDS)).label("fields"), sa.cast(Note.tags, sa.Text).label("tags"))
        .add_columns(*_MEMORY, *MARKS, sa.null().label("authors_fields"))
        .select_from(_KNOWN)
        .where(one_of(dialect, Card.note_id, _NOTES), sa.or_(~Card.retired, Memory.card_id.is_not(None)))
        .where(*condition)
    )
    return cards if most is None else cards.limit(at_most(most))


@cache
def _fields_of(dialect: str) -> sa.Select[int, str]:
    return sa.select(Note.id, _FIELDS.label("fields")).where(one_of(dialect, Note.id, _NOTES))


@dataclass
class Reader:
    """Reads cards for one search."""

    connection: sa.Connection
    learner: Learner
    decks: Mapping[int, LookedIn]
    now: datetime
    rated_within: int = 0
    """Days of which the answers are wanted."""

    def __post_init__(self) -> None:
        self.today = self.learner.today(self.now)
        self.types: dict[int, NoteType] = {}
        self.dialect = self.connection.dialect.name

    def look(self, note_ids: Sequence[int], condition: Sequence[Condition]) -> tuple[int, list[FoundCard]]:
        """How many of the first of these notes are not too much to be read together, which one always is; and those of
        their cards that meet a condition, the newest note first."""
        if not note_ids:
            return 0, []
        most = MOST_CARDS + 1 if len(note_ids) > 1 else None
        rows = self._rows(_cards_of(self.dialect, tuple(condition), most), note_ids)
        if most is not None and len(rows) == most:
            return self.look(note_ids[: len(note_ids) // 2], condition)
        sizes: dict[int, int] = defaultdict(int)
        for row in rows:
            sizes[row.note_id] += row.size
        so_far = accumulate(sizes.get(note_id, 0) for note_id in note_ids)
        number = max(1, len([size for size in so_far if size <= MOST_AT_ONCE]))
        some = set(note_ids[:number])
        return number, self._cards([row for row in rows if row.note_id in some and self._is_shown(row)])

    def _rows(self, read: sa.Executable, note_ids: Sequence[int]) -> Sequence[Any]:
        named = {"learner_id": self.learner.id, "day": self.today, _NOTES: listing(self.dialect, note_ids)}
        return self.connection.execute(read, named).all()

    def _cards(self, rows: list[Any]) -> list[FoundCard]:
        rows = self._with_fields(rows)
        rows.sort(key=lambda row: (-row.note_id, row.ordinal))
        rows = as_shown(self.connection, self.learner.id, rows, self._places_of_others(rows))
        self._read_types({row.note_type_id for row in rows} - self.types.keys())
        ratings = self._ratings([row.card_id for row in rows]) if self.rated_within and rows else {}
        return [
            FoundCard(
                *(row, self.decks[row.deck_id], self.types[row.note_type_id], self.learner, self.today),
                ratings.get(row.card_id, ()),
            )
            for row in rows
        ]

    def _with_fields(self, rows: list[Any]) -> list[Any]:
        """The long ones too, which have not come with their cards."""
        long = sorted({row.note_id for row in rows if row.fields is None})
        if not long:
            return rows
        fields = {row.id: row.fields for row in self._rows(_fields_of(self.dialect), long)}
        return [
            row if row.fields is not None else SimpleNamespace(**{**row._mapping, "fields": fields[row.note_id]})
            for row in rows
        ]

    def _is_shown(self, row: Any) -> bool:
        """Of a deck that was closed only what the learner has met."""
        place = self.decks.get(row.deck_id)
        return place is not None and (place.closed_after is None or row.due_day is not None)

    def _places_of_others(self, rows: Sequence[Any]) -> dict[int, int | None]:
        """Others' notes, and after which change their decks were closed."""
        return {row.note_id: self.decks[row.deck_id].closed_after for row in rows if row.owner_id != self.learner.id}

    def _read_types(self, ids: set[int]) -> None:
        if ids:
            for row in self.connection.execute(_TYPES, {"type_ids": sorted(ids)}):
                self.types[row.id] = NoteType(**row._mapping)

    def _ratings(self, card_ids: Sequence[int]) -> dict[int, list[tuple[int, int]]]:
        own = (
            Review.user_id == _LEARNER,
            one_of(self.dialect, Review.card_id, "card_ids"),
            Review.day > self.today - self.rated_within,
        )
        given = sa.select(Review.card_id, Review.day, Review.grade).where(*own, *ANSWERED)
        found: dict[int, list[tuple[int, int]]] = defaultdict(list)
        for card_id, day, grade in self.connection.execute(
            given, {"learner_id": self.learner.id, "card_ids": listing(self.dialect, card_ids)}
        ):
            found[card_id].append((self.today - day, BUTTONS.get(grade, 1)))
        return found


_TYPES = sa.select(*NoteType.__table__.c).where(NoteType.id.in_(sa.bindparam("type_ids", expanding=True)))
