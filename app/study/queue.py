"""Which card is next: due, then new up to the day's limit, with the drill's cards coming back in between.

The database is the queue: each question is asked of it anew, so no edit, mark or second device can make it wrong.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import cache
from typing import Any, Literal

import sqlalchemy as sa

from app.database import Handle, connection_of
from app.errors import NotFound
from app.models import Card, Follow, Kind, Learner, Memory, Review
from app.models.acts import MOMENTS, can_undo_and_redo
from app.models.follow import NewOrder
from app.models.portion import Answering, Counts, WaitingDeck, in_order
from app.models.review import GIVEN_HERE
from app.models.user import DRILL_SOON
from app.models.waiting import (
    A_LOT_OF_NEW,
    COUNTED_UP_TO,
    DAY,
    LEARNER,
    WITHOUT,
    at_most,
    drilled_cards,
    due_cards,
    first_of,
    first_position,
    new_cards_today,
    number_due,
    number_of,
    path_of,
    waiting_decks,
)
from app.scheduling import MemoryState, Settings
from app.study.ordering import ECHO, ECHO_CARDS, due_in_order, next_at_random, too_soon
from app.study.showing import ShownCard, show

BEGINNER_ANSWERS = 3

Reason = Literal["due", "new", "drill", "practice"]


@dataclass(frozen=True, slots=True)
class Head:
    """A deck's first due card and its first new one."""

    due: int | None
    new: int | None


@dataclass(frozen=True, slots=True)
class Queue:
    """What waits for a learner in one followed deck with the decks inside it, or (`root_id` None) in everything."""

    root_id: int | None
    day: int
    decks: list[WaitingDeck]
    heads: list[Head]
    root_path: str | None = None
    due: int = 0
    can_undo: bool = False
    can_redo: bool = False
    is_beginner: bool = False
    """Whether the learner has answered fewer than three times, and may want a word on grading."""
    without: int | None = None
    """The card that is left out, for it is being answered."""
    tag: str | None = None
    """Only cards whose notes have this tag; None: all."""
    drilled: Mapping[int, int] = field(default_factory=dict)
    """With a tag: the drill's first card by deck, which is not the deck's first."""

    @property
    def counts(self) -> Counts:
        return Counts(self.due, sum(deck.new for deck in self.decks), sum(deck.drill for deck in self.decks))

    @property
    def has_more(self) -> bool:
        """Whether more cards wait than were counted."""
        far = any(deck.unmet == A_LOT_OF_NEW < deck.new_per_day - deck.introduced for deck in self.decks)
        return far or self.due >= COUNTED_UP_TO

    @property
    def root(self) -> WaitingDeck | None:
        return next((deck for deck in self.decks if deck.id == self.root_id), None)


@dataclass(frozen=True, slots=True)
class NextCard:
    """A card to show, why it is shown, the state its answer will be measured against, and under which settings.

    `early`: it comes back before it should, because nothing else waits.
    """

    reason: Reason
    card: ShownCard
    state: MemoryState
    settings: Settings
    early: bool = False


@cache
def _queues(dialect: str, *, inside: bool) -> sa.Select[Any]:
    due = number_due(dialect, inside=inside)
    log = sa.select(Review.card_id).where(Review.user_id == LEARNER, Review.undone_at.is_(None))
    log = log.where(Review.kind == Kind.ANSWER, GIVEN_HERE)
    return waiting_decks(
        first_of(due_cards(LEARNER, Follow.deck_id, DAY)),
        first_of(new_cards_today(LEARNER, Follow.deck_id, first_position(), DAY)),
        due.c.number,
        *MOMENTS,
        number_of(log.order_by(Review.card_id), BEGINNER_ANSWERS) < BEGINNER_ANSWERS,
        new_up_to=A_LOT_OF_NEW,
        inside=inside,
        due=due,
    )


def queue_of(handle: Handle, learner: Learner, deck_id: int | None, now: datetime, without: int | None = None) -> Queue:
    """What waits in a deck, or in all; `without` the card that is being answered, as though it had been. Raises
    NotFound for a deck the learner does not follow."""
    day = learner.today(now)
    connection, named = connection_of(handle), {"learner_id": learner.id, "day": day, "root_id": deck_id}
    answering = None
    if without is not None:
        named["without"] = without
        answering = _answering(connection, named)
    rows = connection.execute(_queues(connection.dialect.name, inside=deck_id is not None), named).all()
    found = in_order(rows, answering)
    decks, heads = [deck for deck, _ in found], [Head(*rest[:2]) for _, rest in found]
    root = next((deck for deck in decks if deck.id == deck_id), None)
    if deck_id is not None and root is None:
        raise NotFound()
    path = path_of(connection, root.name, root.parent_id) if root else None
    if not found:
        return Queue(deck_id, day, decks, heads, path)
    without_limit, *moments, is_beginner = found[0][1][2:]
    due, swings = min(COUNTED_UP_TO, without_limit + sum(deck.reviews for deck in decks)), can_undo_and_redo(moments)
    return Queue(deck_id, day, decks, heads, path, due, *swings, is_beginner, without)


_ANSWERING = (
    sa.select(sa.func.coalesce(Follow.root_id, Follow.deck_id), Memory.card_id.is_(None), Memory.last_day < DAY)
    .join(Card, Card.deck_id == Follow.deck_id)
    .outerjoin(Memory, sa.and_(Memory.user_id == LEARNER, Memory.card_id == Card.id))
    .where(Follow.user_id == LEARNER, Card.id == WITHOUT)
)


def _answering(connection: sa.Connection, named: dict[str, Any]) -> Answering | None:
    """What the answer to the card left out will take of the day's limits."""
    row = connection.execute(_ANSWERING, named).first()
    return None if row is None else Answering(row[0], int(row[1]), int(row[2] or 0))


def next_card(handle: Handle, learner: Learner, queue: Queue, now: datetime) -> NextCard | None:
    """The card to show now, or None when the day's work is done."""
    drilled = min((deck for deck in queue.decks if deck.drilled_at), key=_first_drilled, default=None)
    if drilled and _has_rested(handle, learner, queue, drilled, now):
        return _drilled(handle, learner, queue, drilled)
    card = _next_due(handle, learner, queue, now) or _next_new(handle, learner, queue)
    if card is not None:
        return card
    early = queue.counts.drill == 1 or learner.drill_after > DRILL_SOON
    return None if drilled is None else _drilled(handle, learner, queue, drilled, early=early)


def _next_due(handle: Handle, learner: Learner, queue: Queue, now: datetime) -> NextCard | None:
    """The next due card; one whose sibling was answered a moment ago lets another go first."""
    with_heads = zip(queue.decks, queue.heads, strict=True)
    heads = [(deck, head.due) for deck, head in with_heads if head.due is not None and deck.allows_reviews]
    if queue.tag is not None:
        # The orders look through whole decks, and here only some of their cards are wanted.
        return NextCard("due", *show(handle, learner, heads[0][1], queue.day)) if heads else None
    order = due_in_order(handle, learner, queue.day, heads, queue.without)
    first = next(order, None)
    if first is None:
        return None
    shown = show(handle, learner, first, queue.day)
    if not (shown[0].sibling_today or queue.without):
        return NextCard("due", *shown)
    siblings = too_soon(handle, learner, queue.day, now, queue.without)
    if first in siblings:
        other = next((card_id for card_id in order if card_id not in siblings), None)
        shown = shown if other is None else show(handle, learner, other, queue.day)
    return NextCard("due", *shown)


def _next_new(handle: Handle, learner: Learner, queue: Queue) -> NextCard | None:
    for deck, head in zip(queue.decks, queue.heads, strict=True):
        if head.new is not None and deck.new_per_day > deck.introduced:
            at_random = deck.new_order == NewOrder.RANDOM and queue.tag is None
            card_id = next_at_random(handle, learner, queue.day, deck.id, queue.without) if at_random else head.new
            return None if card_id is None else NextCard("new", *show(handle, learner, card_id))
    return None


def shown_card(handle: Handle, learner: Learner, card_id: int, now: datetime) -> NextCard | None:
    """One card as the queue would show it, or None if it does not wait today, or was deleted before they met it. Raises
    NotFound for a card of a deck the learner does not follow."""
    card, state, settings = show(handle, learner, card_id)
    if not card.is_followed:
        raise NotFound()
    day = learner.today(now)
    if card.marks.hide_on(day) or not state.is_waiting_on(day) or (card.retired and state.answers == 0):
        return None
    reason: Reason = "new" if state.answers == 0 else "drill" if state.drill_day == day else "due"
    return NextCard(reason, card, state, settings)


def _first_drilled(deck: WaitingDeck) -> datetime:
    assert deck.drilled_at is not None, "a deck with a drill knows when its first card was seen"
    return deck.drilled_at


_DRILLED = drilled_cards(LEARNER, sa.bindparam("deck_id", type_=sa.Integer), DAY).limit(at_most(1))


def _drilled(
    handle: Handle, learner: Learner, queue: Queue, deck: WaitingDeck, *, early: bool = False
) -> NextCard | None:
    named = {"learner_id": learner.id, "deck_id": deck.id, "day": queue.day}
    card_id = queue.drilled.get(deck.id) or connection_of(handle).scalar(_DRILLED, named)
    return None if card_id is None else NextCard("drill", *show(handle, learner, card_id), early)


_SINCE = (
    sa.select(Review.card_id)
    .where(Review.user_id == LEARNER, Review.day == DAY, Review.at > sa.bindparam("at", type_=Review.at.type))
    .where(Review.kind == Kind.ANSWER, GIVEN_HERE, Review.undone_at.is_(None))
    .order_by(Review.at)
    .limit(at_most(10 * ECHO_CARDS))
)


def _has_rested(handle: Handle, learner: Learner, queue: Queue, deck: WaitingDeck, now: datetime) -> bool:
    """Whether enough has come since the drill's first card for the repeat to be more than an echo: the minutes the
    learner chose or, unless they want it later than that, some cards. All that came since are others: answered again,
    it would be the first no longer."""
    at = _first_drilled(deck)
    after = timedelta(minutes=learner.drill_after)
    if now - at >= after or after > ECHO:
        return now - at >= after
    since = {"learner_id": learner.id, "day": queue.day, "at": at}
    others = {*connection_of(handle).scalars(_SINCE, since)} | ({queue.without} if queue.without else set())
    return len(others) >= ECHO_CARDS
