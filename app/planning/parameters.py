"""FSRS's parameters for a deck: fitted to what its learner answered there, kept if they predict better, listed."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Session

from app.database import connection_of
from app.errors import N_, Refused
from app.models import Learner, ParameterSet
from app.models.user import one_at_a_time
from app.planning.choosing import Scheduled, scheduled
from app.planning.fitting import Fit, fit
from app.planning.logs import histories_of
from app.scheduling.fsrs import ALGORITHM


@dataclass(frozen=True, slots=True)
class DeckFit:
    """A fit to a learner's answers in a deck, and how the deck is scheduled now."""

    now: Scheduled
    fit: Fit


def fit_deck(session: Session, learner: Learner, deck_id: int) -> DeckFit:
    """Fits parameters to a learner's answers in a deck and all inside it, and changes nothing. Raises NotFound unless
    they follow it, Refused if there are too few answers or the optimizer is not installed."""
    now = scheduled(session, learner, deck_id)
    histories = histories_of(connection_of(session), learner.id, now.deck_ids)
    return DeckFit(now, fit(histories, now.settings.parameters))


def keep_parameters(session: Session, learner: Learner, fitted: DeckFit, moment: datetime) -> ParameterSet:
    """Keeps what was fitted; the same parameters again are the row that is there. Refused unless they predicted the
    held-out answers better than those in use."""
    if not fitted.fit.is_better:
        raise Refused(N_("These parameters predict your newest answers no better, and are not kept."))
    one_at_a_time(session, learner)
    found = fitted.fit
    for known in parameter_sets(session, learner, fitted.now):
        if tuple(known.parameters) == found.parameters:
            return known
    last = session.scalar(sa.select(sa.func.max(ParameterSet.id)).where(ParameterSet.user_id == learner.id))
    kept = ParameterSet(
        user_id=learner.id,
        id=(last or 0) + 1,
        deck_id=fitted.now.deck.id,
        algorithm=ALGORITHM,
        parameter_count=len(found.parameters),
        parameters=list(found.parameters),
        trained_on=found.trained_on,
        held_out=found.held_out,
        loss_before=found.loss_before,
        loss_after=found.loss_after,
        fitted_at=moment,
    )
    session.add(kept)
    session.flush()
    return kept


def parameter_sets(session: Session, learner: Learner, now: Scheduled) -> Sequence[ParameterSet]:
    """The sets that were kept for a deck, the newest first; and the one in use, wherever it came from."""
    here = sa.or_(ParameterSet.deck_id == now.deck.id, ParameterSet.id == now.choice.parameter_set)
    own = sa.select(ParameterSet).where(ParameterSet.user_id == learner.id, here)
    return session.scalars(own.order_by(ParameterSet.id.desc())).all()
