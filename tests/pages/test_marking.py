"""Marking cards on the study page and on their own, undoing and redoing, and finding what is marked."""

import re
from collections.abc import Callable
from datetime import timedelta
from uuid import uuid4

import pytest
import sqlalchemy as sa
from sqlalchemy.orm import Session

from app.clock import now
from app.models import Card, Mark, Memory, User
from tests.factories import a_deck, a_follow, a_note
from tests.visitor import Visitor


@pytest.fixture
def ada(visitor: Callable[[], Visitor], change: Callable) -> Visitor:
    """Ada, who follows a deck of two cards."""
    ada = visitor().sign_up("Ada")

    def make(session: Session) -> None:
        deck = a_deck(session)
        for question in ("First", "Second"):
            a_note(session, deck, fields=(question, "Answer"))
        a_follow(session, session.scalars(sa.select(User)).one(), deck)

    change(make)
    ada.get("/study")
    return ada


def mark(ada: Visitor, marking: str, back: str = "", card: int = 1) -> str:
    fields = {"csrf_token": ada.token(), "change_id": uuid4().hex, "marking": marking, "back": back}
    response = ada.client.post(f"/cards/{card}/marks", data=fields, follow_redirects=True)
    assert response.status_code == 200
    return response.text


def test_a_suspended_card_makes_room_for_the_next_and_undo_brings_it_back(ada: Visitor) -> None:
    page = mark(ada, "suspend")
    assert "Suspended: it stays away until you bring it back." in page
    assert "Second" in page and "First" not in page
    ada.get("/study")
    ada.press("/undos")
    assert "First" in ada.page and "What was marked is as it was before" in ada.page
    ada.press("/redos")
    assert "Second" in ada.page and "Done again." in ada.page


def test_a_flag_shows_and_the_card_stays(ada: Visitor) -> None:
    page = mark(ada, "flag")
    assert '<p class="flagged">' in page and "First" in page
    assert '<p class="flagged">' not in mark(ada, "unflag")


def test_what_is_marked_is_listed_and_brought_back(ada: Visitor, stored: Callable) -> None:
    mark(ada, "suspend")
    mark(ada, "bury", card=2)
    mark(ada, "flag", card=2)
    ada.get("/cards/marked")
    assert re.findall("First|Second", ada.page) == ["First", "Second"]
    assert all(words in ada.page for words in ("Suspended", "Until tomorrow", "Flagged"))
    assert "It is back among your cards." in mark(ada, "bring_back", back="marked")
    assert list(stored(sa.select(Mark.card_id, Mark.suspended, Mark.flag))) == [(2, False, 1)]
    assert ada.client.get("/cards/marked?page=2").status_code == 404


def test_nobody_sees_what_others_marked(ada: Visitor, visitor: Callable[[], Visitor]) -> None:
    mark(ada, "suspend")
    assert "No card is marked." in visitor().sign_up("Bob").client.get("/cards/marked").text


def test_the_card_page_says_how_it_is_marked_and_takes_it_off(ada: Visitor) -> None:
    page = mark(ada, "suspend", back="card")
    assert "Suspended: it stays away until you bring it back." in page and "Bring it back" in page
    page = mark(ada, "bring_back", back="card")
    assert "Bring it back" not in page


def test_a_card_is_put_on_another_day_and_made_new_again(ada: Visitor, stored: Callable) -> None:
    ada.answer(4)
    day = (now() + timedelta(days=9)).date()
    fields = {"csrf_token": ada.token(), "change_id": uuid4().hex, "due_day": day.isoformat(), "back": "card"}
    page = ada.client.post("/cards/1/due", data=fields, follow_redirects=True).text
    assert "put on" in page
    due = stored(sa.select(Memory.due_day, Memory.queue_day))
    assert len(due) == 1 and due[0][0] == due[0][1]
    fields["change_id"] = uuid4().hex
    page = ada.client.post("/cards/1/resets", data=fields, follow_redirects=True).text
    assert "The card is new again. Its history is kept." in page and "made new again" in page
    assert stored(sa.select(Memory.card_id)) == []


@pytest.mark.parametrize("day", ["", "soon", "2001-01-01", "9999-12-31"])
def test_a_day_that_is_none_is_said_beside_the_field(ada: Visitor, day: str) -> None:
    fields = {"csrf_token": ada.token(), "change_id": uuid4().hex, "due_day": day}
    response = ada.client.post("/cards/1/due", data=fields)
    assert response.status_code == 422
    assert 'aria-describedby="problem"' in response.text and f'value="{day}"' in response.text


def test_a_mark_that_is_none_and_a_change_without_an_id_are_refused(ada: Visitor, stored: Callable) -> None:
    token = ada.token()
    for fields, status in (({"marking": "burn", "change_id": uuid4().hex}, 422), ({"marking": "flag"}, 404)):
        assert ada.client.post("/cards/1/marks", data={"csrf_token": token, **fields}).status_code == status
    assert stored(sa.select(Mark.card_id)) == []
    assert stored(sa.select(Card.id)) != []
