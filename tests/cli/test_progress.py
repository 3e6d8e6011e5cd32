"""`cardlet progress`."""

import json
from pathlib import Path
from typing import Any

import pytest

from tests.cli.conftest import Run
from tests.importing.anki_packages import CREATED, Card, Collection, Deck, Note

DAY_MS = 86_400_000
FIRST_MS = CREATED * 1000 + 3_600_000
"""An hour into the collection's first day."""


def row(day: int, second: int, ease: int, last: int, kind: int = 1) -> tuple[int, ...]:
    """A row of Anki's log: id, ease, ivl, lastIvl, factor, time, type."""
    return (FIRST_MS + day * DAY_MS + second * 1000, ease, 10, last, 2500, 6_000, kind)


def known(deck: int, *answers: tuple[int, ...]) -> Card:
    return Card(deck, type=2, queue=2, due=600, ivl=10, factor=2500, reps=3, answers=answers)


@pytest.fixture
def ada(run: Run, tmp_path: Path) -> None:
    """Ada, who learnt two decks elsewhere on five days; and Bob, who learnt one of them."""
    words = known(
        2, row(0, 0, 3, 0, 0), row(0, 600, 3, -600, 0), row(1, 0, 2, 1), row(2, 0, 1, 30), row(2, 60, 3, -600, 2)
    )
    sounds = known(3, row(5, 0, 4, 0, 0), row(6, 0, 3, 3), row(6, 90, 0, 3, 4))
    notes = (Note("a\x1fb", "g1", tags="greek", cards=(words,)), Note("c\x1fd", "g2", cards=(sounds,)))
    decks = (Deck(1, "Default"), Deck(2, "Words"), Deck(3, "Sounds"))
    package = Collection(notes=notes, decks=decks).package(tmp_path)
    for name in ("Ada", "Bob"):
        run("user", "create", name, "--password", "a long sentence")
        result = run("import", str(package), "--owner", name)
        assert result.exit_code == 0, result.output


def told(run: Run, *arguments: str) -> dict[str, Any]:
    result = run("progress", "--user", "Ada", "--range", "all", *arguments, "--json")
    assert result.exit_code == 0, result.output
    found: dict[str, Any] = json.loads(result.stdout)
    return found


def test_the_figures_come_as_json(run: Run, ada: None) -> None:
    found = told(run)
    expected = {
        "answers": 7,
        "minutes": 0.7,
        "days_studied": 5,
        "new": 2,
        "from": "2020-09-14",
        "longest_streak": 3,
        "longest_streak_with_rest": 3,
        "again": 1,
        "hard": 1,
        "good": 4,
        "easy": 1,
        "true_retention": 0.6667,
    }
    assert {name: found[name] for name in expected} == expected
    assert found["retention"]["all"]["of_mature"] == 0 and found["retention"]["year"]["of_all"] is None
    assert [day["answers"] for day in found["per_day"]] == [2, 1, 2, 1, 1]
    assert found["per_day"][2] == {
        "date": "2020-09-16",
        "answers": 2,
        "minutes": 0.2,
        "again": 1,
        "new": 0,
        "practised": 0,
        "young": 0,
        "young_recalled": 0,
        "mature": 1,
        "mature_recalled": 0,
    }
    assert found["overdue"] == 2 and found["forecast"] == [] and found["aim"]["lowest"] == 0.9
    assert sum(found["per_hour"]) == 7 and found["intervals_days"] == {"10": 2}


def test_a_deck_and_a_tag_have_figures_of_their_own(run: Run, ada: None) -> None:
    assert told(run, "--deck", "Sounds")["answers"] == 2
    assert told(run, "--deck", "Words", "--tag", "greek")["answers"] == 5
    assert told(run, "--deck", "Sounds", "--tag", "greek")["answers"] == 0


def test_they_can_be_read(run: Run, ada: None) -> None:
    result = run("progress", "--user", "Ada", "--range", "all")
    assert result.exit_code == 0, result.output
    lines = result.output.splitlines()
    assert "Again, hard, good, easy   1 · 1 · 4 · 1" in lines
    assert any(line.split() == ["ever", "100.0%", "of", "2", "0.0%", "of", "1", "66.7%", "of", "3"] for line in lines)
    assert run("progress", "--user", "Ada").exit_code == 0


@pytest.mark.parametrize(
    ("arguments", "code", "words"),
    [
        (("--user", "Eve"), 1, "no learner called Eve"),
        (("--user", "Ada", "--deck", "nothing"), 1, "no followed deck called nothing"),
        (("--user", "Ada", "--range", "week"), 2, "week"),
        ((), 2, "--user"),
    ],
)
def test_what_cannot_be_is_said_in_a_line(
    run: Run, ada: None, arguments: tuple[str, ...], code: int, words: str
) -> None:
    result = run("progress", *arguments)
    assert result.exit_code == code and words in result.output
