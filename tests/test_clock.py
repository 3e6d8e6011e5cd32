"""Study days: every moment lies in exactly one, whatever the clocks do."""

from datetime import UTC, datetime, timedelta
from itertools import pairwise

import pytest

from app.clock import date_of, is_time_zone, now, study_day

ZONES = [
    *("UTC", "Europe/Berlin", "America/New_York", "Asia/Kolkata", "Asia/Kathmandu"),
    *("Australia/Lord_Howe", "Pacific/Apia", "Pacific/Chatham"),
]


def test_late_at_night_still_belongs_to_the_evening_before() -> None:
    evening = datetime(2026, 3, 2, 23, 0, tzinfo=UTC)
    assert study_day(evening, "UTC", 4) == study_day(evening + timedelta(hours=4), "UTC", 4)
    assert study_day(evening + timedelta(hours=5), "UTC", 4) == study_day(evening, "UTC", 4) + 1


def test_days_are_counted_from_1970() -> None:
    assert study_day(datetime(1970, 1, 1, 12, tzinfo=UTC), "UTC", 4) == 0
    assert date_of(study_day(datetime(2026, 11, 24, 12, tzinfo=UTC), "UTC", 4)).isoformat() == "2026-11-24"


@pytest.mark.parametrize("zone", ZONES)
@pytest.mark.parametrize("starts_at", [0, 3, 4, 23])
def test_over_four_hundred_days_the_day_never_runs_backwards_and_never_skips(zone: str, starts_at: int) -> None:
    moment = datetime(2026, 1, 1, tzinfo=UTC)
    days = [study_day(moment + timedelta(minutes=30) * step, zone, starts_at) for step in range(400 * 48)]
    assert all(later - earlier in (0, 1) for earlier, later in pairwise(days))


@pytest.mark.parametrize(("month", "day"), [(3, 29), (10, 25)])
def test_a_clock_change_in_berlin_leaves_the_start_of_the_day_at_four(month: int, day: int) -> None:
    from zoneinfo import ZoneInfo

    four = datetime(2026, month, day, 4, tzinfo=ZoneInfo("Europe/Berlin"))
    assert study_day(four, "Europe/Berlin", 4) == study_day(four - timedelta(minutes=1), "Europe/Berlin", 4) + 1


def test_now_is_what_a_row_can_hold() -> None:
    moment = now()
    assert moment.tzinfo is UTC
    assert moment.microsecond % 1000 == 0


def test_time_zones_are_those_of_the_database() -> None:
    assert is_time_zone("Asia/Shanghai")
    assert not is_time_zone("Mars/Olympus_Mons")
