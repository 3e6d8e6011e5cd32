"""Practising in the browser's plain forms."""

import re
from collections.abc import Callable

import pytest
import sqlalchemy as sa
from sqlalchemy.orm import Session

from app.models import DailySummary, Kind, Memory, Review, User
from tests.factories import a_deck, a_follow, a_learner, a_note
from tests.visitor import Visitor

GRADES = r"/cards/\d+/practices"


@pytest.fixture
def ada(visitor: Callable[[], Visitor]) -> Visitor:
    return visitor().sign_up("Ada")


@pytest.fixture
def deck_id(ada: Visitor, change: Callable) -> int:
    """Two cards that Ada and Bob follow."""

    def make(session: Session) -> int:
        deck = a_deck(session, name="Numbers")
        for word in ("one", "two"):
            a_note(session, deck, fields=(f"What is {word}?", f"It is {word}"), tags=(word,))
        for learner in (session.scalars(sa.select(User)).one(), a_learner(session, "Bob")):
            a_follow(session, learner, deck)
        return deck.id

    return change(make)


def shown(page: str) -> str | None:
    found = re.search(r"What is (one|two)\?", page)
    return found[1] if found else None


def test_from_the_choice_to_the_end_without_moving_anything(ada: Visitor, deck_id: int, stored: Callable) -> None:
    ada.get(f"/practice?deck={deck_id}")
    assert f'<option value="{deck_id}" lang="en" selected>Numbers</option>' in ada.page
    ada.get(f"/practice/run?deck={deck_id}&tag=&cards=all&most=20&days=3")
    assert "Practice: your schedule stays as it is." in ada.page
    assert re.findall(r'name="grade" value="(\d)"', ada.page) == ["2", "4"]
    assert "2 left" in ada.page
    first = shown(ada.page)
    ada.press(GRADES, grade=2)
    second = shown(ada.page)
    assert {first, second} == {"one", "two"}
    ada.press(GRADES, grade=4)
    assert (shown(ada.page), "1 left" in ada.page) == (first, True)
    ada.press(GRADES, grade=4)
    assert "You knew them all: 2 cards" in ada.page
    assert stored(sa.select(Memory.card_id)) == []
    assert {kind for (kind,) in stored(sa.select(Review.kind))} == {Kind.PRACTICE}
    assert {kind for (kind,) in stored(sa.select(DailySummary.kind))} == {Kind.PRACTICE}
    ada.get("/")
    assert "3 answers in practice today" in ada.page


def test_undo_brings_the_card_back_also_from_the_end(ada: Visitor, deck_id: int, stored: Callable) -> None:
    ada.get(f"/practice/run?deck={deck_id}&cards=new&tag=one")
    ada.press(GRADES, grade=4)
    assert "You knew it: 1 card" in ada.page
    ada.press("/practice/undos")
    assert shown(ada.page) == "one"
    assert "Undone. Here is the card again." in ada.page
    assert stored(sa.select(DailySummary.answers)) == []
    assert 'id="undo"' not in ada.page


def test_a_double_click_is_one_answer(ada: Visitor, deck_id: int, stored: Callable) -> None:
    ada.get(f"/practice/run?deck={deck_id}&cards=all")
    before = ada.page
    ada.press(GRADES, grade=4)
    ada.page = before
    ada.press(GRADES, grade=2)
    assert [tuple(row) for row in stored(sa.select(Review.grade))] == [(4,)]
    assert "1 left" in ada.page


def test_a_script_gets_the_next_card_alone(ada: Visitor, deck_id: int) -> None:
    ada.get(f"/practice/run?deck={deck_id}&cards=all")
    form = ada.form(GRADES)
    headers = {"X-Fragment": "1"}
    response = ada.client.post(form.action, data={**form.fields, "grade": 4}, headers=headers)
    assert response.status_code == 200
    assert response.text.lstrip().startswith('<section id="study"')
    assert "1 left" in response.text
    response = ada.client.post(form.action, data={**form.fields, "grade": 9}, headers=headers)
    assert response.status_code == 422


def test_an_answer_that_was_undone_elsewhere_is_stale(ada: Visitor, deck_id: int) -> None:
    ada.get(f"/practice/run?deck={deck_id}&cards=all")
    before = ada.page
    ada.press(GRADES, grade=4)
    ada.press("/practice/undos")
    ada.page = before
    response = ada.press(GRADES, grade=4)
    assert response.status_code == 409
    assert shown(ada.page) is not None


def test_a_run_goes_on_at_its_own_address(ada: Visitor, deck_id: int) -> None:
    begun = ada.client.get(f"/practice/run?deck={deck_id}&cards=all").location
    assert re.search(r"day=\d+.*since=\d+", begun)
    ada.get(begun)
    known = shown(ada.page)
    ada.press(GRADES, grade=4)
    ada.get(begun)
    assert (shown(ada.page) != known, "1 left" in ada.page) == (True, True)
    ada.get(re.sub(r"since=\d+", "since=1000", begun))
    assert "2 left" in ada.page


@pytest.mark.parametrize(
    ("query", "says"),
    [
        ("cards=mistakes", "No mistakes today."),
        ("cards=met", "No card is like what you chose."),
        ("cards=odd", "How many"),
    ],
)
def test_what_there_is_not_is_said(ada: Visitor, deck_id: int, query: str, says: str) -> None:
    ada.get(f"/practice/run?{query}")
    assert says in ada.page


@pytest.mark.parametrize(
    "query", ["most=0&days=-4", "most=x", "day=9999999", "since=-1", "day=2147483647&days=2147483647"]
)
def test_strange_numbers_do_no_harm(ada: Visitor, deck_id: int, query: str) -> None:
    for cards in ("ahead", "mistakes", "all"):
        assert ada.get(f"/practice/run?cards={cards}&{query}&tag=%00").status_code == 200


def test_the_decks_of_others_are_nobodys(ada: Visitor, change: Callable) -> None:
    def make(session: Session) -> int:
        bob = a_learner(session)
        deck = a_deck(session, cards=1, owner=bob)
        a_follow(session, bob, deck)
        return deck.id

    theirs = change(make)
    assert ada.get(f"/practice/run?cards=all&deck={theirs}").status_code == 404
    assert ada.get("/practice/run?cards=all").status_code == 200
    assert "There is nothing to practice here" in ada.page
