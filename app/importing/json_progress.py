"""What Cardlet JSON says of a learner's progress, as the scheduler has it."""

import json
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from app.errors import N_, UnreadableFile
from app.importing.followed import Chosen, Fitted, Followed
from app.importing.json_text import Members
from app.importing.parsed import ParsedReview
from app.scheduling import MemoryState, Scheduler, Settings
from app.scheduling.fsrs import DEFAULT_PARAMETERS

IMPOSSIBLE = N_("something in this file is not what it should be: “%(name)s”")
LARGEST = 2**31 - 1
NEW_ORDERS, REVIEW_ORDERS = range(2), range(3)
LATEST_MS = 253_402_300_799_999
"""The last moment of the year 9999."""


def fitted_of(members: Members) -> Fitted | None:
    """Parameters that were fitted; None for what are none."""
    numbers = members.items("parameters")
    if not all(isinstance(number, int | float) and abs(number) < 1e9 for number in numbers):
        return None
    counts = _count(members, "trained_on"), _count(members, "held_out")
    losses = (members.number_or_none(name) or 0.0 for name in ("loss_before", "loss_after"))
    return Fitted(tuple(map(float, numbers)), *counts, *losses)


def chosen_of(version: Members, parameters: dict[int, Fitted]) -> Chosen | None:
    """A scheduler as it was chosen; None for one that this Cardlet cannot have."""
    fitted = parameters.get(version.whole_or_none("parameter_set") or 0)
    try:
        settings = Settings(
            Scheduler(version.text("scheduler")),
            version.number_or_none("retention") or 0.9,
            version.whole("maximum_interval", 36_500),
            version.yes("fuzz"),
            DEFAULT_PARAMETERS if fitted is None else fitted.parameters,
        )
    except ValueError:
        return None
    return Chosen(version.whole("version"), settings, fitted, version.whole_or_none("replaces"))


def followed_of(follow: Members, root: int | None, choices: Sequence[Chosen]) -> Followed:
    """How a deck was followed. What this Cardlet cannot have is as it is at first."""
    new_order, review_order = follow.whole("new_order"), follow.whole("review_order")
    stopped_ms = follow.whole_or_none("stopped_at_ms")
    if stopped_ms is not None and not 0 <= stopped_ms <= LATEST_MS:
        raise UnreadableFile(IMPOSSIBLE, line=follow.line, name="stopped_at_ms")
    return Followed(
        root,
        _count(follow, "place"),
        new_order if new_order in NEW_ORDERS else 0,
        review_order if review_order in REVIEW_ORDERS else 0,
        follow.whole_or_none("scheduler_version"),
        stopped_ms,
        tuple(choices),
    )


def memory_of(memory: Members) -> MemoryState:
    """A memory, every part of it within what a column holds."""
    drill_at = memory.whole_or_none("drill_at_ms")
    if drill_at is not None and not 0 <= drill_at <= LATEST_MS:
        raise UnreadableFile(IMPOSSIBLE, line=memory.line, name="drill_at_ms")
    return MemoryState(
        repetitions=_count(memory, "repetitions"),
        interval=_count(memory, "interval"),
        ease=_count(memory, "ease", 2500),
        lapses=_count(memory, "lapses"),
        last_day=_day(memory, "last_day"),
        due_day=_day(memory, "due_day"),
        drill_day=_day(memory, "drill_day"),
        drill_at=None if drill_at is None else datetime.fromtimestamp(drill_at / 1000, UTC),
        stability=memory.number_or_none("stability"),
        difficulty=memory.number_or_none("difficulty"),
        answers=_count(memory, "answers"),
    )


def _count(members: Members, name: str, default: int = 0) -> int:
    found = members.whole(name, default)
    if not 0 <= found <= LARGEST:
        raise UnreadableFile(IMPOSSIBLE, line=members.line, name=name)
    return found


def _day(members: Members, name: str) -> int | None:
    return None if members.value.get(name) is None else _count(members, name)


def reviews_of(value: Members, columns: tuple[str, ...]) -> list[ParsedReview]:
    """The reviews of a card, each a list in the order of `columns`."""
    rows = value.items("reviews")
    if not all(isinstance(row, list) and len(row) == len(columns) for row in rows):
        raise UnreadableFile(IMPOSSIBLE, line=value.line, name="reviews")
    return [_review(Members(dict(zip(columns, row, strict=True)), value.line)) for row in rows]


def _review(row: Members) -> ParsedReview:
    at_ms, undone = row.whole("at_ms"), row.whole_or_none("undone_at_ms")
    kind, grade, hour = row.whole("kind"), row.whole("grade"), row.whole("hour")
    possible = 1 <= kind <= 6 and 0 <= grade <= 5 and 0 <= hour <= 23
    if not possible or not 0 <= at_ms <= LATEST_MS or not 0 <= (undone or 0) <= LATEST_MS:
        raise UnreadableFile(IMPOSSIBLE, line=row.line, name="reviews")
    return ParsedReview(
        at_ms,
        grade,
        _count(row, "took_ms"),
        kind,
        _state(row.value.get("state")),
        _id(row),
        _count(row, "day"),
        hour,
        undone,
    )


def _state(state: Any) -> str | None:
    return None if state is None else json.dumps(state, ensure_ascii=False, separators=(",", ":"))


def _id(row: Members) -> UUID:
    try:
        return UUID(row.text("id"))
    except ValueError:
        raise UnreadableFile(IMPOSSIBLE, line=row.line, name="id") from None
