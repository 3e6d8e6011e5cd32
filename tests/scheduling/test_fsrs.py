"""FSRS-6: the library against all golden vectors, the adapter against those that bind it, and every trap between."""

import json
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

import pytest
from fsrs import Card, Rating, Scheduler, State

from app.scheduling import Answer, Settings, replay
from app.scheduling import Scheduler as Schedulers
from app.scheduling.fsrs import ALGORITHM, DEFAULT_PARAMETERS, Fsrs, usable_parameters
from app.scheduling.sm2 import LONGEST_INTERVAL

GOLDEN = Path(__file__).parent / "golden"
VECTORS = json.loads((GOLDEN / "fsrs6.json").read_text())
STUDY_DAYS = json.loads((GOLDEN / "fsrs6_studyday.json").read_text())["scenarios"]
FROM_SM2 = json.loads((GOLDEN / "fsrs6_from_sm2.json").read_text())
EXACT = 1e-6
DAY = 86_400
GRADE = {1: 2, 2: 3, 3: 4, 4: 5}
DEFAULT = Fsrs(DEFAULT_PARAMETERS, 0.9, LONGEST_INTERVAL)
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)

STEPLESS = {name for name, config in VECTORS["configs"].items() if not config["learning_steps"]}
SEQUENCES = VECTORS["sequences"]


def adapter(config: dict[str, Any]) -> Fsrs:
    return Fsrs(config["parameters"], config["desired_retention"], config["maximum_interval"])


@pytest.mark.parametrize("sequence", [s for s in SEQUENCES if s["config"] in STEPLESS], ids=lambda s: s["id"])
def test_the_adapter_agrees_with_the_vectors_without_steps(sequence: dict[str, Any]) -> None:
    fsrs = adapter(VECTORS["configs"][sequence["config"]])
    stability = difficulty = None
    for step in sequence["steps"]:
        elapsed = step["elapsed_seconds"] // DAY
        asked_at = fsrs.retrievability(stability, elapsed)
        stability, difficulty, interval = fsrs.repeat(stability, difficulty, elapsed, GRADE[step["rating"]])
        assert stability == pytest.approx(step["stability"], rel=EXACT, abs=EXACT)
        assert difficulty == pytest.approx(step["difficulty"], abs=EXACT)
        assert interval == step["interval_days"]
        assert asked_at == pytest.approx(step["retrievability_before"], abs=EXACT)


@pytest.mark.parametrize("sequence", SEQUENCES, ids=lambda s: s["id"])
def test_the_library_agrees_with_all_vectors(sequence: dict[str, Any]) -> None:
    """Its version is pinned exactly; this is what a newer one has to pass."""
    config = VECTORS["configs"][sequence["config"]]
    steps = {
        f"{kind}_steps": [timedelta(seconds=s) for s in config[f"{kind}_steps"]] for kind in ("learning", "relearning")
    }
    library = Scheduler(
        config["parameters"],
        config["desired_retention"],
        maximum_interval=config["maximum_interval"],
        enable_fuzzing=False,
        **steps,
    )
    at = datetime.fromisoformat(VECTORS["meta"]["first_review_utc"])
    card = Card(card_id=1, due=at)
    for step in sequence["steps"]:
        at += timedelta(seconds=step["elapsed_seconds"])
        card, _ = library.review_card(card, Rating(step["rating"]), review_datetime=at)
        assert card.state == State(step["state"])
        assert card.step == step["step"]
        assert (card.due - at).total_seconds() == step["interval_seconds"]
        assert card.stability == pytest.approx(step["stability"], rel=EXACT, abs=EXACT)
        assert card.difficulty == pytest.approx(step["difficulty"], abs=EXACT)


@pytest.mark.parametrize("scenario", [s for s in STUDY_DAYS if s["steps"] == "empty"], ids=lambda s: s["name"])
def test_days_are_the_learners_study_days(scenario: dict[str, Any]) -> None:
    stability = difficulty = last = None
    for event in scenario["events"]:
        today = date.fromisoformat(event["study_day"])
        elapsed = 0 if last is None else (today - last).days
        stability, difficulty, interval = DEFAULT.repeat(stability, difficulty, elapsed, GRADE[event["rating"]])
        last = today
        assert elapsed == event["elapsed_study_days"]
        assert stability == pytest.approx(event["stability"], abs=EXACT)
        assert difficulty == pytest.approx(event["difficulty"], abs=EXACT)
        assert interval == event["interval_days"]
        assert (today + timedelta(days=interval)).isoformat() == event["due_study_day"]


def test_states_of_sm2_become_states_of_fsrs() -> None:
    tolerance = FROM_SM2["meta"]["tolerance"]
    assert len(FROM_SM2["rows"]) > 30
    for row in FROM_SM2["rows"]:
        stability, difficulty = DEFAULT.from_sm2(round(row["ease"] * 1000), row["interval"], row["retention"])
        assert stability == pytest.approx(row["stability"], rel=tolerance)
        assert difficulty == pytest.approx(row["difficulty"], abs=tolerance)


# The traps, in the order of their harm.


def test_an_evening_and_the_next_morning_are_two_days() -> None:
    """Eleven hours are no day to the library; given moments, it would call the second answer practice."""
    first = DEFAULT.repeat(None, None, 0, 4)
    library = Scheduler(learning_steps=(), relearning_steps=(), enable_fuzzing=False)
    evening = datetime(2024, 2, 1, 20, tzinfo=UTC)
    card, _ = library.review_card(Card(card_id=1, due=evening), Rating.Good, evening)
    naive, _ = library.review_card(card, Rating.Good, evening + timedelta(hours=11))
    assert naive.stability == pytest.approx(2.3065)
    assert DEFAULT.repeat(*first[:2], 1, 4).stability == pytest.approx(7.31530074, abs=EXACT)


@pytest.mark.parametrize("moment", [datetime(2024, 2, 1), datetime(2024, 2, 1, tzinfo=ZoneInfo("UTC"))])  # noqa: DTZ001
def test_the_library_takes_one_kind_of_moment_and_that_is_what_it_gets(
    moment: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    with pytest.raises(ValueError, match="UTC"):
        Scheduler().review_card(Card(card_id=1, due=EPOCH), Rating.Good, moment)
    given = []
    taken = Scheduler.review_card

    def note(self: Scheduler, card: Card, rating: Rating, review_datetime: datetime) -> object:
        given.append((review_datetime, card.last_review))
        return taken(self, card, rating, review_datetime)

    monkeypatch.setattr(Scheduler, "review_card", note)
    fsrs = Fsrs(DEFAULT_PARAMETERS, 0.9, LONGEST_INTERVAL)
    fsrs.repeat(*fsrs.repeat(None, None, 0, 4)[:2], 400, 4)
    moments = [one for pair in given for one in pair if one is not None]
    assert len(moments) == 3
    for one in moments:
        assert one.tzinfo is UTC and (one - EPOCH) % timedelta(days=1) == timedelta(0)


def test_a_card_without_steps_is_under_review_from_its_first_answer() -> None:
    """So there is no state besides stability and difficulty, and nothing of it has to be kept."""
    for grade in range(6):
        assert DEFAULT.repeat(None, None, 0, grade).interval >= 1


def test_easy_many_times_in_an_hour_is_easy_once() -> None:
    """The library itself would make half a year of it."""
    stability, difficulty, _ = DEFAULT.repeat(None, None, 0, 5)
    once = stability
    for _ in range(9):
        stability, difficulty, _ = DEFAULT.repeat(stability, difficulty, 0, 5)
    assert stability > 190
    answers = [Answer(UUID(int=n), 0, EPOCH + timedelta(minutes=n), 5) for n in range(10)]
    assert replay(answers, Settings(Schedulers.FSRS)).stability == once


def test_nothing_is_drawn() -> None:
    stable = Fsrs(DEFAULT_PARAMETERS, 0.9, LONGEST_INTERVAL).repeat(None, None, 0, 5)
    assert {Fsrs(DEFAULT_PARAMETERS, 0.9, LONGEST_INTERVAL).repeat(None, None, 0, 5) for _ in range(50)} == {stable}


def test_parameters_of_a_trainer_are_rounded_and_brought_inside_the_bounds() -> None:
    single_precision = [*DEFAULT_PARAMETERS[:20], 0.800000011920929]
    with pytest.raises(ValueError, match="out of bounds"):
        Scheduler(single_precision)
    usable = usable_parameters(single_precision)
    assert usable[20] == 0.8
    Scheduler(usable)
    assert usable_parameters([1e9] * 21)[:2] == (100.0, 100.0)
    assert usable_parameters([0.123456] * 21)[0] == 0.1235
    Fsrs(usable_parameters([-5.0] * 21), 0.9, 100)


@pytest.mark.parametrize("parameters", [[], [1.0] * 20, [float("nan")] * 21, [float("inf")] * 21])
def test_what_is_no_set_of_parameters_is_refused(parameters: list[float]) -> None:
    with pytest.raises(ValueError, match="21 parameters"):
        usable_parameters(parameters)


def test_a_repetition_cannot_come_before_the_last_one() -> None:
    """The library takes it for one on the same day and says nothing."""
    first = DEFAULT.repeat(None, None, 0, 4)
    with pytest.raises(ValueError, match="before"):
        DEFAULT.repeat(*first[:2], -1, 4)


@pytest.mark.parametrize("grade", [-1, 6])
def test_a_grade_outside_the_scale_is_refused(grade: int) -> None:
    with pytest.raises(ValueError, match="0 to 5"):
        DEFAULT.repeat(None, None, 0, grade)


def test_no_card_is_made_without_an_id(monkeypatch: pytest.MonkeyPatch) -> None:
    """Without one the library takes a millisecond's sleep and an id from the clock."""

    def slept(_seconds: float) -> None:
        raise AssertionError("the library asked the clock")

    monkeypatch.setattr("fsrs.card.time.sleep", slept)
    fsrs = Fsrs(DEFAULT_PARAMETERS, 0.9, LONGEST_INTERVAL)
    fsrs.repeat(*fsrs.repeat(None, None, 0, 4)[:2], 3, 4)
    assert fsrs.retrievability(None, 0) == 0.0
    assert isinstance(fsrs.retrievability(None, 0), float)


def test_the_interval_has_an_end_though_stability_has_none() -> None:
    stability = difficulty = None
    elapsed = interval = 0
    for _ in range(25):
        stability, difficulty, interval = DEFAULT.repeat(stability, difficulty, elapsed, 5)
        elapsed = interval
    assert stability is not None and stability > LONGEST_INTERVAL
    assert interval == LONGEST_INTERVAL
    assert Fsrs(DEFAULT_PARAMETERS, 0.9, 365).repeat(stability, difficulty, interval, 5).interval == 365


def test_grades_below_three_are_again() -> None:
    assert len({DEFAULT.repeat(None, None, 0, grade) for grade in (0, 1, 2)}) == 1
    assert len({DEFAULT.repeat(None, None, 0, grade) for grade in (2, 3, 4, 5)}) == 4


def test_a_higher_retention_means_shorter_intervals() -> None:
    intervals = [
        Fsrs(DEFAULT_PARAMETERS, r, LONGEST_INTERVAL).repeat(30.0, 5.0, 30, 4).interval for r in (0.7, 0.8, 0.9, 0.99)
    ]
    assert intervals == sorted(intervals, reverse=True)
    assert len(set(intervals)) == 4


def test_the_algorithm_says_its_name() -> None:
    assert (ALGORITHM, len(DEFAULT_PARAMETERS)) == ("FSRS-6", 21)


@pytest.mark.parametrize("parameters", [DEFAULT_PARAMETERS, usable_parameters([0.5] * 21)], ids=["default", "other"])
def test_the_forgetting_curve_is_the_librarys(parameters: tuple[float, ...]) -> None:
    fsrs = Fsrs(parameters, 0.9, LONGEST_INTERVAL)
    curve = fsrs.forgetting_curve()
    for stability in (0.001, 0.212, 1.0, 7.5, 365.0, 40_000.0):
        for elapsed in (0, 1, 6, 30, 1_000, 36_500):
            assert curve(stability, elapsed) == pytest.approx(fsrs.retrievability(stability, elapsed), rel=1e-12)
        assert curve(stability, 0) == 1.0
