"""The language of each field, chosen where notes are written and edited."""

import re
from collections.abc import Callable

import pytest
import sqlalchemy as sa
from sqlalchemy.orm import Session

from app.models import Card, Deck, Note, User
from tests.factories import a_deck, a_learner, a_note
from tests.visitor import Visitor


@pytest.fixture
def ada(visitor: Callable[[], Visitor], change: Callable) -> Visitor:
    """Ada, beside Bob, whose notes are in other languages."""

    def bobs(session: Session) -> None:
        deck = a_deck(session, owner=a_learner(session, "Bob"), language="ru")
        a_note(session, deck, fields=("Spain", "Madrid"))

    change(bobs)
    return visitor().sign_up("Ada")


@pytest.fixture
def deck_id(ada: Visitor, change: Callable) -> int:
    """An English deck of Ada's with nothing in it."""
    return change(lambda session: a_deck(session, owner=named(session, "Ada")).id)


def named(session: Session, name: str) -> User:
    return session.scalars(sa.select(User).where(User.name == name)).one()


def languages_of(stored: Callable, deck_id: int) -> list[list[str]]:
    lying = sa.select(Card.note_id).where(Card.deck_id == deck_id)
    own = sa.select(Note.field_languages).where(Note.id.in_(lying)).order_by(Note.id)
    return [list(row.field_languages) for row in stored(own)]


def chosen(ada: Visitor, deck_id: int) -> list[str]:
    fields = ada.form(f"/decks/{deck_id}/notes").fields
    return [fields[f"language-{n}"] for n in range(2)]


def add(ada: Visitor, deck_id: int, first: str, **fields: str) -> None:
    typed = {"field-0": first, "field-1": "x", **fields}
    assert ada.press(f"/decks/{deck_id}/notes", **typed).status_code == 200


def test_a_new_note_speaks_as_the_last_of_its_type_or_as_the_deck(ada: Visitor, deck_id: int, stored: Callable) -> None:
    ada.get(f"/decks/{deck_id}/notes/new")
    assert chosen(ada, deck_id) == ["en", "en"]
    add(ada, deck_id, "one", **{"language-1": "es"})
    assert chosen(ada, deck_id) == ["en", "es"]
    assert re.search(r'id="field-1" name="field-1" lang="es"', ada.page)
    add(ada, deck_id, "two")
    ada.get(f"/decks/{deck_id}/notes/new", query_string={"type": "cloze"})
    assert chosen(ada, deck_id) == ["en", "en"]
    add(ada, deck_id, "{{c1::drei}}", **{"language-0": "de"})
    ada.get(f"/decks/{deck_id}/notes/new", query_string={"type": "basic"})
    assert chosen(ada, deck_id) == ["en", "es"]
    assert languages_of(stored, deck_id) == [["en", "es"], ["en", "es"], ["de", "en"]]


def test_another_type_keeps_what_was_chosen_and_has_its_own_for_the_rest(ada: Visitor, deck_id: int) -> None:
    ada.get(f"/decks/{deck_id}/notes/new", query_string={"type": "cloze"})
    add(ada, deck_id, "{{c1::drei}}", **{"language-0": "de"})
    ada.get(f"/decks/{deck_id}/notes/new", query_string={"type": "basic"})
    form = {**ada.form(f"/decks/{deck_id}/notes").fields, "language-1": "ja", "type": "cloze"}
    preview = f"/decks/{deck_id}/notes/preview"
    ada.page = ada.client.post(preview, data=form).text
    assert chosen(ada, deck_id) == ["de", "ja"]
    form = {**ada.form(f"/decks/{deck_id}/notes").fields, "type": "reversed"}
    ada.page = ada.client.post(preview, data=form).text
    assert chosen(ada, deck_id) == ["en", "ja"]
    ada.page = ada.client.post(preview, data={**form, "type": "cloze", "language-0": "en"}).text
    assert chosen(ada, deck_id) == ["en", "ja"], "chosen against what is usual"


def test_the_preview_and_the_cards_say_which_language_they_are_in(ada: Visitor, deck_id: int, stored: Callable) -> None:
    ada.get(f"/decks/{deck_id}/notes/new")
    typed = {"field-0": "Guten Tag", "field-1": "x", "language-0": "de", "language-1": "zh-Hans"}
    form = {**ada.form(f"/decks/{deck_id}/notes").fields, **typed}
    script = {"X-Fragment": "1"}
    shown = ada.client.post(f"/decks/{deck_id}/notes/preview", data=form, headers=script).text
    assert 'class="front text" lang="de"' in shown and 'class="back text" lang="zh-Hans"' in shown
    for _ in range(2):
        assert ada.client.post(f"/decks/{deck_id}/notes", data=form, headers=script).status_code == 200
    assert languages_of(stored, deck_id) == [["de", "zh-Hans"]]
    page = ada.get(f"/decks/{deck_id}").text
    assert 'lang="de"' in page and 'lang="zh-Hans"' in page


@pytest.mark.parametrize("given", ["tlh", "", "en\x00", "x" * 100])
def test_a_language_nobody_is_offered_changes_nothing(ada: Visitor, deck_id: int, stored: Callable, given: str) -> None:
    ada.get(f"/decks/{deck_id}/notes/new")
    add(ada, deck_id, "one", **{"language-0": given})
    assert languages_of(stored, deck_id) == [["en", "en"]]


def test_one_that_came_with_a_file_is_offered_beside_the_others(
    ada: Visitor, deck_id: int, change: Callable, stored: Callable
) -> None:
    def brought(session: Session) -> None:
        (card,) = a_note(session, session.get_one(Deck, deck_id), fields=("one", "um"))
        session.get_one(Note, card.note_id).field_languages = ["en", "pt-BR"]

    change(brought)
    ada.get(f"/decks/{deck_id}/notes/new")
    assert chosen(ada, deck_id) == ["en", "pt-BR"] and ada.page.count('value="pt-BR"') == 2
    add(ada, deck_id, "dois", **{"language-0": "pt-BR", "language-1": "en"})
    assert languages_of(stored, deck_id) == [["en", "pt-BR"], ["pt-BR", "en"]]


def test_the_editor_changes_them_too_as_an_edit_that_is_undone(ada: Visitor, deck_id: int, stored: Callable) -> None:
    ada.get(f"/decks/{deck_id}/notes/new")
    add(ada, deck_id, "one")
    note_id = stored(sa.select(Card.note_id).where(Card.deck_id == deck_id))[0].note_id
    ada.get(f"/notes/{note_id}/edit")
    assert ada.press(f"/notes/{note_id}/edit", **{"language-1": "fr"}).status_code == 200
    assert "Saved." in ada.page and "Source, format or languages changed." in ada.page
    assert languages_of(stored, deck_id) == [["en", "fr"]]
    ada.press(r"/changes/\d+/undo")
    assert languages_of(stored, deck_id) == [["en", "en"]]
