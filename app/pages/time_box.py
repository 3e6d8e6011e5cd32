"""A time box: study for so many minutes, then a page that asks. It is carried in the address, from card to card."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from math import ceil

from app.pages.numbers import milliseconds_of, moment_in, number_in

LONGEST = 240
OFFERED = (5, 15, 30)


@dataclass(frozen=True, slots=True)
class TimeBox:
    """So many minutes from a moment on; `since` None: they have not begun."""

    minutes: int
    since: datetime | None

    @property
    def carried(self) -> dict[str, int]:
        """What an address or a form says of it."""
        return {"minutes": self.minutes} | ({"since": milliseconds_of(self.since)} if self.since else {})

    def minutes_left(self, now: datetime) -> int:
        """Whole minutes, the one that runs among them; 0 when the time is up."""
        if self.since is None:
            return self.minutes
        left = self.since + timedelta(minutes=self.minutes) - now
        return min(self.minutes, max(0, ceil(left / timedelta(minutes=1))))


def time_box() -> TimeBox | None:
    """The request's time box; None without one."""
    minutes = number_in("minutes")
    return None if minutes is None or not 1 <= minutes <= LONGEST else TimeBox(minutes, moment_in("since"))
