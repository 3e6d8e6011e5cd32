"""Packages that Anki itself has made, read here: the numbers are Anki's. Needs an environment with the package `anki`,
whose Python ANKI_PYTHON names; skipped where there is none."""

import importlib.util
import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from app.importing.anki import reading
from app.importing.parsed import ParsedDeck, ParsedNote, ReadingOptions, Source
from app.scheduling import Scheduler

ANKI = os.environ.get("ANKI_PYTHON") or (sys.executable if importlib.util.find_spec("anki") else "")
PACKAGES = pytest.mark.parametrize("name", ["legacy1.apkg", "legacy0.apkg", "legacy1.colpkg", "legacy0.colpkg"])
pytestmark = pytest.mark.skipif(not ANKI, reason="ANKI_PYTHON names no Python that has the package `anki`")


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, dict[str, Any]]:
    """The folder of the packages, and what Anki says is in them."""
    folder = tmp_path_factory.mktemp("anki")
    program = Path(__file__).with_name("made_by_anki.py")
    # -I: beside the program lie modules of ours that are called like some of Python's.
    done = subprocess.run([ANKI, "-I", str(program), str(folder)], capture_output=True, text=True, check=True)
    return folder, json.loads(done.stdout.splitlines()[-1])


def read(path: Path) -> tuple[ParsedDeck, list[ParsedNote], dict[str, bytes]]:
    with reading.read(Source(path.name, path), ReadingOptions(deck_name="Anki")) as deck:
        notes = [row for row in deck.rows if isinstance(row, ParsedNote)]
        return deck, notes, {file.name: file.open().read() for file in deck.media}


@PACKAGES
def test_every_card_and_answer_is_ankis(made: tuple[Path, dict[str, Any]], name: str) -> None:
    folder, said = made
    deck, notes, media = read(folder / name)
    cards = {(note.guid, card.ordinal): card for note in notes for card in note.cards or ()}
    assert len(cards) == len(said["cards"])
    assert list(media) == ["bild.png"]
    assert len(media["bild.png"]) == 264
    assert [header.path for header in deck.decks] == [("Other",), ("Sprachen",), ("Sprachen", "日本語")]
    clozes = {note.guid for note in notes if note.kind == "cloze"}
    for guid, ordinal, kind, queue, due, interval, factor, lapses, home, home_due, card_id in said["cards"]:
        card = cards[f"anki/{guid}", ordinal + (f"anki/{guid}" in clozes)]
        logged = [answer for answer in said["answers"] if answer[1] == card_id]
        assert [(review.at_ms, json.loads(review.state or "[]")) for review in card.reviews] == [
            (at, [of_kind, ivl, last, ease]) for at, _, _, ivl, last, ease, _, of_kind in logged
        ]
        assert [review.grade for review in card.reviews] == [(0, 2, 3, 4, 5)[answer[2]] for answer in logged]
        assert card.suspended == (queue == -1)
        assert (card.buried_until is not None) == (queue in {-2, -3})
        if kind == 2:
            assert card.state is not None
            assert card.state.interval == max(1, interval)
            assert card.state.due_day == said["first_day"] + (home_due if home else due)
            assert (card.state.ease, card.state.lapses) == (factor if factor >= 1300 else 2500, lapses)
        memory = said["memory"][str(card_id)]
        if memory is not None and card.state is not None:
            assert [card.state.stability, card.state.difficulty] == pytest.approx(memory, abs=1e-3)


@PACKAGES
def test_kinds_marks_and_options_are_ankis(made: tuple[Path, dict[str, Any]], name: str) -> None:
    folder, said = made
    deck, notes, _ = read(folder / name)
    assert sorted({note.kind for note in notes}) == ["basic", "cloze", "reversed"]
    assert [card.flag for card in notes[0].cards or ()] == [4]
    assert [card.flag for card in notes[3].cards or ()] == [7]
    assert notes[3].tags == ("one",)
    assert deck.note_types == ()
    settings = deck.presets[0].settings
    assert settings is not None
    assert settings.scheduler is Scheduler.FSRS
    assert settings.retention == said["retention"]
