"""Rows of the log on their way: the values of one row after another in a single list, for a million of them as tuples
would cost as much as all the rest. Light: the child process that reads collections imports it."""

COLUMNS = ("card_id", "id", "deck_id", "kind", "day", "hour", "at", "grade", "took_ms", "state")
"""What a row that stands says; its learner and its import are those of all the others."""
WIDTH = len(COLUMNS)
CARD, ID, DECK, KIND, DAY, HOUR, AT, GRADE, TOOK, STATE = range(WIDTH)
IMPORTED = 3
IMPORTED_ID = b"imported"
"""The first half of the id of a review that has none; the other half is its moment, which no other of its card has."""


def share_of(day: int, hour: int, kind: int, grade: int, stage: int, first: bool) -> int:
    """Which row of a deck's daily summaries an answer counts in, as one number."""
    return (day * 24 + hour) << 9 | kind << 6 | grade << 3 | stage << 1 | first


def parts_of(share: int) -> tuple[int, int, int, int, int, bool]:
    """What `share_of` put together."""
    day, hour = divmod(share >> 9, 24)
    return day, hour, share >> 6 & 7, share >> 3 & 7, share >> 1 & 3, bool(share & 1)
