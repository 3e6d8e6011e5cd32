"""Promises about every route there is, whoever adds it."""

import re
from collections.abc import Callable
from io import BytesIO
from pathlib import Path

import pytest
import sqlalchemy as sa
from flask import Flask
from sqlalchemy.orm import Session
from werkzeug.routing import Rule

from app.accounts import make_admin, make_link
from app.clock import now
from app.importing import store_upload
from app.library.editing import Wording, edit_note
from app.library.media import name_file, store_file
from app.models import Audience, Import, Note, OneTimeLink, Upload, User
from app.models.change import digest_of
from app.pages.access import PUBLIC
from app.sharing import set_audience
from tests.factories import a_deck, a_follow, a_note, at
from tests.visitor import Visitor

PUBLIC_AGREED = {
    *("static", "health.alive", "health.ready", "home.home"),
    *("accounts.sign_in_page", "accounts.sign_in_submit", "accounts.sign_up_page", "accounts.sign_up_submit"),
    *("accounts.start_as_guest_submit", "accounts.choose_language"),
    *("joining.join_page", "joining.join", "joining.reset_page", "joining.reset"),
}
CODES = {"invitation": "invite", "reset": "reset"}
BY_LINK = {"token", "invitation_code", "reset_code"}
"""Who has one of these has been let in: tests/pages/test_sharing.py and tests/pages/test_people.py ask who has it."""


def rules(app: Flask) -> list[Rule]:
    return [rule for rule in app.url_map.iter_rules() if rule.endpoint != "static"]


def path_of(app: Flask, rule: Rule, number: int = 1) -> str:
    values = {name: "answer" if name == "side" else number for name in rule.arguments}
    return app.url_map.bind("localhost").build(rule.endpoint, values)


def test_the_public_list_is_the_agreed_one(app: Flask) -> None:
    assert PUBLIC == PUBLIC_AGREED
    assert {rule.endpoint for rule in app.url_map.iter_rules()} >= PUBLIC


def test_every_other_route_refuses_a_stranger(app: Flask, visitor: Callable[[], Visitor]) -> None:
    stranger = visitor()
    token = stranger.token()
    for rule in rules(app):
        if rule.endpoint in PUBLIC:
            continue
        for method in rule.methods - {"HEAD", "OPTIONS"}:
            path = path_of(app, rule)
            response = stranger.client.open(path, method=method, data={"csrf_token": token})
            assert response.status_code == 303, f"{method} {path}"
            assert response.location.startswith("/sign-in"), f"{method} {path}"


def links_she_made(session: Session, ada: User) -> dict[str, int | str]:
    """She administers the server, has invited somebody, and has a link for a new password of her own."""
    make_admin(session, ada.id)
    codes = {
        f"{name}_code": make_link(session, kind, now(), ada.id if kind == "reset" else None)
        for name, kind in CODES.items()
    }
    return {"learner_id": ada.id, "link_id": session.scalars(sa.select(OneTimeLink.id)).first(), **codes}


@pytest.fixture
def adas_things(visitor: Callable[[], Visitor], change: Callable, data_dir: Path) -> dict[str, int | str]:
    """A deck, a note, its card, an edit, a picture, an upload, links of Ada's, by the names routes call their ids."""
    visitor().sign_up("Ada")
    picture = store_file(data_dir / "media", BytesIO(b"\x89PNG\r\n\x1a\n"), "Ada's.png")

    def make(session: Session) -> dict[str, int | str]:
        ada = session.scalars(sa.select(User)).one()
        deck = a_deck(session, owner=ada, name="Ada's deck")
        (card,) = a_note(session, deck, fields=("Ada's question", "Ada's answer"))
        a_follow(session, ada, deck)
        done = Import(user_id=ada.id, file_name="Ada's.csv", at=at(0), finished_at=at(0), report={"deck_id": deck.id})
        session.add(done)
        session.flush()
        stored = store_upload(data_dir / "uploads", BytesIO(b"a,b"))
        kept = {"user_id": ada.id, "file_name": "Ada's.csv", "stored_as": stored.name, "size": 3, "created_at": at(0)}
        upload, imported = Upload(**kept), Upload(**kept, import_id=done.id)
        session.add_all([upload, imported])
        session.flush()
        note = session.get_one(Note, card.note_id)
        wording = Wording(("Ada's question", "Ada's new answer"), ())
        change_id = edit_note(session, ada, note.id, wording, digest_of(note), at(1))
        assert change_id is not None
        name_file(session, ada, "Ada's.png", picture, at(0))
        things = {"deck_id": deck.id, "card_id": card.id, "note_id": note.id, "change_id": change_id}
        ids = {**things, "upload_id": upload.id, "imported_id": imported.id, "import_id": done.id}
        shared = a_deck(session, owner=ada, name="What Ada shares by link", cards=1)
        token = set_audience(session, ada, shared.id, Audience.LINK).link_token
        names = {"name": "Ada's.png", "side": "answer", "place": 1, "date": "2026-03-02", "token": token}
        return {**ids, "owner_id": ada.id, "public_id": deck.id, **names, **links_she_made(session, ada)}

    return change(make)


def test_every_route_with_an_id_is_404_to_another_learner(
    app: Flask, visitor: Callable[[], Visitor], adas_things: dict[str, int | str]
) -> None:
    bob = visitor().sign_up("Bob")
    token = bob.token()
    marking = {"marking": "suspend", "change_id": "0" * 32, "due_day": "2100-01-01"}
    fields = {
        **marking,
        "csrf_token": token,
        "grade": 4,
        "seen": 0,
        "review_id": "0" * 32,
        "new_per_day": 1,
        "copy_id": "0" * 32,
    }
    for rule in rules(app):
        # A day is nobody's: everybody has a page for it.
        if not rule.arguments or rule.arguments == {"date"} or rule.arguments & BY_LINK:
            continue
        assert rule.arguments <= adas_things.keys(), f"{rule}: say here what Ada has that this route is about"
        for method in rule.methods - {"HEAD", "OPTIONS"}:
            path = app.url_map.bind("localhost").build(
                rule.endpoint, {name: adas_things[name] for name in rule.arguments}
            )
            response = bob.client.open(path, method=method, data=fields if method == "POST" else None)
            assert response.status_code == 404, f"{method} {path}"
    for path in (f"/study?deck={adas_things['deck_id']}", f"/study?card={adas_things['card_id']}"):
        assert bob.client.get(path).status_code == 404


def test_the_pages_of_administrators_are_404_to_every_other_learner(app: Flask, visitor: Callable[[], Visitor]) -> None:
    for person in (visitor().sign_up("Bob"), visitor().start_as_guest()):
        token = person.token()
        for rule in rules(app):
            if rule.endpoint.startswith("people."):
                for method in rule.methods - {"HEAD", "OPTIONS"}:
                    response = person.client.open(path_of(app, rule), method=method, data={"csrf_token": token})
                    assert response.status_code == 404, f"{method} {rule}"


IDS_IN_QUERIES = {"deck": "deck_id", "card": "card_id", "from": "deck_id", "showing": "card_id"}
NO_IDS_IN_QUERIES = {
    "audience",
    *("grade", "seen", "took_ms", "new_per_day", "page", "day_starts_at", "answer_mode", "drill_after", "instead_of"),
    *("reviews_per_day", "new_order", "review_order", "minutes", "most", "days", "day", "year", "before", "offset"),
    *("confirmed", "notes"),
}


def test_every_number_in_a_query_is_known_here() -> None:
    pages = (Path(__file__).parent.parent / "app" / "pages").glob("*.py")
    names = {name for path in pages for name in re.findall(r'number_in\("(\w+)"\)', path.read_text())}
    assert names == IDS_IN_QUERIES.keys() | NO_IDS_IN_QUERIES


def test_no_id_in_a_query_shows_another_learners_things(
    app: Flask, visitor: Callable[[], Visitor], adas_things: dict[str, int | str]
) -> None:
    bob = visitor().sign_up("Bob")
    for rule in rules(app):
        if "GET" not in rule.methods or rule.arguments:
            continue
        for name, thing in IDS_IN_QUERIES.items():
            response = bob.client.get(f"{path_of(app, rule)}?{name}={adas_things[thing]}")
            assert b"Ada's" not in response.data, f"{rule}?{name}"


def test_no_get_changes_anything(
    app: Flask, visitor: Callable[[], Visitor], adas_things: dict[str, int | str], stored: Callable
) -> None:
    ada = visitor()
    ada.sign_in("Ada")
    tables = sa.inspect(app.extensions["engine"]).get_table_names()
    contents = {name: stored(sa.text(f'SELECT * FROM "{name}"')) for name in tables}
    for rule in rules(app):
        if "GET" not in rule.methods:
            continue
        for upload in ("upload_id", "imported_id"):
            things = {**adas_things, "upload_id": adas_things[upload]}
            path = app.url_map.bind("localhost").build(rule.endpoint, {name: things[name] for name in rule.arguments})
            for query in ("", f"?deck={things['deck_id']}&card={things['card_id']}&page=1&delimiter=,"):
                assert ada.client.get(path + query, buffered=True).status_code < 400, path + query
    assert {name: stored(sa.text(f'SELECT * FROM "{name}"')) for name in tables} == contents


def test_every_form_without_its_token_is_refused(app: Flask, visitor: Callable[[], Visitor]) -> None:
    ada = visitor().sign_up("Ada")
    for rule in rules(app):
        if "POST" in rule.methods:
            response = ada.client.post(path_of(app, rule), data={"grade": 4})
            assert response.status_code == 400, rule
