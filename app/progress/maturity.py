"""How far a learner has come with each deck."""

from dataclasses import dataclass

import sqlalchemy as sa
from sqlalchemy.orm import Session, joinedload

from app.models import Card, Deck, Follow, Learner, Memory
from app.models.deck import with_parents
from app.models.waiting import follows_of
from app.scheduling import MATURE_INTERVAL


@dataclass(frozen=True, slots=True)
class Maturity:
    """A deck's cards: not met yet; met, and with an interval under 21 days; or 21 and more."""

    deck: Deck
    new: int
    young: int
    mature: int

    @property
    def total(self) -> int:
        return self.new + self.young + self.mature


def maturity_of(session: Session, learner: Learner) -> list[Maturity]:
    """Every deck the learner follows that has cards of its own, in their order."""
    follows = session.scalars(follows_of(learner.id).options(joinedload(Follow.deck))).all()
    with_parents(session, [follow.deck for follow in follows])
    return [maturity for follow in follows if (maturity := _of_deck(session, follow)).total]


def _of_deck(session: Session, follow: Follow) -> Maturity:
    matured = sa.func.sum(sa.case((Memory.interval >= MATURE_INTERVAL, 1), else_=0))
    met, mature, met_retired = session.execute(
        sa.select(
            sa.func.count(),
            sa.func.coalesce(matured, 0),
            sa.func.coalesce(sa.func.sum(sa.cast(Card.retired, sa.Integer)), 0),
        )
        .select_from(Memory)
        .join(Card, Card.id == Memory.card_id)
        .where(Memory.user_id == follow.user_id, Memory.deck_id == follow.deck_id)
    ).one()
    live = session.scalar(
        sa.select(sa.func.count()).select_from(Card).where(Card.deck_id == follow.deck_id, ~Card.retired)
    )
    is_closed = follow.deck.is_closed_to(follow.user_id)
    new = 0 if is_closed else max(0, (live or 0) - (met - int(met_retired)))
    return Maturity(follow.deck, new, met - int(mature), int(mature))
