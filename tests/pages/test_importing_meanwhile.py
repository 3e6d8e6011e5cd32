"""While an import is on its way: others study, its own decks are as they were, and the same file twice is once."""

import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from threading import Event, Thread

import pytest
import sqlalchemy as sa
from flask import Flask

from app.database import db
from app.importing.writing import Writer
from app.models import Deck, MediaName, Note, Review, User
from app.study.rebuilding import compare
from tests.importing.dying_collections import PNG, newer, older
from tests.pages.test_hostile_uploads import send
from tests.pages.test_importing import upload
from tests.visitor import Visitor

FIRST = b"#guid column:1\n#columns:guid\tfront\tback\n" + b"".join(b"g%d\told %d\tb\n" % (n, n) for n in range(6))
SECOND = FIRST.replace(b"old", b"new") + b"g9\tmore\tb\n"
PATIENCE = 20


@pytest.fixture
def ada(visitor: Callable[[], Visitor]) -> Visitor:
    person = visitor().sign_up("Ada")
    upload(person, FIRST, "words.tsv")
    person.press(r"/import/\d+")
    return person


@contextmanager
def stopped(ada: Visitor, monkeypatch: pytest.MonkeyPatch, at: str) -> Iterator[list[int]]:
    """The second file's import, which waits before that step of the writer until the block ends; then its status."""
    reached, go_on, statuses = Event(), Event(), list[int]()
    step = getattr(Writer, at)

    def slowly(*given: object, **named: object) -> object:
        reached.set()
        assert go_on.wait(PATIENCE)
        return step(*given, **named)

    upload(ada, SECOND, "words.tsv")
    form = ada.form(r"/import/\d+")
    tab = ada.client.application.test_client()
    tab.set_cookie("cardlet", ada.client.get_cookie("cardlet").value)
    thread = Thread(target=lambda: statuses.append(tab.post(form.action, data=form.fields).status_code))
    monkeypatch.setattr(Writer, at, slowly)
    thread.start()
    try:
        assert reached.wait(PATIENCE)
        yield statuses
    finally:
        go_on.set()
        thread.join(PATIENCE)


def shelf_of(person: Visitor) -> str:
    """What the page of decks says, without what differs from second to second."""
    return re.sub(r' name="csrf_token" value="[^"]*"', "", person.get("/decks").text.partition("<main")[2])


def words_of(stored: Callable, name: str) -> list[str]:
    rows = stored(sa.select(Note.fields).join(User, User.id == Note.owner_id).where(User.name == name))
    return sorted(fields[0] for (fields,) in rows)


@pytest.mark.parametrize("at", ["walk", "_compare", "finish"])
def test_others_answer_and_what_is_there_stays_as_it_was(
    ada: Visitor, visitor: Callable[[], Visitor], stored: Callable, monkeypatch: pytest.MonkeyPatch, at: str
) -> None:
    bob = visitor().sign_up("Bob")
    upload(bob, FIRST, "words.tsv")
    bob.press(r"/import/\d+")
    before = shelf_of(ada)
    with stopped(ada, monkeypatch, at) as statuses:
        bob.get("/study")
        assert bob.answer(4).status_code == 200
        assert shelf_of(ada) == before
        assert "old 0" in ada.get("/study").text
        assert ada.answer(4).status_code == 200
    assert statuses == [303]
    assert words_of(stored, "Ada") == ["more", *(f"new {n}" for n in range(6))]
    assert words_of(stored, "Bob") == [f"old {n}" for n in range(6)]
    assert len(stored(sa.select(Review))) == 2


def test_the_same_file_twice_at_once_is_imported_once(
    ada: Visitor, stored: Callable, monkeypatch: pytest.MonkeyPatch
) -> None:
    upload(ada, SECOND, "words.tsv")
    other = ada.form(r"/import/\d+")
    with stopped(ada, monkeypatch, "finish") as statuses:
        assert ada.client.post(other.action, data=other.fields).status_code == 409
    assert statuses == [303]
    assert ada.client.post(other.action, data=other.fields).status_code == 303
    assert len(words_of(stored, "Ada")) == 7
    assert len(stored(sa.select(Deck.id).where(Deck.owner_id.is_not(None)))) == 1


def test_two_learners_import_the_same_file_at_once(
    ada: Visitor, visitor: Callable[[], Visitor], stored: Callable, monkeypatch: pytest.MonkeyPatch
) -> None:
    bob = visitor().sign_up("Bob")
    with monkeypatch.context() as patched, stopped(ada, patched, "finish") as statuses:
        patched.undo()
        upload(bob, SECOND, "words.tsv")
        assert bob.press(r"/import/\d+").status_code == 200
    assert statuses == [303]
    assert words_of(stored, "Ada") == words_of(stored, "Bob") == ["more", *(f"new {n}" for n in range(6))]


def test_an_import_is_undone_while_its_cards_are_studied(ada: Visitor, app: Flask, stored: Callable) -> None:
    ada.get("/study")
    card = ada.form(r"/cards/\d+/answers")
    ada.get("/import/reports/1")
    ada.press(r"/import/reports/1/undo")
    assert words_of(stored, "Ada") == []
    late = ada.client.post(card.action, data={**card.fields, "grade": 4})
    assert late.status_code in {303, 404, 409}
    assert stored(sa.select(Review)) == []
    with app.app_context():
        assert compare(db.session, 1).agrees


@pytest.mark.sqlite
def test_a_disk_that_fills_up_while_it_is_written_leaves_nothing(
    ada: Visitor, app: Flask, stored: Callable, data_dir: Path
) -> None:
    app.logger.disabled = True
    engine: sa.Engine = app.extensions["engine"]
    rows = b"".join(b"h%d\t%s %d\tb\n" % (n, b"x" * 2_000, n) for n in range(900))
    upload(ada, FIRST + rows, "words.tsv")
    with engine.connect() as connection:
        pages = connection.exec_driver_sql("PRAGMA page_count").scalar_one()
    engine.dispose()
    limit = f"PRAGMA max_page_count={pages + 200}"
    sa.event.listen(engine, "connect", lambda connection, record: connection.execute(limit))
    response = ada.press(r"/import/\d+")
    assert response.status_code == 500 and "Nothing of it was kept" in ada.page
    assert words_of(stored, "Ada") == [f"old {n}" for n in range(6)]
    assert stored(sa.select(Deck.id).where(~Deck.published)) == []
    assert ada.get("/study").status_code == 200
    assert len(list((data_dir / "uploads").iterdir())) == 1


def test_files_of_a_package_are_served_as_any_others(
    ada: Visitor, visitor: Callable[[], Visitor], tmp_path: Path, data_dir: Path, stored: Callable
) -> None:
    media = {
        "cat.png": PNG + b"cat",
        "draw.svg": b"<svg xmlns='x'><script>alert(1)</script></svg>",
        "liar.png": b"<html>",
    }
    send(ada, "old.apkg", older().having(media=media).package(tmp_path).read_bytes())
    ada.get("/import/2")
    ada.press(r"/import/\d+")
    ((owner,),) = stored(sa.select(User.id).where(User.name == "Ada"))
    assert {name for (name,) in stored(sa.select(MediaName.name))} == {"cat.png", "draw.svg"}
    for name, kind in (("cat.png", "image/png"), ("draw.svg", "image/svg+xml")):
        response = ada.client.get(f"/media/{owner}/{name}", buffered=True)
        assert (response.data, response.mimetype) == (media[name], kind)
        assert response.headers["X-Content-Type-Options"] == "nosniff"
        assert response.headers["Content-Security-Policy"] == "default-src 'none'; sandbox"
        disposition = response.headers.get("Content-Disposition", "")
        assert disposition.startswith("attachment") == (name == "draw.svg")
        bob = visitor().sign_up(f"Bob {kind}")
        assert bob.client.get(f"/media/{owner}/{name}").status_code == 404
    send(ada, "new.apkg", newer().package(tmp_path).read_bytes())
    ada.get("/import/3")
    ada.press(r"/import/\d+")
    assert ada.client.get(f"/media/{owner}/cat.png", buffered=True).data == (PNG + b"cat")
