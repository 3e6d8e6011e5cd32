"""Taking answers back, the latest first."""

from contextlib import nullcontext
from datetime import datetime

import sqlalchemy as sa

from app.database import Handle, Writing, connection_of, forget
from app.errors import N_, Refused, Stale
from app.models import Card, Learner
from app.models.waiting import DAY, LEARNER, latest_answer
from app.study.folding import fold_again, standing_log
from app.study.keeping import FOLLOWS, MOVED_ON, REVIEWS, Logged

_LATEST = latest_answer(LEARNER, DAY).subquery()
_LATEST_CARD = sa.select(_LATEST.c.id, Card.id, Card.deck_id, Card.position).join(Card, Card.id == _LATEST.c.card_id)


def undo_last_answer(handle: Handle, learner: Learner, now: datetime, in_transaction: Writing | None = None) -> int:
    """Undoes the learner's latest answer of this study day and returns the id of its card; reads first, then writes
    `in_transaction`, or in the caller's own. Refused if there is none, Stale if something else came in between."""
    connection = connection_of(handle)
    latest = connection.execute(_LATEST_CARD, {"learner_id": learner.id, "day": learner.today(now)}).first()
    if latest is None:
        raise Refused(N_("There is nothing to undo today."))
    review_id, card_id, deck_id, position = latest
    standing = standing_log(connection, learner.id, card_id)
    with nullcontext(handle) if in_transaction is None else in_transaction() as transaction:
        _undo(connection_of(transaction), learner, (card_id, deck_id, position), review_id, standing, now)
        forget(transaction)
    return int(card_id)


def undo_event(
    connection: sa.Connection, learner: Learner, card: tuple[int, int, int], review_id: object, now: datetime
) -> None:
    """Marks one row of a card's log undone and folds the rest again, in the caller's transaction. The card is its id,
    its deck's and its position. Raises Stale if something else came in between."""
    _undo(connection, learner, card, review_id, standing_log(connection, learner.id, card[0]), now)


def _undo(
    connection: sa.Connection,
    learner: Learner,
    card: tuple[int, int, int],
    review_id: object,
    standing: list[Logged],
    now: datetime,
) -> None:
    card_id, deck_id, position = card
    left = [logged for logged in standing if logged.id != review_id]
    if not left:
        # The card is unmet again, so the cursor must not stand behind it. First of all, for it holds the follow's row.
        lowered = sa.case((FOLLOWS.c.new_from < position, FOLLOWS.c.new_from), else_=position)
        own = (FOLLOWS.c.user_id == learner.id, FOLLOWS.c.deck_id == deck_id)
        connection.execute(sa.update(FOLLOWS).where(*own).values(new_from=lowered))
    one = (REVIEWS.c.user_id == learner.id, REVIEWS.c.card_id == card_id, REVIEWS.c.id == review_id)
    marked = sa.update(REVIEWS).where(*one, REVIEWS.c.undone_at.is_(None)).values(undone_at=now)
    if connection.execute(marked).rowcount != 1:
        raise Stale(MOVED_ON)
    fold_again(connection, learner.id, (card_id, deck_id), standing, left)
