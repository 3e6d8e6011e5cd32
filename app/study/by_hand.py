"""What a learner does to a card's schedule by hand: another due day, or from the beginning. Rows of the log like
answers, so that they are undone, replayed and kept like them."""

from contextlib import nullcontext
from datetime import datetime, timedelta
from uuid import UUID

import sqlalchemy as sa

from app.clock import hour_of
from app.database import Handle, Writing, connection_of, forget
from app.errors import N_, NotFound, Refused
from app.models import Card, Deck, Follow, Kind, Learner, Memory, Review
from app.models.audience import is_open_to
from app.models.summing import Logged
from app.models.waiting import LEARNER
from app.study.folding import fold_again, since_reset, standing_log
from app.study.keeping import LOCK_FOLLOW, LOG, LOG_STATE, MOVE_DAY, log_values, lower_cursor, named

FARTHEST = 36_500
"""Days from now that a card can be put off, as far as any interval goes."""


def set_due(
    handle: Handle,
    learner: Learner,
    card_id: int,
    change: tuple[UUID, int],
    now: datetime,
    in_transaction: Writing | None = None,
) -> None:
    """Makes a card due on a study day, today at the earliest; a card answered today is due tomorrow at the earliest.

    Its interval stays what it was. The same change (by its id) again does nothing more. Raises NotFound unless the
    learner follows the card's deck, Refused for a day that has passed or is a hundred years away.
    """
    change_id, due_day = change
    today = learner.today(now)
    if not today <= due_day <= today + FARTHEST:
        raise Refused(N_("Choose a day from today on, within the next hundred years."), field="due_day")
    _log(handle, learner, (card_id, change_id, Kind.SET_DUE), {"due_day": due_day}, now, in_transaction)


def reset_card(
    handle: Handle,
    learner: Learner,
    card_id: int,
    change_id: UUID,
    now: datetime,
    in_transaction: Writing | None = None,
) -> None:
    """Makes a card new again; its history is kept. The same change (by its id) again does nothing more, and neither
    does resetting a card that is new. Raises NotFound unless the learner follows the card's deck."""
    _log(handle, learner, (card_id, change_id, Kind.RESET), None, now, in_transaction)


_CARD = (
    sa.select(Card.deck_id, Card.position, is_open_to(LEARNER).label("is_open"))
    .join(Deck, Deck.id == Card.deck_id)
    .join(Follow, Follow.deck_id == Card.deck_id)
    .outerjoin(Memory, sa.and_(Memory.user_id == LEARNER, Memory.card_id == Card.id))
    .where(Follow.user_id == LEARNER, Follow.stopped_at.is_(None), Deck.published)
    .where(sa.or_(is_open_to(LEARNER), Memory.card_id.is_not(None)))
)
CLOSED = N_("Its author has closed this deck. A card made new again could not come back, so it stays as it is.")


def _log(
    handle: Handle,
    learner: Learner,
    event: tuple[int, UUID, Kind],
    state: dict[str, object] | None,
    now: datetime,
    in_transaction: Writing | None,
) -> None:
    card_id, change_id, kind = event
    with nullcontext(handle) if in_transaction is None else in_transaction() as transaction:
        connection = connection_of(transaction)
        card = connection.execute(_CARD.where(Card.id == card_id), {"learner_id": learner.id}).first()
        if card is None:
            raise NotFound()
        if kind == Kind.RESET and not card.is_open:
            raise Refused(CLOSED)
        if connection.dialect.name == "postgresql":
            connection.execute(LOCK_FOLLOW, named(user_id=learner.id, deck_id=card.deck_id))
        before = standing_log(connection, learner.id, card_id)
        if _is_known(connection, learner.id, card_id, change_id) or (kind == Kind.RESET and not since_reset(before)):
            return
        at = max([now, *(logged.at + timedelta(milliseconds=1) for logged in before)])
        hour = hour_of(now, learner.time_zone)
        logged = Logged(change_id, learner.today(now), hour, at, 0, card.deck_id, 0, state, kind)
        if kind == Kind.RESET:
            lower_cursor(connection, learner.id, card.deck_id, card.position)
        values = log_values(learner.id, card_id, logged)
        connection.execute(LOG if state is None else LOG_STATE, values)
        fold_again(connection, learner.id, (card_id, card.deck_id), before, [*before, logged])
        connection.execute(MOVE_DAY, values)
        forget(transaction)


def _is_known(connection: sa.Connection, user_id: int, card_id: int, change_id: UUID) -> bool:
    own = (Review.user_id == user_id, Review.card_id == card_id, Review.id == change_id)
    return connection.execute(sa.select(Review.id).where(*own)).first() is not None
