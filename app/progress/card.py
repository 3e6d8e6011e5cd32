"""One card and its learner: what was answered, what the scheduler made of it, and how it is being forgotten."""

import json
from collections.abc import Iterator
from dataclasses import dataclass, replace

import sqlalchemy as sa
from sqlalchemy.orm import Session

from app.database import connection_of
from app.models import Learner, Review
from app.models.review import FOLDED, IMPORTED_ROWS
from app.models.scheduling import Versioned, versioned_of
from app.scheduling import NEW, Event, MemoryState, Scheduler, take
from app.scheduling.replay import in_order

POINTS = 24
"""Of the curve between two repetitions."""
AHEAD = 30
"""Days that the curve goes on, at least, after today."""


@dataclass(frozen=True, slots=True)
class Step:
    """One row of a card's log, the latest state it led to, and whether it was the day's repetition; the rest is drill.
    `kind` is a review's; only an ANSWER has a grade that means something."""

    day: int
    kind: int
    grade: int
    took_ms: int
    is_repetition: bool
    state: MemoryState


@dataclass(frozen=True, slots=True)
class Elsewhere:
    """An answer given elsewhere, and the interval it led to there: days, or negative seconds."""

    day: int
    grade: int
    took_ms: int
    interval: int


@dataclass(frozen=True, slots=True)
class CardHistory:
    """A card's steps, the oldest first, what was answered `elsewhere` before, and its state now. `curve`: the
    probability of recall by study day as FSRS has it, a line for each time between two repetitions, up to the day the
    card is due or some days from now."""

    steps: tuple[Step, ...]
    elsewhere: tuple["Elsewhere", ...]
    state: MemoryState
    chosen: Versioned
    curve: tuple[tuple[tuple[int, float], ...], ...]
    recall: float | None


def card_history(session: Session, learner: Learner, card_id: int, deck_id: int, today: int) -> CardHistory:
    """The history of a card, folded under the settings of its deck."""
    own = (Review.user_id == learner.id, Review.card_id == card_id)
    rows = session.scalars(
        sa.select(Review).where(*own, Review.kind.in_(FOLDED), Review.undone_at.is_(None)).order_by(Review.id)
    ).all()
    by_id = {row.id: row for row in rows}
    chosen = versioned_of(connection_of(session), learner.id, deck_id)
    log, state, steps = in_order(row.event for row in rows), NEW, []
    for event in log:
        before, state = state, take(state, event, chosen.settings, card_id)
        first = before.last_day is None or event.day > before.last_day
        row = by_id[event.id]
        steps.append(Step(event.day, row.kind, row.grade, row.took_ms, first, state))
    curve, recall = _forgetting(log, chosen, card_id, today)
    elsewhere = tuple(_elsewhere(session, learner, card_id))
    return CardHistory(tuple(steps), elsewhere, state, chosen, curve, recall)


def _elsewhere(session: Session, learner: Learner, card_id: int) -> Iterator[Elsewhere]:
    """The answers an import brought; what was set by hand there is none."""
    rows = IMPORTED_ROWS.where(Review.user_id == learner.id, Review.card_id == card_id)
    for _, day, _, grade, told, _, took_ms in connection_of(session).execute(rows):
        if grade:
            yield Elsewhere(day, grade, took_ms, json.loads(told)[1] if told else 0)


def _forgetting(
    log: list[Event], chosen: Versioned, card_id: int, today: int
) -> tuple[tuple[tuple[tuple[int, float], ...], ...], float | None]:
    """The curve, and the probability of recall today; SM-2 has none of its own, so it is FSRS's in either case."""
    settings = replace(chosen.settings, scheduler=Scheduler.FSRS)
    states: list[MemoryState] = []
    state = NEW
    for event in log:
        state = take(state, event, settings, card_id)
        if state.stability is None:
            # Reset, or put on a day before it was ever answered: nothing is known to be forgotten.
            states.clear()
            continue
        if not states or state.last_day != states[-1].last_day:
            states.append(state)
        states[-1] = state
    if not states or state.last_day is None or state.due_day is None:
        return (), None
    ends = [one.last_day or 0 for one in states[1:]] + [max(today + AHEAD, state.due_day)]
    recall = settings.fsrs.forgetting_curve()
    curve = tuple(
        tuple((day, recall(one.stability or 0.001, day - (one.last_day or 0))) for day in _days(one.last_day or 0, end))
        for one, end in zip(states, ends, strict=True)
    )
    return curve, recall(state.stability or 0.001, max(0, today - state.last_day))


def _days(begin: int, end: int) -> Iterator[int]:
    """Some days from the first to the last, evenly spread."""
    step = max(1, -(-(end - begin) // POINTS))
    yield from range(begin, end, step)
    yield end
