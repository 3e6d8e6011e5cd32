"""A deck edited as one text while others move its cards."""

import re
from collections.abc import Callable

import pytest
import sqlalchemy as sa
from flask import Flask
from sqlalchemy.orm import Session

from app.models import Card, User
from tests.factories import a_deck, a_learner, a_note
from tests.visitor import Form, Visitor

SHOW = r"/decks/\d+/text/changes"


@pytest.fixture
def ada(visitor: Callable[[], Visitor]) -> Visitor:
    return visitor().sign_up("Ada")


@pytest.fixture
def deck_id(ada: Visitor, change: Callable) -> int:
    """A deck of Ada's, behind one of Bob's with the same words."""

    def make(session: Session) -> int:
        adas = session.scalars(sa.select(User).where(User.name == "Ada")).one()
        for owner in (a_learner(session, "Bob"), adas):
            deck = a_deck(session, owner=owner, name="Numbers", guid="numbers")
            for word in ("one", "two"):
                a_note(session, deck, fields=(word, f"the number {word}"), guid=f"numbers/{word}")
        return deck.id

    return change(make)


def save(ada: Visitor, form: Form) -> int:
    response = ada.client.post(form.action.removesuffix("/changes"), data=form.fields)
    ada.page = response.text
    return response.status_code


def test_a_deck_is_read_in_one_moment_whatever_is_moved_meanwhile(
    ada: Visitor, deck_id: int, app: Flask, stored: Callable
) -> None:
    engine = app.extensions["engine"]
    card_ids = [row.id for row in stored(sa.select(Card.id).where(Card.deck_id == deck_id))]

    def lay(deck: int) -> None:
        with engine.begin() as other:
            other.execute(sa.update(Card).where(Card.id.in_(card_ids)).values(deck_id=deck))

    def of_a_moment(ask: Callable[[], int]) -> tuple[int, bool]:
        """What is answered while, once the deck's cards were read, they go to another deck; and whether they did."""
        was_there = True

        def take_away(*statement: object) -> None:
            nonlocal was_there
            if was_there and "ORDER BY cards.position" in str(statement[2]):
                was_there = False
                lay(deck_id - 1)

        sa.event.listen(engine, "after_cursor_execute", take_away)
        try:
            status = ask()
        finally:
            sa.event.remove(engine, "after_cursor_execute", take_away)
            lay(deck_id)
        return status, not was_there

    assert of_a_moment(lambda: ada.get(f"/decks/{deck_id}/text").status_code) == (200, True)
    opened = ada.form(SHOW).fields["text"]
    assert "## one" in opened and "## two" in opened
    changed = opened.replace("the number one", "one more")
    assert of_a_moment(lambda: ada.press(SHOW, text=changed).status_code) == (200, True)
    said = re.sub("<[^>]*>", "", ada.page)
    assert "1 changed" in said and "1 removed" not in said and "2 removed" not in said
    form = ada.form(SHOW)
    assert of_a_moment(lambda: save(ada, form)) == (422, True), "the ids are those of notes elsewhere by then"
    assert "changed elsewhere while you were writing" in ada.page
