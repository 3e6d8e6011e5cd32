"""Which cards wait for a learner: the selects behind the queue, the home page and the forecast.

Every one names the learner by parameter and touches no more rows than it shows, however large the collection.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import sqlalchemy as sa
from sqlalchemy.orm import Session, aliased

from app.models.deck import Deck
from app.models.follow import Follow
from app.models.memory import Memory
from app.models.note import Card
from app.models.review import DailySummary

COUNTED_UP_TO = 1000
"""Nobody reads more digits than that, and counting on would make the page as slow as the collection is large."""


@dataclass(frozen=True, slots=True)
class Counts:
    """What waits in a deck today; `due` stops at COUNTED_UP_TO."""

    due: int
    new: int
    drill: int

    @property
    def total(self) -> int:
        return self.due + self.new + self.drill

    def __add__(self, other: "Counts") -> "Counts":
        return Counts(self.due + other.due, self.new + other.new, self.drill + other.drill)


def follows_of(user_id: int) -> sa.Select[Follow]:
    """The decks a learner studies, in their order."""
    return (
        sa.select(Follow)
        .join(Deck)
        .where(Follow.user_id == user_id, Follow.stopped_at.is_(None), Deck.published)
        .order_by(Follow.place, Follow.deck_id)
    )


def followed_deck_ids(user_id: int) -> sa.Select[int]:
    """Ids of the decks a learner studies, for a condition."""
    return sa.select(Follow.deck_id).where(Follow.user_id == user_id, Follow.stopped_at.is_(None))


def due_cards(user_id: int, deck_id: int, day: int) -> sa.Select[int]:
    """Ids of the cards due by that day, the longest waiting first. A card in today's drill waits there instead."""
    return (
        sa.select(Memory.card_id)
        .where(Memory.user_id == user_id, Memory.deck_id == deck_id, Memory.queue_day <= day)
        .order_by(Memory.queue_day, Memory.card_id)
    )


def drilled_cards(user_id: int, deck_ids: Sequence[int], day: int) -> sa.Select[Memory]:
    """The memories in that day's drill, the one seen longest ago first."""
    return (
        sa.select(Memory)
        .where(Memory.user_id == user_id, Memory.drill_day == day, Memory.deck_id.in_(deck_ids))
        .order_by(Memory.drill_at, Memory.card_id)
    )


def new_cards(user_id: int, deck_id: int, from_position: int) -> sa.Select[int]:
    """Ids of the cards of a deck the learner has not met, in the deck's order."""
    met = sa.select(Memory.card_id).where(Memory.user_id == user_id, Memory.card_id == Card.id)
    return (
        sa.select(Card.id)
        .where(Card.deck_id == deck_id, ~Card.retired, Card.position >= from_position, ~met.exists())
        .order_by(Card.position, Card.id)
    )


def new_cards_today(user_id: int, deck_id: int, from_position: int, day: int) -> sa.Select[int]:
    """The same without cards whose sibling was answered that day: it would give the answer away."""
    # Two nested questions and not a join: a join lets the database begin with all that the learner remembers.
    sibling, remembered = aliased(Card), aliased(Memory)
    answered = sa.select(remembered.card_id).where(
        remembered.user_id == user_id, remembered.card_id == sibling.id, remembered.last_day == day
    )
    sibling_met = sa.select(sibling.id).where(sibling.note_id == Card.note_id, answered.exists())
    return new_cards(user_id, deck_id, from_position).where(~sibling_met.exists())


def first_position(follow: Follow) -> int:
    """Where to look for the first unmet card: at the cursor, or at the start if the deck was reordered since."""
    return follow.new_from if follow.order_seen == follow.deck.order_version else 0


def introduced_on(user_id: int, deck_id: int, day: int) -> sa.Select[int]:
    """How many of the deck's cards the learner met for the first time that day."""
    return sa.select(DailySummary.introduced).where(
        DailySummary.user_id == user_id, DailySummary.day == day, DailySummary.deck_id == deck_id
    )


def new_left(session: Session, follow: Follow, day: int) -> int:
    """How many new cards the learner's limit still allows that day."""
    introduced = session.scalar(introduced_on(follow.user_id, follow.deck_id, day)) or 0
    return max(0, follow.new_per_day - introduced)


def counts_for(session: Session, follow: Follow, day: int) -> Counts:
    """What waits for the learner in one deck that day."""
    user_id, deck_id = follow.user_id, follow.deck_id
    left = new_left(session, follow, day)
    fresh = new_cards_today(user_id, deck_id, first_position(follow), day)
    return Counts(
        due=_count(session, due_cards(user_id, deck_id, day), COUNTED_UP_TO),
        new=_count(session, _one_a_note(fresh), left) if left else 0,
        drill=_count(session, drilled_cards(user_id, [deck_id], day).with_only_columns(Memory.card_id), COUNTED_UP_TO),
    )


def _one_a_note(cards: sa.Select[int]) -> sa.Select[int]:
    """Siblings keep each other waiting until tomorrow, so of a note's new cards only one counts."""
    return cards.with_only_columns(Card.note_id).order_by(None).distinct()


def _count(session: Session, rows: sa.Select[int], up_to: int) -> int:
    return session.scalar(sa.select(sa.func.count()).select_from(rows.limit(up_to).subquery())) or 0
