"""Making many cards new again in one act, and taking that back: the same rows of the log as for one card, written and
folded some hundreds at a time."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from itertools import groupby
from typing import Any
from uuid import UUID

import sqlalchemy as sa

from app.clock import hour_of
from app.database import Handle, Writing, connection_of, forget
from app.models import Card, Deck, Follow, Kind, Learner, Memory, Review
from app.models.audience import is_open_to
from app.models.bulk import chunks
from app.models.memory_count import counting
from app.models.review import FOLDED
from app.models.scheduling import all_settings
from app.models.summing import Logged, totals_of
from app.models.waiting import LEARNER
from app.scheduling import DEFAULT_SETTINGS
from app.study.folding import fold
from app.study.keeping import MEMORIES, MOVE_DAY, REVIEWS, Remembered, lower_cursor, named
from app.study.rebuilding import put_memory
from app.study.summing import change_totals

AT_ONCE = 200
"""Cards in one transaction."""


def reset_cards(
    learner: Learner, card_ids: Sequence[int], act: UUID, now: datetime, in_transaction: Writing
) -> tuple[int, int]:
    """Makes cards new again as one act, by whose id they are known; their history is kept. How many there were
    something to forget of, and how many more stay as they are, for their author has closed the deck. What the learner
    does not follow, and what is new, is left out."""
    forgotten, closed = 0, 0
    for some in chunks(card_ids, AT_ONCE):
        with in_transaction() as transaction:
            connection = connection_of(transaction)
            may = dict(connection.execute(_MAY.where(Card.id.in_(some)), {"learner_id": learner.id}).all())
            known = forget_cards(connection, learner, [card_id for card_id in may if may[card_id]], act, now)
            forgotten, closed = forgotten + known, closed + sum(not is_open for is_open in may.values())
            forget(transaction)
    return forgotten, closed


_MAY = (
    sa.select(Card.id, is_open_to(LEARNER))
    .join(Deck, Deck.id == Card.deck_id)
    .join(Follow, sa.and_(Follow.user_id == LEARNER, Follow.deck_id == Card.deck_id))
    .join(Memory, sa.and_(Memory.user_id == LEARNER, Memory.card_id == Card.id))
    .where(Follow.stopped_at.is_(None), Deck.published)
)


def forget_cards(connection: sa.Connection, learner: Learner, card_ids: Sequence[int], act: UUID, now: datetime) -> int:
    """The same for some hundreds in the caller's transaction, whether they are followed or not; how many were known."""
    places = _locked(connection, learner.id, card_ids)
    own = (Memory.user_id == learner.id, Memory.card_id.in_(places))
    known = list(connection.scalars(sa.select(Memory.card_id).where(*own)))
    if not known:
        return 0
    day, hour = learner.today(now), hour_of(now, learner.time_zone)
    latest = _latest(connection, learner.id, known)
    event = {"user_id": learner.id, "id": act, "kind": Kind.RESET, "day": day, "hour": hour, "grade": 0, "took_ms": 0}
    rows = [
        {**event, "card_id": card_id, "deck_id": places[card_id][0], "at": max(now, latest.get(card_id, now))}
        for card_id in known
    ]
    _lower_cursors(connection, learner.id, {card_id: places[card_id] for card_id in known})
    connection.execute(sa.insert(REVIEWS), rows)
    with counting(connection, learner.id, Memory.card_id.in_(known)):
        connection.execute(sa.delete(MEMORIES).where(*own))
    connection.execute(MOVE_DAY, named(user_id=learner.id, day=day))
    return len(known)


def _latest(connection: sa.Connection, user_id: int, card_ids: Sequence[int]) -> dict[int, datetime]:
    """By card, the first moment after all that happened to it."""
    own = (Review.user_id == user_id, Review.card_id.in_(card_ids), Review.kind.in_(FOLDED), Review.undone_at.is_(None))
    last = sa.select(Review.card_id, sa.func.max(Review.at)).where(*own).group_by(Review.card_id)
    return {card_id: at + timedelta(milliseconds=1) for card_id, at in connection.execute(last)}


def _locked(connection: sa.Connection, user_id: int, card_ids: Sequence[int]) -> dict[int, tuple[int, int]]:
    """The decks and positions of cards. On PostgreSQL whoever meets or answers one of them waits; elsewhere nobody else
    writes now."""
    cards = sa.select(Card.id, Card.deck_id, Card.position).where(Card.id.in_(card_ids))
    places = {card_id: (deck_id, position) for card_id, deck_id, position in connection.execute(cards)}
    if connection.dialect.name == "postgresql":
        decks = {deck_id for deck_id, _ in places.values()}
        follows = sa.select(Follow.deck_id).where(Follow.user_id == user_id, Follow.deck_id.in_(decks))
        connection.execute(follows.order_by(Follow.deck_id).with_for_update())
        memories = sa.select(Memory.card_id).where(Memory.user_id == user_id, Memory.card_id.in_(places))
        connection.execute(memories.order_by(Memory.card_id).with_for_update())
    return places


def _lower_cursors(connection: sa.Connection, user_id: int, places: dict[int, tuple[int, int]]) -> None:
    first: dict[int, int] = {}
    for deck_id, position in places.values():
        first[deck_id] = min(position, first.get(deck_id, position))
    for deck_id in sorted(first):
        lower_cursor(connection, user_id, deck_id, first[deck_id])


def swing_reset(
    learner: Learner, card_id: int, act: UUID, undone_at: datetime | None, handle: Handle, in_transaction: Writing
) -> bool:
    """Takes an act back with which this card and others were made new again, or (None) does it again, in transactions
    that hold nobody up for long. False: it was about this card alone, and nothing is done."""
    connection = connection_of(handle)
    one = (Review.user_id == learner.id, Review.card_id == card_id, Review.id == act)
    day = connection.scalar(sa.select(Review.day).where(*one))
    together = (Review.user_id == learner.id, Review.day == day, Review.id == act, Review.kind == Kind.RESET)
    card_ids = connection.scalars(sa.select(Review.card_id).where(*together).order_by(Review.card_id)).all()
    if len(card_ids) == 1:
        return False
    for some in chunks(card_ids, AT_ONCE):
        with in_transaction() as transaction:
            swing_resets(connection_of(transaction), learner, some, act, undone_at)
            forget(transaction)
    return True


def swing_resets(
    connection: sa.Connection, learner: Learner, card_ids: Sequence[int], act: UUID, undone_at: datetime | None
) -> int:
    """Takes the act back for some hundreds of its cards, in the caller's transaction, or (None) does it again; for how
    many it was not so. What was answered since counts on from what is known again."""
    places = _locked(connection, learner.id, card_ids)
    other_way = Review.undone_at.is_not(None) if undone_at is None else Review.undone_at.is_(None)
    one = (Review.user_id == learner.id, Review.card_id.in_(places), Review.id == act, other_way)
    swung = list(connection.scalars(sa.select(Review.card_id).where(*one)))
    if not swung:
        return 0
    before = _standing(connection, learner.id, swung)
    own = (REVIEWS.c.user_id == learner.id, REVIEWS.c.card_id.in_(swung), REVIEWS.c.id == act)
    connection.execute(sa.update(REVIEWS).where(*own).values(undone_at=undone_at))
    after = _standing(connection, learner.id, swung)
    _lower_cursors(connection, learner.id, {card_id: places[card_id] for card_id in swung})
    settings = all_settings(connection, learner.id)
    follows = sa.select(Follow.deck_id, Follow.scheduler_version).where(Follow.user_id == learner.id)
    versions: dict[int, int | None] = dict(connection.execute(follows).all())
    with counting(connection, learner.id, Memory.card_id.in_(swung)):
        for card_id in swung:
            deck_id = places[card_id][0]
            version = versions.get(deck_id)
            state = fold(after.get(card_id, []), settings.get(version, DEFAULT_SETTINGS), card_id)
            put_memory(connection, learner.id, card_id, deck_id, Remembered(version, state))
    for card_id in swung:
        totals = totals_of(before.get(card_id, [])), totals_of(after.get(card_id, []))
        change_totals(connection, learner.id, *totals)
    return len(swung)


def _standing(connection: sa.Connection, user_id: int, card_ids: Sequence[int]) -> dict[int, list[Logged]]:
    """The standing logs of cards, by card."""
    columns: tuple[Any, ...] = (Review.card_id, *(getattr(Review, name) for name in Logged.__dataclass_fields__))
    own = (Review.user_id == user_id, Review.card_id.in_(card_ids), Review.kind.in_(FOLDED), Review.undone_at.is_(None))
    rows = connection.execute(sa.select(*columns).where(*own).order_by(Review.card_id)).all()
    return {card_id: [Logged(*row[1:]) for row in log] for card_id, log in groupby(rows, key=lambda row: row[0])}
