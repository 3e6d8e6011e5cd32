"""Marking cards: suspending, burying until tomorrow, flagging, and taking each of these off again."""

from collections.abc import Callable, Sequence
from contextlib import nullcontext, suppress
from dataclasses import asdict, replace
from datetime import datetime
from functools import cache
from typing import Any, cast
from uuid import UUID

import sqlalchemy as sa

from app.database import Handle, Writing, connection_of, forget
from app.errors import N_, NotFound, Refused
from app.models import Card, Deck, Follow, Learner, Mark, MarkChange, Marks, Memory
from app.models.audience import is_open_to
from app.models.bulk import insert_into
from app.models.mark import MARKS, MOST_FLAGS, NO_MARKS, marks_from, queue_day_of
from app.models.memory_count import counting_one
from app.models.waiting import LEARNER
from app.study.keeping import LOCK_FOLLOW, MEMORIES, MOVE_DAY, lower_cursor, named

MARK_TABLE = cast(sa.Table, Mark.__table__)

Marking = Callable[[Marks, int], Marks]
"""What becomes of a card's marks on a study day."""


def suspended(marks: Marks, day: int) -> Marks:
    """Out of study until it is brought back."""
    return replace(marks, suspended=True)


def buried(marks: Marks, day: int) -> Marks:
    """Out of study for the rest of the day."""
    return replace(marks, buried_until=day + 1)


def brought_back(marks: Marks, day: int) -> Marks:
    """In study again."""
    return replace(marks, suspended=False, buried_until=None)


def flagged(flag: int) -> Marking:
    """With this flag, or (0) without one. Refused for a flag that is none."""
    if flag not in range(MOST_FLAGS + 1):
        raise Refused(N_("There are flags from 1 to %(most)s, and 0 for none."), field="flag", most=MOST_FLAGS)
    return lambda marks, day: replace(marks, flag=flag)


def mark_card(
    handle: Handle,
    learner: Learner,
    card_id: int,
    change: tuple[UUID, Marking],
    now: datetime,
    in_transaction: Writing | None = None,
) -> Marks:
    """Marks a card and returns its marks; the same change (by its id) again does nothing more, and neither does one
    that finds the card so marked. Raises NotFound unless the learner follows the card's deck."""
    change_id, marking = change
    day = learner.today(now)
    with nullcontext(handle) if in_transaction is None else in_transaction() as transaction:
        connection = connection_of(transaction)
        card = _read(connection, learner, card_id, change_id)
        before = card.marks
        after = before if card.is_known else _without_the_past(marking(before, day), day)
        if after != before:
            values = named(user_id=learner.id, card_id=card_id, deck_id=card.deck_id, day=day)
            _keep(connection, learner.id, card, after)
            connection.execute(
                sa.insert(MarkChange).values(
                    user_id=learner.id,
                    card_id=card_id,
                    id=change_id,
                    deck_id=card.deck_id,
                    day=day,
                    at=now,
                    before=asdict(before),
                    after=asdict(after),
                )
            )
            connection.execute(MOVE_DAY, values)
        forget(transaction)
    return after


MARKED_AT_ONCE = 25


def mark_cards(
    connection: sa.Connection,
    learner: Learner,
    card_ids: Sequence[int],
    change: tuple[UUID, Marking],
    now: datetime,
    in_transaction: Writing,
) -> int:
    """The same for many, as one act, in transactions that hold nobody up for long; how many were not so marked. A card
    that is gone meanwhile is left out."""
    marked = 0
    for start in range(0, len(card_ids), MARKED_AT_ONCE):
        some = card_ids[start : start + MARKED_AT_ONCE]
        with in_transaction() as writing:
            own = (Mark.user_id == learner.id, Mark.card_id.in_(some))
            before = {
                row.card_id: marks_from(row[1:]) for row in writing.execute(sa.select(Mark.card_id, *MARKS).where(*own))
            }
            for card_id in some:
                with suppress(NotFound):
                    after = mark_card(writing, learner, card_id, change, now)
                    marked += after != before.get(card_id, NO_MARKS)
    return marked


def put_back(connection: sa.Connection, learner: Learner, card_id: int, change_id: UUID, *, redo: bool) -> None:
    """Gives a card the marks it had before a change, or (`redo`) those it had after, in the caller's transaction."""
    own = (MarkChange.user_id == learner.id, MarkChange.card_id == card_id, MarkChange.id == change_id)
    change = connection.execute(sa.select(MarkChange.before, MarkChange.after).where(*own)).one()
    card = _read(connection, learner, card_id, change_id)
    _keep(connection, learner.id, card, Marks(**(change.after if redo else change.before)))


class _Card:
    """A card as it is before it is marked."""

    def __init__(self, row: Any) -> None:
        self.id, self.deck_id, self.position, self.is_known, self.is_met, *marks = row
        self.marks = marks_from(marks)


_ROWS = (
    sa.select(*(Card.id, Card.deck_id, Card.position, MarkChange.id.is_not(None), Memory.card_id.is_not(None), *MARKS))
    .select_from(Card)
    .join(Card.deck)
    .join(Follow, sa.and_(Follow.user_id == LEARNER, Follow.deck_id == Card.deck_id))
    .outerjoin(Mark, sa.and_(Mark.user_id == LEARNER, Mark.card_id == Card.id))
    .outerjoin(Memory, sa.and_(Memory.user_id == LEARNER, Memory.card_id == Card.id))
    .outerjoin(
        MarkChange,
        sa.and_(
            MarkChange.user_id == LEARNER,
            MarkChange.card_id == Card.id,
            MarkChange.id == sa.bindparam("change_id", type_=MarkChange.id.type),
        ),
    )
    .where(Card.id == sa.bindparam("card_id"), Follow.stopped_at.is_(None), Deck.published)
    .where(sa.or_(is_open_to(LEARNER), Memory.card_id.is_not(None)))
)
_DECK = sa.select(Card.deck_id).where(Card.id == sa.bindparam("card_id"))


def _read(connection: sa.Connection, learner: Learner, card_id: int, change_id: UUID) -> _Card:
    """The card, once its follow is locked: whoever marks or meets a card of the deck comes one after the other."""
    deck_id = connection.scalar(_DECK, {"card_id": card_id})
    if connection.dialect.name == "postgresql":
        connection.execute(LOCK_FOLLOW, named(user_id=learner.id, deck_id=deck_id))
    row = connection.execute(_ROWS, {"learner_id": learner.id, "card_id": card_id, "change_id": change_id}).first()
    if row is None:
        raise NotFound()
    return _Card(row)


def _without_the_past(marks: Marks, day: int) -> Marks:
    """The marks without a burying that is over."""
    over = marks.buried_until is not None and marks.buried_until <= day
    return replace(marks, buried_until=None) if over else marks


@cache
def _put(dialect: str) -> Any:
    put = insert_into(dialect, MARK_TABLE)
    columns = {name: put.excluded[name] for name in Marks.__dataclass_fields__}
    return put.on_conflict_do_update(index_elements=["user_id", "card_id"], set_=columns)


def _keep(connection: sa.Connection, user_id: int, card: _Card, marks: Marks) -> None:
    """Writes the marks, and what follows from them: when the queue shows the card, and where its new cards begin."""
    key = {"user_id": user_id, "card_id": card.id}
    if marks == NO_MARKS:
        own = (MARK_TABLE.c.user_id == user_id, MARK_TABLE.c.card_id == card.id)
        connection.execute(sa.delete(MARK_TABLE).where(*own))
    else:
        connection.execute(_put(connection.dialect.name), {**key, **asdict(marks)})
    if card.is_met:
        own_memory = (MEMORIES.c.user_id == user_id, MEMORIES.c.card_id == card.id)
        queue_day = queue_day_of(MEMORIES.c.user_id, MEMORIES.c.card_id, MEMORIES.c.due_day)
        with counting_one(connection, user_id, card.id):
            connection.execute(sa.update(MEMORIES).where(*own_memory).values(queue_day=queue_day))
    else:
        # The cursor passes suspended cards, and must not stand behind one that is brought back.
        lower_cursor(connection, user_id, card.deck_id, card.position)
