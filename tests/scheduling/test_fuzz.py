"""Fuzz: in its range, even, the same every time, and what the label says."""

from collections import Counter
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.scheduling import NEW, Answer, Scheduler, Settings, preview, replay, take
from app.scheduling.fuzz import fuzz_range, fuzzed
from tests.factories import at

LONGEST = 36_500


@given(st.integers(1, LONGEST), st.integers(1, LONGEST), st.integers(0, 10**9), st.integers(0, 500))
def test_an_interval_stays_in_its_range(interval: int, longest: int, card_id: int, answers: int) -> None:
    interval = min(interval, longest)
    lowest, highest = fuzz_range(interval, longest)
    assert 1 <= lowest <= fuzzed(interval, longest, card_id, answers) <= highest <= longest
    assert fuzzed(interval, longest, card_id, answers) == fuzzed(interval, longest, card_id, answers)


@pytest.mark.parametrize(
    ("interval", "expected"),
    [(1, (1, 1)), (2, (2, 2)), (3, (2, 4)), (7, (5, 9)), (10, (8, 12)), (20, (17, 23)), (100, (93, 107))],
)
def test_the_ranges_are_those_of_the_field(interval: int, expected: tuple[int, int]) -> None:
    assert fuzz_range(interval, LONGEST) == expected


def test_every_day_of_the_range_is_as_likely() -> None:
    drawn = Counter(fuzzed(10, LONGEST, card_id, 3) for card_id in range(5_000))
    assert sorted(drawn) == [8, 9, 10, 11, 12]
    assert max(drawn.values()) < 1.2 * min(drawn.values())


@pytest.mark.parametrize("scheduler", list(Scheduler))
def test_the_label_is_what_happens(scheduler: Scheduler) -> None:
    settings, other = Settings(scheduler, fuzz=True), Settings(scheduler)
    moved = 0
    for card_id in range(40):
        state, day = NEW, 0
        for number in range(6):
            answer = Answer(UUID(int=number), day, at(day), 4)
            labels = preview(state, answer, (2, 3, 4, 5), settings, card_id)
            after = take(state, answer, settings, card_id)
            assert labels[4].intervals[0] == after.interval
            moved += after.interval != take(state, answer, other, card_id).interval
            state, day = after, after.due_day or 0
        log = [Answer(UUID(int=9), 0, at(0), 4), Answer(UUID(int=8), 3, at(3), 4)]
        assert replay(log, settings, card_id) == replay(log[::-1], settings, card_id)
    assert moved > 40
