"""How far a learner has come with each deck."""

from collections import defaultdict
from dataclasses import dataclass
from enum import IntEnum
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from app.models import Card, Deck, Figure, Mark, Memory, MemoryCount
from app.models.audience import is_open_to
from app.models.tagged import tagged_cards
from app.progress.scope import Scope
from app.progress.tagged import named
from app.scheduling import MATURE_INTERVAL


class State(IntEnum):
    """What a card is to a learner now."""

    NEW = 0
    YOUNG = 1
    MATURE = 2
    SUSPENDED = 3
    BURIED = 4


@dataclass(frozen=True, slots=True)
class Maturity:
    """Cards by state. `new`: not met yet; `young`: met, with an interval under 21 days; `mature`: of 21 and more. Those
    the learner suspended or put off (`buried`) are in none of these three, met or not."""

    new: int = 0
    young: int = 0
    mature: int = 0
    suspended: int = 0
    buried: int = 0

    @property
    def total(self) -> int:
        return self.new + self.young + self.mature + self.suspended + self.buried

    def __add__(self, other: "Maturity") -> "Maturity":
        return Maturity(*(getattr(self, name) + getattr(other, name) for name in self.__slots__))


def maturity_of(session: Session, scope: Scope, today: int) -> dict[int, Maturity]:
    """The scope's decks that have cards, by id. What an author retired counts for those who have met it."""
    cards = _of_tag(session, scope, today) if scope.tag is not None else _of_decks(session, scope, today)
    decks = {deck_id: Maturity(*(max(0, count) for count in counts)) for deck_id, counts in cards.items()}
    return {deck_id: maturity for deck_id, maturity in decks.items() if maturity.total}


def _of_decks(session: Session, scope: Scope, today: int) -> dict[int, list[int]]:
    """Counted cards and memories added up; only marked and retired cards are looked at one by one."""
    cards: dict[int, list[int]] = defaultdict(lambda: [0] * len(State))
    for deck_id, live in session.execute(_live(scope)):
        cards[deck_id][State.NEW] = live
    for deck_id, young, mature in session.execute(_met(scope)):
        counts = cards[deck_id]
        counts[State.NEW] -= young + mature
        counts[State.YOUNG], counts[State.MATURE] = young, mature
    for deck_id, retired in session.execute(_met_and_retired(scope)):
        cards[deck_id][State.NEW] += retired
    for deck_id, before, now, count in session.execute(_hidden(scope, today)):
        cards[deck_id][before] -= count
        cards[deck_id][now] += count
    return cards


def _live(scope: Scope) -> Any:
    """Of a deck that was closed nothing new is met."""
    live = sa.select(Card.deck_id, sa.func.count()).join(Deck, Deck.id == Card.deck_id)
    live = live.where(Card.deck_id.in_(scope.deck_ids), ~Card.retired, is_open_to(scope.user_id))
    return live.group_by(Card.deck_id)


def _met(scope: Scope) -> Any:
    mature = MemoryCount.bucket >= MATURE_INTERVAL
    young_and_mature = (sa.func.sum(sa.case((one, MemoryCount.cards), else_=0)) for one in (~mature, mature))
    met = sa.select(MemoryCount.deck_id, *(sa.cast(number, sa.Integer) for number in young_and_mature))
    own = (MemoryCount.user_id == scope.user_id, MemoryCount.figure == Figure.INTERVAL)
    return met.where(*own, MemoryCount.deck_id.in_(scope.deck_ids)).group_by(MemoryCount.deck_id)


def _met_and_retired(scope: Scope) -> Any:
    own = sa.and_(Memory.user_id == scope.user_id, Memory.card_id == Card.id)
    retired = sa.select(Memory.deck_id, sa.func.count()).select_from(Card).join(Memory, own)
    return retired.where(Card.deck_id.in_(scope.deck_ids), Card.retired).group_by(Memory.deck_id)


def _hidden(scope: Scope, today: int) -> Any:
    """How many cards of a deck would be in one state and are in another by their mark."""
    deck_id, before = sa.func.coalesce(Memory.deck_id, Card.deck_id).label("deck"), _memorised().label("before")
    now = sa.case((Mark.suspended, int(State.SUSPENDED)), else_=int(State.BURIED)).label("now")
    rows = sa.select(deck_id, before, now, sa.func.count()).select_from(Mark).join(Card, Card.id == Mark.card_id)
    rows = rows.outerjoin(Memory, _is_memory_of(scope, Mark.card_id))
    hidden = (Mark.user_id == scope.user_id, sa.or_(Mark.suspended, Mark.buried_until > today), _counts(Card))
    return rows.where(*hidden, deck_id.in_(scope.deck_ids)).group_by(deck_id, before, now)


def _of_tag(session: Session, scope: Scope, today: int) -> dict[int, list[int]]:
    card: Any = tagged_cards(session.get_bind().dialect.name)
    hidden = (Mark.suspended, int(State.SUSPENDED)), (Mark.buried_until > today, int(State.BURIED))
    state = sa.case(*hidden, else_=_memorised()).label("state")
    rows = sa.select(card.deck_id, state, sa.func.count()).select_from(card)
    rows = rows.outerjoin(Memory, _is_memory_of(scope, card.id))
    rows = rows.outerjoin(Mark, sa.and_(Mark.user_id == scope.user_id, Mark.card_id == card.id))
    given = sa.or_(Memory.card_id.is_not(None), is_open_to(scope.user_id))
    rows = rows.join(Deck, Deck.id == card.deck_id).where(card.deck_id.in_(scope.deck_ids), _counts(card), given)
    rows = rows.group_by(card.deck_id, state)
    cards: dict[int, list[int]] = defaultdict(lambda: [0] * len(State))
    for deck_id, place, count in session.execute(rows, named(scope)):
        cards[deck_id][place] = count
    return cards


def _is_memory_of(scope: Scope, card_id: Any) -> sa.ColumnElement[bool]:
    return sa.and_(Memory.user_id == scope.user_id, Memory.card_id == card_id)


def _memorised() -> sa.ColumnElement[int]:
    """The state of a card without marks; Memory is joined from outside."""
    unmet = (Memory.card_id.is_(None), int(State.NEW))
    return sa.case(unmet, (Memory.interval >= MATURE_INTERVAL, int(State.MATURE)), else_=int(State.YOUNG))


def _counts(card: Any) -> sa.ColumnElement[bool]:
    return sa.or_(~card.retired, Memory.card_id.is_not(None))
