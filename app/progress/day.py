"""One day: what was answered on it, or which cards wait on it."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import groupby
from typing import Any, Generic, TypeVar
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Session, joinedload

from app.database import connection_of
from app.errors import NotFound
from app.models import Card, Deck, Follow, Kind, Memory, Note, Review
from app.models.deck import with_parents
from app.models.review import FOLDED, GIVEN_HERE
from app.models.scheduling import versioned_of
from app.progress.scope import Scope, Span
from app.progress.sums import in_scope, parts_of
from app.progress.tagged import named, tagged_ids
from app.scheduling import NEW, take
from app.scheduling.replay import in_order
from app.scheduling.stages import imported_stage

ROWS_A_PAGE = 50


@dataclass(frozen=True, slots=True)
class Answered:
    """An answer of a day. `card`: None if it is gone, or in a deck that is not the learner's to see. `interval`: what
    the answer led to, in days, or negative seconds of what was given elsewhere; None for drill and practice, which lead
    to none."""

    card: Card | None
    at: datetime
    kind: Kind
    grade: int
    took_ms: int
    interval: int | None


Row = TypeVar("Row")


@dataclass(frozen=True, slots=True)
class DayPage(Generic[Row]):
    """One page of a day's rows; `count` is of all pages."""

    rows: Sequence[Row]
    count: int
    page: int

    @property
    def pages(self) -> int:
        return max(1, -(-self.count // ROWS_A_PAGE))


def answered_on(session: Session, scope: Scope, day: int, page: int) -> DayPage[Answered]:
    """Page `page` (from 1) of what was answered on a day, drill and practice too, in that order. What was given
    elsewhere is found by reading the learner's whole log: no index has it by day. Raises NotFound for a page there is
    not."""
    log = sorted(_log_of(session, scope, day), key=lambda row: (row.at, row.card_id, row.id))
    shown = log[_from(page, len(log)) :][:ROWS_A_PAGE]
    cards = _known_cards(session, scope, {row.card_id for row in shown})
    led_to = _intervals(session, scope, [card for card in cards.values() if card is not None], day)
    rows = [
        Answered(
            *(cards.get(row.card_id), row.at, Kind(row.kind), row.grade, row.took_ms),
            row.state[1] if row.kind == Kind.IMPORTED else led_to.get(row.id),
        )
        for row in shown
    ]
    return DayPage(rows, len(log), page)


def waiting_on(session: Session, scope: Scope, day: int, page: int) -> DayPage[Card]:
    """Page `page` (from 1) of the cards that wait on a day, deck by deck. Raises NotFound for a page there is not."""
    own = [Memory.user_id == scope.user_id, Memory.deck_id.in_(scope.deck_ids), Memory.queue_day == day]
    if scope.tag is not None:
        own.append(Memory.card_id.in_(tagged_ids(session)))
    told = named(scope) if scope.tag is not None else {}
    count = session.scalar(sa.select(sa.func.count()).select_from(Memory).where(*own), told) or 0
    ids = sa.select(Memory.card_id).where(*own).order_by(Memory.deck_id, Memory.card_id)
    shown = session.scalars(ids.limit(ROWS_A_PAGE).offset(_from(page, count)), told).all()
    cards = _known_cards(session, scope, shown)
    return DayPage([card for id in shown if (card := cards.get(id)) is not None], count, page)


def _from(page: int, count: int) -> int:
    if page < 1 or page > max(1, -(-count // ROWS_A_PAGE)):
        raise NotFound()
    return (page - 1) * ROWS_A_PAGE


def _log_of(session: Session, scope: Scope, day: int) -> list[Any]:
    columns = (Review.card_id, Review.id, Review.at, Review.kind, Review.grade, Review.took_ms, Review.state)
    own = [Review.user_id == scope.user_id, Review.day == day, Review.undone_at.is_(None)]
    own.append(in_scope(scope, Review.deck_id))
    if scope.tag is not None:
        own.append(Review.card_id.in_(tagged_ids(session)))
    told = named(scope) if scope.tag is not None else {}
    given = sa.select(*columns).where(*own, GIVEN_HERE, Review.kind.in_((Kind.ANSWER, Kind.PRACTICE)))
    rows = list(session.execute(given, told))
    if any(part.kind == Kind.IMPORTED for part in parts_of(session, scope, Span(day, day))):
        elsewhere = session.execute(sa.select(*columns).where(*own, Review.kind == Kind.IMPORTED), told)
        rows += [row for row in elsewhere if imported_stage(row.grade, row.state) is not None]
    return rows


def _known_cards(session: Session, scope: Scope, card_ids: Iterable[int]) -> dict[int, Card]:
    """Those of the cards that the learner may see: in a deck they follow, or answered by them here."""
    follow = sa.and_(Follow.user_id == scope.user_id, Follow.deck_id == Card.deck_id, Follow.stopped_at.is_(None))
    remembered = sa.and_(Memory.user_id == scope.user_id, Memory.card_id == Card.id)
    rows = sa.select(Card).join(Card.deck).outerjoin(Follow, follow).outerjoin(Memory, remembered)
    seen = sa.or_(sa.and_(Follow.user_id.is_not(None), Deck.published), Memory.answers > 0)
    content = (joinedload(Card.note).joinedload(Note.note_type), joinedload(Card.deck))
    cards = session.scalars(rows.where(Card.id.in_(card_ids), seen).options(*content)).all()
    with_parents(session, [card.deck for card in cards])
    return {card.id: card for card in cards}


def _intervals(session: Session, scope: Scope, cards: Sequence[Card], day: int) -> dict[UUID, int]:
    """The intervals that a day's repetitions of these cards led to, by review, as the cards' logs are folded now."""
    ids = [card.id for card in cards]
    own = (Review.user_id == scope.user_id, Review.card_id.in_(ids), Review.kind.in_(FOLDED), Review.day <= day)
    rows = sa.select(Review).where(*own, Review.undone_at.is_(None)).order_by(Review.card_id)
    decks = {card.id: card.deck_id for card in cards}
    connection = connection_of(session)
    chosen = {id: versioned_of(connection, scope.user_id, id).settings for id in sorted(set(decks.values()))}
    led_to: dict[UUID, int] = {}
    for card_id, log in groupby(session.scalars(rows), key=lambda review: review.card_id):
        state = NEW
        for event in in_order(review.event for review in log):
            is_repetition = state.last_day is None or event.day > state.last_day
            state = take(state, event, chosen[decks[card_id]], card_id)
            if event.day == day and is_repetition:
                led_to[event.id] = state.interval
    return led_to
