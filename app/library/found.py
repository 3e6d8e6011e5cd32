"""What is read of cards that may be meant, so that it can be told whether they are."""

import json
from collections import defaultdict
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cache, cached_property
from itertools import accumulate
from typing import Any

import sqlalchemy as sa

from app.clock import study_day
from app.library.shown_texts import as_shown
from app.models import Card, Deck, Follow, Kind, Learner, Mark, Marks, Memory, Note, NoteType, Review
from app.models.mark import MARKS, marks_from
from app.models.posting import listing, one_of
from app.scheduling import MATURE_INTERVAL
from app.scheduling.memory import EASY, GOOD, HARD, LEECH_LAPSES
from app.searching import wording
from app.searching.meaning import folded_path
from app.searching.words import folded

MOST_AT_ONCE = 2_000_000
"""Characters in memory together; a note may have some hundred thousand."""
BUTTONS = {HARD: 2, GOOD: 3, EASY: 4}
"""Which button stands for a grade; all below is the first."""


@dataclass(frozen=True, slots=True)
class LookedIn:
    """A deck that a search may look into. `path`: with the names of the decks above it."""

    id: int
    owner_id: int | None
    path: str
    language: str
    is_own: bool
    is_followed: bool
    closed_after: int | None = None
    """The last change of which the learner is shown something; None: all are. See `shown_to`."""


_DECK = (Deck.id, Deck.parent_id, Deck.name, Deck.language, Deck.owner_id, Deck.closed_after)
_LEARNER, _NOTES = sa.bindparam("learner_id", type_=sa.Integer), "note_ids"
_FOLLOWED = sa.select(*_DECK, sa.true().label("is_followed")).join(Follow, Follow.deck_id == Deck.id)
_OWN = sa.select(*_DECK, sa.false().label("is_followed")).where(Deck.owner_id == _LEARNER, Deck.published)
_LOOKED_IN = sa.union_all(
    _OWN, _FOLLOWED.where(Follow.user_id == _LEARNER, Follow.stopped_at.is_(None), Deck.published)
)
"""An own deck that is followed comes twice, the second time as followed."""


def decks_looked_in(connection: sa.Connection, learner: Learner) -> dict[int, LookedIn]:
    """The decks the learner follows, and their own, by id."""
    found = connection.execute(_LOOKED_IN, {"learner_id": learner.id}).all()
    rows = {row.id: row for row in sorted(found, key=lambda row: row.is_followed)}
    above: dict[int, Any] = dict(rows)
    while missing := {row.parent_id for row in above.values() if row.parent_id is not None} - above.keys():
        above |= {row.id: row for row in connection.execute(sa.select(*_DECK).where(Deck.id.in_(missing)))}

    def path(row: Any) -> str:
        names = [row.name]
        while row.parent_id is not None:
            row = above[row.parent_id]
            names.append(row.name)
        return "::".join(reversed(names))

    return {
        row.id: LookedIn(
            *(row.id, row.owner_id, path(row), row.language, row.owner_id == learner.id, bool(row.is_followed)),
            None if row.owner_id == learner.id else row.closed_after,
        )
        for row in rows.values()
    }


@dataclass(frozen=True)
class FoundCard:
    """A card with what is known of it; what a query can ask of a card is asked of this."""

    row: Any
    place: LookedIn
    note_type: NoteType
    learner: Learner
    today: int
    ratings: Collection[tuple[int, int]] = ()

    @property
    def id(self) -> int:
        card_id: int = self.row.card_id
        return card_id

    @cached_property
    def fields(self) -> list[str]:
        return list(json.loads(self.row.fields))

    @property
    def size(self) -> int:
        """Characters that are looked at to tell whether it is meant, as they are stored: one that is not of ASCII, and
        takes longer, is six."""
        return len(self.row.fields) + len(getattr(self.row, "authors_fields", None) or "")

    @cached_property
    def written_tags(self) -> list[str]:
        return list(json.loads(self.row.tags))

    @cached_property
    def wording(self) -> str:
        """The words it is found by: the learner's own, and the author's beside them."""
        shown = wording(self.fields, self.row.format)
        authors = getattr(self.row, "authors_fields", None)
        return shown if authors is None else f"{shown} {wording(json.loads(authors), self.row.format)}"

    @cached_property
    def tags(self) -> list[str]:
        return [path for tag in self.written_tags if (path := folded_path(tag))]

    @cached_property
    def marks(self) -> Marks:
        return marks_from([getattr(self.row, column.key) for column in MARKS])

    @property
    def is_met(self) -> bool:
        return self.row.due_day is not None

    @property
    def deck(self) -> str:
        return folded_path(self.place.path)

    @property
    def type(self) -> str:
        return folded(self.note_type.name)

    @property
    def flag(self) -> int:
        return self.marks.flag

    @property
    def age(self) -> int:
        """Study days since the note was written."""
        return self.today - study_day(self.row.created_at, self.learner.time_zone, self.learner.day_starts_at)

    def is_in(self, state: str) -> bool:
        return bool(_STATES[state](self))

    def figure(self, name: str) -> float | None:
        return _FIGURES[name](self) if self.is_met else None


_STATES: dict[str, Callable[[FoundCard], Any]] = {
    "new": lambda card: not card.is_met,
    "due": lambda card: card.row.queue_day is not None and card.row.queue_day <= card.today and card.place.is_followed,
    "learning": lambda card: card.row.drill_day == card.today and card.place.is_followed,
    "mature": lambda card: card.is_met and card.row.interval >= MATURE_INTERVAL,
    "suspended": lambda card: card.marks.suspended,
    "buried": lambda card: (card.marks.buried_until or 0) > card.today,
    "leech": lambda card: card.is_met and card.row.lapses >= LEECH_LAPSES,
    "flagged": lambda card: card.marks.flag > 0,
}

_FIGURES: dict[str, Callable[[FoundCard], float | None]] = {
    "ease": lambda card: card.row.ease / 1000,
    "interval": lambda card: card.row.interval,
    "lapses": lambda card: card.row.lapses,
    "reps": lambda card: card.row.answers,
    "due": lambda card: card.row.due_day - card.today,
    "stability": lambda card: card.row.stability,
    "difficulty": lambda card: card.row.difficulty,
}
_MEMORY = (
    *(Memory.due_day, Memory.queue_day, Memory.drill_day, Memory.interval, Memory.ease, Memory.lapses, Memory.answers),
    *(Memory.stability, Memory.difficulty),
)


_WRITTEN = sa.join(Card, Note, Note.id == Card.note_id)
_KNOWN = _WRITTEN.outerjoin(Memory, sa.and_(Memory.user_id == _LEARNER, Memory.card_id == Card.id)).outerjoin(
    Mark, sa.and_(Mark.user_id == _LEARNER, Mark.card_id == Card.id)
)


@cache
def rows_of(dialect: str) -> sa.Select[Any]:
    """The cards of some notes, with the note and what LEARNER knows of each. One that is retired is there for whoever
    has met it."""
    return (
        sa.select(Card.id.label("card_id"), Card.note_id, Card.deck_id, Card.ordinal)
        .add_columns(Note.owner_id, Note.note_type_id, Note.format, Note.field_languages, Note.created_at)
        .add_columns(sa.cast(Note.fields, sa.Text).label("fields"), sa.cast(Note.tags, sa.Text).label("tags"))
        .add_columns(*_MEMORY, *MARKS)
        .select_from(_KNOWN)
        .where(one_of(dialect, Card.note_id, _NOTES), sa.or_(~Card.retired, Memory.card_id.is_not(None)))
    )


@cache
def _sizes(dialect: str, *, known: bool) -> sa.Select[int, int]:
    """How many characters each card of some notes holds, which is the whole note. `known`: with what
    LEARNER knows of the cards, for conditions about that."""
    of_each = sa.select(Card.note_id, sa.func.length(sa.cast(Note.fields, sa.Text)))
    return of_each.select_from(_KNOWN if known else _WRITTEN).where(one_of(dialect, Card.note_id, _NOTES))


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

    def at_once(
        self, note_ids: Sequence[int], condition: Sequence[sa.ColumnElement[bool]]
    ) -> tuple[int, Collection[int]]:
        """How many of the first of these notes are not too much to be read together, which one always is; and those of
        all that have cards which may meet a condition."""
        if not note_ids:
            return 0, ()
        dialect = self.connection.dialect.name
        named = {"learner_id": self.learner.id, _NOTES: listing(dialect, note_ids)}
        sizes: dict[int, int] = defaultdict(int)
        # PostgreSQL would rather walk all the learner knows: there all the notes are taken to have such cards.
        condition = condition if dialect == "sqlite" else ()
        rows = self.connection.execute(_sizes(dialect, known=bool(condition)).where(*condition), named)
        for note_id, size in rows.all():
            sizes[note_id] += size
        so_far = accumulate(sizes.get(note_id, 0) for note_id in note_ids)
        return max(1, len([size for size in so_far if size <= MOST_AT_ONCE])), sizes

    def cards_of(self, note_ids: Sequence[int], condition: Sequence[sa.ColumnElement[bool]]) -> list[FoundCard]:
        """The cards of these notes that meet a condition, the newest note first."""
        named = {"learner_id": self.learner.id, _NOTES: listing(self.connection.dialect.name, note_ids)}
        read = rows_of(self.connection.dialect.name).where(*condition)
        rows = [row for row in self.connection.execute(read, named).all() if self._is_shown(row)]
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
        dialect = self.connection.dialect.name
        own = (
            Review.user_id == _LEARNER,
            one_of(dialect, Review.card_id, "card_ids"),
            Review.day > self.today - self.rated_within,
        )
        given = sa.select(Review.card_id, Review.day, Review.grade).where(*own, *ANSWERED)
        found: dict[int, list[tuple[int, int]]] = defaultdict(list)
        for card_id, day, grade in self.connection.execute(
            given, {"learner_id": self.learner.id, "card_ids": listing(dialect, card_ids)}
        ):
            found[card_id].append((self.today - day, BUTTONS.get(grade, 1)))
        return found


_TYPES = sa.select(*NoteType.__table__.c).where(NoteType.id.in_(sa.bindparam("type_ids", expanding=True)))
ANSWERED = (Review.kind == Kind.ANSWER, Review.undone_at.is_(None))
