"""What the finished page says: when the next card comes and what tomorrow brings."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from app.database import Handle, connection_of
from app.models import DailySummary, Deck, Follow, Kind, Learner, Memory, Review, Stage
from app.models.follow import NEW_PER_DAY
from app.models.review import GIVEN_HERE
from app.models.waiting import (
    A_LOT_OF_NEW,
    COUNTED_UP_TO,
    DAY,
    LEARNER,
    at_most,
    due_cards,
    first_of,
    first_position,
    followed,
    new_cards_today,
    number_of,
)
from app.scheduling.memory import HARD
from app.study.queue import Queue


@dataclass(frozen=True, slots=True)
class Done:
    """A day's answers and the time they took. Of the cards answered, `met` were new; of those `repeated`, so many were
    `remembered` at the first try."""

    answers: int
    took_ms: int
    met: int
    repeated: int
    remembered: int


@dataclass(frozen=True, slots=True)
class Rest:
    """The day's end. `next_day` is the next study day with a due card, None when nothing is scheduled; `due_tomorrow`
    and `new_tomorrow`: how many come then, within the limits; `held_back`: how many more cards are due today than the
    limit of reviews lets come."""

    done: Done
    next_day: int | None
    due_tomorrow: int
    new_tomorrow: int
    held_back: int
    more_new_in: int | None
    """The followed deck whose next new cards could come today already, if the learner wants more."""
    more_reviews_in: int | None
    """The followed deck whose limit of reviews holds some back."""


def rest_of_the_day(handle: Handle, learner: Learner, queue: Queue) -> Rest:
    """What was done today in the queue's decks and what comes next."""
    today = queue.day
    named = {"learner_id": learner.id, "day": today, "root_id": queue.root_id}
    rows = connection_of(handle).execute(_AHEAD_EVERYWHERE if queue.root_id is None else _AHEAD_INSIDE, named).all()
    ahead = {row.deck_id: row for row in rows}
    coming = [row for row in rows if row.reviews_per_day != 0]
    next_days = [today + 1 if row.held_back else row.next_day for row in coming if row.held_back or row.next_day]
    return Rest(
        done=_done(handle, learner, queue),
        next_day=min(next_days, default=None),
        due_tomorrow=_tomorrow(queue, {row.deck_id: (row.reviews_per_day, row.due_tomorrow) for row in rows}),
        new_tomorrow=_tomorrow(queue, {row.deck_id: (row.new_per_day, row.new_tomorrow) for row in rows}),
        held_back=min(COUNTED_UP_TO, sum(row.held_back for row in rows)),
        more_new_in=next((deck.root_id for deck in queue.decks if ahead[deck.id].next_today is not None), None),
        more_reviews_in=next((deck.root_id for deck in queue.decks if ahead[deck.id].held_back), None),
    )


def _done(handle: Handle, learner: Learner, queue: Queue) -> Done:
    named = {"learner_id": learner.id, "day": queue.day, "deck_ids": [deck.id for deck in queue.decks]}
    return Done(*(int(figure) for figure in connection_of(handle).execute(_DONE, named).one()))


def _tomorrow(queue: Queue, waiting: dict[int, tuple[int | None, int]]) -> int:
    """How many cards the limits let come tomorrow, given for each deck the limit that it shares with the others of its
    tree (None: no limit) and what waits in it."""
    wanted: dict[int, int] = {}
    limits: dict[int, int] = {}
    for deck in queue.decks:
        limit, number = waiting[deck.id]
        wanted[deck.root_id] = wanted.get(deck.root_id, 0) + number
        limits[deck.root_id] = COUNTED_UP_TO if limit is None else limit
    return min(COUNTED_UP_TO, sum(min(limits[root_id], number) for root_id, number in wanted.items()))


def _done_in_decks() -> sa.Select[Any]:
    new = DailySummary.stage == Stage.NEW
    repeated = sa.and_(DailySummary.first, ~new)
    figures = (
        *(DailySummary.answers, DailySummary.took_ms),
        *(_answers_if(new), _answers_if(repeated), _answers_if(repeated, DailySummary.grade >= HARD)),
    )
    return sa.select(*(sa.func.coalesce(sa.func.sum(figure), 0) for figure in figures)).where(
        *(DailySummary.user_id == LEARNER, DailySummary.day == DAY, DailySummary.kind == Kind.ANSWER),
        DailySummary.deck_id.in_(sa.bindparam("deck_ids", expanding=True)),
    )


def _answers_if(*conditions: sa.ColumnElement[bool]) -> sa.ColumnElement[int]:
    return sa.case((sa.and_(*conditions), DailySummary.answers), else_=0)


_SINCE = (
    sa.select(Review.card_id)
    .where(Review.user_id == LEARNER, Review.day >= DAY, Review.at >= sa.bindparam("since", type_=Review.at.type))
    .where(Review.kind == Kind.ANSWER, GIVEN_HERE, Review.undone_at.is_(None))
    .limit(at_most(COUNTED_UP_TO))
    .subquery()
)
_ANSWERS_SINCE = sa.select(sa.func.count()).select_from(_SINCE)


def answers_since(handle: Handle, learner: Learner, day: int, since: datetime) -> int:
    """How many answers stand that the learner gave from a moment of that study day on, up to COUNTED_UP_TO."""
    named = {"learner_id": learner.id, "day": day, "since": since}
    return connection_of(handle).scalar(_ANSWERS_SINCE, named) or 0


def _ahead(*, inside: bool) -> sa.Select[Any]:
    """For each deck: the next day with a due card, how many could come tomorrow, how many are due today and held back,
    and the next new card that could come today. Whoever asks has nothing due today but what is held back, so a deck's
    next day is the next entry of its queue."""
    later = (Memory.user_id == LEARNER, Memory.deck_id == Follow.deck_id, Memory.queue_day > DAY)
    next_day = sa.select(Memory.queue_day).where(*later).order_by(Memory.queue_day)
    tomorrow = sa.select(Memory.card_id).where(*later[:2], Memory.queue_day == DAY + 1)
    held_back = due_cards(LEARNER, Follow.deck_id, DAY)
    with_held_back = number_of(due_cards(LEARNER, Follow.deck_id, DAY + 1))
    fresh = new_cards_today(LEARNER, Follow.deck_id, first_position(), DAY + 1).order_by(None)
    columns = (
        *(Follow.deck_id, Follow.new_per_day, Follow.reviews_per_day, first_of(next_day).label("next_day")),
        _if_limited(with_held_back, number_of(tomorrow)).label("due_tomorrow"),
        _if_limited(number_of(held_back), sa.literal_column("0")).label("held_back"),
        _up_to_the_limit(fresh).label("new_tomorrow"),
        first_of(new_cards_today(LEARNER, Follow.deck_id, first_position(), DAY)).label("next_today"),
    )
    return followed(sa.select(*columns).select_from(Follow).join(Deck), inside)


def _if_limited(limited: sa.ColumnElement[int], otherwise: sa.ColumnElement[int]) -> sa.ColumnElement[int]:
    return sa.case((Follow.reviews_per_day.is_not(None), limited), else_=otherwise)


def _up_to_the_limit(fresh: sa.Select[Any]) -> sa.ColumnElement[int]:
    """How many of these new cards there are, counted about as far as the limit lets them come."""
    steps = ((Follow.new_per_day <= few, number_of(fresh, few)) for few in (0, NEW_PER_DAY, A_LOT_OF_NEW))
    return sa.case(*steps, else_=number_of(fresh))


_DONE = _done_in_decks()
_AHEAD_EVERYWHERE, _AHEAD_INSIDE = _ahead(inside=False), _ahead(inside=True)
