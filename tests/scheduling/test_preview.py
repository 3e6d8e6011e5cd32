"""The buttons' promises are what answering does."""

from dataclasses import replace
from uuid import UUID

from hypothesis import given
from hypothesis import strategies as st

from app.scheduling import NEW, Answer, MemoryState, preview, replay, take_answer
from app.scheduling.sm2 import LONGEST_INTERVAL
from tests.factories import at

BUTTONS = (2, 3, 4, 5)


def state_after(*grades: int) -> MemoryState:
    """The state of a card answered with these grades, each on the day it was due."""
    state = NEW
    for number, grade in enumerate(grades):
        day = state.due_day or 0
        state = take_answer(state, Answer(UUID(int=number), day, at(day), grade))
    return state


def preview_of(state: MemoryState) -> dict:
    day = state.due_day or 0
    return preview(state, Answer(UUID(int=99), day, at(day), 4), BUTTONS)


def test_a_second_review_shows_where_the_grades_part() -> None:
    outlooks = preview_of(state_after(4))
    assert [outlooks[grade].intervals for grade in BUTTONS] == [(1, 1), (6, 15), (6, 15), (6, 16)]


def test_a_new_card_looks_one_step_further_because_the_first_two_are_always_alike() -> None:
    outlooks = preview_of(NEW)
    assert [outlooks[grade].intervals for grade in (3, 4, 5)] == [(1, 6, 15), (1, 6, 15), (1, 6, 16)]


def test_good_and_easy_are_told_apart_even_when_their_next_two_intervals_agree() -> None:
    outlooks = preview_of(state_after(3, 3, 2, 4))
    assert outlooks[4].intervals[:2] == outlooks[5].intervals[:2]
    assert outlooks[4].intervals != outlooks[5].intervals


@given(st.lists(st.integers(0, 5), max_size=12))
def test_good_and_easy_never_read_alike_before_the_longest_interval(grades: list[int]) -> None:
    outlooks = preview_of(state_after(*grades))
    good, easy = outlooks[4].intervals, outlooks[5].intervals
    assert good != easy or good[-1] == LONGEST_INTERVAL
    assert good[:-1] == easy[:-1], "nothing is shown beyond the first difference"


def test_only_answers_under_good_come_back_today() -> None:
    assert [preview_of(NEW)[grade].drills for grade in BUTTONS] == [True, True, False, False]


def test_in_the_drill_every_button_leads_to_the_day_the_card_is_due() -> None:
    failed = take_answer(NEW, Answer(UUID(int=1), 0, at(0), 2))
    outlooks = preview(failed, Answer(UUID(int=2), 0, at(0), 4), BUTTONS)
    assert [outlooks[grade].intervals for grade in BUTTONS] == [(1,)] * 4


@given(st.lists(st.integers(0, 5), max_size=12), st.sampled_from(BUTTONS))
def test_the_label_is_what_the_answer_gives(grades: list[int], grade: int) -> None:
    state = state_after(*grades)
    day = state.due_day or 0
    promised = preview_of(state)[grade]
    after = take_answer(state, Answer(UUID(int=99), day, at(day), grade))
    following = take_answer(after, Answer(UUID(int=100), after.due_day, at(after.due_day % 1000), 4))
    assert promised.intervals[:2] == (after.interval, following.interval)
    assert promised.drills == (after.drill_day == day)


def test_a_preview_changes_nothing() -> None:
    state = state_after(4, 4)
    before = replace(state)
    preview_of(state)
    assert state == before == replay([Answer(UUID(int=i), d, at(d), 4) for i, d in enumerate((0, 1))])


def test_where_one_button_passes_its_next_interval_is_enough() -> None:
    outlooks = preview(NEW, Answer(UUID(int=1), 0, at(0), 4), (2, 4))
    assert {grade: outlook.intervals for grade, outlook in outlooks.items()} == {2: (1,), 4: (1,)}
