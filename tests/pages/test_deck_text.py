"""A deck edited whole, as one text."""

import re
from collections.abc import Callable

import pytest
import sqlalchemy as sa
from sqlalchemy.orm import Session

from app.models import Card, Change, Deck, Memory, Note, NoteVersion, Review, User
from tests.factories import a_deck, a_follow, a_learner, a_note
from tests.visitor import Visitor

Change_ = Callable[[Callable[[Session], object]], object]
QUESTIONS = ("one", "two", "three", "four", "five")


@pytest.fixture
def ada(visitor: Callable[[], Visitor]) -> Visitor:
    return visitor().sign_up("Ada")


@pytest.fixture
def deck_id(ada: Visitor, change: Change_) -> int:
    """A deck of Ada's with five notes, beside one of Bob's with as many of the same ids."""

    def make(session: Session) -> int:
        bob = a_learner(session, "Bob")
        adas = session.scalars(sa.select(User).where(User.name == "Ada")).one()
        for owner in (bob, adas):
            deck = a_deck(session, owner=owner, name="Numbers", guid="numbers")
            for word in QUESTIONS:
                a_note(session, deck, fields=(word, f"the number {word}"), guid=f"numbers/{word}")
        a_follow(session, adas, deck)
        return deck.id

    return change(make)


def text_of(learner: Visitor, deck_id: int) -> str:
    assert learner.get(f"/decks/{deck_id}/text").status_code == 200
    return learner.form(r"/decks/\d+/text/changes").fields["text"]


def show(learner: Visitor, text: str) -> int:
    return learner.press(r"/decks/\d+/text/changes", text=text).status_code


def save(learner: Visitor, **fields: str) -> int:
    """Presses the other button of the same form."""
    form = learner.form(r"/decks/\d+/text/changes")
    action = form.action.removesuffix("/changes")
    response = learner.client.post(action, data={**form.fields, **fields}, follow_redirects=True)
    learner.page = response.get_data(as_text=True)
    return response.status_code


def counts(page: str) -> dict[str, int]:
    found = re.findall(r'<span class="number">(\d+)</span> (\w+)|<b class="number">(\d+)</b> (\w+)', page)
    return {a or b: int(n or m) for n, a, m, b in found}


def block(word: str) -> str:
    return f"## {word} {{#{word}}}\n\nthe number {word}\n\n"


def edited(text: str) -> str:
    """One note changed, one added, one moved, one removed."""
    assert all(block(word) in text for word in QUESTIONS), text
    text = text.replace(block("four"), "").replace(block("one"), "") + "\n" + block("one")
    return text.replace("the number two", "the number **two**").replace(
        block("five"), "## new\n\nbrand new\n\n" + block("five")
    )


def everything(stored: Callable) -> list[list[tuple]]:
    tables = (Note, Card, Memory, Review, Deck, Change, NoteVersion)
    return [sorted(tuple(map(str, row)) for row in stored(sa.select(table.__table__))) for table in tables]


def test_the_unchanged_text_changes_nothing(ada: Visitor, deck_id: int, stored: Callable) -> None:
    ada.get("/study")
    ada.answer(4)
    before = everything(stored)
    assert show(ada, text_of(ada, deck_id)) == 200
    assert "Nothing changes." in ada.page
    assert save(ada) == 200
    assert "Nothing was changed." in ada.page
    assert everything(stored) == before


def test_what_the_page_says_is_what_saving_does_and_undoing_takes_back(
    ada: Visitor, deck_id: int, stored: Callable
) -> None:
    ada.get("/study")
    ada.answer(4)
    opened = text_of(ada, deck_id)
    before, memories = everything(stored), stored(sa.select(Memory.__table__))
    assert show(ada, edited(opened)) == 200
    assert counts(ada.page) == {"added": 1, "changed": 1, "moved": 1, "removed": 1}
    assert everything(stored) == before
    assert save(ada) == 200
    assert "1 added, 1 changed, 1 moved, 1 removed" in ada.page
    assert stored(sa.select(Memory.__table__)) == memories
    assert stored(sa.select(Change.verb)) == [("text",)]
    saved = text_of(ada, deck_id)
    assert re.findall(r"^## (\w+)", saved, re.MULTILINE) == ["two", "three", "new", "five", "one"]
    assert "the number **two**" in saved
    ada.get(f"/decks/{deck_id}")
    (change_id,) = stored(sa.select(Change.id))[0]
    token = ada.token()
    ada.client.post(f"/changes/{change_id}/undo-text", data={"csrf_token": token})
    assert text_of(ada, deck_id) == opened
    assert [part for n, part in enumerate(everything(stored)) if n in {1, 2, 3}] == [before[n] for n in (1, 2, 3)]
