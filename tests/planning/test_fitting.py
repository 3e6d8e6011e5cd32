"""Fitting, on learners whose true parameters are known because they are made up."""

import math
import random
import sys
from collections.abc import Sequence
from dataclasses import replace
from itertools import pairwise
from types import ModuleType
from typing import Any
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.errors import Refused
from app.planning.fitting import (
    FEWEST,
    LONGEST_PREFIX,
    Fit,
    History,
    by_fsrs,
    by_sm2,
    fit,
    judge,
    optimizer_is_installed,
    split,
)
from app.scheduling import Answer, Scheduler, Settings, replay
from app.scheduling.calibration import Bin, Judged, calibration, log_loss
from app.scheduling.fsrs import DEFAULT_PARAMETERS, RATINGS, Fsrs
from app.scheduling.sm2 import LONGEST_INTERVAL
from tests.factories import at

FORGETFUL = (0.5, 1.0, 1.6, 4.0, *DEFAULT_PARAMETERS[4:8], 1.2, *DEFAULT_PARAMETERS[9:20], 0.4)
"""A learner whose memories begin shorter, grow more slowly and fade otherwise than most learners'."""


def scheduled(parameters: Sequence[float]) -> Fsrs:
    return Fsrs(parameters, 0.9, LONGEST_INTERVAL)


def learner(parameters: Sequence[float], cards: int, each: int = 8, seed: int = 1) -> list[History]:
    """What a learner with that memory answers when the default scheduler asks, not always on the day it is due."""
    truth, scheduler = scheduled(parameters), scheduled(DEFAULT_PARAMETERS)
    chance = random.Random(seed)  # noqa: S311 - it guards nothing, and has to come out alike every time
    histories: list[History] = []
    for _ in range(cards):
        day, elapsed, history = chance.randrange(200), 0, []
        known: Any = (None, None)
        planned: Any = (None, None)
        for _ in range(each):
            recalled = chance.random() < (truth.retrievability(known[0], elapsed) if history else 0.7)
            grade = chance.choices((3, 4, 5), (1, 6, 2))[0] if recalled else 2
            history.append((day, grade))
            known = truth.repeat(*known[:2], elapsed, grade)
            planned = scheduler.repeat(*planned[:2], elapsed, grade)
            elapsed = max(1, round(planned.interval * chance.uniform(0.9, 1.5)))
            day += elapsed
        histories.append(history)
    return histories


def loss_of(parameters: Sequence[float], histories: list[History]) -> float:
    _, newer = split(histories)
    return log_loss(judge(histories, newer[0].day, by_fsrs(scheduled(parameters))))


@pytest.fixture
def package() -> Any:
    return pytest.importorskip("fsrs_rs_python")


@pytest.mark.usefixtures("package")
@pytest.mark.parametrize("seed", [1, 2, 3])
def test_a_learner_unlike_most_is_predicted_nearly_as_well_as_by_the_truth(seed: int) -> None:
    histories = learner(FORGETFUL, 600, seed=seed)
    fitted = fit(histories, DEFAULT_PARAMETERS)
    assert fitted.is_better
    truth = loss_of(FORGETFUL, histories)
    assert fitted.loss_after == pytest.approx(truth, abs=0.01)
    assert fitted.loss_before - fitted.loss_after > (fitted.loss_before - truth) / 3
    assert fitted.loss_before == loss_of(DEFAULT_PARAMETERS, histories)
    assert fitted.loss_after == loss_of(fitted.parameters, histories)
    assert fitted.trained_on + fitted.held_out == 600 * 7
    assert fitted.loss_sm2 > fitted.loss_before


@pytest.mark.usefixtures("package")
@pytest.mark.parametrize("seed", [1, 2, 3])
def test_a_learner_like_most_gains_nothing_to_speak_of(seed: int) -> None:
    fitted = fit(learner(DEFAULT_PARAMETERS, 600, seed=seed), DEFAULT_PARAMETERS)
    assert fitted.loss_after == pytest.approx(fitted.loss_before, abs=0.005)
    assert fitted.is_better == (fitted.loss_after < fitted.loss_before)


@pytest.mark.usefixtures("package")
def test_no_fit_beats_the_truth_by_much() -> None:
    fitted = fit(learner(FORGETFUL, 200), FORGETFUL)
    assert fitted.loss_after > fitted.loss_before - 0.005


def test_only_a_lower_loss_is_better() -> None:
    fitted = Fit(DEFAULT_PARAMETERS, 100, 25, 0.3, 0.29, 0.5, (), ())
    assert fitted.is_better
    assert not replace(fitted, loss_after=0.3).is_better
    assert not replace(fitted, loss_after=0.31).is_better


@pytest.mark.usefixtures("package")
def test_the_same_answers_give_the_same_fit() -> None:
    assert fit(learner(FORGETFUL, 100), DEFAULT_PARAMETERS) == fit(learner(FORGETFUL, 100), DEFAULT_PARAMETERS)


@pytest.mark.usefixtures("package")
@pytest.mark.parametrize("recall", [0.02, 0.5, 0.98])
@pytest.mark.parametrize("gap", [1, 3, 2_000])
def test_whatever_a_log_holds_the_parameters_can_be_scheduled_with(recall: float, gap: int) -> None:
    chance = random.Random(7)  # noqa: S311 - as above
    histories: list[History] = []
    for _ in range(60):
        days = sorted(chance.sample(range(gap * 12), 8))
        histories.append([(day, chance.choice((3, 4, 5) if chance.random() < recall else (0, 1, 2))) for day in days])
    fitted = fit([*histories, [], [(3, 4)]], DEFAULT_PARAMETERS)
    assert scheduled(fitted.parameters).repeat(None, None, 0, 4).stability > 0
    assert all(map(math.isfinite, (fitted.loss_after, fitted.loss_sm2)))


@pytest.mark.usefixtures("package")
def test_too_few_cards_that_began_alike_leave_the_default() -> None:
    """What the package does by itself where it finds too few cards to go by."""
    histories = learner(FORGETFUL, 3, each=60)
    assert fit(histories, DEFAULT_PARAMETERS).parameters == DEFAULT_PARAMETERS


@pytest.mark.usefixtures("package")
def test_of_a_long_history_the_beginning_is_learnt_from_and_the_end_is_judged() -> None:
    chance = random.Random(3)  # noqa: S311 - as above
    histories = [[(day, chance.choice((2, 4, 4, 4))) for day in range(500)] for _ in range(20)]
    fitted = fit(histories, DEFAULT_PARAMETERS)
    assert fitted.trained_on == 20 * (LONGEST_PREFIX - 1)
    assert fitted.held_out == pytest.approx(20 * 100, abs=20)


@st.composite
def histories_of_any_kind(draw: st.DrawFn) -> list[History]:
    days = st.lists(st.integers(0, 60), max_size=12, unique=True).map(sorted)
    return [[(day, draw(st.integers(0, 5))) for day in history] for history in draw(st.lists(days, max_size=12))]


@given(histories_of_any_kind())
def test_no_held_out_review_is_older_than_one_learnt_from(histories: list[History]) -> None:
    older, newer = split(histories)
    assert [*older, *newer] == sorted([*older, *newer])
    assert {day for day, _, _ in older}.isdisjoint(day for day, _, _ in newer)
    every = [(day, card, place) for card, history in enumerate(histories) for place, (day, _) in enumerate(history, 1)]
    assert [*older, *newer] == sorted(review for review in every if review[2] > 1)
    assert len(newer) * 4 >= len(older)


def test_about_a_fifth_is_held_out_and_never_too_little_of_it() -> None:
    older, newer = split(learner(DEFAULT_PARAMETERS, 100))
    assert len(newer) / (len(older) + len(newer)) == pytest.approx(0.2, abs=0.01)
    one_card: History = [(day, 4) for day in range(1 + FEWEST * 5 // 4)]
    assert len(split([one_card])[1]) == 25


def test_the_prediction_is_that_of_the_memory_a_deck_would_hold() -> None:
    settings = Settings(Scheduler.FSRS, parameters=FORGETFUL)
    history: History = [(10, 2), (11, 4), (15, 3), (40, 5), (90, 1)]
    answers = [Answer(UUID(int=day), day, at(day), grade) for day, grade in history]
    judged = judge([history, []], 11, by_fsrs(settings.fsrs))
    for place, (predicted, recalled) in enumerate(judged, 1):
        memory = replay(answers[:place], settings)
        assert memory.last_day is not None
        elapsed = history[place][0] - memory.last_day
        assert predicted == settings.fsrs.retrievability(memory.stability, elapsed)
        assert recalled == (history[place][1] >= 3)
    assert len(judged) == 4
    assert judge([history], 40, by_fsrs(settings.fsrs)) == judged[2:]


def test_sm2_is_read_as_nine_in_ten_at_the_end_of_its_interval() -> None:
    history: History = [(0, 4), (1, 4), (7, 4), (37, 2), (38, 4)]
    assert list(by_sm2(history)) == pytest.approx([0.9, 0.9, 0.9 ** (30 / 15), 0.9])


def test_the_log_loss_agrees_with_the_packages_own(package: ModuleType) -> None:
    """The package weighs later items more (a quarter for the first, rising with the cube of the place); ours count
    alike, as the package's do where it is asked for one at a time."""
    histories = learner(FORGETFUL, 60)
    trainer = package.FSRS(DEFAULT_PARAMETERS)
    items, losses = [], []
    for history in histories:
        elapsed = [0, *(later - earlier for (earlier, _), (later, _) in pairwise(history))]
        reviews = [
            package.FSRSReview(RATINGS[grade].value, days) for (_, grade), days in zip(history, elapsed, strict=True)
        ]
        items += [package.FSRSItem(reviews[:length]) for length in range(2, len(reviews) + 1)]
        losses += [log_loss([one]) for one in judge([history], 0, by_fsrs(scheduled(DEFAULT_PARAMETERS)))]
    alone = [trainer.evaluate([item]).log_loss for item in items]
    assert math.fsum(losses) / len(losses) == pytest.approx(math.fsum(alone) / len(alone), abs=1e-3)
    assert losses == pytest.approx(alone, abs=1e-3)
    weights = [0.25 + 0.75 * (place / (len(items) - 1)) ** 3 for place in range(len(items))]
    weighted = math.fsum(weight * loss for weight, loss in zip(weights, losses, strict=True)) / math.fsum(weights)
    assert weighted == pytest.approx(trainer.evaluate(items).log_loss, abs=1e-3)


def test_the_log_loss_of_a_few_answers() -> None:
    assert log_loss([Judged(0.9, True), Judged(0.8, False)]) == pytest.approx(-(math.log(0.9) + math.log(0.2)) / 2)
    assert log_loss([Judged(1.0, True), Judged(0.0, True)]) < 5, "one certain error does not outweigh everything"


def test_the_bins_of_a_few_answers() -> None:
    judged = [Judged(0.0, False), Judged(0.82, True), Judged(0.88, False), Judged(0.9, True), Judged(1.0, True)]
    assert calibration(judged) == (Bin(1, 0.0, 0.0), Bin(2, pytest.approx(0.85), 0.5), Bin(2, pytest.approx(0.95), 1.0))
    assert calibration([]) == ()


@pytest.mark.usefixtures("package")
def test_the_bins_hold_every_held_out_answer() -> None:
    histories = learner(FORGETFUL, 100)
    fitted = fit(histories, DEFAULT_PARAMETERS)
    _, newer = split(histories)
    recalled = sum(histories[card][length - 1][1] >= 3 for _, card, length in newer)
    for bins in (fitted.bins_before, fitted.bins_after):
        assert sum(one.count for one in bins) == fitted.held_out == len(newer)
        assert sum(one.count * one.recalled for one in bins) == pytest.approx(recalled)
        assert [one.predicted for one in bins] == sorted(one.predicted for one in bins)


@pytest.mark.parametrize("histories", [[], [[]], [[(1, 4)]] * 500])
def test_without_a_second_answer_there_is_nothing_to_learn_from(histories: list[History]) -> None:
    with pytest.raises(Refused, match=r"needs 100 reviews.* there are 0"):
        fit(histories, DEFAULT_PARAMETERS)


def test_too_few_answers_are_refused_with_their_number() -> None:
    three_cards: list[History] = [
        [(day, 4 if day % 5 else 2) for day in range(start, start + 42)] for start in (0, 1, 2)
    ]
    with pytest.raises(Refused, match=r"needs 100 reviews.* there are 96"):
        fit([*three_cards, [(0, 4)]], DEFAULT_PARAMETERS)


def test_where_nothing_was_forgotten_nothing_can_be_fitted() -> None:
    """A failure in the newest fifth is not seen, and a first answer recalls nothing."""
    histories: list[History] = [[(day, 4 if 0 < day < 190 else 2) for day in range(0, 200, 10)]] * 20
    with pytest.raises(Refused, match=r"None of the 300 reviews"):
        fit(histories, DEFAULT_PARAMETERS)


@pytest.mark.parametrize("history", [[(1, 4), (1, 4)], [(2, 4), (1, 4)], [(1, 6)], [(1, -1)]])
def test_histories_that_are_none_never_reach_the_package(history: History) -> None:
    with pytest.raises(ValueError, match=r"study day|grade"):
        fit([*learner(FORGETFUL, 50), history], DEFAULT_PARAMETERS)


def test_parameters_out_of_bounds_are_an_error() -> None:
    with pytest.raises(ValueError, match="parameters"):
        fit(learner(FORGETFUL, 50), (0.0,) * 21)


def test_without_the_package_it_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "fsrs_rs_python", None)
    assert not optimizer_is_installed()
    with pytest.raises(Refused, match=r'pip install "cardlet\[optimizer\]"'):
        fit(learner(FORGETFUL, 50), DEFAULT_PARAMETERS)


@pytest.mark.usefixtures("package")
def test_the_package_is_found_where_it_is() -> None:
    assert optimizer_is_installed()
