"""When the cards of the decks a learner follows were added."""

from bisect import bisect_right
from dataclasses import dataclass
from datetime import UTC, datetime

import sqlalchemy as sa
from sqlalchemy.orm import Session

from app.clock import study_day
from app.models import Card, Learner, Note
from app.progress.over_time import BY_DAY, unit_for
from app.progress.scope import Scope, Span
from app.progress.stretches import Unit, stretches_of
from app.progress.tagged import named, tagged_ids

QUARTER_MS = 900_000
"""Wherever a learner lives, their day begins on a quarter of an hour."""


@dataclass(frozen=True, slots=True)
class Added:
    """How many cards were added in each stretch of a span, and `before` it."""

    unit: Unit
    stretches: tuple[Span, ...]
    cards: tuple[int, ...]
    before: int


def added_of(session: Session, scope: Scope, learner: Learner, span: Span) -> Added:
    """The cards by the day their notes were written, here or, where a file says so, elsewhere.

    It looks up every note of the scope: no day is kept with a card. A tenth of a second for a hundred thousand.
    """
    days: dict[int, int] = {}
    for quarter, cards in _quarters(session, scope):
        moment = datetime.fromtimestamp(quarter * QUARTER_MS / 1000, UTC)
        day = study_day(moment, learner.time_zone, learner.day_starts_at)
        days[day] = days.get(day, 0) + cards
    first = min([*days, span.last - BY_DAY + 1]) if span.first is None else span.first
    unit = unit_for(span.last - first + 1)
    stretches = stretches_of(first, span.last, unit)
    begins, counts = [each.first or 0 for each in stretches], [0] * len(stretches)
    for day, cards in days.items():
        if first <= day <= span.last:
            counts[bisect_right(begins, day) - 1] += cards
    return Added(unit, tuple(stretches), tuple(counts), sum(cards for day, cards in days.items() if day < first))


def _quarters(session: Session, scope: Scope) -> list[tuple[int, int]]:
    quarter = (sa.type_coerce(Note.created_at, sa.BigInteger) // QUARTER_MS).label("quarter")
    rows = sa.select(quarter, sa.func.count()).select_from(Card).join(Note, Note.id == Card.note_id)
    rows = rows.where(Card.deck_id.in_(scope.deck_ids), ~Card.retired).group_by(quarter)
    if scope.tag is None:
        found = session.execute(rows)
    else:
        found = session.execute(rows.where(Card.id.in_(tagged_ids(session))), named(scope))
    return [(int(quarter), int(cards)) for quarter, cards in found]
