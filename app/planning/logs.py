"""What a learner answered in a followed deck, card by card, as the fold and the fit read it."""

from collections.abc import Iterator, Sequence
from itertools import groupby
from typing import Any, cast
from uuid import UUID

import sqlalchemy as sa

from app.models import Kind, Memory, Review
from app.models.review import FOLDED, event_of
from app.scheduling import Event
from app.scheduling.stages import imported_stage

NO_ID = UUID(int=0)
"""Ids put events of one moment in order, and here the database has done that."""
ONLY_AN_ANSWER = (1, 0, 0, 0)
MEMORIES = cast(sa.Table, Memory.__table__)

_ROWS = (
    sa.select(Review.card_id, Review.kind, Review.day, Review.at, Review.grade, Review.state)
    .select_from(Review)
    .where(Review.undone_at.is_(None))
    .order_by(Review.card_id, Review.day, Review.at, Review.id)
)
_EVENTS = _ROWS.where(Review.kind.in_(FOLDED))
_HISTORY = _ROWS.where(Review.kind.in_([*FOLDED, Kind.IMPORTED]))


def logs_of_decks(
    connection: sa.Connection, user_id: int, deck_ids: Sequence[int]
) -> Iterator[tuple[int, Iterator[Event]]]:
    """The standing log of each card the learner remembers in these decks, in the order of the fold."""
    theirs = (MEMORIES.c.user_id == user_id, MEMORIES.c.deck_id.in_(deck_ids), MEMORIES.c.card_id == Review.card_id)
    rows = _EVENTS.join(MEMORIES, sa.and_(*theirs)).where(Review.user_id == user_id)
    return _by_card(connection.execute(rows))


def logs_of_cards(
    connection: sa.Connection, user_id: int, card_ids: Sequence[int]
) -> Iterator[tuple[int, Iterator[Event]]]:
    """The same for cards by name, of which there must not be many."""
    own = (Review.user_id == user_id, Review.card_id.in_(card_ids))
    return _by_card(connection.execute(_EVENTS.where(*own)))


def histories_of(connection: sa.Connection, user_id: int, deck_ids: Sequence[int]) -> list[list[tuple[int, int]]]:
    """The repetitions of each card of these decks, study day and grade: the first answer of each day, those given
    elsewhere too. What the drill asked again is left out, and so is a card that began elsewhere and whose first answers
    nobody knows. A card that was reset has two."""
    theirs = (MEMORIES.c.user_id == user_id, MEMORIES.c.deck_id.in_(deck_ids), MEMORIES.c.card_id == Review.card_id)
    answered = _HISTORY.join(MEMORIES, sa.and_(*theirs)).where(Review.user_id == user_id)
    histories = []
    for _, rows in groupby(connection.execute(answered), key=lambda row: row[0]):
        history: list[tuple[int, int]] = []
        for _, kind, day, _, grade, told in rows:
            if kind == Kind.CHECKPOINT and not history:
                break
            if kind == Kind.RESET and history:
                histories.append(history)
                history = []
            if _is_answer(kind, grade, told) and (not history or day > history[-1][0]):
                history.append((day, grade))
        if history:
            histories.append(history)
    return histories


def _is_answer(kind: int, grade: int, told: Any) -> bool:
    return kind == Kind.ANSWER or (kind == Kind.IMPORTED and imported_stage(grade, told or ONLY_AN_ANSWER) is not None)


def _by_card(rows: Any) -> Iterator[tuple[int, Iterator[Event]]]:
    for card_id, events in groupby(rows, key=lambda row: row[0]):
        yield card_id, map(_event, events)


def _event(row: Any) -> Event:
    _, kind, day, at, grade, state = row
    return event_of(kind, NO_ID, day, at, grade, state)
