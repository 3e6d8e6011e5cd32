"""Taking an answer: one row for the log, one step of the memory, one addition to the day."""

from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Session, contains_eager

from app.errors import N_, NotFound, Refused, Stale
from app.models import Card, Deck, Follow, Kind, Memory, Review, User
from app.models.waiting import first_position, new_cards
from app.scheduling import GRADES, NEW, Answer, MemoryState, take_answer
from app.study.summing import count_answer

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


def answer_card(session: Session, learner: User, card_id: int, given: AnswerGiven, now: datetime) -> Outcome:
    """Takes one answer.

    The same review id again changes nothing and returns what was stored. Raises Refused for a grade that is none,
    NotFound unless the learner follows the card's deck, Stale if the card was answered since it was shown, waits no
    more, or the answer with this id was undone.
    """
    if given.grade not in GRADES:
        raise Refused(N_("A grade is a number from 0 to 5."), field="grade")
    known = session.get(Review, (learner.id, card_id, given.review_id))
    if known is not None and known.undone_at is None:
        return Outcome(known.id, known.grade, repeated=True)
    card, follow = _followed_card(session, learner, card_id)
    memory = session.get(Memory, (learner.id, card_id))
    state = memory.state if memory else NEW
    day = learner.today(now)
    if state.answers != given.seen or known is not None:
        raise Stale(N_("This card was already answered elsewhere. Nothing was lost; here is where you are now."))
    if not state.is_waiting_on(day):
        raise Stale(N_("A new day has begun since this card was shown. Here is what waits today."))
    answer = Answer(given.review_id, day, _after_the_last(session, learner, card_id, now), given.grade)
    review = add_review(session, learner, card, answer, given.took_ms)
    remember(session, learner.id, card, take_answer(state, answer))
    count_answer(session, review, introduced=memory is None)
    if memory is None:
        follow.new_from = _first_unmet(session, learner, card, first_position(follow))
        follow.order_seen = follow.deck.order_version
    return Outcome(review.id, review.grade, repeated=False)


def _followed_card(session: Session, learner: User, card_id: int) -> tuple[Card, Follow]:
    row = session.execute(
        sa.select(Card, Follow)
        .join(Follow, sa.and_(Follow.deck_id == Card.deck_id, Follow.user_id == learner.id))
        .join(Follow.deck)
        .options(contains_eager(Follow.deck))
        .where(Card.id == card_id, Follow.stopped_at.is_(None), Deck.published)
    ).first()
    if row is None:
        raise NotFound()
    return row[0], row[1]


def _after_the_last(session: Session, learner: User, card_id: int, now: datetime) -> datetime:
    """Now, or just after the card's last answer if the clock was put back: the log's order is the order of the fold."""
    last = session.scalar(
        sa.select(sa.func.max(Review.at)).where(
            Review.user_id == learner.id, Review.card_id == card_id, Review.undone_at.is_(None)
        )
    )
    return now if last is None else max(now, last + timedelta(milliseconds=1))


def add_review(session: Session, learner: User, card: Card, answer: Answer, took_ms: int) -> Review:
    """Writes the log's row and moves the learner's last day on."""
    review = Review(
        user_id=learner.id,
        card_id=card.id,
        deck_id=card.deck_id,
        kind=Kind.ANSWER,
        took_ms=min(max(took_ms, 0), LONGEST_ANSWER_MS),
        undone_at=None,
        **asdict(answer),
    )
    session.add(review)
    if learner.last_day is None or learner.last_day < answer.day:
        learner.last_day = answer.day
    session.flush()
    return review


def remember(session: Session, user_id: int, card: Card, state: MemoryState) -> None:
    """Makes the memory's row say what the fold says. A fold of no answers is no row."""
    memory = session.get(Memory, (user_id, card.id))
    if state.answers == 0:
        if memory is not None:
            session.delete(memory)
    else:
        if memory is None:
            memory = Memory(user_id=user_id, card_id=card.id)
            session.add(memory)
        for field, value in asdict(state).items():
            setattr(memory, field, value)
        memory.deck_id = card.deck_id
        memory.queue_day = state.due_day
    session.flush()


def _first_unmet(session: Session, learner: User, card: Card, from_position: int) -> int:
    """The position of the deck's first unmet card; behind the last one if all are met, so that additions are found."""
    first = new_cards(learner.id, card.deck_id, from_position).with_only_columns(Card.position).limit(1)
    last = sa.select(sa.func.coalesce(sa.func.max(Card.position), -1) + 1).where(Card.deck_id == card.deck_id)
    position = session.scalar(first)
    return position if position is not None else session.scalars(last).one()
