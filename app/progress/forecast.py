"""What is coming."""

from dataclasses import dataclass

import sqlalchemy as sa
from sqlalchemy.orm import Session

from app.models import Learner, Memory
from app.models.follow import Follow
from app.models.waiting import follows_of

FORECAST_DAYS = 14


@dataclass(frozen=True, slots=True)
class Forecast:
    """How many cards come due on each of the next days, today first; what was due before today waits today."""

    first_day: int
    due: tuple[int, ...]

    @property
    def total(self) -> int:
        return sum(self.due)


def forecast_of(session: Session, learner: Learner, today: int, days: int = FORECAST_DAYS) -> Forecast:
    """The forecast over the decks the learner follows."""
    decks = follows_of(learner.id).with_only_columns(Follow.deck_id).order_by(None)
    shown_on = sa.case((Memory.queue_day < today, today), else_=Memory.queue_day).label("shown_on")
    rows = session.execute(
        sa.select(shown_on, sa.func.count())
        .where(Memory.user_id == learner.id, Memory.queue_day < today + days, Memory.deck_id.in_(decks))
        .group_by(shown_on)
    )
    counts: dict[int, int] = dict(rows.all())
    return Forecast(today, tuple(counts.get(today + offset, 0) for offset in range(days)))
