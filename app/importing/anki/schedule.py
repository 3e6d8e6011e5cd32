"""What a card's row says of the learner: the state of their memory, in study days.

Runs in the child process; what it returns are plain tuples.
"""

import json
import math
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from app.clock import FIRST_DAY, hour_of, study_day
from app.importing.log_rows import IMPORTED, share_of
from app.scheduling.stages import imported_stage

BLOCK = 900_000
"""Milliseconds in which no clock on earth changes its hour or a study day begins anew."""
LAST_MOMENT = 4_102_444_800_000
"""The year 2100, in milliseconds: no answer was given later."""
MOST_BLOCKS, MOST_STATES = 100_000, 100_000
LONGEST_INTERVAL = 36_500
LOWEST_EASE, STARTING_EASE, HIGHEST_EASE = 1_300, 2_500, 20_000
NEW, LEARNING, REVIEW, RELEARNING = range(4)
SUSPENDED, BURIED = -1, (-2, -3)
SECONDS = 1_000_000_000
"""A due number from here on is a moment in seconds, below it a day or a place in the queue."""
MARKED = 7
ANSWERED = 4
"""Any grade but 0, which is none."""
DECODER = json.JSONDecoder()

State = tuple[int, int, int, int, int, int, float | None, float | None]
"""Repetitions, interval, ease, lapses, last day, due day, stability, difficulty."""


class Moments(dict[int, tuple[int, int, int]]):
    """Study day and hour of a moment, by its block of a quarter of an hour; and of the share of an answer given then
    (`share_of`) what these two say."""

    def __init__(self, time_zone: str, starts_at: int) -> None:
        super().__init__()
        self._zone, self._starts_at = time_zone, starts_at

    def __missing__(self, block: int) -> tuple[int, int, int]:
        if len(self) > MOST_BLOCKS:
            self.clear()
        at = datetime.fromtimestamp(block * BLOCK // 1000, UTC)
        day, hour = study_day(at, self._zone, self._starts_at), hour_of(at, self._zone)
        found = self[block] = day, hour, share_of(day, hour, IMPORTED, 0, 0, False)
        return found

    def day(self, at_ms: int) -> int:
        """The study day of a moment in milliseconds."""
        return self[at_ms // BLOCK][0]


class States(dict[tuple[int, int, int, int], tuple[str, int | None]]):
    """What a row of the log says of the schedule, as text, and the stage an answer counts in: most rows of a log say
    the same few hundred things. What is no number, where Anki has numbers, raises TypeError: nothing of that log can be
    believed."""

    def __missing__(self, said: tuple[int, int, int, int]) -> tuple[str, int | None]:
        if len(self) > MOST_STATES:
            self.clear()
        stage = imported_stage(ANSWERED, said)
        found = self[said] = "[{:d},{:d},{:d},{:d}]".format(*said), None if stage is None else int(stage)
        return found


class Grades(dict[int, int]):
    """By Anki's button the grade: 0 is a schedule changed by hand, 1 to 4 are its four buttons."""

    def __init__(self) -> None:
        super().__init__({0: 0, 1: 2, 2: 3, 3: 4, 4: 5})

    def __missing__(self, button: int) -> int:
        return self[min(max(button, 0), 4)]


def first_day(created: int, west: int | None, time_zone: str) -> int:
    """The study day Anki's due days count from: the date on the clock where the collection began."""
    created = min(max(created, 0), LAST_MOMENT // 1000)
    if west is None:
        return (datetime.fromtimestamp(created, ZoneInfo(time_zone)).date() - FIRST_DAY).days
    return ((datetime.fromtimestamp(created, UTC) - timedelta(minutes=west)).date() - FIRST_DAY).days


class Schedules:
    """Reads cards' rows. `today` is the study day on which the collection was last changed; `first` the day 0."""

    def __init__(self, moments: Moments, first: int, today: int) -> None:
        self.moments, self.first, self.today = moments, first, today
        self.in_minutes = 0
        """Cards met that were in steps of minutes: they are due today."""

    def state(self, card: Sequence[int], data: dict[str, object], answered: int | None) -> State | None:
        """The state of a card: type, queue, due, ivl, factor, reps, lapses, odue, odid of its row, what its `data` says
        and the moment of its last answer, if there is one. None: it is new."""
        kind, _queue, due, interval, factor, reps, lapses, home_due, home = card
        stability, difficulty = memory_in(data)
        if kind not in {LEARNING, REVIEW, RELEARNING} or (kind == LEARNING and answered is None and stability is None):
            return None
        if home > 0 and home_due > 0 and kind != LEARNING:
            due = home_due
        interval = min(max(interval, 1), LONGEST_INTERVAL)
        due_day = self._due_day(due, kind)
        last_day = self._last_day(data, answered, due_day - interval)
        passes = max(2 if interval > 1 else 1, min(reps - lapses, 1_000)) if kind == REVIEW else 0
        ease = min(factor, HIGHEST_EASE) if factor >= LOWEST_EASE else STARTING_EASE
        known = min(max(lapses, 0), 10_000)
        return passes, interval, ease, known, min(last_day, due_day - 1), due_day, stability, difficulty

    def _due_day(self, due: int, kind: int) -> int:
        if due >= SECONDS:
            self.in_minutes += kind != REVIEW
            return self.moments.day(min(due * 1000, LAST_MOMENT))
        return self.first + min(max(due, -LONGEST_INTERVAL), 2 * LONGEST_INTERVAL)

    def _last_day(self, data: dict[str, object], answered: int | None, otherwise: int) -> int:
        last = data.get("lrt")
        if isinstance(last, int) and 0 < last * 1000 < LAST_MOMENT:
            return self.moments.day(last * 1000)
        return otherwise if answered is None else self.moments.day(answered)


def data_of(text: object) -> dict[str, object]:
    """What a card's `data` holds; nothing if it is not what Anki writes."""
    if not isinstance(text, str) or len(text) < 3:
        return {}
    try:
        found, _ = DECODER.raw_decode(text)
    except (ValueError, RecursionError):
        return {}
    return found if isinstance(found, dict) else {}


def memory_in(data: dict[str, object]) -> tuple[float | None, float | None]:
    """FSRS's stability and difficulty, if the card has both."""
    if "s" not in data:
        return None, None
    stability, difficulty = _number(data["s"]), _number(data.get("d"))
    if not (math.isfinite(stability) and math.isfinite(difficulty)):
        return None, None
    if stability <= 0:
        return None, None
    return min(max(stability, 0.001), float(LONGEST_INTERVAL)), min(max(difficulty, 1.0), 10.0)


def _number(value: object) -> float:
    """A number of a JSON document; NaN for anything else."""
    return float(value) if isinstance(value, int | float) and not isinstance(value, bool) else math.nan
