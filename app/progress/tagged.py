"""Totals by tag. Nothing is kept added up by tag, so the cards are looked up, and their logs read."""

from collections import defaultdict
from itertools import groupby
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from app.models import Figure, Kind, Memory, Review
from app.models.memory_count import buckets
from app.models.review import FOLDED, IMPORTED_ROWS, imported_totals
from app.models.summing import Logged, practice_share, totals_of
from app.models.tagged import tag_named, tagged_cards
from app.models.totals import Summed
from app.progress.scope import Scope

_COLUMNS = (Review.card_id, *(getattr(Review, name) for name in Logged.__dataclass_fields__))


def tagged_totals(session: Session, scope: Scope) -> list[Summed]:
    """What the log of the scope's cards adds up to, read once for a scope."""
    if scope.told is None:
        scope.told = _totals(session, scope)
    return scope.told


def tagged_counts(session: Session, scope: Scope, figure: Figure) -> dict[int, int]:
    """As `counts_of` has them."""
    bucket = buckets(Memory)[figure].label("bucket")
    own = (Memory.user_id == scope.user_id, Memory.deck_id.in_(scope.deck_ids), bucket.is_not(None))
    rows = sa.select(bucket, sa.func.count()).where(*own, Memory.card_id.in_(tagged_ids(session))).group_by(bucket)
    found = session.execute(rows.order_by(bucket), named(scope))
    return {int(value): cards for value, cards in found if value is not None}


def tagged_ids(session: Session) -> sa.Select[int]:
    """The ids of the cards with a tag, for a condition; execute it with the parameters of `tag_named` and the learner
    as `learner_id`."""
    card: Any = tagged_cards(session.get_bind().dialect.name)
    return sa.select(card.id)


def named(scope: Scope) -> dict[str, object]:
    return {"learner_id": scope.user_id, **tag_named(scope.tag or "")}


def _totals(session: Session, scope: Scope) -> list[Summed]:
    sums: dict[tuple[int, ...], list[int]] = defaultdict(lambda: [0, 0])
    inside = [Review.user_id == scope.user_id, Review.card_id.in_(tagged_ids(session))]
    if scope.deck_id is not None:
        inside.append(Review.deck_id.in_(scope.deck_ids))
    kinds = Review.kind.in_((*FOLDED, Kind.PRACTICE))
    standing = sa.select(*_COLUMNS).where(*inside, kinds, Review.undone_at.is_(None)).order_by(Review.card_id)
    for _, rows in groupby(session.execute(standing, named(scope)), key=lambda row: row[0]):
        for share, (answers, took_ms) in _of_card([Logged(*row[1:]) for row in rows]):
            key = (share.day, share.deck_id, share.hour, share.kind, share.grade, share.stage, share.first)
            _add(sums, key, answers, took_ms)
    elsewhere = session.execute(IMPORTED_ROWS.where(*inside), named(scope))
    for imported, (answers, took_ms) in imported_totals(elsewhere).items():
        _add(sums, imported, answers, took_ms)
    return [Summed._make((*key, *counts)) for key, counts in sorted(sums.items())]


def _of_card(log: list[Logged]) -> list[Any]:
    practised = [one for one in log if one.kind == Kind.PRACTICE]
    shares = [(practice_share(one.day, one.hour, one.deck_id, one.grade), (1, one.took_ms)) for one in practised]
    return [*totals_of(one for one in log if one.kind != Kind.PRACTICE).items(), *shares]


def _add(sums: dict[tuple[int, ...], list[int]], key: tuple[int, ...], answers: int, took_ms: int) -> None:
    counts = sums[key]
    counts[0] += answers
    counts[1] += took_ms
