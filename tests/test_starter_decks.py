"""The decks that come with Cardlet: readable, alike in both languages, true to the notes they come from."""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
import sqlalchemy as sa
from sqlalchemy.orm import Session

from app.config import shipped
from app.importing import BadRow, ParsedDeck, ParsedNote, publish_starter_decks, read_deck
from app.importing.starters import STARTER_FILES
from app.models import Card, Deck
from app.rendering import card_ordinals, render_sides
from tests.factories import at

DECKS = shipped("decks")
FILES = sorted(DECKS.glob(STARTER_FILES))
TOPICS = ["01-component-roles", "02-controller-types", "03-service-classes"]
NOTES = (DECKS / "kubernetes-notes.md").read_text().splitlines()
MISSPELT = ["kubctl", "Schefuler", "fedetation", "StatefullSet", "miniKube", "ControllerManager"]


def read(path: Path) -> tuple[ParsedDeck, list[ParsedNote]]:
    deck = read_deck(path.read_bytes(), path.name)
    rows = list(deck.rows)
    assert [row for row in rows if isinstance(row, BadRow)] == []
    return deck, [row for row in rows if isinstance(row, ParsedNote)]


def test_there_are_three_topics_in_two_languages() -> None:
    expected = [f"{topic}.{language}.md" for topic in TOPICS for language in ("en", "zh-Hans")]
    assert [path.name for path in FILES] == expected


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.name)
def test_a_deck_reads_without_a_fault_and_says_where_every_note_comes_from(path: Path) -> None:
    deck, notes = read(path)
    assert deck.header.language == path.suffixes[0].removeprefix(".")
    assert deck.header.guid == path.name.split(".")[0].partition("-")[2]
    assert deck.header.description
    assert 35 <= len(notes) <= 90
    for note in notes:
        for source, quote in zip(note.source.split("\n"), note.quote.split("\n"), strict=True):
            line = re.fullmatch(r"notes line (\d+)", source)
            assert quote == (NOTES[int(line[1]) - 1].strip() if line else ""), (
                f"line {note.line}: not what stands there"
            )
        assert note.guid and note.tags, f"line {note.line}"


@pytest.mark.parametrize("topic", TOPICS)
def test_both_editions_hold_the_same_notes_in_the_same_order(topic: str) -> None:
    english, chinese = (read(DECKS / f"{topic}.{language}.md")[1] for language in ("en", "zh-Hans"))
    alike = [
        [(n.guid, n.kind, n.source, n.tags, card_ordinals(n.kind, n.fields)) for n in deck]
        for deck in (english, chinese)
    ]
    assert alike[0] == alike[1]


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.name)
def test_no_card_shows_markup_or_a_misspelling_of_the_notes(path: Path) -> None:
    for note in read(path)[1]:
        for ordinal in card_ordinals(note.kind, note.fields):
            sides = render_sides(note.kind, note.fields, note.languages, ordinal, note.format)
            shown = re.sub(
                r"<pre.*?</pre>|<code>.*?</code>", "", sides.question + sides.answer + sides.rest, flags=re.S
            )
            assert "**" not in shown and "{{" not in shown and "&lt;" not in shown, note.guid
            assert not any(word in shown for word in MISSPELT), note.guid


def test_questions_are_asked_once_in_all_decks_of_a_language() -> None:
    for language in ("en", "zh-Hans"):
        questions = [note.fields[0] for topic in TOPICS for note in read(DECKS / f"{topic}.{language}.md")[1]]
        assert len(questions) == len(set(questions))


def test_publishing_twice_publishes_once(session: Session) -> None:
    @contextmanager
    def in_transaction() -> Iterator[Session]:
        yield session
        session.flush()

    first = publish_starter_decks(DECKS, at(0), in_transaction)
    cards = session.scalar(sa.select(sa.func.count()).select_from(Card))
    second = publish_starter_decks(DECKS, at(1), in_transaction)
    assert (len(first), len(second)) == (6, 0)
    assert session.scalar(sa.select(sa.func.count()).select_from(Card)) == cards
    assert session.scalars(sa.select(Deck.owner_id).distinct()).all() == [None]
