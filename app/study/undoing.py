"""Taking back what was done, the latest first, and doing again what was taken back."""

from collections.abc import Callable, Sequence
from contextlib import nullcontext
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, NamedTuple
from uuid import UUID

import sqlalchemy as sa

from app.database import Handle, Writing, connection_of, forget
from app.errors import N_, Refused, Stale
from app.models import Follow, Kind, Learner, MarkChange, Review
from app.models.acts import LATEST_ACTS, MARKED
from app.models.summing import Logged
from app.study.folding import fold_again, since_reset, standing_log
from app.study.keeping import MOVED_ON, REVIEWS, lower_cursor
from app.study.marking import put_back
from app.study.practice import swing_practice
from app.study.resetting import swing_reset

NO_LONGER = timedelta(milliseconds=1)


@dataclass(frozen=True, slots=True)
class Act:
    """One thing a learner did to a card, and where the card is now; `kind` is a review's, or MARKED."""

    card_id: int
    id: UUID
    at: datetime
    undone_at: datetime | None
    kind: int
    deck_id: int
    position: int


class LatestActs(NamedTuple):
    """The latest act of a study day that stands, and the one undone last."""

    done: Act | None
    undone: Act | None


def undo_last_act(
    handle: Handle,
    learner: Learner,
    now: datetime,
    in_transaction: Writing | None = None,
    acts: LatestActs | None = None,
) -> Act:
    """Undoes what the learner did last on this study day and returns it; reads first (`acts`: what was read already),
    then writes `in_transaction`, or in the caller's own. Refused if there is nothing, Stale if something else came in
    between."""
    done, undone = acts or latest_acts(handle, learner, now)
    if done is None:
        raise Refused(N_("There is nothing to undo today."))
    # Later than what was undone before, or redoing would not know which comes first.
    after = [done.at, *([undone.undone_at + NO_LONGER] if undone is not None and undone.undone_at else [])]
    at = max(now, *after)
    return _swing_act(handle, learner, done, at, in_transaction)


def redo_last_act(
    handle: Handle,
    learner: Learner,
    now: datetime,
    in_transaction: Writing | None = None,
    acts: LatestActs | None = None,
) -> Act:
    """Does again what the learner undid last, and returns it. Refused if there is nothing, or if something was done
    since, Stale if something else came in between."""
    done, undone = acts or latest_acts(handle, learner, now)
    if undone is None or undone.undone_at is None or (done is not None and done.at >= undone.undone_at):
        raise Refused(N_("There is nothing to do again."))
    return _swing_act(handle, learner, undone, None, in_transaction)


def latest_acts(handle: Handle, learner: Learner, now: datetime) -> LatestActs:
    """What undoing and redoing would begin with."""
    named = {"learner_id": learner.id, "day": learner.today(now)}
    acts = [Act(*row) for row in connection_of(handle).execute(LATEST_ACTS, named)]
    done = max((act for act in acts if act.undone_at is None), key=lambda act: act.at, default=None)
    undone = [act for act in acts if act.undone_at is not None]
    return LatestActs(done, max(undone, key=lambda act: act.undone_at or act.at, default=None))


def _swing_act(handle: Handle, learner: Learner, act: Act, at: datetime | None, in_transaction: Writing | None) -> Act:
    """Undoes an act at a moment, or (None) does it again: reads first, then writes."""
    if act.kind == Kind.RESET:
        lent = in_transaction or (lambda *, one_statement=False: nullcontext(handle))
        if swing_reset(learner, act.card_id, act.id, at, handle, lent):
            return act
    swing = _read_swing(connection_of(handle), learner, act)
    with nullcontext(handle) if in_transaction is None else in_transaction() as transaction:
        swing(connection_of(transaction), at)
        forget(transaction)
    return act


Swing = Callable[[sa.Connection, datetime | None], None]
"""Marks an act undone at a moment, or (None) standing, and makes everything say what follows from that."""


def _read_swing(connection: sa.Connection, learner: Learner, act: Act) -> Swing:
    """Reads what undoing or redoing an act needs to know, before the transaction that does it."""
    if act.kind == MARKED:
        return lambda writing, at: _swing_mark(writing, learner, act, at)
    if act.kind == Kind.PRACTICE:
        practised = _row(connection, learner, act)
        return lambda writing, at: swing_practice(writing, learner, act.card_id, practised, at)
    standing, card = standing_log(connection, learner.id, act.card_id), (act.card_id, act.deck_id, act.position)
    own = standing if act.undone_at is None else [*standing, _row(connection, learner, act)]
    rest = [logged for logged in own if logged.id != act.id]

    def swing(writing: sa.Connection, at: datetime | None) -> None:
        before, after = (own, rest) if at is not None else (rest, own)
        _swing_review(writing, learner, card, (act.id, at), before, after)

    return swing


def _row(connection: sa.Connection, learner: Learner, act: Act) -> Logged:
    columns = (getattr(Review, name) for name in Logged.__dataclass_fields__)
    own = (Review.user_id == learner.id, Review.card_id == act.card_id, Review.id == act.id)
    return Logged(*connection.execute(sa.select(*columns).where(*own)).one())


def undo_event(
    connection: sa.Connection, learner: Learner, card: tuple[int, int, int], review_id: UUID, now: datetime
) -> None:
    """Marks one row of a card's log undone and folds the rest again, in the caller's transaction. The card is its id,
    its deck's and its position. Raises Stale if something else came in between."""
    standing = standing_log(connection, learner.id, card[0])
    left = [logged for logged in standing if logged.id != review_id]
    _swing_review(connection, learner, card, (review_id, now), standing, left)


def _swing_review(
    connection: sa.Connection,
    learner: Learner,
    card: tuple[int, int, int],
    marked: tuple[UUID, datetime | None],
    before: list[Logged],
    after: list[Logged],
) -> None:
    card_id, deck_id, position = card
    if not since_reset(after):
        # The card is unmet again. First of all, for it holds the follow's row, which a first answer takes first too.
        lower_cursor(connection, learner.id, deck_id, position)
    _mark_review(connection, learner.id, card_id, *marked)
    fold_again(connection, learner.id, (card_id, deck_id), before, after)


def _mark_review(
    connection: sa.Connection, user_id: int, card_id: int, review_id: UUID, undone_at: datetime | None
) -> None:
    one = (REVIEWS.c.user_id == user_id, REVIEWS.c.card_id == card_id, REVIEWS.c.id == review_id)
    other_way = REVIEWS.c.undone_at.is_not(None) if undone_at is None else REVIEWS.c.undone_at.is_(None)
    if connection.execute(sa.update(REVIEWS).where(*one, other_way).values(undone_at=undone_at)).rowcount != 1:
        raise Stale(MOVED_ON)


def _swing_mark(connection: sa.Connection, learner: Learner, act: Act, undone_at: datetime | None) -> None:
    other_way = MarkChange.undone_at.is_not(None) if undone_at is None else MarkChange.undone_at.is_(None)
    for card_id in _marked_with(connection, learner, act):
        own: Any = (MarkChange.user_id == learner.id, MarkChange.card_id == card_id, MarkChange.id == act.id)
        changed = connection.execute(sa.update(MarkChange).where(*own, other_way).values(undone_at=undone_at))
        if changed.rowcount != 1:
            raise Stale(MOVED_ON)
        put_back(connection, learner, card_id, act.id, redo=undone_at is None)


def _marked_with(connection: sa.Connection, learner: Learner, act: Act) -> Sequence[int]:
    """The cards that were marked in one act: they share its id and its moment."""
    own = (MarkChange.user_id == learner.id, MarkChange.card_id == act.card_id, MarkChange.id == act.id)
    day = connection.scalar(sa.select(MarkChange.day).where(*own))
    at_once = (MarkChange.user_id == learner.id, MarkChange.day == day, MarkChange.at == act.at)
    followed = sa.select(Follow.deck_id).where(Follow.user_id == learner.id, Follow.stopped_at.is_(None))
    studied = sa.select(MarkChange.card_id).where(*at_once, MarkChange.id == act.id, MarkChange.deck_id.in_(followed))
    card_ids = connection.scalars(studied.order_by(MarkChange.card_id)).all()
    return card_ids or [act.card_id]
