"""How far a card was when it was answered, by what is said of the time before."""

from collections.abc import Sequence
from enum import IntEnum

from app.scheduling.memory import MATURE_INTERVAL

REPEATED, FIRST_MANUAL = 1, 4
"""Types of Anki's review log: the repetition of a learnt card; from here on no answers."""
SECONDS_A_DAY = 86_400


class Stage(IntEnum):
    """How far a card was when it was answered."""

    NEW = 0
    YOUNG = 1
    MATURE = 2


def imported_stage(grade: int, told: Sequence[int]) -> Stage | None:
    """How far a card was at an answer given elsewhere, by what Anki's log says of it; None for what is no answer.

    Anki counts an answer for retention if the interval before it was a day or more, and as mature from 21 days on.
    """
    kind, _, last_interval, _ = told
    if grade == 0 or kind >= FIRST_MANUAL:
        return None
    days = last_interval if last_interval >= 0 else -last_interval // SECONDS_A_DAY
    if kind != REPEATED and days < 1:
        return Stage.NEW
    return Stage.MATURE if days >= MATURE_INTERVAL else Stage.YOUNG
