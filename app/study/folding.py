"""From the log to the memory, for a card whose log changed in another way than by one answer at its end."""

from collections.abc import Sequence
from dataclasses import fields
from typing import Any

import sqlalchemy as sa

from app.errors import Stale
from app.models import Card, Follow, Memory, Review
from app.models.review import FOLDED
from app.models.scheduling import SETTINGS, Versioned, versioned_from, with_settings
from app.models.summing import Logged, totals_of
from app.models.waiting import LEARNER
from app.scheduling import NEW, MemoryState, Reset, Settings, replay
from app.scheduling.replay import in_order
from app.study.keeping import MOVED_ON, Remembered, keep_memory, memory_values
from app.study.summing import change_totals

REMEMBERED = (
    Memory.queue_day,
    Memory.scheduler_version,
    *(getattr(Memory, field.name) for field in fields(MemoryState)),
)
"""The columns that `remembered_from` reads."""

_STANDING = (
    sa.select(*(getattr(Review, name) for name in Logged.__dataclass_fields__))
    .where(Review.user_id == LEARNER, Review.card_id == sa.bindparam("card_id"))
    .where(Review.kind.in_(FOLDED), Review.undone_at.is_(None))
)
_KNOWN = (
    with_settings(
        sa.select(*SETTINGS, *REMEMBERED)
        .select_from(Card)
        .outerjoin(Follow, sa.and_(Follow.user_id == LEARNER, Follow.deck_id == Card.deck_id)),
        LEARNER,
    )
    .outerjoin(Memory, sa.and_(Memory.user_id == LEARNER, Memory.card_id == Card.id))
    .where(Card.id == sa.bindparam("card_id"))
)


def remembered_from(columns: Sequence[Any]) -> Remembered:
    """What a row's columns of REMEMBERED hold. The answers are the last of them, and without a memory all are NULL."""
    queue_day, version, *state = columns
    return Remembered(None, NEW) if state[-1] is None else Remembered(version, MemoryState(*state), queue_day)


def split_at(row: Sequence[Any], *lengths: int) -> list[Sequence[Any]]:
    """A row's columns in groups of these lengths, and what is left."""
    groups = []
    for length in lengths:
        groups.append(row[:length])
        row = row[length:]
    return [*groups, row]


def standing_log(connection: sa.Connection, user_id: int, card_id: int) -> list[Logged]:
    """What a learner's memory of a card is made of, in no order: what was not undone."""
    rows = connection.execute(_STANDING, {"learner_id": user_id, "card_id": card_id})
    return [Logged(*row) for row in rows]


def fold(log: Sequence[Logged], settings: Settings, card_id: int) -> MemoryState:
    """The memory that a card's standing log makes under these settings."""
    return replay((logged.event for logged in log), settings, card_id)


def since_reset(log: Sequence[Logged]) -> list[Logged]:
    """What of a standing log a memory holds: in the order of the fold, what came after the last reset. Empty: the card
    is unmet."""
    by_id = {logged.id: logged for logged in log}
    held: list[Logged] = []
    for event in in_order(logged.event for logged in by_id.values()):
        held = [] if isinstance(event, Reset) else [*held, by_id[event.id]]
    return held


def up_to_date(
    connection: sa.Connection, user_id: int, card_id: int, kept: Remembered, chosen: Versioned
) -> MemoryState:
    """The memory's state under the settings its deck has now. Nearly always that is what is kept; a card that came
    from a deck with other settings is folded again."""
    if kept.version == chosen.version or kept.state.answers == 0:
        return kept.state
    return fold(standing_log(connection, user_id, card_id), chosen.settings, card_id)


def fold_again(
    connection: sa.Connection,
    user_id: int,
    card: tuple[int, int],
    before: Sequence[Logged],
    after: Sequence[Logged],
) -> None:
    """Makes memory and summaries of a card (its id and its deck's) say what the log says now, given what it said
    before. Raises Stale if the memory does not hold as many events as that."""
    columns: Any = connection.execute(_KNOWN, {"learner_id": user_id, "card_id": card[0]}).one()
    chosen, kept = versioned_from(columns[: len(SETTINGS)]), remembered_from(columns[len(SETTINGS) :])
    if kept.state.answers != len(since_reset(before)):
        raise Stale(MOVED_ON)
    new = Remembered(chosen.version, fold(after, chosen.settings, card[0]))
    keep_memory(connection, memory_values(user_id, *card, kept, new), kept.state, new.state)
    change_totals(connection, user_id, totals_of(before), totals_of(after))
