"""The writes of an answer: the log's row, the memory's, the day's, and for a new card the cursor's.

What was read before the transaction is checked by the writes themselves: a memory is only changed from the very state
its answer was worked out from. SQLite runs them one by one behind the gate; on PostgreSQL they are one statement,
because there a round trip costs more than the work.
"""

from collections.abc import Sequence
from functools import cache
from typing import Any, NamedTuple, cast

import sqlalchemy as sa

from app.errors import N_, Stale
from app.models import Card, DailySummary, DayTotal, Follow, Memory, PeriodTotal, Review, User
from app.models.bulk import insert_into
from app.models.mark import queue_day_of
from app.models.memory_count import adding, buckets_of, count_one, counted
from app.models.summing import Logged, Share
from app.models.totals import DAY_COLUMNS, Summed, add_totals, day_totals, periods_of
from app.models.waiting import new_cards
from app.scheduling import MemoryState

MEMORIES, REVIEWS, SUMMARIES, DAYS, PERIODS, FOLLOWS, USERS = (
    cast(sa.Table, model.__table__) for model in (Memory, Review, DailySummary, DayTotal, PeriodTotal, Follow, User)
)
MOVED_ON = N_("This card was already answered elsewhere. Nothing was lost; here is where you are now.")


class Remembered(NamedTuple):
    """A memory: its state, and the version of the settings under which the log was folded into it. `queue_day`: the day
    its row had, which no longer is the one to have once a mark has moved it."""

    version: int | None
    state: MemoryState
    queue_day: int | None = None


def named(**values: object) -> dict[str, object]:
    """Parameters under names no column has: SQLAlchemy takes one called like a column for that column's new value."""
    return {f"the_{name}": value for name, value in values.items()}


def _the(column: sa.ColumnElement[Any], name: str | None = None) -> sa.BindParameter[Any]:
    """The parameter a column gets its value from."""
    return sa.bindparam(f"the_{name or column.key}", type_=column.type)


_OWN_MEMORY = (MEMORIES.c.user_id == _the(MEMORIES.c.user_id), MEMORIES.c.card_id == _the(MEMORIES.c.card_id))
_STATE = tuple(MemoryState.__dataclass_fields__)
_UNCHANGED = [
    MEMORIES.c[name].is_not_distinct_from(_the(MEMORIES.c[name], f"old_{name}"))
    # The queue's day too: PostgreSQL looks for marks as of when the statement began, and would write over the day of
    # one that was set while it waited for the row.
    for name in (*_STATE, "scheduler_version", "queue_day")
]
_LOGGED = {column: _the(column) for column in REVIEWS.c if column.key not in {"undone_at", "state", "import_id"}}
_KNOWN: dict[Any, Any] = {column: _the(column) for column in MEMORIES.c}
_KNOWN[MEMORIES.c.queue_day] = queue_day_of(
    _the(MEMORIES.c.user_id), _the(MEMORIES.c.card_id), _the(MEMORIES.c.due_day)
)
# A memory has its `answers` too.
_COUNTED = {column: _the(column, "more_answers" if column.key == "answers" else None) for column in SUMMARIES.c}
_OF_THE_DAY = {column: _the(column, None if column.primary_key else f"day_{column.key}") for column in DAYS.c}
_PERIODS = tuple(sa.bindparam(f"the_{name}", type_=sa.Integer) for name in ("month", "year", "ever"))

EMPTIED = sa.delete(SUMMARIES).where(
    *(column == _COUNTED[column] for column in SUMMARIES.primary_key), SUMMARIES.c.answers == 0
)
CHANGE = (
    sa.update(MEMORIES)
    .where(*_OWN_MEMORY, *_UNCHANGED)
    # Whoever moves a card moves what is known of it, maybe while this answer was worked out.
    .values({column: value for column, value in _KNOWN.items() if not column.primary_key and column.key != "deck_id"})
)
FORGET = sa.delete(MEMORIES).where(*_OWN_MEMORY, *_UNCHANGED)
LOG = sa.insert(REVIEWS).values(_LOGGED)
LOG_STATE = sa.insert(REVIEWS).values({**_LOGGED, REVIEWS.c.state: _the(REVIEWS.c.state)})
MOVE_DAY = (
    sa.update(USERS)
    .where(USERS.c.id == _the(MEMORIES.c.user_id))
    .where(sa.or_(USERS.c.last_day.is_(None), USERS.c.last_day < _the(REVIEWS.c.day)))
    .values(last_day=_the(REVIEWS.c.day))
)
_OWN_FOLLOW = (FOLLOWS.c.user_id == _the(MEMORIES.c.user_id), FOLLOWS.c.deck_id == _the(MEMORIES.c.deck_id))
LOCK_FOLLOW = sa.select(FOLLOWS.c.deck_id).where(*_OWN_FOLLOW).with_for_update()


def _move_cursor() -> sa.Update:
    """Puts the cursor on the first unmet card, or behind the last one if all are met, so that additions are found. It
    starts from where the row stands by then: an undo may have put it back."""
    deck_id, order = _the(MEMORIES.c.deck_id), sa.bindparam("the_order_version", type_=sa.Integer)
    start = sa.case((FOLLOWS.c.order_seen == order, FOLLOWS.c.new_from), else_=0)
    first = (
        new_cards(_the(MEMORIES.c.user_id), deck_id, start)
        .with_only_columns(Card.position)
        # PostgreSQL's one statement does not see the memory it makes.
        .where(Card.id != _the(MEMORIES.c.card_id))
        .limit(1)
        .correlate(FOLLOWS)
        .scalar_subquery()
    )
    last = sa.select(Card.position + 1).where(Card.deck_id == deck_id, ~Card.retired)
    behind = last.order_by(Card.position.desc()).limit(1).scalar_subquery()
    return sa.update(FOLLOWS).where(*_OWN_FOLLOW).values(new_from=sa.func.coalesce(first, behind, 0), order_seen=order)


MOVE_CURSOR = _move_cursor()


@cache
def meet(dialect: str) -> Any:
    """Makes a memory, unless there is one, or the card does not lie in that deck any more."""
    # Whoever moves or removes a card locks it before they ask who has met it; so either they find this, or this finds
    # the card where it came to lie.
    there = (Card.id == _the(MEMORIES.c.card_id), Card.deck_id == _the(MEMORIES.c.deck_id))
    known = sa.select(*_KNOWN.values()).select_from(Card).where(*there).with_for_update(read=True, key_share=True)
    insert = insert_into(dialect, MEMORIES).from_select(list(_KNOWN), known)
    return insert.on_conflict_do_nothing().execution_options(preserve_rowcount=True)


def _adding(insert: Any) -> Any:
    table = insert.table
    sums = {column: column + insert.excluded[column.key] for column in table.c if not column.primary_key}
    return insert.on_conflict_do_update(index_elements=list(table.primary_key), set_=sums)


@cache
def _count(dialect: str) -> Any:
    return _adding(insert_into(dialect, SUMMARIES).values(_COUNTED))


def count(connection: sa.Connection, user_id: int, shares: Sequence[tuple[Share, int, int]]) -> None:
    """Adds answers and milliseconds to rows of the daily summaries, making them if need be, and to the totals above."""
    connection.execute(_count(connection.dialect.name), [share_values(user_id, *share) for share in shares])
    add_totals(connection, user_id, [summed(*share) for share in shares])


def uncount(connection: sa.Connection, user_id: int, shares: Sequence[tuple[Share, int, int]]) -> None:
    """The same where some become fewer: a row of no answers goes."""
    count(connection, user_id, shares)
    connection.execute(EMPTIED, [share_values(user_id, *share) for share in shares])


@cache
def all_at_once(*, new: bool) -> sa.Select[int]:
    """All writes of an answer as one PostgreSQL statement that returns how many memories it changed: one, or nothing
    was written."""
    change = (meet("postgresql") if new else CHANGE).returning(*MEMORIES.c).cte("memory")
    log = sa.insert(REVIEWS).from_select(list(_LOGGED), sa.select(*_LOGGED.values()).select_from(change)).cte("log")
    counted = sa.select(*_COUNTED.values()).select_from(change)
    sums = _adding(insert_into("postgresql", SUMMARIES).from_select(list(_COUNTED), counted)).cte("sums")
    of_the_day = sa.select(*_OF_THE_DAY.values()).select_from(change)
    days = _adding(insert_into("postgresql", DAYS).from_select(list(_OF_THE_DAY), of_the_day)).cte("days")
    if_changed = sa.select(change.c.card_id).exists()
    more = [days, _periods(change), _counts(change, if_changed), MOVE_DAY.where(if_changed).cte("day")]
    more += [MOVE_CURSOR.where(if_changed).cte("place")] if new else []
    return sa.select(sa.func.count()).select_from(change).add_cte(log, sums, *more)


def _periods(change: sa.CTE) -> sa.CTE:
    names = [column.key for column in PERIODS.c]
    values = [[period if name == "period" else _COUNTED[SUMMARIES.c[name]] for name in names] for period in _PERIODS]
    rows = sa.union_all(*(sa.select(*row).select_from(change) for row in values))
    periods: sa.CTE = _adding(insert_into("postgresql", PERIODS).from_select(names, rows)).cte("periods")
    return periods


def _counts(change: sa.CTE, if_changed: sa.ColumnElement[bool]) -> sa.CTE:
    """The memory's row as it was, which the statement still sees, taken out of the counts, and as it is put in."""
    was = [rows.where(*_OWN_MEMORY, if_changed) for rows in counted(MEMORIES.c, -1)]
    counts: sa.CTE = adding("postgresql", sa.union_all(*was, *counted(change.c, 1))).cte("counts")
    return counts


def memory_values(user_id: int, card_id: int, deck_id: int, old: Remembered, new: Remembered) -> dict[str, object]:
    """The parameters of CHANGE, FORGET and `meet`."""
    before = {f"old_{name}": getattr(old.state, name) for name in _STATE}
    after = {name: getattr(new.state, name) for name in _STATE}
    versions = {"old_scheduler_version": old.version, "scheduler_version": new.version}
    queued = {"old_queue_day": old.queue_day}
    key = {"user_id": user_id, "card_id": card_id, "deck_id": deck_id}
    return named(**key, **before, **after, **versions, **queued)


def keep_memory(connection: sa.Connection, values: dict[str, object], old: MemoryState, new: MemoryState) -> None:
    """Makes the memory's row say what the fold says; a fold of no answers is no row. Raises Stale if it is not as it
    was when the fold was worked out."""
    if not (old.answers or new.answers):
        # A late answer from before the card was made new again.
        return
    existing = CHANGE if new.answers else FORGET
    statement = existing if old.answers else meet(connection.dialect.name)
    row = connection.execute(_told(statement), values).first()
    if row is None:
        raise Stale(MOVED_ON)
    user_id, queued = cast(int, values["the_user_id"]), cast("int | None", values["the_old_queue_day"])
    before = _buckets(old, queued) if old.answers else None
    after = _buckets(new, row.queue_day) if new.answers else None
    count_one(connection, user_id, row.deck_id, before, after)


@cache
def _told(statement: Any) -> Any:
    """A write of a memory that tells where its row is counted."""
    return statement.returning(MEMORIES.c.deck_id, MEMORIES.c.queue_day)


def _buckets(state: MemoryState, queue_day: int | None) -> tuple[int | None, ...]:
    assert state.due_day is not None, "a memory with answers is due"
    return buckets_of(
        queue_day, state.due_day, state.interval, state.ease, state.lapses, state.stability, state.difficulty
    )


def log_values(user_id: int, card_id: int, logged: Logged) -> dict[str, object]:
    """The parameters of LOG."""
    fields = {name: getattr(logged, name) for name in Logged.__dataclass_fields__}
    return named(user_id=user_id, card_id=card_id, **fields)


def share_values(user_id: int, share: Share, answers: int, took_ms: int) -> dict[str, object]:
    """The parameters of a row of the summaries."""
    fields = {name: getattr(share, name) for name in Share.__dataclass_fields__}
    return named(user_id=user_id, **fields, more_answers=answers, took_ms=took_ms)


def total_values(user_id: int, share: Share, answers: int, took_ms: int) -> dict[str, object]:
    """The parameters of the totals above such a row, where one statement writes them all."""
    ((_, _, _, *sums),) = day_totals(user_id, [summed(share, answers, took_ms)])
    day = {f"day_{name}": number for name, number in zip(DAY_COLUMNS[3:], sums, strict=True)}
    month, year, ever = periods_of(share.day)
    return named(**day, month=month, year=year, ever=ever)


def summed(share: Share, answers: int, took_ms: int) -> Summed:
    """A change of the summaries, as the totals above them take it."""
    place = (share.day, share.deck_id, share.hour, share.kind, share.grade, share.stage, share.first)
    return Summed(*place, answers, took_ms)


def lower_cursor(connection: sa.Connection, user_id: int, deck_id: int, position: int) -> None:
    """Lets the cursor of new cards not stand behind a card that may be unmet again."""
    own = (FOLLOWS.c.user_id == user_id, FOLLOWS.c.deck_id == deck_id, FOLLOWS.c.new_from > position)
    connection.execute(sa.update(FOLLOWS).where(*own).values(new_from=position))
