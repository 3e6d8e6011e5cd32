"""What a learner reads about one card."""

import re
from collections.abc import Callable

import sqlalchemy as sa
from sqlalchemy.orm import Session

from app.models import Card, Follow, User
from tests.factories import a_deck, a_follow, at
from tests.visitor import Visitor


def a_card(session: Session) -> int:
    deck = a_deck(session, cards=2)
    a_follow(session, session.scalars(sa.select(User)).one(), deck)
    return session.scalars(sa.select(Card.id).where(Card.deck_id == deck.id).order_by(Card.position)).first() or 0


def test_a_card_tells_its_history_and_its_curve(visitor: Callable[[], Visitor], change: Callable) -> None:
    ada = visitor().sign_up("Ada")
    card_id = change(a_card)
    assert "You have not met this card yet." in ada.get(f"/cards/{card_id}").text
    page = ada.get("/study").text
    assert f'href="/cards/{card_id}"' in page
    ada.answer(2)
    page = ada.get(f"/cards/{card_id}").text
    words = re.sub("<[^>]*>", "", page)
    assert "Againagain today, then 1 d" in words and "Good1 d, 6 d, 14 d, then" in words
    assert "<polyline" in page and "<dt>Ease</dt>" in page and ">Again</td>" in page and "100%" in page


def test_who_left_the_deck_still_reads_of_a_card_they_know(visitor: Callable[[], Visitor], change: Callable) -> None:
    ada = visitor().sign_up("Ada")
    card_id = change(a_card)
    change(lambda session: session.execute(sa.update(Follow).values(stopped_at=at(0))))
    assert ada.client.get(f"/cards/{card_id}").status_code == 404
    change(lambda session: session.execute(sa.update(Follow).values(stopped_at=None)))
    ada.get("/study")
    ada.answer(4)
    change(lambda session: session.execute(sa.update(Follow).values(stopped_at=at(0))))
    assert ada.client.get(f"/cards/{card_id}").status_code == 200


def test_a_card_there_is_not_is_not_found(visitor: Callable[[], Visitor]) -> None:
    assert visitor().sign_up("Ada").client.get("/cards/999").status_code == 404
