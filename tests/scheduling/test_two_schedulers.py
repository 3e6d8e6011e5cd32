"""One log, two schedulers: whatever the settings, a step at a time is the whole fold."""

from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.scheduling import NEW, Answer, Checkpoint, MemoryState, Scheduler, Settings, preview, replay, take
from app.scheduling.memory import AGAIN, EASY, GOOD, HARD
from app.scheduling.replay import in_order
from tests.factories import at
from tests.scheduling.test_replay import an_answer

FSRS, SM2 = Settings(Scheduler.FSRS), Settings()
BUTTONS = (AGAIN, HARD, GOOD, EASY)

settings = st.builds(
    Settings,
    st.sampled_from(Scheduler),
    retention=st.floats(0.70, 0.99),
    maximum_interval=st.integers(1, 36_500),
    fuzz=st.booleans(),
)
answers = st.builds(an_answer, st.integers(0, 10**6), st.integers(0, 400), st.integers(0, 5))
checkpoints = st.builds(
    lambda number, day, interval, ease: Checkpoint(
        UUID(int=number), day, at(day), MemoryState(3, interval, ease, 0, day - 1, day - 1 + interval)
    ),
    st.integers(0, 10**6),
    st.integers(1, 400),
    st.integers(1, 4_000),
    st.integers(1_300, 3_500),
)
logs = st.lists(st.one_of(answers, answers, answers, checkpoints), max_size=25, unique_by=lambda event: event.id)


@given(logs, settings)
def test_a_step_at_a_time_is_the_whole_fold(log: list[Answer], chosen: Settings) -> None:
    state = NEW
    for event in in_order(log):
        state = take(state, event, chosen, 7)
    assert state == replay(log, chosen, 7)
    if state.answers:
        assert (state.stability is None) == (chosen.scheduler is Scheduler.SM2)


@given(st.lists(answers, min_size=1, max_size=25, unique_by=lambda answer: answer.id), settings)
def test_the_drill_is_the_same_under_every_scheduler(log: list[Answer], chosen: Settings) -> None:
    one, other = replay(log), replay(log, chosen)
    same = ("answers", "repetitions", "lapses", "last_day", "drill_day", "drill_at")
    assert [getattr(one, name) for name in same] == [getattr(other, name) for name in same]


@given(st.lists(answers, max_size=25, unique_by=lambda answer: answer.id), st.integers(1, 400))
def test_no_interval_is_longer_than_the_longest(log: list[Answer], longest: int) -> None:
    for scheduler in Scheduler:
        for fuzz in (False, True):
            assert replay(log, Settings(scheduler, maximum_interval=longest, fuzz=fuzz), 7).interval <= longest


def test_the_first_answer_of_a_day_is_the_repetition_and_the_rest_is_drill() -> None:
    log = [Answer(UUID(int=n), 0, at(0).replace(minute=n), grade) for n, grade in enumerate([4, 5, 5, 5, 5])]
    assert replay(log, FSRS).stability == replay(log[:1], FSRS).stability


def test_a_hard_answer_is_a_pass_and_still_comes_back_today() -> None:
    state = replay([an_answer(1, 0, HARD)], FSRS)
    assert (state.repetitions, state.drill_day) == (1, 0)
    assert state.interval >= 1


def test_a_checkpoint_keeps_its_day_and_says_what_fsrs_can_make_of_it() -> None:
    promised = MemoryState(4, 38, 2_500, 1, last_day=10, due_day=48)
    state = take(NEW, Checkpoint(UUID(int=1), 20, at(20), promised), FSRS)
    assert (state.interval, state.due_day, state.stability) == (38, 48, pytest.approx(38))
    assert take(state, an_answer(2, 48, GOOD), FSRS).interval > 38


def test_a_checkpoint_of_fsrs_goes_on_under_sm2() -> None:
    known = take(NEW, an_answer(1, 0, EASY), FSRS)
    state = take(NEW, Checkpoint(UUID(int=2), 3, at(3), known), SM2)
    assert (state.stability, state.difficulty, state.due_day) == (None, None, known.due_day)


def test_buttons_of_fsrs_show_their_own_next_interval() -> None:
    state = replay([an_answer(1, 0, GOOD), an_answer(2, 2, GOOD)], FSRS)
    outlooks = preview(state, an_answer(3, 13, GOOD), BUTTONS, FSRS)
    again, hard, good, easy = (outlooks[grade].intervals for grade in BUTTONS)
    assert [len(steps) for steps in (again, hard, good, easy)] == [1, 1, 1, 1]
    assert again < hard < good < easy


@pytest.mark.parametrize(
    "wrong",
    [
        {"retention": 0.69},
        {"retention": 1.0},
        {"retention": float("nan")},
        {"maximum_interval": 0},
        {"maximum_interval": 36_501},
    ],
)
def test_settings_that_make_no_sense_cannot_be_made(wrong: dict) -> None:
    with pytest.raises(ValueError, match="between"):
        Settings(Scheduler.FSRS, **wrong)
