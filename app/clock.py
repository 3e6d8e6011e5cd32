"""What time it is, and which study day that is for a learner.

Only the doors ask for the time; everything below them takes it as an argument.
"""

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo, available_timezones

FIRST_DAY = date(1970, 1, 1)
DEFAULT_DAY_START = 4


def now() -> datetime:
    """This moment in UTC, to the millisecond, which is what a row holds: stored and read again it is the same."""
    moment = datetime.now(UTC)
    return moment.replace(microsecond=moment.microsecond // 1000 * 1000)


def study_day(moment: datetime, time_zone: str, starts_at: int) -> int:
    """The study day of a moment, in days since 1970-01-01.

    The day starts at `starts_at` o'clock on the learner's wall clock. The hours are taken off the wall clock and not
    off the moment: otherwise the day of a clock change would start an hour early or late.
    """
    wall_clock = moment.astimezone(ZoneInfo(time_zone)).replace(tzinfo=None)
    return ((wall_clock - timedelta(hours=starts_at)).date() - FIRST_DAY).days


def date_of(day: int) -> date:
    """The calendar date a study day begins on."""
    return FIRST_DAY + timedelta(days=day)


def is_time_zone(name: str) -> bool:
    """Whether the IANA time zone database knows the name."""
    return name in available_timezones()
