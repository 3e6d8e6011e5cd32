"""What time it is, and which study day that is for a learner.

Only the doors ask for the time; everything below them takes it as an argument.
"""

from datetime import UTC, date, datetime, time, timedelta
from functools import cache
from zoneinfo import ZoneInfo, available_timezones

FIRST_DAY = date(1970, 1, 1)
DEFAULT_DAY_START = 4


def now() -> datetime:
    """This moment in UTC, to the millisecond, which is what a row holds: stored and read again it is the same."""
    moment = datetime.now(UTC)
    return moment.replace(microsecond=moment.microsecond // 1000 * 1000)


def study_day(moment: datetime, time_zone: str, starts_at: int) -> int:
    """The study day of a moment, in days since 1970-01-01.

    A day starts when the learner's wall clock first shows `starts_at` o'clock on its date. First, because a clock that
    is put back shows that hour twice, and the day must not run backwards in between.
    """
    zone = ZoneInfo(time_zone)
    today = moment.astimezone(zone).date()
    starts = datetime.combine(today, time(starts_at), zone).astimezone(UTC)
    return (today - FIRST_DAY).days - (moment < starts)


def hour_of(moment: datetime, time_zone: str) -> int:
    """The hour the learner's clock shows, 0 to 23."""
    return moment.astimezone(ZoneInfo(time_zone)).hour


def date_of(day: int) -> date:
    """The calendar date a study day begins on."""
    return FIRST_DAY + timedelta(days=day)


def day_of(date: date) -> int:
    """The study day that begins on a calendar date."""
    return (date - FIRST_DAY).days


def is_time_zone(name: str) -> bool:
    """Whether the IANA time zone database knows the name."""
    return name in _time_zones()


@cache
def _time_zones() -> frozenset[str]:
    return frozenset(available_timezones())
