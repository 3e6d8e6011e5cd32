"""What the finished page says: when the next card comes and what tomorrow brings."""

from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Session

from app.models import DailySummary, Follow, Memory, User
from app.models.waiting import COUNTED_UP_TO, first_position, new_cards
from app.study.queue import Scope


@dataclass(frozen=True, slots=True)
class Rest:
    """The day's end. `next_day` is the next study day with a due card, None when nothing is scheduled; `held_back` says
    that new cards wait for tomorrow's limit."""

    answers: int
    took_ms: int
    next_day: int | None
    due_tomorrow: int
    held_back: bool


def rest_of_the_day(session: Session, learner: User, scope: Scope, now: datetime) -> Rest:
    """What was done today in the scope and what comes next."""
    today, decks = learner.today(now), scope.deck_ids
    answers, took_ms = session.execute(
        sa.select(
            sa.func.coalesce(sa.func.sum(DailySummary.answers), 0),
            sa.func.coalesce(sa.func.sum(DailySummary.took_ms), 0),
        ).where(DailySummary.user_id == learner.id, DailySummary.day == today, DailySummary.deck_id.in_(decks))
    ).one()
    ahead = [Memory.user_id == learner.id, Memory.deck_id.in_(decks), Memory.queue_day > today]
    tomorrow = sa.select(Memory.card_id).where(*ahead, Memory.queue_day == today + 1).limit(COUNTED_UP_TO)
    return Rest(
        answers=int(answers),
        took_ms=int(took_ms),
        next_day=session.scalar(sa.select(sa.func.min(Memory.queue_day)).where(*ahead)),
        due_tomorrow=session.scalar(sa.select(sa.func.count()).select_from(tomorrow.subquery())) or 0,
        held_back=any(_has_new(session, follow) for follow in scope.follows),
    )


def _has_new(session: Session, follow: Follow) -> bool:
    """Whether tomorrow brings a card of the deck the learner has not met: there is one, and the limit allows any."""
    cards = new_cards(follow.user_id, follow.deck_id, first_position(follow)).limit(1)
    return follow.new_per_day > 0 and session.scalar(cards) is not None
