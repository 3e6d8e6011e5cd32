"""`cardlet schedule --scheduler fsrs`: golden sequences from outside, options, and what it refuses."""

import json

import pytest

from tests.cli.conftest import Run
from tests.scheduling.test_fsrs import DAY, GRADE, SEQUENCES, VECTORS

CONFIGS = {name: config for name, config in VECTORS["configs"].items() if not config["learning_steps"]}


@pytest.mark.parametrize("name", CONFIGS)
def test_fsrs_gives_the_golden_values(run: Run, name: str) -> None:
    config = CONFIGS[name]
    sequence = max((s for s in SEQUENCES if s["config"] == name), key=lambda s: len(s["steps"]))
    steps = sequence["steps"]
    result = run(
        *("schedule", "--scheduler", "fsrs", "--json"),
        *("--grades", ",".join(str(GRADE[step["rating"]]) for step in steps)),
        *("--days", ",".join(str(step["elapsed_seconds"] // DAY) for step in steps)),
        *("--retention", str(config["desired_retention"])),
        *("--parameters", ",".join(map(str, config["parameters"]))),
    )
    printed = json.loads(result.output)
    assert len(printed) == len(steps) > 3
    for got, expected in zip(printed, steps, strict=True):
        assert got["stability"] == pytest.approx(expected["stability"], rel=1e-6, abs=1e-6)
        assert got["difficulty"] == pytest.approx(expected["difficulty"], abs=1e-6)
        assert got["interval"] == expected["interval_days"]
        assert got["retrievability"] == pytest.approx(expected["retrievability_before"], abs=1e-6)


def test_without_days_each_answer_comes_on_the_day_it_is_due(run: Run) -> None:
    steps = json.loads(run("schedule", "--scheduler", "fsrs", "--grades", "4,4,4", "--json").output)
    assert [step["days"] for step in steps] == [0, *(step["interval"] for step in steps[:-1])]


def test_people_see_a_table(run: Run) -> None:
    lines = run("schedule", "--scheduler", "fsrs", "--grades", "4,2,5", "--days", "0,1,9").output.splitlines()
    assert lines[0].split() == ["grade", "days", "retrievability", "stability", "difficulty", "interval"]
    assert lines[1].split() == ["4", "0", "0.0000", "2.3065", "2.1181", "2"]
    assert len(lines) == 4


@pytest.mark.parametrize(
    ("options", "says"),
    [
        (["--grades", "4,4", "--days", "0"], "2 grades and 1 days"),
        (["--grades", "4", "--days", "-1"], "no number of days"),
        (["--grades", "4", "--days", "36501"], "no number of days"),
        (["--grades", "4", "--retention", "0.5"], "0.70 to 0.99"),
        (["--grades", "4", "--retention", "much"], "0.70 to 0.99"),
        (["--grades", "4", "--retention", "nan"], "0.70 to 0.99"),
        (["--grades", "4", "--parameters", "1,2,3"], "21 parameters"),
        (["--grades", "4", "--parameters", ",".join(["x"] * 21)], "21 parameters"),
        (["--grades", "7"], "Grades are whole numbers from 0 to 5."),
    ],
)
def test_what_is_wrong_is_said(run: Run, options: list[str], says: str) -> None:
    result = run("schedule", "--scheduler", "fsrs", *options)
    assert result.exit_code == 1
    assert says in result.output


def test_sm2_takes_no_options_of_fsrs(run: Run) -> None:
    result = run("schedule", "--grades", "4", "--retention", "0.8")
    assert result.exit_code == 1
    assert "for --scheduler fsrs" in result.output
