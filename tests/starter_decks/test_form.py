"""Starter decks are readable, alike in both languages, and true to the notes they come from."""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
import sqlalchemy as sa
from sqlalchemy.orm import Session

from app.importing import publish_starter_decks
from app.models import Card, Deck
from app.models.deck import with_parents
from app.rendering import card_ordinals
from app.rendering.cards import render_sides
from tests.factories import at
from tests.starter_decks import DECKS, FILES, LANGUAGES, NOTES_LINE, STUDY_NOTES, TOPICS, file_of, notes_in, read

FIRST_TOPICS = ["01-component-roles", "02-controller-types", "03-service-classes"]
PAGE = re.compile(r"https://[a-z0-9.-]+/\S*")
MISSPELT = ["kubctl", "Schefuler", "fedetation", "StatefullSet", "miniKube", "ControllerManager"]


def test_every_topic_is_there_in_both_languages_under_one_deck() -> None:
    names = {path.name for path in FILES}
    assert names == {file_of(topic, language).name for topic in ["00-kubernetes", *TOPICS] for language in LANGUAGES}
    assert (TOPICS[:3], len(TOPICS)) == (FIRST_TOPICS, 12)


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.name)
def test_a_deck_says_where_every_note_comes_from(path: Path) -> None:
    deck, notes = read(path)
    assert deck.header.language == path.suffixes[0].removeprefix(".")
    assert deck.header.guid == path.name.split(".")[0].partition("-")[2]
    assert deck.header.path[0] == {"en": "Kubernetes", "zh-Hans": "Kubernetes（中文）"}[deck.header.language]
    assert deck.header.description and deck.header.license == "CC BY 4.0"
    for note in notes:
        kinds = set()
        for source, quote in zip(note.source.split("\n"), note.quote.split("\n"), strict=True):
            line = NOTES_LINE.fullmatch(source)
            kinds.add("notes" if line else "page")
            assert line or PAGE.fullmatch(source), f"line {note.line}: {source}"
            assert quote == (STUDY_NOTES[int(line[1]) - 1].strip() if line else ""), f"line {note.line}: misquoted"
        assert kinds == {"notes", "page"} and note.guid and note.tags, f"line {note.line}"


@pytest.mark.parametrize("topic", TOPICS)
def test_both_editions_hold_the_same_notes_in_the_same_order(topic: str) -> None:
    english, chinese = (read(file_of(topic, language))[1] for language in LANGUAGES)
    alike = [
        [(n.guid, n.kind, NOTES_LINE.findall(n.source), n.tags, card_ordinals(n.content)) for n in deck]
        for deck in (english, chinese)
    ]
    assert alike[0] == alike[1]


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.name)
def test_no_card_shows_markup_or_a_misspelling_of_the_notes(path: Path) -> None:
    for note in read(path)[1]:
        for ordinal in card_ordinals(note.content):
            sides = render_sides(note.content, ordinal)
            whole = sides.question + sides.answer + sides.rest
            shown = re.sub(r"<pre.*?</pre>|<code>.*?</code>", "", whole, flags=re.S)
            assert "**" not in shown and "{{" not in shown and "&lt;" not in shown, note.guid
            assert not any(word in shown for word in MISSPELT), note.guid


def test_there_are_more_than_three_hundred_notes_in_each_language() -> None:
    assert all(len(notes_in(language)) >= 300 for language in LANGUAGES)


@contextmanager
def _transaction(session: Session) -> Iterator[Session]:
    yield session
    session.flush()


def test_publishing_twice_publishes_once(session: Session) -> None:
    first = publish_starter_decks(DECKS, at(0), lambda: _transaction(session))
    cards = session.scalar(sa.select(sa.func.count()).select_from(Card))
    second = publish_starter_decks(DECKS, at(1), lambda: _transaction(session))
    assert (len(first), len(second)) == (len(FILES), 0)
    assert session.scalar(sa.select(sa.func.count()).select_from(Card)) == cards
    decks = with_parents(session, session.scalars(sa.select(Deck).order_by(Deck.place)).all())
    assert {deck.owner_id for deck in decks} == {None}
    assert [deck.path for deck in decks if deck.language == "en"][:3] == [
        "Kubernetes",
        "Kubernetes::Component roles",
        "Kubernetes::Controller types",
    ]
