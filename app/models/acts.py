"""What a learner did last: answers, practice, marks, and what they did to a schedule by hand are one stack to undo."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any, cast

import sqlalchemy as sa

from app.database import Moment
from app.models.change import Change, is_in_turn
from app.models.follow import Follow
from app.models.mark import MarkChange
from app.models.note import Card
from app.models.review import BY_HAND, GIVEN_HERE, Review
from app.models.waiting import DAY, LEARNER, at_most

MARKED = 0
"""Stands for the kind of a change of marks, where a review has its own."""

# Written out: a list of parameters would be put together anew at every request.
_KINDS = [sa.literal_column(str(int(kind)), sa.SmallInteger) for kind in BY_HAND]

_Table = type[Review] | type[MarkChange]


def _acts(table: _Table) -> sa.Select[Any]:
    """A day's acts of one table. Not in a deck the learner has left: they could not see what it changed."""
    kind = Review.kind if table is Review else sa.literal(MARKED, sa.SmallInteger)
    columns = (table.card_id, table.id, table.at, table.undone_at, kind.label("kind"))
    followed = sa.select(sa.true()).where(
        Follow.user_id == LEARNER, Follow.deck_id == table.deck_id, Follow.stopped_at.is_(None)
    )
    # A scalar: see `waiting._none`. It is asked of one row, the latest, while a list of decks would be put together.
    studied = followed.scalar_subquery().is_(sa.true())
    acts = sa.select(*columns).where(table.user_id == LEARNER, table.day == DAY, studied)
    return cast("sa.Select[Any]", acts.where(Review.kind.in_(_KINDS), GIVEN_HERE) if table is Review else acts)


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


_CHANGED = (Change.user_id == LEARNER, Change.day == DAY, is_in_turn())
MOMENTS: tuple[sa.ScalarSelect[Any], ...] = (
    *(_latest(table).with_only_columns(table.at).scalar_subquery() for table in TABLES),
    sa.select(sa.func.max(Change.at)).where(*_CHANGED, Change.undone_at.is_(None)).scalar_subquery(),
    *(_latest_undone(table).with_only_columns(table.undone_at).scalar_subquery() for table in TABLES),
    sa.select(sa.func.max(sa.type_coerce(Change.undone_at, Moment))).where(*_CHANGED).scalar_subquery(),
)
"""When LEARNER did what they did last, edits and deletions of notes among it, and when they undid what they undid last:
columns that `can_undo_and_redo` reads."""


def can_undo_and_redo(moments: Sequence[datetime | None]) -> tuple[bool, bool]:
    """Whether there is something to undo; and something to redo, for nothing was done after it was undone."""
    half = len(moments) // 2
    done, undone = ([at for at in part if at] for part in (moments[:half], moments[half:]))
    return bool(done), bool(undone) and (not done or max(undone) > max(done))
