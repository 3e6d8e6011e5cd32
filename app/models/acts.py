"""What a learner did last: answers, practice, marks, and what they did to a schedule by hand are one stack to undo."""

from typing import Any, cast

import sqlalchemy as sa

from app.models.mark import MarkChange
from app.models.note import Card
from app.models.review import BY_HAND, Review
from app.models.waiting import DAY, LEARNER, at_most, followed_deck_ids

MARKED = 0
"""Stands for the kind of a change of marks, where a review has its own."""

_Table = type[Review] | type[MarkChange]


def _acts(table: _Table) -> sa.Select[Any]:
    """A day's acts of one table. Not in a deck the learner has left: they could not see what it changed."""
    kind = Review.kind if table is Review else sa.literal(MARKED, sa.SmallInteger)
    columns = (table.card_id, table.id, table.at, table.undone_at, kind.label("kind"))
    own = (table.user_id == LEARNER, table.day == DAY, table.deck_id.in_(followed_deck_ids(LEARNER)))
    acts = sa.select(*columns).where(*own)
    return cast("sa.Select[Any]", acts.where(Review.kind.in_(BY_HAND)) if table is Review else acts)


def _latest(table: _Table) -> sa.Select[Any]:
    return _acts(table).where(table.undone_at.is_(None)).order_by(table.at.desc()).limit(at_most(1))


def _latest_undone(table: _Table) -> sa.Select[Any]:
    return _acts(table).where(table.undone_at.is_not(None)).order_by(table.undone_at.desc()).limit(at_most(1))


TABLES: tuple[_Table, ...] = (Review, MarkChange)


def _with_card(acts: sa.Select[Any]) -> sa.Select[Any]:
    act = acts.subquery()
    return sa.select(act, Card.deck_id, Card.position).join(Card, Card.id == act.c.card_id)


LATEST_ACTS = sa.union_all(*(_with_card(of(table)) for of in (_latest, _latest_undone) for table in TABLES))
"""The latest acts of LEARNER on DAY, of each table the one that stands and the one undone last: at most four rows of
card_id, id, at, undone_at, kind, and where the card is now: deck_id, position."""


def can_undo() -> sa.ColumnElement[bool]:
    """Whether LEARNER has something to undo on DAY."""
    return sa.or_(*(_latest(table).exists() for table in TABLES))


def can_redo() -> sa.ColumnElement[bool]:
    """Whether LEARNER has something to redo on DAY: an act that was undone, and nothing was done after that."""
    undone, done = (
        [of(table).with_only_columns(getattr(table, column)).scalar_subquery() for table in TABLES]
        for of, column in ((_latest_undone, "undone_at"), (_latest, "at"))
    )
    return sa.or_(*(sa.and_(*(one > sa.func.coalesce(other, 0) for other in done)) for one in undone))
