"""The page on which new notes are written, and what it asks for while one types."""

import io
import re
from collections.abc import Callable
from uuid import uuid4

import pytest
import sqlalchemy as sa
from sqlalchemy.orm import Session

from app.models import Card, Deck, Follow, MediaName, Note, User
from tests.factories import a_deck, a_learner, a_note
from tests.visitor import Visitor

PNG = b"\x89PNG\r\n\x1a\n"
WORD = (
    '<p class=MsoNormal style="mso-margin:0"><b>Madrid</b> &amp; <span lang=EN>its <i>river</i><o:p></o:p></span></p>'
    "<!--[if gte mso 9]><xml><w:WordDocument/></xml><![endif]-->"
)


@pytest.fixture
def ada(visitor: Callable[[], Visitor], change: Callable) -> Visitor:
    """Ada, beside Bob, who has a deck with the words she uses."""

    def bobs(session: Session) -> None:
        a_note(session, a_deck(session, owner=a_learner(session, "Bob")), fields=("Spain", "Madrid"), tags=("europe",))

    change(bobs)
    return visitor().sign_up("Ada")


@pytest.fixture
def deck_id(ada: Visitor, stored: Callable) -> int:
    """A deck that Ada has made in the browser."""
    ada.get("/decks/new")
    assert ada.press("/decks", name="Capitals").status_code == 200
    return stored(sa.select(Deck.id).where(Deck.name == "Capitals"))[0][0]


def write(ada: Visitor, deck_id: int, *texts: str, **fields: str) -> int:
    ada.get(f"/decks/{deck_id}/notes/new")
    return add(ada, deck_id, *texts, **fields)


def add(ada: Visitor, deck_id: int, *texts: str, **fields: str) -> int:
    """Adds a note with the form that is on the page."""
    typed = {f"field-{n}": text for n, text in enumerate(texts)}
    return ada.press(f"/decks/{deck_id}/notes", **{**typed, **fields}).status_code


def notes_in(stored: Callable, deck_id: int) -> list[tuple]:
    columns = (Note.fields, Note.tags, Card.ordinal)
    return [
        tuple(row)
        for row in stored(sa.select(*columns).join(Card).where(Card.deck_id == deck_id).order_by(Card.position))
    ]


def test_a_deck_that_was_made_is_followed_and_leads_to_its_first_card(
    ada: Visitor, deck_id: int, stored: Callable
) -> None:
    assert "Now write its first card" in ada.page and 'id="editor"' in ada.page
    assert stored(sa.select(Follow.deck_id)) == [(deck_id,)]
    assert "Write the first card" in ada.get(f"/decks/{deck_id}").text


def test_notes_are_added_one_after_the_other_with_type_and_tags_kept(
    ada: Visitor, deck_id: int, stored: Callable
) -> None:
    assert write(ada, deck_id, "Spain", "Madrid", tags="europe, eu", type="reversed") == 200
    assert "Added: Spain" in ada.page
    kept = ada.form(f"/decks/{deck_id}/notes").fields
    assert (kept["type"], kept["tags"], kept["field-0"]) == ("reversed", "europe, eu", "")
    assert 'aria-current="true">Decks<' in ada.page
    assert add(ada, deck_id, "Italy", "Rome") == 200
    tags = ["europe", "eu"]
    assert notes_in(stored, deck_id) == [
        (["Spain", "Madrid"], tags, 0),
        (["Spain", "Madrid"], tags, 1),
        (["Italy", "Rome"], tags, 0),
        (["Italy", "Rome"], tags, 1),
    ]
    assert "Spain" in ada.get("/study").text


def test_the_same_form_sent_twice_is_one_note_and_with_other_words_another(
    ada: Visitor, deck_id: int, stored: Callable
) -> None:
    ada.get(f"/decks/{deck_id}/notes/new")
    form = {**ada.form(f"/decks/{deck_id}/notes").fields, "field-0": "Spain", "field-1": "Madrid"}
    for _ in range(2):
        assert ada.client.post(f"/decks/{deck_id}/notes", data=form).status_code == 303
    assert len(notes_in(stored, deck_id)) == 1
    ada.client.post(f"/decks/{deck_id}/notes", data={**form, "field-1": "Barcelona?"})
    assert len(notes_in(stored, deck_id)) == 2


def test_a_script_gets_a_fragment_with_the_next_forms_token(ada: Visitor, deck_id: int) -> None:
    ada.get(f"/decks/{deck_id}/notes/new")
    form = {**ada.form(f"/decks/{deck_id}/notes").fields, "field-0": "Spain", "field-1": "Madrid"}
    answer = ada.client.post(f"/decks/{deck_id}/notes", data=form, headers={"X-Fragment": "1"})
    assert answer.status_code == 200 and answer.text.startswith('<section id="written"')
    assert 'data-said="Added: Spain"' in answer.text and form["token"] not in answer.text


@pytest.mark.parametrize(
    ("fields", "at_fault", "said"),
    [
        ({"field-0": "", "field-1": "a"}, "field-0", "Without words here"),
        ({"field-0": "nothing hidden", "type": "cloze"}, "field-0", "This text hides nothing"),
        (
            {"field-0": "a", "field-1": "b", "tags": ", ".join(f"tag{n}" for n in range(10_000))},
            "tags",
            "at most 50 tags",
        ),
        ({"field-0": "a", "field-1": "b", "tags": "x" * 101}, "tags", "at most 100 characters"),
        ({"field-0": "a" * 70_000, "field-1": "b"}, "field-0", "longer than 65536"),
        ({"field-0": "a", "field-1": "b", "type": "custom/none"}, "type", "no such note type"),
    ],
)
def test_what_is_wrong_is_said_beside_it_and_what_was_typed_stays(
    ada: Visitor, deck_id: int, stored: Callable, fields: dict[str, str], at_fault: str, said: str
) -> None:
    assert write(ada, deck_id, **fields) == 422
    assert re.search(rf'role="alert">{said}|role="alert">[^<]*{said}', ada.page)
    assert re.search(rf'id="{at_fault}"[^>]*aria-invalid="true"', ada.page)
    kept = ada.form(f"/decks/{deck_id}/notes").fields
    assert all(kept[name] == text for name, text in fields.items() if name != "type")
    assert notes_in(stored, deck_id) == []


def test_the_preview_names_the_field_that_is_wrong_and_an_empty_form_has_no_fault(ada: Visitor, deck_id: int) -> None:
    ada.get(f"/decks/{deck_id}/notes/new")
    assert "Each card is shown here while you write." in ada.page
    form = {**ada.form(f"/decks/{deck_id}/notes").fields, "field-0": "Spain"}
    looked = ada.client.post(f"/decks/{deck_id}/notes/preview", data=form, headers={"X-Fragment": "1"}).text
    assert "Answer: Without words here there is no card." in looked
    empty = ada.client.post(
        f"/decks/{deck_id}/notes/preview", data={**form, "field-0": ""}, headers={"X-Fragment": "1"}
    )
    assert "Each card is shown here" in empty.text and "Without words" not in empty.text


@pytest.mark.parametrize(
    ("kind", "written", "read"),
    [
        ("basic", "What is **TCP**?", "What is TCP?"),
        ("cloze", "The {{c1::sun}} is `hot`", "The sun is hot"),
        ("basic", "![](map.png)", "![](map.png)"),
        ("basic", "a < b & c", "a &lt; b &amp; c"),
    ],
)
def test_a_note_is_told_of_in_the_words_that_are_read(
    ada: Visitor, deck_id: int, kind: str, written: str, read: str
) -> None:
    assert write(ada, deck_id, written, "an answer", type=kind) == 200
    assert f"Added: {read}<" in ada.page and f">{read}</a>" in ada.page


def test_a_gap_makes_a_card_each_and_the_preview_shows_them(ada: Visitor, deck_id: int, stored: Callable) -> None:
    ada.get(f"/decks/{deck_id}/notes/new", query_string={"type": "cloze"})
    assert ada.form(f"/decks/{deck_id}/notes").fields["type"] == "cloze"
    text = "{{c1::Madrid}} lies in {{c2::Spain}}"
    form = {**ada.form(f"/decks/{deck_id}/notes").fields, "field-0": text}
    preview = ada.client.post(f"/decks/{deck_id}/notes/preview", data=form, headers={"X-Fragment": "1"}).text
    assert preview.count('class="front text"') == 2
    assert add(ada, deck_id, text) == 200
    assert [row[2] for row in notes_in(stored, deck_id)] == [1, 2]
    ada.get(f"/decks/{deck_id}/notes/new")
    assert ada.form(f"/decks/{deck_id}/notes").fields["type"] == "cloze", "as the last note of the deck"


def test_another_type_is_looked_at_without_losing_a_word(ada: Visitor, deck_id: int, stored: Callable) -> None:
    ada.get(f"/decks/{deck_id}/notes/new")
    form = {**ada.form(f"/decks/{deck_id}/notes").fields, "field-0": "{{c1::x}}", "field-1": "y", "type": "cloze"}
    page = ada.client.post(f"/decks/{deck_id}/notes/preview", data=form)
    ada.page = page.text
    kept = ada.form(f"/decks/{deck_id}/notes").fields
    assert (kept["type"], kept["field-0"], kept["field-1"]) == ("cloze", "{{c1::x}}", "y")
    assert notes_in(stored, deck_id) == []


def test_a_first_field_that_is_there_is_told_with_a_link_and_can_be_saved(
    ada: Visitor, deck_id: int, stored: Callable
) -> None:
    write(ada, deck_id, "Spain", "Madrid")
    (note_id,) = stored(sa.select(Note.id).join(Card).where(Card.deck_id == deck_id))[0]
    same = f"/decks/{deck_id}/notes/same"
    for text in (" <b>Spain</b> ", "spain", "SPAIN"):
        assert f'href="/notes/{note_id}/edit"' in told(ada, same, text)
    for other in ("Spain?", "Spai", "Spáin", "Spain spain", "", " "):
        assert told(ada, same, other) == ""
    assert told(ada, f"/notes/{note_id}/same", "spain") == "", "not of itself"
    assert len(notes_in(stored, deck_id)) == 1, "nothing is saved by looking"
    assert add_again(ada, deck_id) == 200
    assert "begins as another card does" in ada.page and len(notes_in(stored, deck_id)) == 2
    assert "begins so already" in ada.get(f"/notes/{note_id}/edit").text


def told(ada: Visitor, address: str, text: str) -> str:
    """What the page is told while somebody types: words that are being written stand in no address."""
    assert ada.client.get(address).status_code == 405
    return ada.client.post(address, data={"text": text, "csrf_token": ada.token()}).text


def add_again(ada: Visitor, deck_id: int) -> int:
    return write(ada, deck_id, "Spain", "Where it rains in the plain")


def test_the_same_words_in_a_deck_elsewhere_in_the_tree_count_and_in_another_tree_do_not(
    ada: Visitor, deck_id: int, stored: Callable
) -> None:
    for name in ("Capitals::Europe", "Other"):
        ada.get("/decks/new")
        ada.press("/decks", name=name)
    decks = dict(row for row in stored(sa.select(Deck.name, Deck.id)))
    write(ada, decks["Europe"], "Spain", "Madrid")
    for text in ("Spain", "SPAIN"):
        assert "Spain" in told(ada, f"/decks/{deck_id}/notes/same", text)
        assert told(ada, f"/decks/{decks['Other']}/notes/same", text) == ""


def test_tags_that_begin_so_are_offered_and_nobody_elses(ada: Visitor, deck_id: int) -> None:
    write(ada, deck_id, "Spain", "Madrid", tags="Eu, eu::west, eu::west::south, eurasia, e, ta_g")
    offered = {
        text: re.findall(r"<li[^>]*>([^<]*)", ada.get("/tags", query_string={"begins": text}).text)
        for text in ("EU", "eu::", "europe", "", "ta%", "::", "\x00", "x" * 1000)
    }
    assert offered["EU"] == ["Eu", "eu::west", "eu::west::south", "eurasia"]
    assert offered["eu::"] == ["Eu", "eu::west", "eu::west::south"]
    assert offered["europe"] == offered[""] == offered["ta%"] == offered["::"] == offered["\x00"] == []


def test_files_are_kept_under_free_names_and_answered_with_what_asks_for_them(
    ada: Visitor, deck_id: int, stored: Callable
) -> None:
    token = ada.token()

    def send(name: str, data: bytes) -> tuple[int, str]:
        fields = {"csrf_token": token, "files": (io.BytesIO(data), name)}
        answer = ada.client.post(f"/decks/{deck_id}/notes/files", data=fields)
        assert answer.mimetype == "text/plain"
        return answer.status_code, answer.text

    assert send("image.png", PNG) == (200, "![](image.png)")
    assert send("image.png", PNG) == (200, "![](image.png)")
    status, other = send("image.png", PNG + b"another")
    assert status == 200 and re.fullmatch(r"!\[\]\(image-[0-9a-f]{8}\.png\)", other)
    assert send("two words.png", PNG) == (200, "![](<two words.png>)")
    assert send("beep.mp3", b"ID3....") == (200, "[sound:beep.mp3]")
    status, words = send("run.exe", b"MZ")
    assert status == 422 and "no picture or sound" in words
    assert len(stored(sa.select(MediaName))) == 4
    write(ada, deck_id, "![](<two words.png>)", "b")
    assert "two%20words.png" in ada.get(f"/decks/{deck_id}").text


def test_html_from_a_word_processor_becomes_markdown(ada: Visitor, deck_id: int, stored: Callable) -> None:
    answer = ada.client.post("/pasted", data={"csrf_token": ada.token(), "html": WORD})
    assert answer.text == "**Madrid** & its *river*"
    assert write(ada, deck_id, "Spain", WORD) == 200
    assert notes_in(stored, deck_id)[0][0] == ["Spain", "**Madrid** & its *river*"]
    (note_id,) = stored(sa.select(Note.id).join(Card).where(Card.deck_id == deck_id))[0]
    ada.get(f"/notes/{note_id}/edit")
    ada.press(f"/notes/{note_id}/edit", **{"field-1": "<b>kept as it is typed</b>"})
    assert notes_in(stored, deck_id)[0][0][1] == "<b>kept as it is typed</b>"


def test_a_new_note_of_a_retired_end_is_met_by_who_has_met_all(
    ada: Visitor, deck_id: int, stored: Callable, change: Callable
) -> None:
    for question in ("one", "two"):
        write(ada, deck_id, question, "a")
    ada.get("/study")
    for _ in range(2):
        ada.answer(4)
    change(lambda session: session.execute(sa.update(Card).where(Card.position == 1).values(retired=True)))
    write(ada, deck_id, "three", "a")
    assert "three" in ada.get("/study").text


def test_nobody_writes_into_a_deck_that_is_not_theirs(ada: Visitor, change: Callable, stored: Callable) -> None:
    starter = change(lambda session: a_deck(session, cards=1).id)
    bobs = stored(sa.select(Deck.id).join(User, User.id == Deck.owner_id).where(User.name == "Bob"))[0][0]
    fields = {"csrf_token": ada.token(), "field-0": "a", "field-1": "b", "type": "basic", "token": uuid4().hex}
    for deck_id in (starter, bobs):
        assert ada.get(f"/decks/{deck_id}/notes/new").status_code == 404
        for path in ("notes", "notes/preview", "notes/files", "name"):
            assert ada.client.post(f"/decks/{deck_id}/{path}", data=fields).status_code == 404, path
        assert "Write cards" not in ada.get(f"/decks/{deck_id}").text
