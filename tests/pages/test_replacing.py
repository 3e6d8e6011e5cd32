"""Finding and replacing in many notes: a proposal, then one change that is undone as one."""

import re
from collections.abc import Callable

import pytest
import sqlalchemy as sa
from sqlalchemy.orm import Session

from app.library.editing import Wording, edit_note
from app.models import Card, Note, User
from app.models.change import digest_of
from tests.factories import a_deck, a_follow, a_note, at
from tests.visitor import Visitor, forms_of


@pytest.fixture
def ada(visitor: Callable[[], Visitor], change: Callable) -> Visitor:
    """Ada has a deck of her own and follows Bob's, which holds the same words."""
    ada, _bob = visitor().sign_up("Ada"), visitor().sign_up("Bob")

    def make(session: Session) -> None:
        owner, bob = session.scalars(sa.select(User).order_by(User.id)).all()
        deck, other = a_deck(session, owner=owner, name="Net"), a_deck(session, owner=bob, name="Bob's")
        a_note(session, deck, fields=("What is DNS?", "DNS maps names; dns is old. ![dns](dns.png)"))
        a_note(session, deck, kind="cloze", fields=("{{c1::DNS}} and {{c2::TCP}}", ""))
        a_note(session, deck, fields=("Where?", "https://dns.example"))
        a_note(session, other, fields=("What is DNS of Bob?", "DNS"))
        for one in (deck, other):
            a_follow(session, owner, one)

    change(make)
    return ada


def fields(stored: Callable) -> list[str]:
    return [" | ".join(row.fields) for row in stored(sa.select(Note.fields).order_by(Note.id))]


def words_of(page: str) -> str:
    return " ".join(re.sub("<[^>]*>", "", page).split())


def look(ada: Visitor, **asked: str) -> str:
    response = ada.client.get("/search/replacement", query_string=asked)
    assert response.status_code == 200
    ada.page = response.text
    return words_of(response.text)


def test_what_would_change_is_shown_and_nothing_is_changed(ada: Visitor, stored: Callable) -> None:
    before = fields(stored)
    page = look(ada, q="dns or tcp", find="DNS", by="the name system")
    assert "2 notes would change In 3 places." in page
    assert "1 note with it is not yours, and stays." in page
    assert '<del><span class="unseen" lang="en">removed: </span>DNS</del>' in ada.page
    assert fields(stored) == before


def test_it_is_done_at_once_never_in_markup_and_undone_at_once(ada: Visitor, stored: Callable) -> None:
    before = fields(stored)
    page = look(ada, q="dns", find="DNS", by="Domain <Name>", any_case="1")
    assert "1 note has it only in tags" in page
    do(ada)
    assert "2 notes reworded." in ada.page
    assert fields(stored) == [
        "What is Domain <Name>? | Domain <Name> maps names; Domain <Name> is old. ![Domain <Name>](dns.png)",
        "{{c1::Domain <Name>}} and {{c2::TCP}} | ",
        *before[2:],
    ]
    assert "What is Domain" in ada.get("/search?q=domain").text
    note_id = stored(sa.select(Note.id).order_by(Note.id))[0].id
    assert "Earlier versions" in ada.get(f"/notes/{note_id}/edit").text
    look(ada, q="domain", find="Domain", by="D")
    do(ada)
    form = next(form for form in forms_of(ada.page) if form.action.endswith("/undo-all"))
    ada.press(form.action)
    assert fields(stored)[0].startswith("What is Domain <Name>?")


def test_only_one_field_is_meant(ada: Visitor, stored: Callable) -> None:
    name = re.findall(r'<option value="(\w+)"', look(ada, q="maps") and ada.page)[0]
    look(ada, q="maps", find="DNS", by="X", field=name)
    do(ada)
    assert fields(stored)[0] == "What is X? | DNS maps names; dns is old. ![dns](dns.png)"


def do(ada: Visitor) -> None:
    form = next(form for form in forms_of(ada.page) if "seen" in form.fields)
    ada.page = ada.client.post(form.action, data=form.fields, follow_redirects=True).text


@pytest.mark.parametrize(("find", "by"), [("}}", ")"), ("{{c1::DNS}}", "DNS"), ("TCP", "{{c3::TCP}}")])
def test_a_note_that_would_have_other_cards_is_left_out_and_said(
    ada: Visitor, stored: Callable, find: str, by: str
) -> None:
    page = look(ada, q="tcp", find=find, by=by)
    assert "Nothing would change" in page and "1 note is left out" in page
    assert stored(sa.select(sa.func.count(Card.id)))[0][0] == 4


def test_a_side_is_never_emptied(ada: Visitor) -> None:
    assert "1 note is left out" in look(ada, q="where", find="Where?", by="")


def test_a_note_changed_after_the_look_is_left_out_and_said(ada: Visitor, stored: Callable, change: Callable) -> None:
    look(ada, q="dns", find="DNS", by="X")
    form = next(form for form in forms_of(ada.page) if "seen" in form.fields)

    def edit(session: Session) -> None:
        owner, note = (session.scalars(sa.select(table).order_by(table.id)).first() for table in (User, Note))
        later = at(3650)
        edit_note(session, owner, note.id, Wording(("DNS, what is it?", "An answer"), ()), digest_of(note), later)

    change(edit)
    response = ada.client.post(form.action, data=form.fields, follow_redirects=True)
    assert "1 note reworded. 1 note was changed meanwhile and stays as it is." in response.text
    assert fields(stored)[0] == "DNS, what is it? | An answer"


def test_nothing_of_anybody_elses_is_changed(ada: Visitor, stored: Callable) -> None:
    look(ada, q="bob", find="DNS", by="X")
    data = {"csrf_token": ada.token(), "q": "bob", "find": "DNS", "by": "X", "seen": "4000000000000", "notes": "1"}
    assert ada.client.post("/search/replacement", data=data, follow_redirects=True).status_code == 200
    assert fields(stored)[3] == "What is DNS of Bob? | DNS"


def test_a_search_that_cannot_be_read_is_said(ada: Visitor) -> None:
    assert ada.client.get("/search/replacement?q=is:blue&find=a&by=b").status_code == 422
    assert ada.client.get("/search/replacement?q=dns&find=a&by=b&page=9").status_code == 404
