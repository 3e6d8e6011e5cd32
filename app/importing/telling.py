"""How an import gets on: rows done, and the time left once it can be told."""

import math
from collections.abc import Callable

TOLD_EVERY = 0.2
KNOWN_AFTER, KNOWN_SHARE = 2.0, 0.02
"""Seconds, and the share of the rows: sooner a guess of the time left would jump about."""


class Teller:
    """Called with the rows that are done, it tells of the first at once and of others a few times a second. `total`:
    about how many there are; `clock`: seconds, from any beginning."""

    def __init__(
        self, total: int | None, clock: Callable[[], float], tell: Callable[[dict[str, object]], None]
    ) -> None:
        self._total, self._clock, self._tell = total, clock, tell
        self._began = clock()
        self._told_at = -math.inf

    def __call__(self, done: int) -> None:
        at = self._clock()
        if at - self._told_at >= TOLD_EVERY:
            self._told_at = at
            total = max(self._total, done) if self._total else None
            self._tell({"done": done, "total": total, "left_seconds": self._left(done, total, at - self._began)})

    def _left(self, done: int, total: int | None, passed: float) -> int | None:
        if total is None or passed < KNOWN_AFTER or done < KNOWN_SHARE * total:
            return None
        return round((total - done) * passed / done)
