"""The fold: day-level scenarios, and that neither order nor repetition of the answers matters."""

import json
from datetime import timedelta
from pathlib import Path
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.scheduling import NEW, Answer, MemoryState, replay, take_answer
from tests.factories import at

SCENARIOS = json.loads((Path(__file__).parent / "golden" / "sm2_sessions.json").read_text())["scenarios"]


def an_answer(number: int, day: int, grade: int) -> Answer:
    return Answer(UUID(int=number), day, at(day) + timedelta(seconds=number), grade)


answers = st.lists(
    st.builds(an_answer, st.integers(0, 10**6), st.integers(0, 60), st.integers(0, 5)),
    max_size=30,
    unique_by=lambda answer: answer.id,
)


@pytest.mark.parametrize("scenario", SCENARIOS, ids=[scenario["name"] for scenario in SCENARIOS])
def test_a_golden_scenario_comes_out_after_every_event(scenario: dict) -> None:
    given_so_far = []
    for number, event in enumerate(scenario["events"]):
        given_so_far.append(an_answer(number, event["day"], event["q"]))
        state = replay(given_so_far)
        seen = (state.repetitions, state.interval, state.ease, state.due_day, state.drill_day == event["day"])
        expected = (event["n"], event["interval"], round(event["ef"] * 1000), event["due_day"], event["in_drill"])
        assert seen == expected


@given(answers, st.randoms(use_true_random=False))
def test_order_and_repetition_of_the_answers_do_not_matter(given_answers: list[Answer], chance) -> None:
    again = given_answers + given_answers[: len(given_answers) // 2]
    chance.shuffle(again)
    assert replay(again) == replay(given_answers)


@given(answers)
def test_one_step_at_a_time_is_the_whole_fold(given_answers: list[Answer]) -> None:
    state = NEW
    for answer in sorted(given_answers, key=lambda a: (a.day, a.at, a.id)):
        state = take_answer(state, answer)
    assert state == replay(given_answers)


@given(answers, st.integers(0, 5))
def test_a_second_answer_on_a_day_changes_nothing_but_the_drill(given_answers: list[Answer], grade: int) -> None:
    state = replay([*given_answers, an_answer(10**7, 61, 3)])
    after = take_answer(state, an_answer(10**7 + 1, 61, grade))
    schedule = ("repetitions", "interval", "ease", "lapses", "last_day", "due_day")
    assert [getattr(after, name) for name in schedule] == [getattr(state, name) for name in schedule]
    assert (after.drill_day == 61) == (grade < 4)


def test_the_drill_ends_with_the_day() -> None:
    failed = replay([an_answer(1, day=0, grade=2)])
    assert failed.drill_day == 0
    assert not MemoryState(**{**_fields(failed), "due_day": 5}).is_waiting_on(1)
    assert failed.is_waiting_on(1), "it is due the next day all the same"


def test_lapses_count_only_what_was_known() -> None:
    never_known = replay([an_answer(1, 0, 1), an_answer(2, 1, 1)])
    forgotten = replay([an_answer(1, 0, 4), an_answer(2, 1, 1), an_answer(3, 2, 0), an_answer(4, 3, 4)])
    assert (never_known.lapses, forgotten.lapses) == (0, 1)


def _fields(state: MemoryState) -> dict:
    return {name: getattr(state, name) for name in MemoryState.__dataclass_fields__}
