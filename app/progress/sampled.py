"""A bounded number of a learner's cards and their logs, for figures of which nothing is kept added up."""

from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from itertools import groupby
from typing import Any, NamedTuple
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Session, aliased

from app.database import connection_of
from app.models import Kind, Memory, Review
from app.models.deck import unseen_decks
from app.models.review import FOLDED, event_of
from app.models.scheduling import all_settings
from app.progress.scope import Scope, Span
from app.progress.sums import parts_of
from app.progress.tagged import named, tagged_ids
from app.scheduling import Event, Settings

PRIME, STEP = 104_729, 64_727
"""Card ids are spread over a circle of PRIME places by steps of the golden ratio, so that those of one deck, or every
second one (a note's other direction), are neither bunched together nor left out."""
MOST_ROWS, FEWEST_CARDS = 20_000, 100
"""Rows of the log that a page may fold: a quarter of a second."""
NO_ID, NO_MOMENT = UUID(int=0), datetime(1970, 1, 1, tzinfo=UTC)
"""Both put events in order, and here the database has done that."""

_SAMPLED = (Memory.card_id, Memory.scheduler_version)


class Sampled(NamedTuple):
    """A card, and the settings its memory is the fold under."""

    card_id: int
    settings: Settings


class Logged(NamedTuple):
    """A standing row of a card's log. `told`: of IMPORTED what the log it came from says; see Review.state."""

    day: int
    kind: int
    grade: int
    told: Any

    @property
    def event(self) -> Event:
        """What the fold makes of it. No moment: the rows come in order, and only the drill would read it."""
        return event_of(self.kind, NO_ID, self.day, NO_MOMENT, self.grade, self.told)


def affordable(session: Session, scope: Scope, met: int, most: int) -> int:
    """How many cards' logs may be read, at most so many: fewer where each of the `met` cards has a long one."""
    if scope.tag is not None:
        return most
    answers = sum(part.answers for part in parts_of(session, scope, Span(None, 0)))
    return min(most, max(FEWEST_CARDS, MOST_ROWS * met // max(1, answers)))


def sampled_cards(session: Session, scope: Scope, met: int, most: int) -> list[Sampled]:
    """`most` of the scope's `met` cards, the same ones whenever they are asked for; all if there are no more."""
    card = aliased(Memory)
    ids = sa.select(card.card_id).where(card.user_id == scope.user_id, card.deck_id.in_(scope.deck_ids))
    if scope.tag is not None:
        ids = ids.where(card.card_id.in_(tagged_ids(session)))
    if met > most:
        place = sa.cast(card.card_id, sa.BigInteger) % PRIME * STEP % PRIME
        # A few more than come up to be right on the average, then cut off.
        ids = ids.where(place < PRIME * most * 1.2 / met).order_by(place, card.card_id).limit(most)
    # The ids alone are read from the queue's index, and the rows of those that were chosen.
    return _with_settings(session, scope, sa.select(*_SAMPLED).where(Memory.card_id.in_(ids)))


def cards_answered_since(session: Session, scope: Scope, day: int, most: int) -> list[Sampled]:
    """The cards of the scope whose last answer was given on that day or later, at most so many: the latest."""
    rows = sa.select(*_SAMPLED).where(Memory.last_day >= day)
    if scope.deck_id is None:
        rows = rows.where(Memory.deck_id.not_in(unseen_decks(scope.user_id)))
    else:
        rows = rows.where(Memory.deck_id.in_(scope.deck_ids))
    if scope.tag is not None:
        rows = rows.where(Memory.card_id.in_(tagged_ids(session)))
    return _with_settings(session, scope, rows.order_by(Memory.last_day.desc(), Memory.card_id).limit(most))


def _with_settings(session: Session, scope: Scope, rows: Any) -> list[Sampled]:
    chosen = all_settings(connection_of(session), scope.user_id)
    found = session.execute(rows.where(Memory.user_id == scope.user_id), {} if scope.tag is None else named(scope))
    return [Sampled(card_id, chosen[version]) for card_id, version in found]


def logs_of(session: Session, scope: Scope, cards: Sequence[Sampled]) -> Iterator[tuple[Sampled, list[Logged]]]:
    """The standing answers to each of these cards, given here and elsewhere, and what else moved its schedule."""
    by_id = {card.card_id: card for card in cards}
    rows = sa.select(Review.card_id, Review.day, Review.kind, Review.grade, Review.state).where(
        *(Review.user_id == scope.user_id, Review.card_id.in_(by_id)),
        *(Review.kind.in_([*FOLDED, Kind.IMPORTED]), Review.undone_at.is_(None)),
    )
    ordered = connection_of(session).execute(rows.order_by(Review.card_id, Review.day, Review.at, Review.id))
    for card_id, log in groupby(ordered, key=lambda row: row[0]):
        yield by_id[card_id], [Logged._make(row[1:]) for row in log]
