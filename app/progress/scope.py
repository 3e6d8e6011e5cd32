"""What figures are about: all that a learner studies, a deck with those inside it, or a tag; and a span of days."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any, NamedTuple

from sqlalchemy.orm import Session

from app.errors import NotFound
from app.models import Follow, Learner
from app.models.deck import decks_inside
from app.models.totals import Summed
from app.models.waiting import follows_of


class Range(StrEnum):
    """How far back the figures of a page go."""

    MONTH = "month"
    QUARTER = "quarter"
    YEAR = "year"
    ALL = "all"


A_MONTH, THREE_MONTHS, A_YEAR = 31, 92, 365
DAYS: Mapping[Range, int | None] = {
    Range.MONTH: A_MONTH,
    Range.QUARTER: THREE_MONTHS,
    Range.YEAR: A_YEAR,
    Range.ALL: None,
}


class Span(NamedTuple):
    """Study days, both among them. `first` None: since ever."""

    first: int | None
    last: int


def span_of(chosen: Range, today: int) -> Span:
    """The days of a range that ends today."""
    days = DAYS[chosen]
    return Span(None if days is None else today - days + 1, today)


def range_since(first: int | None, today: int) -> Range:
    """The shortest range, up to a year, in which all since a day lies: the first weeks at the edge of an empty year
    would say little. `first` None: nothing was done yet."""
    days = 0 if first is None else today - first
    return Range.MONTH if days < A_MONTH else Range.QUARTER if days < THREE_MONTHS else Range.YEAR


@dataclass
class Scope:
    """A learner, and which of their decks and cards count.

    `deck_ids`: the decks they follow, or those of one tree. `deck_id`: its topmost; None: all that was ever answered
    counts, in decks no longer followed and on cards that are gone too. `tag`: only cards of notes with it, or with one
    below it.
    """

    user_id: int
    deck_ids: tuple[int, ...]
    deck_id: int | None = None
    tag: str | None = None
    told: list[Summed] | None = field(default=None, repr=False)
    """What the log of the tag's cards adds up to, once it was read: nothing is kept added up by tag."""
    read: dict[tuple[str, Any], Any] = field(default_factory=dict, repr=False)
    """What figures have read, by loader and span: several are made of the same sums. A scope is for one page."""


def scope_of(session: Session, learner: Learner, deck_id: int | None = None, tag: str | None = None) -> Scope:
    """The scope a page names. Raises NotFound for a deck the learner does not follow."""
    followed = follows_of(learner.id).with_only_columns(Follow.deck_id).order_by(None)
    deck_ids = set(session.scalars(followed))
    if deck_id is not None:
        if deck_id not in deck_ids:
            raise NotFound()
        deck_ids &= {deck_id, *decks_inside(session, [deck_id])}
    return Scope(learner.id, tuple(sorted(deck_ids)), deck_id, tag or None)
