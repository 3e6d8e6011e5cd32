"""From the log to the memory, for a card whose log changed in another way than by one answer at its end."""

from collections.abc import Sequence

import sqlalchemy as sa

from app.models import Kind, Review
from app.models.waiting import LEARNER
from app.scheduling import MemoryState, replay
from app.study.keeping import LoggedAnswer, keep_memory, memory_values
from app.study.summing import change_totals, totals_of

_STANDING = (
    sa.select(*(getattr(Review, name) for name in LoggedAnswer.__dataclass_fields__))
    .where(Review.user_id == LEARNER, Review.card_id == sa.bindparam("card_id"))
    .where(Review.kind == Kind.ANSWER, Review.undone_at.is_(None))
)


def standing_answers(connection: sa.Connection, user_id: int, card_id: int) -> list[LoggedAnswer]:
    """The answers of a learner to a card that are not undone, in no order."""
    rows = connection.execute(_STANDING, {"learner_id": user_id, "card_id": card_id})
    return [LoggedAnswer(*row) for row in rows]


def fold(log: Sequence[LoggedAnswer]) -> MemoryState:
    """The memory that a card's standing answers make."""
    return replay(logged.answer for logged in log)


def fold_again(
    connection: sa.Connection,
    user_id: int,
    card: tuple[int, int],
    before: Sequence[LoggedAnswer],
    after: Sequence[LoggedAnswer],
) -> None:
    """Makes memory and summaries of a card (its id and its deck's) say what the log says now, given what it said
    before. Raises Stale if the memory is not what that was."""
    old, new = fold(before), fold(after)
    keep_memory(connection, memory_values(user_id, *card, old, new), old, new)
    change_totals(connection, user_id, totals_of(before), totals_of(after))
