"""Giving a note another type."""

from collections.abc import Callable

import pytest
import sqlalchemy as sa
from sqlalchemy.orm import Session

from app.models import Card, Change, Memory, Note, NoteType, User
from tests.factories import a_deck, a_follow, a_learner, a_note
from tests.visitor import Form, Visitor, forms_of

THREE = {"name": "Verb", "field_names": ["Answer", "Example", "Question"]}


@pytest.fixture
def ada(visitor: Callable[[], Visitor]) -> Visitor:
    return visitor().sign_up("Ada")


@pytest.fixture
def note_id(ada: Visitor, change: Callable) -> int:
    """A reversed note of Ada's, of which she has met the first card, in a deck with a type of its own; beside one of
    Bob's."""

    def make(session: Session) -> int:
        a_deck(session, cards=1, owner=a_learner(session, "Bob"), kind="reversed")
        owner = session.scalars(sa.select(User).where(User.name == "Ada")).one()
        deck = a_deck(session, owner=owner)
        templates = [{"name": "one", "front": "{{Question}}", "back": "{{Answer}} {{Example}}"}]
        guid = f"{deck.language}/{deck.guid}/Verb"
        session.add(NoteType(owner_id=owner.id, kind="custom", guid=guid, templates=templates, **THREE))
        a_follow(session, owner, deck)
        return a_note(session, deck, kind="reversed", fields=("Spain", "{{c1::Madrid}}"))[0].note_id

    made = change(make)
    ada.get("/study")
    ada.answer(4)
    return made


def cards_of(stored: Callable, note_id: int) -> dict[int, bool]:
    """By ordinal, whether the note's card is retired."""
    return dict(tuple(row) for row in stored(sa.select(Card.ordinal, Card.retired).where(Card.note_id == note_id)))


def look(ada: Visitor, note_id: int, **query: str) -> str:
    return ada.get(f"/notes/{note_id}/type", query_string=query).text


def form_of(ada: Visitor) -> Form:
    """The form that does it, not the one that looks."""
    return next(form for form in forms_of(ada.page) if "to" in form.fields and "seen" in form.fields)


def do(ada: Visitor, **fields: str) -> int:
    form = form_of(ada)
    response = ada.client.post(form.action, data={**form.fields, **fields}, follow_redirects=True)
    ada.page = response.text
    return response.status_code


def test_it_says_what_becomes_of_cards_and_fields_before_it_does_it(
    ada: Visitor, note_id: int, stored: Callable
) -> None:
    known = [tuple(row) for row in stored(sa.select(Memory.__table__))]
    page = look(ada, note_id, **{"to": "cloze", "of-0": "1", "of-1": "0"})
    assert "1 card goes" in page and "You have met 1 of them" in page and "1 card stays" in page
    assert "asks something else then" in page
    assert cards_of(stored, note_id) == {0: False, 1: False}
    do(ada)
    assert "has another type now" in ada.page
    assert cards_of(stored, note_id) == {0: True, 1: False}
    assert stored(sa.select(Note.fields).where(Note.id == note_id)) == [(["{{c1::Madrid}}", "Spain"],)]
    assert [tuple(row) for row in stored(sa.select(Memory.__table__))] == known
    assert len(stored(sa.select(Change))) == 1


def test_it_is_undone_as_a_whole(ada: Visitor, note_id: int, stored: Callable) -> None:
    before = stored(sa.select(Note.note_type_id, Note.fields, Note.field_languages).where(Note.id == note_id))
    look(ada, note_id, to="basic")
    assert "1 card stays" in ada.page and "1 card goes" in ada.page
    do(ada)
    assert cards_of(stored, note_id) == {0: False, 1: True}
    ada.press(r"/changes/\d+/undo")
    assert stored(sa.select(Note.note_type_id, Note.fields, Note.field_languages).where(Note.id == note_id)) == before
    assert cards_of(stored, note_id) == {0: False, 1: False}


def test_fields_of_one_name_are_taken_for_each_other_and_what_is_left_is_told(
    ada: Visitor, note_id: int, stored: Callable
) -> None:
    (key,) = stored(sa.select(NoteType.guid).where(NoteType.kind == "custom"))[0]
    look(ada, note_id, to=key)
    assert form_of(ada).fields.items() >= {"of-0": "1", "of-1": "-", "of-2": "0"}.items()
    assert "Nothing is made of" not in ada.page
    look(ada, note_id, **{"to": key, "of-0": "0"})
    assert "Nothing is made of “Answer”" in ada.page
    do(ada)
    assert stored(sa.select(Note.fields).where(Note.id == note_id)) == [(["Spain", "", "Spain"],)]
    ada.get(f"/notes/{note_id}/edit")
    ada.press(rf"/notes/{note_id}/versions/\d+")
    assert stored(sa.select(Note.fields).where(Note.id == note_id)) == [(["Spain", "{{c1::Madrid}}"],)]


def test_what_would_give_no_card_is_not_done(ada: Visitor, note_id: int, stored: Callable) -> None:
    page = look(ada, note_id, to="cloze")
    assert "This text hides nothing" in page and "Change the type" not in page
    look(ada, note_id, to="basic")
    assert do(ada, **{"of-0": "-"}) == 422 and "Without words here" in ada.page
    assert stored(sa.select(Change)) == []


def test_a_note_that_changed_meanwhile_is_looked_at_again(ada: Visitor, note_id: int, stored: Callable) -> None:
    other = Visitor(ada.client)
    look(ada, note_id, to="basic")
    other.get(f"/notes/{note_id}/edit")
    other.press(f"/notes/{note_id}/edit", **{"field-0": "España"})
    assert do(ada) == 409
    assert "changed elsewhere" in ada.page
    assert do(ada) == 200
    assert stored(sa.select(Note.fields).where(Note.id == note_id))[0][0][0] == "España"
    assert cards_of(stored, note_id) == {0: False, 1: True}
