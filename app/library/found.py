"""What is read of cards that may be meant, so that it can be told whether they are."""

import json
from collections.abc import Callable, Collection
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import sqlalchemy as sa

from app.clock import study_day
from app.models import Deck, Follow, Kind, Learner, Marks, NoteType, Review
from app.models.mark import MARKS, marks_from
from app.scheduling import MATURE_INTERVAL
from app.scheduling.memory import EASY, GOOD, HARD, LEECH_LAPSES
from app.searching.words import folded, folded_path, wording

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
_LEARNER = sa.bindparam("learner_id", type_=sa.Integer)
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
        return len(self.row.fields) + len(self.row.authors_fields or "")

    @cached_property
    def written_tags(self) -> list[str]:
        return list(json.loads(self.row.tags))

    @cached_property
    def wording(self) -> str:
        """The words it is found by: the learner's own, and the author's beside them."""
        shown = wording(self.fields, self.row.format)
        authors = self.row.authors_fields
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

ANSWERED = (Review.kind == Kind.ANSWER, Review.undone_at.is_(None))
