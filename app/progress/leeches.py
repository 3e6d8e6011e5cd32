"""Cards forgotten so often that repeating them is not what they need."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session, joinedload

from app.models import Card, Figure, Memory, Note
from app.models.deck import with_parents
from app.progress.scope import Scope
from app.progress.sums import counts_of
from app.progress.tagged import named, tagged_ids
from app.scheduling import LEECH_LAPSES

WORST = 20


@dataclass(frozen=True, slots=True)
class Leech:
    """A card, and how often it was forgotten."""

    card: Card
    lapses: int


@dataclass(frozen=True, slots=True)
class Leeches:
    """How many leeches there are, and those forgotten most."""

    count: int
    worst: Sequence[Leech]


def leeches_of(session: Session, scope: Scope, most: int = WORST) -> Leeches:
    """The cards forgotten LEECH_LAPSES times or more, the worst of them with their notes."""
    lapses = counts_of(session, scope, Figure.LAPSES)
    count = sum(cards for times, cards in lapses.items() if times >= LEECH_LAPSES)
    if not count:
        return Leeches(0, ())
    # Written out: a partial index serves no condition whose number is a parameter.
    often = Memory.lapses >= sa.literal_column(str(LEECH_LAPSES), sa.Integer)
    rows = sa.select(Memory.lapses, Card).join(Card, Card.id == Memory.card_id)
    rows = rows.where(Memory.user_id == scope.user_id, often, Memory.deck_id.in_(scope.deck_ids))
    parameters: dict[str, Any] = {}
    if scope.tag is not None:
        rows, parameters = rows.where(Memory.card_id.in_(tagged_ids(session))), named(scope)
    rows = rows.options(joinedload(Card.note).joinedload(Note.note_type), joinedload(Card.deck))
    found = session.execute(rows.order_by(Memory.lapses.desc(), Memory.card_id).limit(most), parameters).all()
    with_parents(session, [card.deck for _, card in found])
    return Leeches(count, [Leech(card, times) for times, card in found])
