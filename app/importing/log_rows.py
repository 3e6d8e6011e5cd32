"""Rows of the log on their way: the values of one row after another in a single list, for a million of them as tuples
would cost as much as all the rest. Light: the child process that reads collections imports it."""

from collections.abc import Sequence
from hashlib import blake2b
from typing import Any

COLUMNS = ("card_id", "deck_id", "id", "kind", "day", "hour", "at", "grade", "took_ms", "state")
"""What a row that stands says; its learner and its import are those of all the others."""
WIDTH = len(COLUMNS)
CARD, DECK, ID, KIND, DAY, HOUR, AT, GRADE, TOOK, STATE = range(WIDTH)
TOLD = COLUMNS[ID:]
"""What of it a reader can tell, who does not know what the card and its deck will be."""
IMPORTED, CHECKPOINT = 3, 4
IMPORTED_ID = b"imported"
"""The first half of the id of a review that has none; the other half is its moment, which no other of its card has."""


def share_of(day: int, hour: int, kind: int, grade: int, stage: int, first: bool) -> int:
    """Which row of a deck's daily summaries an answer counts in, as one number."""
    return (day * 24 + hour) << 9 | kind << 6 | grade << 3 | stage << 1 | first


def parts_of(share: int) -> tuple[int, int, int, int, int, bool]:
    """What `share_of` put together."""
    day, hour = divmod(share >> 9, 24)
    return day, hour, share >> 6 & 7, share >> 3 & 7, share >> 1 & 3, bool(share & 1)


def checkpoint_row(state: Sequence[float | None], day: int, hour: int, at_ms: int) -> tuple[Any, ...]:
    """The row by which the fold takes over a schedule: repetitions, interval, ease, lapses, last day, due day,
    stability, difficulty. The same schedule has the same id. As TOLD has it."""
    # By hand: numbers need no encoder.
    repetitions, interval, ease, lapses, *known = state
    last_day, due_day, stability, difficulty = ["null" if value is None else repr(value) for value in known]
    text = (
        f'{{"repetitions": {repetitions}, "interval": {interval}, "ease": {ease}, "lapses": {lapses}, '
        f'"last_day": {last_day}, "due_day": {due_day}, "stability": {stability}, "difficulty": {difficulty}}}'
    )
    return blake2b(text.encode(), digest_size=16).digest(), CHECKPOINT, day, hour, at_ms, 0, 0, text
