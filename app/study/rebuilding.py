"""Memories and daily summaries worked out again from the log, and compared with what is kept of them; and the days on
which cards wait, worked out again from memories and marks."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from itertools import groupby
from math import isclose
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from app.database import connection_of
from app.models import DailySummary, Follow, Kind, Memory, Review
from app.models.bulk import insert_into
from app.models.mark import queue_day_of
from app.models.memory_count import counting_one
from app.models.review import FOLDED, IMPORTED_ROWS, imported_totals
from app.models.scheduling import all_settings
from app.models.summing import Logged, Share, Totals, practice_share, totals_of
from app.scheduling import DEFAULT_SETTINGS, NEW, MemoryState
from app.study.folding import REMEMBERED, fold, remembered_from, standing_log
from app.study.keeping import MEMORIES, SUMMARIES, Remembered
from app.study.recounting import differing_counts, recount

PAGE = 5_000
PROJECTIONS_LOCK = "LOCK TABLE reviews, memories, daily_summaries IN SHARE ROW EXCLUSIVE MODE"


FLOAT_TOLERANCE = 1e-6
"""The last digits of FSRS's floats depend on the machine's mathematics, and a database may have moved."""


@dataclass
class Comparison:
    """What the log says of a learner, counted, and where what is kept says something else."""

    cards: int = 0
    answers: int = 0
    memories: dict[int, tuple[Remembered, int]] = field(default_factory=dict)
    """By card: what its memory should be, and the deck it was last answered in."""
    queued: set[int] = field(default_factory=set)
    """Cards whose memory is right, but that wait on another day than it and their marks say, or not at all."""
    summaries: dict[Share, tuple[int, int]] = field(default_factory=dict)
    """By row: the answers and milliseconds it should hold; none if there should be no such row."""
    counts: list[str] = field(default_factory=list)
    """Tables that add up summaries or memories to something else than these say."""

    @property
    def agrees(self) -> bool:
        return not (self.memories or self.queued or self.summaries or self.counts)


class _Fold:
    """What a learner's logs make, under the settings they chose."""

    def __init__(self, connection: sa.Connection, user_id: int) -> None:
        self._settings = all_settings(connection, user_id)
        own = sa.select(Follow.deck_id, Follow.scheduler_version).where(Follow.user_id == user_id)
        self._versions: dict[int, int | None] = dict(connection.execute(own).all())

    def __call__(self, card_id: int, log: list[Logged], kept: Remembered | None) -> tuple[Remembered, int]:
        """The memory of a card under the settings it was folded with, or else those its deck has; and the deck."""
        deck_id = max(log, key=lambda one: (one.day, one.at)).deck_id
        version = kept.version if kept is not None else self._versions.get(deck_id)
        if version not in self._settings:
            version = self._versions.get(deck_id)
        return Remembered(version, fold(log, self._settings.get(version, DEFAULT_SETTINGS), card_id)), deck_id


def compare(session: Session, user_id: int) -> Comparison:
    """Folds a learner's whole log and compares. Call it in a transaction that sees one moment."""
    connection, found, totals = connection_of(session), Comparison(), Totals()
    folded, remembered = _Fold(connection, user_id), _memories(connection, user_id)
    card, kept = next(remembered, _NONE)
    for card_id, log in _logs(connection, user_id):
        while kept is not None and card < card_id:
            found.memories[card] = _FORGOTTEN
            card, kept = next(remembered, _NONE)
        found.cards, found.answers = found.cards + 1, found.answers + sum(one.kind == Kind.ANSWER for one in log)
        has_memory = kept is not None and card == card_id
        should_be, deck_id = folded(card_id, log, kept if has_memory else None)
        # A log that ends with a reset makes no memory.
        if not _agree(kept, should_be) if has_memory else should_be.state != NEW:
            found.memories[card_id] = should_be, deck_id
        card, kept = next(remembered, _NONE) if has_memory else (card, kept)
        for share, (answers, took_ms) in totals_of(log).items():
            before = totals.get(share, (0, 0))
            totals[share] = before[0] + answers, before[1] + took_ms
    totals.update(_practised(connection, user_id))
    totals.update(_given_elsewhere(connection, user_id))
    for orphan, _ in [(card, kept), *remembered] if kept is not None else []:
        found.memories[orphan] = _FORGOTTEN
    wrongly = connection.scalars(sa.select(MEMORIES.c.card_id).where(*_wrongly_queued(user_id)))
    found.queued = set(wrongly) - found.memories.keys()
    summed = _summaries(connection, user_id)
    for share in totals.keys() | summed.keys():
        if totals.get(share, (0, 0)) != summed.get(share, (0, 0)):
            found.summaries[share] = totals.get(share, (0, 0))
    found.counts = differing_counts(connection, user_id)
    return found


_NONE: tuple[int, None] = (0, None)
_FORGOTTEN = Remembered(None, NEW), 0
"""What a memory should be whose card has no standing log."""


def _agree(kept: Remembered | None, should_be: Remembered) -> bool:
    if kept is None or kept.version != should_be.version:
        return False
    floats = ("stability", "difficulty")
    for name in floats:
        one, other = getattr(kept.state, name), getattr(should_be.state, name)
        if (one is None) != (other is None) or (one is not None and not isclose(one, other, rel_tol=FLOAT_TOLERANCE)):
            return False
    return replace(kept.state, **{name: getattr(should_be.state, name) for name in floats}) == should_be.state


def rebuild(session: Session, user_id: int) -> Comparison:
    """Makes what is kept say what the log says; returns what differed. Call it in a write transaction."""
    connection = connection_of(session)
    if connection.dialect.name == "postgresql":
        # Elsewhere nobody else writes now; here an answer must not come between the look and the change.
        connection.exec_driver_sql(PROJECTIONS_LOCK)
    found = compare(session, user_id)
    for card_id, (should_be, deck_id) in found.memories.items():
        put_memory(connection, user_id, card_id, deck_id, should_be)
    connection.execute(sa.update(MEMORIES).where(*_wrongly_queued(user_id)).values(queue_day=QUEUE_DAY))
    for share, (answers, took_ms) in found.summaries.items():
        row = {name: getattr(share, name) for name in Share.__dataclass_fields__}
        same = [SUMMARIES.c[name] == value for name, value in row.items()]
        connection.execute(sa.delete(SUMMARIES).where(SUMMARIES.c.user_id == user_id, *same))
        if answers:
            values = {"user_id": user_id, **row, "answers": answers, "took_ms": took_ms}
            connection.execute(sa.insert(SUMMARIES).values(values))
    if not found.agrees:
        recount(connection, user_id)
    session.expire_all()
    return found


QUEUE_DAY = queue_day_of(MEMORIES.c.user_id, MEMORIES.c.card_id, MEMORIES.c.due_day)


def _wrongly_queued(user_id: int) -> tuple[sa.ColumnElement[bool], ...]:
    """Which memories wait on another day than their due day and marks make of it."""
    return MEMORIES.c.user_id == user_id, MEMORIES.c.queue_day.is_distinct_from(QUEUE_DAY)


def put_memory(connection: sa.Connection, user_id: int, card_id: int, deck_id: int, memory: Remembered) -> None:
    """Makes the row of a memory say this, or (a memory of nothing) go; who counts memories does so around it."""
    state, own = memory.state, (MEMORIES.c.user_id == user_id, MEMORIES.c.card_id == card_id)
    if state == NEW:
        connection.execute(sa.delete(MEMORIES).where(*own))
        return
    columns = {name: getattr(state, name) for name in MemoryState.__dataclass_fields__}
    columns["scheduler_version"] = memory.version
    key = {"user_id": user_id, "card_id": card_id}
    columns["queue_day"] = queue_day_of(sa.literal(user_id), sa.literal(card_id), sa.literal(state.due_day))
    put = insert_into(connection.dialect.name, MEMORIES).values(**key, deck_id=deck_id, **columns)
    connection.execute(put.on_conflict_do_update(index_elements=list(key), set_=columns))


def _logs(connection: sa.Connection, user_id: int) -> Iterator[tuple[int, list[Logged]]]:
    """The standing log of each card, in the order of the cards' ids."""
    columns = (Review.card_id, *(getattr(Review, name) for name in Logged.__dataclass_fields__))
    own = (Review.user_id == user_id, Review.kind.in_(FOLDED), Review.undone_at.is_(None))
    rows = _by_card(connection, sa.select(*columns).where(*own), Review.card_id)
    for card_id, answers in groupby(rows, key=lambda row: row[0]):
        yield card_id, [Logged(*row[1:]) for row in answers]


def _memories(connection: sa.Connection, user_id: int) -> Iterator[tuple[int, Remembered]]:
    own = sa.select(Memory.card_id, *REMEMBERED).where(Memory.user_id == user_id)
    for row in _by_card(connection, own, Memory.card_id):
        yield row[0], remembered_from(row[1:])


def _by_card(connection: sa.Connection, rows: sa.Select[*tuple[Any, ...]], card_id: Any) -> Iterator[Any]:
    """All the rows, fetched a page of whole cards at a time: a log of ten years does not fit into memory."""
    after, size = -1, PAGE
    while page := connection.execute(rows.where(card_id > after).order_by(card_id).limit(size)).all():
        whole = page if len(page) < size else [row for row in page if row[0] < page[-1][0]]
        if not whole:
            size *= 2
            continue
        yield from whole
        after = whole[-1][0]


def _practised(connection: sa.Connection, user_id: int) -> Totals:
    """What the answers given in practice add to the summaries."""
    key = (Review.day, Review.hour, Review.deck_id, Review.grade)
    own = (Review.user_id == user_id, Review.kind == Kind.PRACTICE, Review.undone_at.is_(None))
    rows = sa.select(*key, sa.func.count(), sa.func.sum(Review.took_ms)).where(*own).group_by(*key)
    return {practice_share(*row[:4]): (row[4], int(row[5])) for row in connection.execute(rows)}


def _given_elsewhere(connection: sa.Connection, user_id: int) -> Totals:
    """What imported answers add to the summaries."""
    rows = _by_card(connection, IMPORTED_ROWS.where(Review.user_id == user_id), Review.card_id)
    totals = imported_totals(rows)
    return {
        Share(day, deck_id, hour, kind, grade, stage, bool(first)): counts
        for (day, deck_id, hour, kind, grade, stage, first), counts in totals.items()
    }


def refold(session: Session, user_id: int, card_ids: Sequence[int]) -> None:
    """Folds the logs of some cards again, whose rows an import or its undoing has changed."""
    connection = connection_of(session)
    folded = _Fold(connection, user_id)
    for card_id in card_ids:
        log = standing_log(connection, user_id, card_id)
        memory, deck_id = folded(card_id, log, None) if log else _FORGOTTEN
        with counting_one(connection, user_id, card_id):
            put_memory(connection, user_id, card_id, deck_id, memory)
    session.expire_all()


def _summaries(connection: sa.Connection, user_id: int) -> Totals:
    key = [getattr(DailySummary, name) for name in Share.__dataclass_fields__]
    rows = connection.execute(
        sa.select(*key, DailySummary.answers, DailySummary.took_ms).where(DailySummary.user_id == user_id)
    )
    return {Share(*row[:-2]): (row[-2], row[-1]) for row in rows}
