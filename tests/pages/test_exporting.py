"""Decks are taken away by who may see them."""

import zipfile
from collections.abc import Callable
from io import BytesIO

import pytest
from sqlalchemy.orm import Session

from app.exporting import FORMATS
from app.models import User
from tests.factories import a_deck, a_follow, a_learner
from tests.visitor import Visitor


@pytest.fixture
def words(visitor: Callable[[], Visitor], change: Callable) -> tuple[Visitor, int, int]:
    """Ada, a deck of hers with a Chinese name, and a starter deck she follows not."""
    ada = visitor().sign_up("Ada")

    def make(session: Session) -> tuple[int, int]:
        learner = session.query(User).one()
        deck = a_deck(session, owner=learner, name="单词", cards=3)
        a_follow(session, learner, deck)
        starter = a_deck(session, cards=1)
        a_follow(session, a_learner(session), starter)
        return deck.id, starter.id

    return ada, *change(make)


def test_a_deck_is_downloaded_from_its_page(words: tuple[Visitor, int, int]) -> None:
    ada, deck_id, _ = words
    assert f"/decks/{deck_id}/export" in ada.get(f"/decks/{deck_id}").text
    assert ada.get(f"/decks/{deck_id}/export").status_code == 200
    response = ada.client.get(f"/decks/{deck_id}/export/file?format=apkg&progress=yes")
    assert response.status_code == 200
    assert "filename*=UTF-8''%E5%8D%95%E8%AF%8D.apkg" in response.headers["Content-Disposition"]
    assert zipfile.ZipFile(BytesIO(response.data)).testzip() is None


@pytest.mark.parametrize("format", FORMATS)
def test_every_format_has_its_type_and_ending(words: tuple[Visitor, int, int], format: str) -> None:
    ada, deck_id, _ = words
    response = ada.client.get(f"/decks/{deck_id}/export/file?format={format}")
    assert response.status_code == 200 and response.data
    assert response.headers["Content-Type"].startswith(FORMATS[format].content_type)
    assert FORMATS[format].ending in response.headers["Content-Disposition"]


def test_everything_is_downloaded(words: tuple[Visitor, int, int]) -> None:
    ada, *_ = words
    assert "/export" in ada.get("/settings").text and "/export" in ada.get("/decks").text
    assert ada.get("/export").status_code == 200
    for ending in ("cardlet", "apkg"):
        response = ada.client.get(f"/export/file?format={ending}")
        assert f"cardlet.{ending}" in response.headers["Content-Disposition"]
        assert zipfile.ZipFile(BytesIO(response.data)).testzip() is None


def test_what_one_neither_owns_nor_follows_is_not_there(words: tuple[Visitor, int, int]) -> None:
    ada, deck_id, starter_id = words
    assert ada.client.get(f"/decks/{starter_id}/export").status_code == 404
    assert ada.client.get(f"/decks/{starter_id}/export/file").status_code == 404
    assert ada.client.get(f"/decks/{deck_id}/export/file?format=exe").status_code == 404
