"""A file is begun to be read before anybody has said how."""

import tempfile
from pathlib import Path
from typing import Any

import pytest

from app.errors import UnreadableFile
from app.importing import ParsedDeck, ParsedNote, ReadingOptions, Source, begun, read_deck
from app.scratch import PREFIX
from tests.importing.anki_packages import Card, Collection, Note

OPTIONS = ReadingOptions(time_zone="Asia/Tokyo", day_starts_at=2)


@pytest.fixture
def scratch(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Where folders for what is needed once lie."""
    folder = tmp_path / "scratch"
    folder.mkdir()
    monkeypatch.setattr(tempfile, "tempdir", str(folder))
    return folder


def package(folder: Path) -> Source:
    answered = [(1_600_000_000_000, 3, 4, -600, 2500, 9_000, 1)]
    made = Collection(notes=[Note("a\x1fb", cards=[Card(type=2, queue=2, due=3, answers=answered)])])
    return Source("mine.apkg", made.package(folder))


def told(deck: ParsedDeck) -> list[Any]:
    """What its only note and card say."""
    (note,) = deck.rows
    assert isinstance(note, ParsedNote) and note.cards is not None
    (card,) = note.cards
    return [deck.header, note.fields, note.guid, card.state, list(card.reviews)]


def test_a_package_begun_before_is_the_same_as_one_read_at_once(tmp_path: Path, scratch: Path) -> None:
    source = package(tmp_path)
    with begun(source) as read, read(OPTIONS) as deck:
        found = told(deck)
    with read_deck(source, OPTIONS) as deck:
        assert told(deck) == found
    assert len(found[-1]) == 1 and not [*scratch.iterdir()]


def test_one_that_nobody_goes_on_with_leaves_nothing(tmp_path: Path, scratch: Path) -> None:
    with begun(package(tmp_path)):
        assert len([*scratch.glob(f"{PREFIX}*")]) == 1
    assert not [*scratch.iterdir()]


def test_one_that_is_refused_says_why_when_it_is_gone_on_with(tmp_path: Path, scratch: Path) -> None:
    hostile = Collection(notes=[Note("a\x1fb", cards=[Card()])], sql=["CREATE VIEW v AS SELECT 1"])
    with pytest.raises(UnreadableFile, match="views"), begun(Source("a.apkg", hostile.package(tmp_path))) as read:
        read(OPTIONS)
    assert not [*scratch.iterdir()]


def test_any_other_file_is_read_when_it_is_known_how() -> None:
    with begun(Source("capitals.csv", content=b"Capital of France,Paris")) as read, read(ReadingOptions()) as deck:
        (note,) = deck.rows
    assert isinstance(note, ParsedNote) and note.fields == ("Capital of France", "Paris")
