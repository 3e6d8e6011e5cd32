"""From the log to the memory, for a card whose log changed in another way than by one answer at its end."""

from collections.abc import Sequence

import sqlalchemy as sa

from app.models import Review
from app.models.review import FOLDED
from app.models.waiting import LEARNER
from app.scheduling import MemoryState, replay
from app.study.keeping import Logged, keep_memory, memory_values
from app.study.summing import change_totals, totals_of

_STANDING = (
    sa.select(*(getattr(Review, name) for name in Logged.__dataclass_fields__))
    .where(Review.user_id == LEARNER, Review.card_id == sa.bindparam("card_id"))
    .where(Review.kind.in_(FOLDED), Review.undone_at.is_(None))
)


def standing_log(connection: sa.Connection, user_id: int, card_id: int) -> list[Logged]:
    """What a learner's memory of a card is made of, in no order: what was not undone."""
    rows = connection.execute(_STANDING, {"learner_id": user_id, "card_id": card_id})
    return [Logged(*row) for row in rows]


def fold(log: Sequence[Logged]) -> MemoryState:
    """The memory that a card's standing log makes."""
    return replay(logged.event for logged in log)


def fold_again(
    connection: sa.Connection,
    user_id: int,
    card: tuple[int, int],
    before: Sequence[Logged],
    after: Sequence[Logged],
) -> None:
    """Makes memory and summaries of a card (its id and its deck's) say what the log says now, given what it said
    before. Raises Stale if the memory is not what that was."""
    old, new = fold(before), fold(after)
    keep_memory(connection, memory_values(user_id, *card, old, new), old, new)
    change_totals(connection, user_id, totals_of(before), totals_of(after))
