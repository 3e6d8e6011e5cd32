"""Practice: an answer that goes into the log and the day's totals, and never into a memory."""

from contextlib import nullcontext
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.exc import IntegrityError

from app.clock import hour_of
from app.database import Handle, Writing, connection_of, forget
from app.errors import N_, NotFound, Refused, Stale
from app.models import Card, Deck, Follow, Kind, Learner, Memory, Review
from app.models.audience import is_open_to
from app.models.summing import Logged, practice_share
from app.models.waiting import LEARNER
from app.scheduling import GRADES
from app.study import keeping
from app.study.answering import LONGEST_ANSWER_MS, Outcome
from app.study.keeping import MOVED_ON, REVIEWS


@dataclass(frozen=True, slots=True)
class PracticeGiven:
    """What comes through the door. The state of the card does not matter: nothing is worked out from it."""

    review_id: UUID
    grade: int
    took_ms: int = 0


def practice_card(
    handle: Handle,
    learner: Learner,
    card_id: int,
    given: PracticeGiven,
    now: datetime,
    in_transaction: Writing | None = None,
) -> Outcome:
    """Takes one answer given in practice; reads first, then writes `in_transaction`, or in the caller's own.

    The same review id again changes nothing and returns what was stored. Raises Refused for a grade that is none,
    NotFound unless the learner follows the card's deck, Stale if the answer with this id was undone.
    """
    if given.grade not in GRADES:
        raise Refused(N_("A grade is a number from 0 to 5."), field="grade")
    deck_id, known = _read(handle, learner, card_id, given.review_id)
    if known is not None:
        return known
    took_ms = min(max(given.took_ms, 0), LONGEST_ANSWER_MS)
    day, hour = learner.today(now), hour_of(now, learner.time_zone)
    logged = Logged(given.review_id, day, hour, now, given.grade, deck_id, took_ms, kind=Kind.PRACTICE)
    try:
        with nullcontext(handle) if in_transaction is None else in_transaction() as transaction:
            connection, row = connection_of(transaction), keeping.log_values(learner.id, card_id, logged)
            connection.execute(keeping.LOG, row)
            _count(connection, learner, logged, 1)
            connection.execute(keeping.MOVE_DAY, row)
            forget(transaction)
    except IntegrityError:
        if in_transaction is None:
            raise
        # The same answer, sent twice at the same moment.
        _, known = _read(handle, learner, card_id, given.review_id)
        if known is None:
            raise
        return known
    return Outcome(given.review_id, given.grade, repeated=False)


_KNOWN = (Review.user_id == LEARNER, Review.card_id == sa.bindparam("card_id"), Review.id == sa.bindparam("review_id"))
_PRACTISABLE = (
    sa.select(Card.deck_id, Review.grade, Review.undone_at)
    .select_from(Card)
    .join(Deck)
    .join(Follow, sa.and_(Follow.user_id == LEARNER, Follow.deck_id == Card.deck_id))
    .outerjoin(Memory, sa.and_(Memory.user_id == LEARNER, Memory.card_id == Card.id))
    .outerjoin(Review, sa.and_(*_KNOWN))
    .where(Card.id == sa.bindparam("card_id"), Follow.stopped_at.is_(None), Deck.published)
    .where(sa.or_(is_open_to(LEARNER), Memory.card_id.is_not(None)))
)


def _read(handle: Handle, learner: Learner, card_id: int, review_id: UUID) -> tuple[int, Outcome | None]:
    """The card's deck and, if the review id is in the log, what it stored."""
    parameters = {"learner_id": learner.id, "card_id": card_id, "review_id": review_id}
    row = connection_of(handle).execute(_PRACTISABLE, parameters).first()
    if row is None:
        raise NotFound()
    if row.undone_at is not None:
        raise Stale(MOVED_ON)
    return row.deck_id, None if row.grade is None else Outcome(review_id, row.grade, repeated=True)


def swing_practice(
    connection: sa.Connection, learner: Learner, card_id: int, logged: Logged, undone_at: datetime | None
) -> None:
    """Marks an answer given in practice undone at a moment, or (None) standing again, and takes it out of the day's
    totals or puts it back, in the caller's transaction. Raises Stale if it is so already."""
    one = (REVIEWS.c.user_id == learner.id, REVIEWS.c.card_id == card_id, REVIEWS.c.id == logged.id)
    other_way = REVIEWS.c.undone_at.is_not(None) if undone_at is None else REVIEWS.c.undone_at.is_(None)
    marked = sa.update(REVIEWS).where(*one, REVIEWS.c.kind == Kind.PRACTICE, other_way).values(undone_at=undone_at)
    if connection.execute(marked).rowcount != 1:
        raise Stale(MOVED_ON)
    _count(connection, learner, logged, 1 if undone_at is None else -1)


def _count(connection: sa.Connection, learner: Learner, logged: Logged, answers: int) -> None:
    share = practice_share(logged.day, logged.hour, logged.deck_id, logged.grade)
    count = keeping.count if answers > 0 else keeping.uncount
    count(connection, learner.id, [(share, answers, answers * logged.took_ms)])
