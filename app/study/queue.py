"""Which card is next: due, then new up to the day's limit, with the drill's cards coming back in between."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal

import sqlalchemy as sa
from sqlalchemy.orm import Session, joinedload

from app.errors import NotFound
from app.models import Card, Follow, Memory, Note, Review, User
from app.models.waiting import (
    Counts,
    counts_for,
    drilled_cards,
    due_cards,
    first_position,
    followed_deck_ids,
    follows_of,
    new_cards_today,
    new_left,
)
from app.scheduling import NEW, MemoryState

DRILL_AFTER_CARDS = 5
DRILL_AFTER = timedelta(minutes=5)
BEGINNER_ANSWERS = 3

Reason = Literal["due", "new", "drill"]


@dataclass(frozen=True)
class Scope:
    """What is being studied: one followed deck with the decks inside it, or (`root_id` None) everything."""

    root_id: int | None
    follows: list[Follow]

    @property
    def deck_ids(self) -> list[int]:
        return [follow.deck_id for follow in self.follows]


@dataclass(frozen=True)
class NextCard:
    """A card to show, why it is shown, and the state its answer will be measured against.

    `early`: the last card of the drill, which comes back at once because nothing else waits.
    """

    card: Card
    reason: Reason
    state: MemoryState
    early: bool = False


def scope_of(session: Session, learner: User, deck_id: int | None) -> Scope:
    """The decks to study. Raises NotFound for a deck the learner does not follow."""
    follows = list(session.scalars(follows_of(learner.id).options(joinedload(Follow.deck))))
    if deck_id is None:
        return Scope(None, follows)
    parents = {follow.deck_id: follow.deck.parent_id for follow in follows}
    if deck_id not in parents:
        raise NotFound()
    return Scope(deck_id, [follow for follow in follows if _lies_in(follow.deck_id, deck_id, parents)])


def _lies_in(deck_id: int | None, root_id: int, parents: dict[int, int | None]) -> bool:
    while deck_id is not None and deck_id != root_id:
        deck_id = parents.get(deck_id)
    return deck_id == root_id


def waiting_in(session: Session, scope: Scope, day: int) -> Counts:
    """How many cards wait in the scope that day."""
    return sum((counts_for(session, follow, day) for follow in scope.follows), Counts(0, 0, 0))


def next_card(session: Session, learner: User, scope: Scope, now: datetime) -> NextCard | None:
    """The card to show now, or None when the day's work is done."""
    day = learner.today(now)
    in_drill = session.scalars(drilled_cards(learner.id, scope.deck_ids, day).limit(2)).all()
    if in_drill and _has_rested(session, in_drill[0], now):
        return _shown(session, learner, in_drill[0].card_id, "drill")
    for follow in scope.follows:
        due_id = session.scalar(due_cards(learner.id, follow.deck_id, day).limit(1))
        if due_id is not None:
            return _shown(session, learner, due_id, "due")
    for follow in scope.follows:
        new_id = _next_new(session, follow, day)
        if new_id is not None:
            return _shown(session, learner, new_id, "new")
    if not in_drill:
        return None
    return _shown(session, learner, in_drill[0].card_id, "drill", early=len(in_drill) == 1)


def shown_card(session: Session, learner: User, card_id: int, now: datetime) -> NextCard | None:
    """One card as the queue would show it, or None if it does not wait today. Raises NotFound for a card of a deck the
    learner does not follow."""
    in_followed = Card.deck_id.in_(followed_deck_ids(learner.id))
    if session.scalar(sa.select(Card.id).where(Card.id == card_id, in_followed)) is None:
        raise NotFound()
    day, memory = learner.today(now), session.get(Memory, (learner.id, card_id))
    state = memory.state if memory else NEW
    if not state.is_waiting_on(day):
        return None
    reason: Reason = "new" if memory is None else "drill" if state.drill_day == day else "due"
    return _shown(session, learner, card_id, reason)


def _has_rested(session: Session, drilled: Memory, now: datetime) -> bool:
    """Whether enough has come between, in cards or in minutes, for the repeat to be more than an echo."""
    assert drilled.drill_at is not None, "a drilled memory knows when it was last seen"
    if now - drilled.drill_at >= DRILL_AFTER:
        return True
    since = (
        sa.select(Review.card_id)
        .where(Review.user_id == drilled.user_id, Review.at > drilled.drill_at, Review.undone_at.is_(None))
        .where(Review.card_id != drilled.card_id)
        .distinct()
        .limit(DRILL_AFTER_CARDS)
    )
    return len(session.scalars(since).all()) == DRILL_AFTER_CARDS


def _next_new(session: Session, follow: Follow, day: int) -> int | None:
    if not new_left(session, follow, day):
        return None
    start = first_position(follow)
    return session.scalar(new_cards_today(follow.user_id, follow.deck_id, start, day).limit(1))


def _shown(session: Session, learner: User, card_id: int, reason: Reason, *, early: bool = False) -> NextCard:
    card = session.scalars(
        sa.select(Card)
        .where(Card.id == card_id)
        .options(joinedload(Card.note).joinedload(Note.note_type), joinedload(Card.deck))
    ).one()
    memory = session.get(Memory, (learner.id, card_id))
    return NextCard(card, reason, memory.state if memory else NEW, early)


def is_beginner(session: Session, learner: User) -> bool:
    """Whether the learner has answered fewer than three times, and may want a word on grading."""
    some = (
        sa.select(Review.card_id)
        .where(Review.user_id == learner.id, Review.undone_at.is_(None))
        .limit(BEGINNER_ANSWERS)
    )
    return len(session.scalars(some).all()) < BEGINNER_ANSWERS
