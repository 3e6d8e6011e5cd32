"""What the finished page says: when the next card comes and what tomorrow brings."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from app.database import Handle, connection_of
from app.models import DailySummary, Deck, Follow, Kind, Learner, Memory, Review
from app.models.waiting import (
    COUNTED_UP_TO,
    DAY,
    LEARNER,
    at_most,
    first_of,
    first_position,
    followed,
    new_cards,
    new_cards_today,
    number_of,
)
from app.study.queue import Queue


@dataclass(frozen=True, slots=True)
class Rest:
    """The day's end. `next_day` is the next study day with a due card, None when nothing is scheduled; `held_back` says
    that new cards wait for tomorrow's limit."""

    answers: int
    took_ms: int
    next_day: int | None
    due_tomorrow: int
    held_back: bool
    more_in: int | None
    """The followed deck whose next new cards could come today already, if the learner wants more."""


def rest_of_the_day(handle: Handle, learner: Learner, queue: Queue) -> Rest:
    """What was done today in the queue's decks and what comes next."""
    today, decks = queue.day, [deck.id for deck in queue.decks]
    answers, took_ms = (
        connection_of(handle)
        .execute(
            sa.select(
                sa.func.coalesce(sa.func.sum(DailySummary.answers), 0),
                sa.func.coalesce(sa.func.sum(DailySummary.took_ms), 0),
            )
            .where(DailySummary.user_id == learner.id, DailySummary.day == today, DailySummary.deck_id.in_(decks))
            .where(DailySummary.kind == Kind.ANSWER)
        )
        .one()
    )
    named = {"learner_id": learner.id, "day": today, "root_id": queue.root_id}
    ahead = connection_of(handle).execute(_AHEAD_EVERYWHERE if queue.root_id is None else _AHEAD_INSIDE, named).all()
    return Rest(
        answers=int(answers),
        took_ms=int(took_ms),
        next_day=min((row.next_day for row in ahead if row.next_day is not None), default=None),
        due_tomorrow=min(COUNTED_UP_TO, sum(row.due_tomorrow for row in ahead)),
        held_back=any(row.new_per_day > 0 and row.next_new is not None for row in ahead),
        more_in=_first_with_more(queue, {row.deck_id for row in ahead if row.next_today is not None}),
    )


_SINCE = (
    sa.select(Review.card_id)
    .where(Review.user_id == LEARNER, Review.day >= DAY, Review.at >= sa.bindparam("since", type_=Review.at.type))
    .where(Review.kind == Kind.ANSWER, Review.undone_at.is_(None))
    .limit(at_most(COUNTED_UP_TO))
    .subquery()
)
_ANSWERS_SINCE = sa.select(sa.func.count()).select_from(_SINCE)


def answers_since(handle: Handle, learner: Learner, day: int, since: datetime) -> int:
    """How many answers stand that the learner gave from a moment of that study day on, up to COUNTED_UP_TO."""
    named = {"learner_id": learner.id, "day": day, "since": since}
    return connection_of(handle).scalar(_ANSWERS_SINCE, named) or 0


def _first_with_more(queue: Queue, deck_ids: set[int]) -> int | None:
    return next((deck.root_id for deck in queue.decks if deck.id in deck_ids), None)


def _ahead(*, inside: bool) -> sa.Select[Any]:
    """For each deck: the next day with a due card, how many are due tomorrow, the next card not met, and the next one
    that could come today. Whoever asks
    has nothing due today, so a deck's next day is the first entry of its queue."""
    later = (Memory.user_id == LEARNER, Memory.deck_id == Follow.deck_id, Memory.queue_day > DAY)
    next_day = sa.select(Memory.queue_day).where(*later).order_by(Memory.queue_day)
    tomorrow = sa.select(Memory.card_id).where(*later[:2], Memory.queue_day == DAY + 1)
    columns = (
        Follow.deck_id,
        Follow.new_per_day,
        first_of(next_day).label("next_day"),
        number_of(tomorrow).label("due_tomorrow"),
        first_of(new_cards(LEARNER, Follow.deck_id, first_position())).label("next_new"),
        first_of(new_cards_today(LEARNER, Follow.deck_id, first_position(), DAY)).label("next_today"),
    )
    return followed(sa.select(*columns).select_from(Follow).join(Deck), inside)


_AHEAD_EVERYWHERE, _AHEAD_INSIDE = _ahead(inside=False), _ahead(inside=True)
