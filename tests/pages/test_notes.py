"""The page on which a note is edited."""

import re
from collections.abc import Callable

import pytest
import sqlalchemy as sa
from sqlalchemy.orm import Session

from app.models import Card, Change, Deck, Memory, Note, User
from app.models.change import keep_versions
from app.models.note import set_tags
from tests.factories import a_deck, a_follow, a_learner, a_note, at
from tests.visitor import Visitor

Change_ = Callable[[Callable[[Session], object]], object]


def own(session: Session, **note: object) -> int:
    """A deck of Ada's with one note, whose id it returns, beside one of Bob's."""
    a_deck(session, cards=1, owner=a_learner(session, "Bob"))
    ada = session.scalars(sa.select(User).where(User.name == "Ada")).one()
    deck = a_deck(session, owner=ada)
    a_follow(session, ada, deck)
    return a_note(session, deck, **{"fields": ("Old question", "Old answer"), **note})[0].note_id


@pytest.fixture
def ada(visitor: Callable[[], Visitor]) -> Visitor:
    return visitor().sign_up("Ada")


@pytest.fixture
def note_id(ada: Visitor, change: Change_) -> int:
    return change(own)


def fields_of(stored: Callable, note_id: int) -> list[str]:
    return stored(sa.select(Note.fields).where(Note.id == note_id))[0][0]


def save(learner: Visitor, note_id: int, **fields: str) -> int:
    return learner.press(f"/notes/{note_id}/edit", **fields).status_code


def test_the_form_has_the_fields_by_their_names_and_languages(ada: Visitor, note_id: int) -> None:
    page = ada.get(f"/notes/{note_id}/edit").text
    for number, name in enumerate(("Question", "Answer")):
        assert f'<label for="field-{number}">{name}</label>' in page
    assert re.search(r'<textarea id="field-0" name="field-0" lang="en"', page)
    assert ada.form(r"/notes/\d+/edit").fields["field-1"] == "Old answer"


def test_saving_changes_the_words_and_keeps_what_is_known(ada: Visitor, note_id: int, stored: Callable) -> None:
    ada.get("/study")
    ada.answer(4)
    known = [tuple(row) for row in stored(sa.select(Memory.__table__))]
    ada.get(f"/notes/{note_id}/edit")
    assert save(ada, note_id, **{"field-1": "one\r\ntwo", "tags": "a tag,, b，a"}) == 200
    assert "Saved." in ada.page
    assert stored(sa.select(Note.fields, Note.tags).where(Note.id == note_id)) == [
        (["Old question", "one\ntwo"], ["a", "tag", "b"])
    ]
    assert [tuple(row) for row in stored(sa.select(Memory.__table__))] == known


def test_a_tag_with_a_space_from_a_file_stays_whole_beside_others_and_is_found(
    ada: Visitor, note_id: int, change: Callable, stored: Callable
) -> None:
    def bring(session: Session) -> None:
        note = session.get_one(Note, note_id)
        note.tags = ["two words", "b"]
        set_tags(session, note.owner_id, {note_id: note.tags})

    change(bring)
    ada.get(f"/notes/{note_id}/edit")
    save(ada, note_id, tags="two words, b new words")
    assert stored(sa.select(Note.tags).where(Note.id == note_id)) == [(["two words", "b", "new", "words"],)]
    for query, found in (('tag:"two words"', True), ('tag:"new words"', False), ("tag:new tag:words", True)):
        assert ("Old question" in ada.get("/search", query_string={"q": query}).text) is found, query
    ada.get(f"/notes/{note_id}/edit")
    save(ada, note_id, tags="two words new")
    assert stored(sa.select(Note.tags).where(Note.id == note_id)) == [(["two", "words", "new"],)]


def test_the_notice_after_saving_offers_the_way_back(ada: Visitor, note_id: int, stored: Callable) -> None:
    ada.get(f"/notes/{note_id}/edit")
    save(ada, note_id, **{"field-0": "New question"})
    ada.press(r"/changes/\d+/undo")
    assert "The edit is undone." in ada.page
    assert fields_of(stored, note_id) == ["Old question", "Old answer"]
    assert "/undo" not in ada.get(f"/notes/{note_id}/edit").text


def test_saving_what_is_there_changes_nothing(ada: Visitor, note_id: int, stored: Callable) -> None:
    ada.get(f"/notes/{note_id}/edit")
    save(ada, note_id)
    assert "Nothing was changed." in ada.page
    assert stored(sa.select(Change)) == []


@pytest.mark.parametrize("text", ["\n  code\n\n", "<b>&amp;</b>\n", "{{c1::a}}\n\n\n"])
def test_an_editor_that_is_opened_and_saved_changes_no_letter(
    ada: Visitor, change: Change_, stored: Callable, text: str
) -> None:
    note_id = change(lambda session: own(session, fields=(f"Q{text}", text or "A")))
    ada.get(f"/notes/{note_id}/edit")
    save(ada, note_id)
    assert "Nothing was changed." in ada.page
    assert fields_of(stored, note_id) == [f"Q{text}", text]


def test_it_goes_back_to_where_one_came_from_but_not_elsewhere(ada: Visitor, note_id: int) -> None:
    for target, lands in (("/study?deck=&card=1", "/study?deck=&card=1"), ("//evil.example", f"/notes/{note_id}/edit")):
        ada.get(f"/notes/{note_id}/edit", query_string={"next": target})
        response = ada.press(f"/notes/{note_id}/edit", follow=False, **{"field-0": target})
        assert (response.status_code, response.location) == (303, lands)


def test_from_the_study_page_it_leads_back_to_the_same_card(ada: Visitor, note_id: int, stored: Callable) -> None:
    (card_id,) = stored(sa.select(Card.id).where(Card.note_id == note_id))[0]
    ada.get(f"/notes/{note_id}/edit", query_string={"next": f"/study?card={card_id}"})
    save(ada, note_id, **{"field-0": "New question"})
    assert "New question" in ada.page and "Saved." in ada.page and f"/cards/{card_id}/answers" in ada.page


def test_what_gives_no_card_is_said_beside_its_field_and_stays_typed(
    ada: Visitor, note_id: int, stored: Callable
) -> None:
    ada.get(f"/notes/{note_id}/edit")
    assert save(ada, note_id, **{"field-0": " ", "field-1": "Typed <b>"}) == 422
    assert re.search(
        r'id="problem" role="alert">Without words here there is no card.</p>\s*<textarea id="field-0"', ada.page
    )
    assert 'aria-invalid="true" aria-describedby="problem"' in ada.page
    assert ada.form(r"/notes/\d+/edit").fields["field-1"] == "Typed <b>"
    assert fields_of(stored, note_id) == ["Old question", "Old answer"]


def test_a_cloze_without_a_gap_is_told_how_to_make_one(ada: Visitor, change: Change_) -> None:
    note_id = change(lambda session: own(session, kind="cloze", fields=("{{c1::a}}", "")))
    assert 'for="field-1">Further text' in ada.get(f"/notes/{note_id}/edit").text
    assert save(ada, note_id, **{"field-0": "a"}) == 422
    assert "{{c1::hidden}}" in ada.page


def test_two_tabs_the_second_sees_the_first_and_may_save_anyway(ada: Visitor, note_id: int, stored: Callable) -> None:
    other = Visitor(ada.client)
    for tab in (ada, other):
        tab.get(f"/notes/{note_id}/edit")
    assert save(ada, note_id, **{"field-1": "from the first tab"}) == 200
    assert save(other, note_id, **{"field-1": "from the second tab"}) == 409
    assert fields_of(stored, note_id)[1] == "from the first tab"
    assert re.search(r"<del>.*first ?</del><ins>.*second ?</ins>", other.page)
    assert other.form(r"/notes/\d+/edit").fields["field-1"] == "from the second tab"
    assert save(other, note_id) == 200
    assert fields_of(stored, note_id)[1] == "from the second tab"
    other.press(rf"/notes/{note_id}/versions/\d+")
    assert fields_of(stored, note_id)[1] == "from the first tab"


def test_a_preview_shows_the_cards_and_saves_nothing(ada: Visitor, note_id: int, stored: Callable) -> None:
    ada.get(f"/notes/{note_id}/edit")
    form = ada.form(f"/notes/{note_id}/edit").fields
    typed = {**form, "field-1": "**strong**<script>"}
    page = ada.client.post(f"/notes/{note_id}/preview", data=typed)
    assert (
        page.status_code == 200
        and "<strong>strong</strong>" in page.text
        and "<script>" not in page.text.split("main")[2]
    )
    assert "**strong**" in page.text, "what was typed stays"
    fragment = ada.client.post(f"/notes/{note_id}/preview", data=typed, headers={"X-Fragment": "1"})
    assert fragment.text.startswith('<div id="preview">')
    broken = ada.client.post(f"/notes/{note_id}/preview", data={**form, "field-0": ""}, headers={"X-Fragment": "1"})
    assert broken.status_code == 200 and "Without words here" in broken.text
    assert stored(sa.select(Change)) == []


def test_a_preview_of_many_gaps_shows_a_few(ada: Visitor, change: Change_) -> None:
    text = " ".join(f"{{{{c{n}::x}}}}" for n in range(1, 31))
    note_id = change(lambda session: own(session, kind="cloze", fields=(text, "")))
    page = ada.get(f"/notes/{note_id}/edit").text
    assert page.count('class="front text"') == 12 and "And 18 cards more." in page


def test_a_starter_deck_says_whose_it_is_and_offers_nothing_false(
    ada: Visitor, change: Change_, stored: Callable
) -> None:
    note_id = change(lambda session: a_note(session, a_deck(session), fields=("Theirs", "kept"))[0].note_id)
    page = ada.get(f"/notes/{note_id}/edit")
    assert page.status_code == 200 and "This deck comes with Cardlet" in page.text and "Theirs" in page.text
    assert "<textarea" not in page.text and "editing.js" not in page.text
    fields = {"csrf_token": ada.token(), "field-0": "Mine", "seen": ""}
    refused = ada.client.post(f"/notes/{note_id}/edit", data=fields)
    assert refused.status_code == 422 and "Only its author" in refused.text
    preview = ada.client.post(f"/notes/{note_id}/preview", data=fields)
    assert preview.status_code == 200 and "Mine" not in preview.text
    assert fields_of(stored, note_id) == ["Theirs", "kept"]


def test_who_follows_the_deck_sees_the_new_words_at_once(
    ada: Visitor, note_id: int, visitor: Callable[[], Visitor], change: Change_
) -> None:
    eve = visitor().sign_up("Eve")

    def follow(session: Session) -> None:
        deck = session.scalars(sa.select(Deck).join(Card).where(Card.note_id == note_id)).one()
        a_follow(session, session.scalars(sa.select(User).where(User.name == "Eve")).one(), deck)

    change(follow)
    assert "Old question" in eve.get("/study").text
    ada.get(f"/notes/{note_id}/edit")
    save(ada, note_id, **{"field-0": "New question"})
    assert "New question" in eve.get("/study").text
    assert "somebody else’s" in eve.get(f"/notes/{note_id}/edit").text and "<textarea" not in eve.page


def test_the_links_stand_where_the_learner_may_edit(
    ada: Visitor, note_id: int, stored: Callable, change: Change_
) -> None:
    deck_id, card_id = stored(sa.select(Card.deck_id, Card.id).where(Card.note_id == note_id))[0]
    assert f"/notes/{note_id}/edit?next=" in ada.get(f"/decks/{deck_id}").text
    assert f'id="edit" href="/notes/{note_id}/edit' in ada.get(f"/cards/{card_id}").text

    def starter(session: Session) -> tuple[int, int]:
        deck = a_deck(session)
        a_follow(session, session.scalars(sa.select(User).where(User.name == "Ada")).one(), deck)
        return deck.id, a_note(session, deck)[0].id

    deck_id, card_id = change(starter)
    for path in (f"/decks/{deck_id}", f"/cards/{card_id}"):
        page = ada.get(path)
        assert page.status_code == 200 and "/edit" not in page.text


def test_versions_say_when_on_the_learners_clock(ada: Visitor, note_id: int, change: Change_) -> None:
    ada.get(f"/notes/{note_id}/edit")
    save(ada, note_id, **{"field-0": "New question"})
    change(lambda session: session.execute(sa.update(Change).values(at=at(0, hour=22))))
    change(lambda session: session.execute(sa.update(User).values(time_zone="Asia/Shanghai")))
    assert "Edited on Mar 3, 2026, 6:00\u202fAM" in ada.get(f"/notes/{note_id}/edit").text


def test_an_edit_that_an_import_went_over_is_not_undone_and_the_study_page_stays(
    ada: Visitor, note_id: int, change: Change_, stored: Callable
) -> None:
    def import_over_it(session: Session) -> None:
        change = Change(user_id=session.get(Note, note_id).owner_id, at=at(0), verb="import")
        session.add(change)
        session.flush()
        keep_versions(session, change, [note_id])
        session.get(Note, note_id).fields = ["Imported question", "Imported answer"]

    ada.get(f"/notes/{note_id}/edit")
    save(ada, note_id, **{"field-0": "Edited question"})
    change(import_over_it)
    for headers in ({}, {"X-Fragment": "1"}):
        ada.get("/study")
        response = ada.client.post("/undos", data=ada.form("/undos").fields, headers=headers)
        assert response.status_code == 409
        assert "An import has changed the note since" in response.text
        assert 'id="study"' in response.text and "Imported question" in response.text
    assert fields_of(stored, note_id) == ["Imported question", "Imported answer"]
