"""Taking an answer: one row for the log, one step of the memory, one addition to the day."""

from contextlib import nullcontext
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.exc import IntegrityError

from app.clock import hour_of
from app.database import Handle, Writing, connection_of, forget
from app.errors import N_, NotFound, Refused, Stale
from app.models import Card, Deck, Follow, Learner, Mark, Marks, Memory, Review
from app.models.audience import is_open_to
from app.models.mark import MARKS, NO_MARKS, marks_from
from app.models.scheduling import SETTINGS, Versioned, versioned_from, with_settings
from app.models.summing import Logged, Share, share_of
from app.models.waiting import LEARNER
from app.scheduling import DEFAULT_SETTINGS, GRADES, NEW, MemoryState, take
from app.study import keeping
from app.study.folding import REMEMBERED, remembered_from, split_at, up_to_date
from app.study.keeping import MOVED_ON, Remembered

LONGEST_ANSWER_MS = 60_000


@dataclass(frozen=True, slots=True)
class AnswerGiven:
    """What comes through the door: `seen` is how many answers the card's memory held when it was shown."""

    review_id: UUID
    grade: int
    seen: int
    took_ms: int = 0


@dataclass(frozen=True, slots=True)
class Outcome:
    """The review that stands in the log, and whether this call put it there."""

    review_id: UUID
    grade: int
    repeated: bool


@dataclass(frozen=True, slots=True)
class Answerable:
    """A card as it is before the answer: its deck, the moment of its last answer, the settings its deck has now, and
    the memory that is kept of it."""

    card_id: int
    deck_id: int
    order_version: int
    last_at: datetime | None
    chosen: Versioned
    kept: Remembered
    marks: Marks = NO_MARKS

    @property
    def state(self) -> MemoryState:
        return self.kept.state


def answer_card(
    handle: Handle,
    learner: Learner,
    card_id: int,
    given: AnswerGiven,
    now: datetime,
    in_transaction: Writing | None = None,
) -> Outcome:
    """Takes one answer; reads first, then writes `in_transaction`, or in the caller's own.

    The same review id again changes nothing and returns what was stored. Raises Refused for a grade that is none,
    NotFound unless the learner follows the card's deck, Stale if the card was answered since it was shown, waits no
    more, or the answer with this id was undone.
    """
    if given.grade not in GRADES:
        raise Refused(N_("A grade is a number from 0 to 5."), field="grade")
    card, known = _read(handle, learner, card_id, given.review_id)
    if known is not None:
        return known
    day = learner.today(now)
    if card.state.answers != given.seen:
        raise Stale(MOVED_ON)
    if card.marks.hide_on(day) or not card.state.is_waiting_on(day):
        # It was marked since it was shown, a new day has begun, or its deck has been given another scheduler.
        raise Stale(N_("This card does not wait today any more. Here is what does."))
    # Just after the card's last answer if the clock was put back: the log's order is the order of the fold.
    at = now if card.last_at is None else max(now, card.last_at + timedelta(milliseconds=1))
    took_ms = min(max(given.took_ms, 0), LONGEST_ANSWER_MS)
    hour = hour_of(now, learner.time_zone)
    logged = Logged(given.review_id, day, hour, at, given.grade, card.deck_id, took_ms)
    try:
        _write(handle, learner, card, logged, in_transaction)
    except (Stale, IntegrityError):
        if in_transaction is None:
            raise
        return _answer_again(handle, learner, card, given, now, in_transaction)
    return Outcome(given.review_id, given.grade, repeated=False)


def _answer_again(
    handle: Handle, learner: Learner, card: Answerable, given: AnswerGiven, now: datetime, in_transaction: Writing
) -> Outcome:
    """What comes of an answer whose card changed while it was being written: it may have been the same answer, sent
    twice, or the deck was switched to another schedule, the card marked or laid into another deck at this very moment,
    and nobody answered the card."""
    again, known = _read(handle, learner, card.card_id, given.review_id)
    if known is not None:
        return known
    before, after = card.kept, again.kept
    moved = (card.deck_id, before.version, before.queue_day) != (again.deck_id, after.version, after.queue_day)
    if again.state.answers == given.seen and moved:
        return answer_card(handle, learner, card.card_id, given, now, in_transaction)
    raise Stale(MOVED_ON) from None


_LAST_AT = (
    sa.select(sa.func.max(Review.at))
    .where(Review.user_id == LEARNER, Review.card_id == sa.bindparam("card_id"), Review.undone_at.is_(None))
    .scalar_subquery()
)
_KNOWN = (Review.user_id == LEARNER, Review.card_id == sa.bindparam("card_id"), Review.id == sa.bindparam("review_id"))
_ANSWERABLE = (
    with_settings(
        sa.select(*(Review.grade, Review.undone_at, Card.id, Card.deck_id, Deck.order_version, _LAST_AT))
        .add_columns(*SETTINGS, *MARKS, *REMEMBERED)
        .select_from(Card)
        .join(Card.deck)
        .join(Follow, sa.and_(Follow.user_id == LEARNER, Follow.deck_id == Card.deck_id)),
        LEARNER,
    )
    .outerjoin(Memory, sa.and_(Memory.user_id == LEARNER, Memory.card_id == Card.id))
    .outerjoin(Mark, sa.and_(Mark.user_id == LEARNER, Mark.card_id == Card.id))
    .outerjoin(Review, sa.and_(*_KNOWN))
    .where(Card.id == sa.bindparam("card_id"), Follow.stopped_at.is_(None), Deck.published)
    .where(sa.or_(is_open_to(LEARNER), Memory.card_id.is_not(None)))
)
_STORED = sa.select(Review.grade, Review.undone_at).where(*_KNOWN)


def _read(handle: Handle, learner: Learner, card_id: int, review_id: UUID) -> tuple[Answerable, Outcome | None]:
    """The card to answer and, if the review id is in the log, what it stored. Raises Stale if that was undone."""
    named = {"learner_id": learner.id, "card_id": card_id, "review_id": review_id}
    connection = connection_of(handle)
    row: Any = connection.execute(_ANSWERABLE, named).first()
    # Who has left the deck since still hears that the answer was stored.
    stored: Any = row if row is not None else connection.execute(_STORED, named).first()
    known = None
    if stored is not None and stored.grade is not None:
        if stored.undone_at is not None:
            raise Stale(MOVED_ON)
        known = Outcome(review_id, stored.grade, repeated=True)
    if row is None:
        if known is None:
            raise NotFound()
        return Answerable(card_id, 0, 0, None, Versioned(None, DEFAULT_SETTINGS), Remembered(None, NEW)), known
    settings, marks, remembered = split_at(row[6:], len(SETTINGS), len(MARKS))
    chosen, kept = versioned_from(settings), remembered_from(remembered)
    return Answerable(*(*row[2:6], chosen, kept, marks_from(marks))), known


def _write(handle: Handle, learner: Learner, card: Answerable, logged: Logged, in_transaction: Writing | None) -> None:
    before, after = card.state, _after(connection_of(handle), learner, card, logged)
    rows = (
        keeping.memory_values(
            learner.id, card.card_id, card.deck_id, card.kept, Remembered(card.chosen.version, after)
        ),
        keeping.log_values(learner.id, card.card_id, logged),
        share_of(logged, before.last_day),
    )
    is_new = before.answers == 0
    with nullcontext(handle) if in_transaction is None else in_transaction(one_statement=not is_new) as transaction:
        connection = connection_of(transaction)
        if connection.dialect.name == "postgresql":
            _write_at_once(connection, learner, card, logged, rows)
        else:
            _write_one_by_one(connection, learner, card, logged, after, rows)
        forget(transaction)


def _after(connection: sa.Connection, learner: Learner, card: Answerable, logged: Logged) -> MemoryState:
    """One step from the memory; from the log, if it was folded under other settings than the deck has by now."""
    before = up_to_date(connection, learner.id, card.card_id, card.kept, card.chosen)
    if before.answers != card.state.answers:
        raise Stale(MOVED_ON)
    return take(before, logged.event, card.chosen.settings, card.card_id)


Rows = tuple[dict[str, object], dict[str, object], Share]
"""The parameters of a memory and of its log's row, and its share of the day."""


def _write_one_by_one(
    connection: sa.Connection, learner: Learner, card: Answerable, logged: Logged, after: MemoryState, rows: Rows
) -> None:
    memory, log, share = rows
    keeping.keep_memory(connection, memory, card.state, after)
    connection.execute(keeping.LOG, log)
    keeping.count(connection, learner.id, [(share, 1, logged.took_ms)])
    own = keeping.named(user_id=learner.id, card_id=card.card_id, deck_id=card.deck_id)
    if card.state.answers == 0:
        connection.execute(keeping.MOVE_CURSOR, own | keeping.named(order_version=card.order_version))
    if learner.last_day is None or learner.last_day < logged.day:
        connection.execute(keeping.MOVE_DAY, own | keeping.named(day=logged.day))


def _write_at_once(connection: sa.Connection, learner: Learner, card: Answerable, logged: Logged, rows: Rows) -> None:
    memory, log, share = rows
    of_the_day = (learner.id, share, 1, logged.took_ms)
    values = {**memory, **log, **keeping.share_values(*of_the_day), **keeping.total_values(*of_the_day)}
    values |= keeping.named(order_version=card.order_version)
    is_new = card.state.answers == 0
    if is_new:
        # An undo at the same moment puts the cursor back; whoever comes second must see what the first did.
        connection.execute(keeping.LOCK_FOLLOW, values)
    if connection.execute(keeping.all_at_once(new=is_new), values).scalar_one() != 1:
        raise Stale(MOVED_ON)
