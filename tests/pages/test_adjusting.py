"""One's own wording of somebody's note, through the doors."""

from collections.abc import Callable
from io import BytesIO
from pathlib import Path
from urllib.parse import quote

import pytest
import sqlalchemy as sa
from sqlalchemy.orm import Session

from app.library.editing import Wording, edit_note
from app.library.media import name_file, store_file
from app.models import Adjustment, Card, Note, User
from app.models.change import digest_of
from tests.factories import a_deck, a_follow, a_note, at
from tests.visitor import Visitor

Change = Callable[[Callable[[Session], object]], object]


@pytest.fixture
def bob(visitor: Callable[[], Visitor], change: Change, data_dir: Path) -> Visitor:
    """Bob follows Ada's deck of one card with a picture; she has another picture, which he has not seen."""
    visitor().sign_up("Ada")
    bob = visitor().sign_up("Bob")
    png = b"\x89PNG\r\n\x1a\n"
    names = ("cat.png", "diary.png", "at.png", "my cat.png")
    files = {name: store_file(data_dir / "media", BytesIO(png + name.encode()), name) for name in names}

    def make(session: Session) -> None:
        ada, follower = session.scalars(sa.select(User).order_by(User.id)).all()
        deck = a_deck(session, owner=ada, name="Animals", audience=1)
        a_note(session, deck, fields=("What is ![](cat.png)?", "A cat"))
        a_follow(session, follower, deck)
        for name, file in files.items():
            name_file(session, ada, name, file, at(0))

    change(make)
    return bob


@pytest.fixture
def note_id(bob: Visitor, stored: Callable) -> int:
    return stored(sa.select(Note.id))[0][0]


def word(bob: Visitor, note_id: int, **fields: str) -> int:
    bob.get(f"/notes/{note_id}/mine?next=/study")
    return bob.press(rf"/notes/{note_id}/mine", **fields).status_code


def correct(change: Change, note_id: int, answer: str) -> None:
    def edit(session: Session) -> None:
        ada, note = session.scalars(sa.select(User).order_by(User.id)).first(), session.get_one(Note, note_id)
        edit_note(session, ada, note_id, Wording((note.fields[0], answer), ()), digest_of(note), at(1))

    change(edit)


def test_a_note_is_worded_for_oneself_in_the_middle_of_studying(bob: Visitor, note_id: int) -> None:
    assert f'id="edit" href="/notes/{note_id}/mine' in bob.get("/study").text
    assert word(bob, note_id, **{"field-1": "A cat, 猫"}) == 200
    assert "Saved for you. Nobody else sees it." in bob.page
    assert "A cat, 猫" in bob.page and "In your own wording." in bob.page


def test_the_authors_change_is_shown_and_one_of_the_two_is_chosen(
    bob: Visitor, note_id: int, change: Change, stored: Callable
) -> None:
    word(bob, note_id, **{"field-1": "Mine"})
    correct(change, note_id, "A tabby cat")
    assert "The author has changed this note since: compare" in bob.get("/study").text
    page = bob.get(f"/notes/{note_id}/mine").text
    assert "The author has changed this note since" in page and "tabby" in page and "Mine" in page
    bob.press(rf"/notes/{note_id}/mine/kept")
    assert "Yours is kept." in bob.page and "has changed" not in bob.page
    bob.press(rf"/notes/{note_id}/mine/end")
    assert "is deleted for good" in bob.page and "Mine" in bob.page and stored(sa.select(Adjustment.note_id))
    bob.press(rf"/notes/{note_id}/mine/end")
    assert "You see the note as its author has it." in bob.page and not stored(sa.select(Adjustment.note_id))
    assert "A tabby cat" in bob.get("/study").text


def test_what_was_asked_about_one_wording_is_no_answer_about_another(
    bob: Visitor, note_id: int, stored: Callable
) -> None:
    word(bob, note_id, **{"field-1": "Mine"})
    bob.get(f"/notes/{note_id}/mine")
    bob.press(rf"/notes/{note_id}/mine/end")
    asked = bob.form(rf"/notes/{note_id}/mine/end").fields
    word(bob, note_id, **{"field-1": "Mine, longer"})
    again = bob.client.post(f"/notes/{note_id}/mine/end", data=asked)
    assert again.status_code == 200 and "Mine, longer" in again.text
    assert stored(sa.select(Adjustment.fields))[0][0][1] == "Mine, longer"


def test_a_wording_that_is_not_shown_any_more_is_told_before_another_takes_its_place(
    bob: Visitor, note_id: int, change: Change
) -> None:
    word(bob, note_id, **{"field-1": "Mine"})
    assert "Your earlier wording" not in bob.get(f"/notes/{note_id}/mine").text
    change(lambda session: session.execute(sa.update(Note).values(format="html")))
    page = bob.get(f"/notes/{note_id}/mine").text
    assert "Your earlier wording" in page and "Mine" in page
    assert bob.client.post(f"/notes/{note_id}/mine/end", data={"csrf_token": bob.token()}).status_code == 404
    word(bob, note_id, **{"field-1": "New"})
    assert "Your earlier wording" not in bob.get(f"/notes/{note_id}/mine").text


def test_what_is_typed_over_something_newer_is_kept_in_the_form(
    bob: Visitor, note_id: int, change: Change, stored: Callable
) -> None:
    bob.get(f"/notes/{note_id}/mine")
    correct(change, note_id, "A tabby cat")
    assert bob.press(rf"/notes/{note_id}/mine", **{"field-1": "Mine"}).status_code == 409
    assert "Nothing of yours is saved yet." in bob.page and "Mine" in bob.page
    assert not stored(sa.select(Adjustment.note_id))
    assert bob.press(rf"/notes/{note_id}/mine").status_code == 200
    assert stored(sa.select(Adjustment.fields))[0][0][1] == "Mine"


def test_nobody_gets_a_file_of_the_authors_by_writing_its_name(bob: Visitor, note_id: int, stored: Callable) -> None:
    owner = stored(sa.select(User.id).where(User.name == "Ada"))[0][0]
    others = ("diary.png", "at.png", "my cat.png")
    stolen = "![](cat.png) ![](diary.png) ![](at.png) ![](<my cat.png>)"
    bob.get(f"/notes/{note_id}/mine")
    bob.press(rf"/notes/{note_id}/mine/preview|/notes/{note_id}/mine", **{"field-1": stolen})
    for path in ("/study", f"/notes/{note_id}/mine", f"/decks/{stored(sa.select(Card.deck_id))[0][0]}"):
        page = bob.get(path).text
        assert f"/media/{owner}/cat.png" in page
        assert not any(f"/media/{owner}/{quote(name)}" in page for name in others)
    response = bob.client.post(
        f"/notes/{note_id}/mine/preview",
        data={"csrf_token": bob.token(), "field-1": stolen},
        headers={"X-Fragment": "1"},
    )
    assert response.status_code == 200 and "<html" not in response.text and "diary.png?v" not in response.text


@pytest.mark.parametrize("name", ["Ada", "Eve"])
def test_its_author_has_an_editor_and_a_stranger_nothing(
    bob: Visitor, note_id: int, visitor: Callable[[], Visitor], name: str
) -> None:
    person = visitor()
    person.sign_up("Eve") if name == "Eve" else person.sign_in("Ada")
    for path in ("mine", "mine/preview", "mine/kept", "mine/end"):
        assert person.client.post(f"/notes/{note_id}/{path}", data={"csrf_token": person.token()}).status_code == 404
    assert person.client.get(f"/notes/{note_id}/mine").status_code == (303 if name == "Ada" else 404)
