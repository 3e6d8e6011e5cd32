"""SM-2 against its golden vectors and against the sentences of the paper."""

import json
from fractions import Fraction
from math import ceil
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.scheduling.sm2 import EASE_CHANGE, LONGEST_INTERVAL, LOWEST_EASE, repeat

GOLDEN = json.loads((Path(__file__).parent / "golden" / "sm2.json").read_text())


def answered(grades: list[int]) -> list[tuple[int, int, int]]:
    states, state = [], (0, 0, 2500)
    for grade in grades:
        state = repeat(*state, grade)
        states.append(state)
    return states


@pytest.mark.parametrize("part", ["sequences", "capped"])
def test_every_golden_sequence_comes_out_to_the_digit(part: str) -> None:
    for sequence in GOLDEN[part]:
        expected = [
            (step["n"], min(step["interval"], LONGEST_INTERVAL), round(step["ef"] * 1000)) for step in sequence["steps"]
        ]
        assert answered(sequence["grades"]) == expected, sequence["id"]


def test_the_ease_changes_as_the_papers_formula_says() -> None:
    for grade, change in EASE_CHANGE.items():
        missing = 5 - grade
        assert Fraction(change, 1000) == Fraction(1, 10) - missing * (Fraction(8, 100) + missing * Fraction(2, 100))


def test_a_lapse_starts_again_at_one_one_six() -> None:
    assert [interval for _, interval, _ in answered([4, 4, 4, 1, 4, 4])] == [1, 6, 15, 1, 1, 6]


def test_the_ease_used_is_the_one_from_before_the_answer() -> None:
    assert answered([5, 5, 5])[-1] == (3, 17, 2800)


def test_the_interval_stops_growing_at_a_hundred_years() -> None:
    assert answered([5] * 14)[-1][1] == LONGEST_INTERVAL


@pytest.mark.parametrize("grade", [-1, 6, 9])
def test_a_grade_outside_the_scale_is_an_error_that_says_so(grade: int) -> None:
    with pytest.raises(ValueError, match="0 to 5"):
        repeat(0, 0, 2500, grade)


@given(st.lists(st.integers(0, 5), max_size=40))
def test_intervals_are_the_exact_ceiling_and_the_ease_keeps_its_floor(grades: list[int]) -> None:
    n, interval, ease = 0, 0, 2500
    for grade in grades:
        after_n, after_interval, after_ease = repeat(n, interval, ease, grade)
        if grade >= 3 and n >= 2:
            assert after_interval == min(LONGEST_INTERVAL, ceil(Fraction(interval * ease, 1000)))
        assert after_ease >= LOWEST_EASE
        assert after_n == (n + 1 if grade >= 3 else 0)
        n, interval, ease = after_n, after_interval, after_ease
