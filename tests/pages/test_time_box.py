"""Studying for so many minutes."""

import re
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest
import sqlalchemy as sa
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy.orm import Session

from app.models import User
from app.pages.time_box import TimeBox
from tests.factories import a_deck, a_follow
from tests.visitor import Visitor

BEGAN = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)


@given(st.integers(1, 240), st.integers(-3600, 20_000))
def test_the_minutes_left_never_grow_and_end_at_nothing(minutes: int, seconds: int) -> None:
    box = TimeBox(minutes, BEGAN)
    left = box.minutes_left(BEGAN + timedelta(seconds=seconds))
    assert 0 <= left <= minutes
    assert (left == 0) == (seconds >= minutes * 60)
    assert box.minutes_left(BEGAN + timedelta(seconds=seconds + 60)) in {left, left - 1, 0}


@pytest.fixture
def ada(visitor: Callable[[], Visitor], change: Callable) -> Visitor:
    ada = visitor().sign_up("Ada")

    def make(session: Session) -> None:
        a_follow(session, session.scalars(sa.select(User)).one(), a_deck(session, cards=5))

    change(make)
    return ada


def ago(page: str, minutes: int) -> str:
    """The page, had its time box begun so much earlier."""
    return re.sub(r'name="since" value="(\d+)"', lambda m: f'name="since" value="{int(m[1]) - minutes * 60_000}"', page)


def test_the_time_begins_once_and_goes_on_from_card_to_card(ada: Visitor) -> None:
    response = ada.client.get("/study?minutes=15&deck=1")
    assert re.fullmatch(r"/study\?deck=1&minutes=15&since=\d+", response.location)
    ada.get(response.location)
    assert "15 min" in ada.page and "5 left" in ada.page
    ada.page = ago(ada.page, 4)
    ada.answer(4)
    assert "11 min" in ada.page and "4 left" in ada.page


def test_when_the_time_is_up_the_next_page_asks_and_nothing_is_lost(ada: Visitor) -> None:
    ada.get("/study?minutes=15")
    ada.answer(4)
    ada.page = ago(ada.page, 16)
    ada.answer(2)
    assert "15 minutes are up" in ada.page
    assert "2 answers given" in ada.page and "4 left" in ada.page
    assert 'href="/study?minutes=5"' in ada.page and 'href="/study"' in ada.page
    ada.press("/undos")
    assert "Show answer" in ada.page
    ada.get("/study?minutes=5")
    assert "5 min" in ada.page and "Show answer" in ada.page


def test_who_is_done_before_the_time_is_up_is_done(ada: Visitor) -> None:
    ada.get("/study?minutes=15")
    for _ in range(4):
        ada.answer(4)
    ada.page = ago(ada.page, 20)
    ada.answer(4)
    assert "Done for today" in ada.page


@pytest.mark.parametrize("query", ["minutes=0", "minutes=-5", "minutes=999", "minutes=x", "since=5"])
def test_what_is_no_time_box_is_none(ada: Visitor, query: str) -> None:
    assert ada.client.get(f"/study?{query}").status_code == 200
    ada.get(f"/study?{query}")
    assert "are up" not in ada.page and 'name="since"' not in ada.page


def test_the_first_page_offers_it(ada: Visitor) -> None:
    ada.get("/")
    assert 'href="/study?minutes=15"' in ada.page
    for since in ("0", "99999999999999999999", "4102444800001"):
        assert ada.get(f"/study?minutes=15&since={since}").status_code == 200
