"""A deck edited whole, as one text."""

import re
import time
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
    assert "The text says what the deck says already." in ada.page
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
    assert "Last saved as text on" in ada.page
    assert re.findall(r"^## (\w+)", saved, re.MULTILINE) == ["two", "three", "new", "five", "one"]
    assert "the number **two**" in saved
    assert ada.press(r"/changes/\d+/undo-text").status_code == 200
    assert text_of(ada, deck_id) == opened
    assert "Last saved as text on" not in ada.page
    assert [part for n, part in enumerate(everything(stored)) if n in {1, 2, 3}] == [before[n] for n in (1, 2, 3)]


def test_a_second_press_of_save_changes_nothing_more(ada: Visitor, deck_id: int, stored: Callable) -> None:
    show(ada, edited(text_of(ada, deck_id)))
    form = ada.form(r"/decks/\d+/text/changes")
    for _ in range(2):
        response = ada.client.post(f"/decks/{deck_id}/text", data=form.fields)
        assert response.location == f"/decks/{deck_id}"
    assert len(stored(sa.select(Change.id))) == 1


def test_a_text_that_was_not_shown_is_shown_before_it_is_saved(ada: Visitor, deck_id: int, stored: Callable) -> None:
    opened, before = text_of(ada, deck_id), everything(stored)
    assert save(ada, text=edited(opened)) == 200
    assert counts(ada.page)["added"] == 1
    show(ada, edited(opened))
    assert save(ada, text=opened.replace(block("one"), "")) == 200
    assert counts(ada.page) == {"added": 0, "changed": 0, "moved": 0, "removed": 1}
    assert everything(stored) == before


@pytest.mark.parametrize(
    ("old", "new", "line", "words"),
    [
        (block("two"), "## two {#one}\n\nagain\n", 11, "stands twice"),
        (block("two"), "## two {#two}\n\n", 11, "without an answer"),
        ("## two {#two}\n", "## two {#two}\ncolour: red\n", 12, "unknown key"),
        ("deck: Numbers\n", "deck: Names\n", 2, "here only notes"),
        ("lang: en\n", "", 1, "lost its line"),
        ("---\n\n##", "---\n\n```note-type A\nfields: F\ncard: c\nfront:\n{{F}}\n```\n\n##", 7, "no note type"),
        (block("two"), "## same\n\na\n\n## same\n\nb\n\n", 15, "the same question"),
        (block("two"), f"## two {{#two}}\ntags: {', '.join(map(str, range(51)))}\n\na\n\n", 11, "at most 50 tags"),
    ],
)
def test_what_is_wrong_is_named_with_its_line_and_the_text_is_kept(
    ada: Visitor, deck_id: int, stored: Callable, old: str, new: str, line: int, words: str
) -> None:
    opened, before = text_of(ada, deck_id), everything(stored)
    typed = opened.replace(old, new, 1)
    assert typed != opened and show(ada, typed) == 422
    assert re.search(rf'data-line="{line}">Line {line}</a>: [^<]*{words}', ada.page), ada.page
    assert ada.form(r"/decks/\d+/text/changes").fields["text"] == typed
    assert save(ada, text=typed) == 422
    assert everything(stored) == before


def test_a_deck_changed_meanwhile_is_refused_with_what_changed_and_nothing_is_lost(
    ada: Visitor, deck_id: int, stored: Callable, change: Change_
) -> None:
    typed = edited(text_of(ada, deck_id))
    show(ada, typed)
    form = ada.form(r"/decks/\d+/text/changes")

    def reword(session: Session) -> None:
        note = session.scalars(sa.select(Note).where(Note.guid == "numbers/three", own(session))).one()
        note.fields = ["three", "written in another tab"]
        a_note(session, session.get_one(Deck, deck_id), fields=("six", "added in another tab"), guid="numbers/six")

    change(reword)
    before = everything(stored)
    response = ada.client.post(f"/decks/{deck_id}/text", data=form.fields)
    ada.page = response.text
    assert response.status_code == 409
    assert "changed elsewhere while you were writing" in ada.page and "in another tab" in ada.page
    assert everything(stored) == before
    # What saving would take back is shown, and may then be meant.
    assert counts(ada.page) == {"added": 1, "changed": 2, "moved": 1, "removed": 2}
    assert ada.form(r"/decks/\d+/text/changes").fields["text"] == typed
    assert save(ada) == 200
    assert "in another tab" not in text_of(ada, deck_id)


def own(session: Session) -> sa.ColumnElement[bool]:
    return Note.owner_id == session.scalars(sa.select(User.id).where(User.name == "Ada")).one()


def test_what_was_removed_stays_with_who_has_met_it_and_comes_back_by_its_id(
    ada: Visitor, deck_id: int, stored: Callable
) -> None:
    ada.get("/study")
    ada.answer(4)
    opened = text_of(ada, deck_id)
    show(ada, opened.replace(block("one"), "").replace(block("two"), ""))
    assert ada.page.count("Whoever has met it keeps it") == 1 and ada.page.count("Nobody has met it yet.") == 1
    save(ada)
    memories = stored(sa.select(Memory.__table__))
    assert len(memories) == 1
    retired = sa.select(Note.guid).join(Card).where(Card.retired).order_by(Note.guid)
    assert [guid for (guid,) in stored(retired)] == ["numbers/one", "numbers/two"]
    # The one by its id, the other by its question.
    show(ada, text_of(ada, deck_id) + block("one") + "## two\n\nonce more\n")
    assert ada.page.count("It was removed before and comes back") == 2
    save(ada)
    assert stored(retired) == [] and stored(sa.select(Memory.__table__)) == memories
    assert re.findall(r"^## .*", text_of(ada, deck_id), re.MULTILINE)[-2:] == ["## one {#one}", "## two {#two}"]


def test_ids_that_are_not_this_decks_get_a_clear_answer(
    ada: Visitor, deck_id: int, change: Change_, stored: Callable
) -> None:
    def move(session: Session) -> None:
        other = a_deck(session, owner=session.scalars(sa.select(User).where(User.name == "Ada")).one(), name="Other")
        notes = sa.select(Note.id).where(Note.guid == "numbers/one", own(session))
        session.execute(sa.update(Card).where(Card.note_id.in_(notes)).values(deck_id=other.id))

    change(move)
    opened = text_of(ada, deck_id)
    assert "{#one}" not in opened
    assert show(ada, opened + block("one")) == 422
    assert "lies in the deck “Other”" in ada.page
    assert show(ada, opened + "## six {#six}\n\na\n") == 200
    assert "New, with the id six, which no note here has." in ada.page


def test_cards_come_and_go_with_what_a_note_says(ada: Visitor, deck_id: int, stored: Callable) -> None:
    ada.get("/study")
    ada.answer(4)
    opened = text_of(ada, deck_id)
    typed = opened.replace("## one {#one}\n", "## {{c1::one}} {#one}\n").replace("{#two}\n", "{#two}\ntype: reversed\n")
    show(ada, typed)
    assert "1 of its cards goes. Whoever has met it keeps it" in ada.page
    assert ada.page.count("It gets 1 card more.") == 2
    save(ada)
    cards = sa.select(Card.ordinal, Card.position, Card.retired).join(Note).where(Note.guid == "numbers/one")
    assert {(1, 0, False), (0, 0, True)} <= {tuple(row) for row in stored(cards)}


def test_an_undo_leaves_a_new_note_that_was_studied_since(ada: Visitor, deck_id: int) -> None:
    show(ada, text_of(ada, deck_id).replace(block("one"), "## zero\n\nnil\n\n" + block("one")))
    save(ada)
    form = ada.form(r"/changes/\d+/undo-text")
    ada.get("/study")
    ada.answer(4)
    ada.client.post(form.action, data=form.fields)
    ada.get(f"/decks/{deck_id}")
    assert "1 note was changed or studied since and stays as it is." in ada.page
    assert sorted(re.findall(r"^## (\w+)", text_of(ada, deck_id), re.MULTILINE)) == sorted([*QUESTIONS, "zero"])
    assert ada.client.post(form.action, data=form.fields).status_code == 303


def test_only_the_owner_has_the_text_and_a_large_deck_says_what_else_can_be_done(
    ada: Visitor, visitor: Callable[[], Visitor], deck_id: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert f"/decks/{deck_id}/text" in ada.get(f"/decks/{deck_id}").text
    assert visitor().sign_up("Carol").get(f"/decks/{deck_id}/text").status_code == 404
    monkeypatch.setattr("app.importing.as_text.reading.MOST_NOTES", 4)
    response = ada.get(f"/decks/{deck_id}/text")
    assert response.status_code == 413 and "This deck has 5 notes." in response.text
    monkeypatch.setattr("app.importing.as_text.reading.MOST_NOTES", 5)
    monkeypatch.setattr("app.importing.as_text.reading.LONGEST_DECK", 200)
    assert ada.get(f"/decks/{deck_id}/text").status_code == 413


def test_a_text_that_grew_too_large_is_kept(ada: Visitor, deck_id: int, monkeypatch: pytest.MonkeyPatch) -> None:
    opened = text_of(ada, deck_id)
    monkeypatch.setattr("app.importing.as_text.reading.MOST_NOTES", 5)
    assert show(ada, opened + "## six\n\na\n") == 422
    assert "at most 5 notes" in ada.page and "## six" in ada.form(r"/decks/\d+/text/changes").fields["text"]
    monkeypatch.setattr("app.importing.as_text.reading.LONGEST_DECK", 2 * len(opened))
    assert show(ada, opened + "x" * len(opened) + "\n") == 422
    assert "This text has more than" in ada.page


def test_a_note_that_the_text_cannot_give_back_is_said_not_lost(ada: Visitor, deck_id: int, change: Change_) -> None:
    def lengthen(session: Session) -> None:
        note = session.scalars(sa.select(Note).where(Note.guid == "numbers/two", own(session))).one()
        note.fields = ["two", "x" * 70_000]

    change(lengthen)
    response = ada.get(f"/decks/{deck_id}/text")
    assert response.status_code == 422 and "Line 11 of this deck’s text could not be read back" in response.text


def test_many_notes_full_of_repeated_words_keep_nobody_waiting(ada: Visitor, deck_id: int, change: Change_) -> None:
    def write(session: Session) -> None:
        for n in range(20):
            a_note(session, session.get_one(Deck, deck_id), fields=(f"note {n}", f"x {'a ' * 497}y"), guid=f"many/{n}")

    change(write)
    text = text_of(ada, deck_id).replace("a a ", "a b ")
    began = time.process_time()
    assert show(ada, text.replace("the number two", "the number **two**")) == 200
    assert time.process_time() - began < 4
    assert counts(ada.page)["changed"] == 21
    assert "a b a b" in ada.page and "a a a a" in ada.page
