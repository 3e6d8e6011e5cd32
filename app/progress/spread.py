"""What a learner's cards are: how long their intervals, how easy, how hard, how stable."""

from collections.abc import Iterator
from dataclasses import dataclass, replace

import sqlalchemy as sa
from sqlalchemy.orm import Session

from app.database import connection_of
from app.models import Figure, Follow
from app.models.scheduling import SETTINGS, versioned_from, with_settings
from app.progress.scope import Scope
from app.progress.sums import counts_of
from app.scheduling import Scheduler


@dataclass(frozen=True, slots=True)
class Spread:
    """How many cards are in each bucket of a figure."""

    figure: Figure
    cards: dict[int, int]

    @property
    def total(self) -> int:
        return sum(self.cards.values())

    @property
    def median(self) -> int:
        """The bucket in which the middle card is, the upper of two; 0 without cards."""
        left = self.total // 2
        for bucket, cards in sorted(self.cards.items()):
            left -= cards
            if left < 0:
                return bucket
        return 0

    def between(self, first: int, last: int | None) -> int:
        """The cards in the buckets from the first to the last (None: to the end)."""
        return sum(
            cards for bucket, cards in self.cards.items() if first <= bucket and (last is None or bucket <= last)
        )


def intervals_of(session: Session, scope: Scope) -> Spread:
    """Days between two reviews of a card."""
    return Spread(Figure.INTERVAL, counts_of(session, scope, Figure.INTERVAL))


def eases_of(session: Session, scope: Scope) -> Spread:
    """In twentieths, of the decks that SM-2 schedules: under FSRS an ease is only kept, and says nothing."""
    scheduled = replace(scope, deck_ids=tuple(_scheduled_by(session, scope, Scheduler.SM2)))
    return Spread(Figure.EASE, counts_of(session, scheduled, Figure.EASE))


def difficulties_of(session: Session, scope: Scope) -> Spread:
    """In tenths; FSRS's alone."""
    return Spread(Figure.DIFFICULTY, counts_of(session, scope, Figure.DIFFICULTY))


def stabilities_of(session: Session, scope: Scope) -> Spread:
    """Days after which nine of ten cards are recalled; FSRS's alone."""
    return Spread(Figure.STABILITY, counts_of(session, scope, Figure.STABILITY))


def _scheduled_by(session: Session, scope: Scope, scheduler: Scheduler) -> Iterator[int]:
    rows = with_settings(sa.select(Follow.deck_id, *SETTINGS).select_from(Follow), scope.user_id)
    wanted = set(scope.deck_ids)
    for deck_id, *columns in connection_of(session).execute(rows.where(Follow.user_id == scope.user_id)):
        if deck_id in wanted and versioned_from(columns).settings.scheduler is scheduler:
            yield deck_id
