"""How far a card was when it was answered, by what is said of the time before."""

from collections.abc import Sequence
from enum import IntEnum

from app.scheduling.memory import MATURE_INTERVAL

REPEATED, FILTERED, FIRST_MANUAL = 1, 3, 4
"""Types of Anki's review log: the repetition of a learnt card; in a filtered deck; from here on no answers."""
SECONDS_A_DAY = 86_400


class Stage(IntEnum):
    """How far a card was when it was answered."""

    NEW = 0
    YOUNG = 1
    MATURE = 2


def imported_stage(grade: int, told: Sequence[int]) -> Stage | None:
    """How far a card was at an answer given elsewhere, by what Anki's log says of it; None for what is no answer.

    Anki counts an answer for retention if the interval before it was a day or more, and as mature from 21 days on; but
    not what a filtered deck asked without moving the schedule, which has no factor. The others are NEW here.
    """
    kind, _, last_interval, factor = told
    if grade == 0 or kind >= FIRST_MANUAL:
        return None
    if kind == FILTERED and factor == 0:
        return Stage.NEW
    days = last_interval if last_interval >= 0 else -last_interval // SECONDS_A_DAY
    if kind != REPEATED and days < 1:
        return Stage.NEW
    return Stage.MATURE if days >= MATURE_INTERVAL else Stage.YOUNG


UNMET, MET = -3, -2
"""In place of the day of a card's latest repetition: it was not answered yet, or never repeated. Day -1 there is."""


def imported_first(stage: int, day: int, last: int) -> tuple[bool, int]:
    """Whether an answer given elsewhere is the card's very first, or else the day's first that counts for retention;
    and what to pass as `last` with the card's next one. At the first it is UNMET."""
    if stage == Stage.NEW:
        return last == UNMET, max(last, MET)
    return day > last, max(day, last)
