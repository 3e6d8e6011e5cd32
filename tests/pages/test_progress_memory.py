"""The tab that says what a learner knows."""

from collections.abc import Callable

import pytest
import sqlalchemy as sa
from sqlalchemy.orm import Session

from app.models import Deck, Memory, User
from app.models.memory_count import counting
from tests.factories import a_deck, a_learner
from tests.progress.steps import cards_of, live, three_decks
from tests.visitor import Visitor

PAGES = ("/progress/memory", "/progress/memory/history", "/progress/memory/calibration")


@pytest.fixture
def ada(visitor: Callable[[], Visitor], change: Callable) -> Visitor:
    """Ada has met a card that is mature by now, and forgotten another nine times; Bob has cards of his own."""
    ada = visitor().sign_up("Ada")

    def act(session: Session) -> None:
        learner = session.scalars(sa.select(User)).one()
        decks = three_decks(session, learner)
        a_deck(session, owner=a_learner(session), cards=1, name="Bob's deck")
        mature, leech, *_ = cards_of(session, decks[0])
        live(session, learner, {mature: [(0, 4), (1, 4), (7, 4), (22, 4)], leech: [(2, 4)]})
        with counting(session.connection(), learner.id, Memory.card_id == leech.id):
            own = (Memory.user_id == learner.id, Memory.card_id == leech.id)
            session.execute(sa.update(Memory).where(*own).values(lapses=9))

    change(act)
    return ada


def test_it_says_what_the_cards_are(ada: Visitor) -> None:
    page = ada.get("/progress/memory").get_data(as_text=True)
    assert "7% of your cards are mature: 1 of 15." in page
    assert "Half of your cards come back after 38 days or more." in page
    assert "Half of your cards have an ease of 2.5 or more." in page
    assert "Difficulty" not in page, "nothing here is scheduled by FSRS"
    assert "1 card was forgotten 8 times or more." in page and "forgotten 9 times" in page
    assert "Bob" not in page


def test_it_says_what_they_were_and_what_was_expected_of_them(ada: Visitor) -> None:
    history = ada.get("/progress/memory/history?range=all").get_data(as_text=True)
    assert "1 mature and 1 young cards today." in history
    assert 'aria-current="page">What you know' in history
    calibration = ada.get("/progress/memory/calibration?range=all").get_data(as_text=True)
    assert "You recalled 100% of your last 3 reviews; 90% was predicted, the aim 90%." in calibration
    assert "With so few reviews much of that may be chance." in calibration


@pytest.mark.parametrize("path", PAGES)
def test_a_deck_and_a_tag_narrow_it_and_nothing_is_no_error(ada: Visitor, path: str, stored: Callable) -> None:
    for row in stored(sa.select(Deck.id)):
        response = ada.get(f"{path}?deck={row.id}&range=month")
        assert response.status_code in {200, 404}
    assert ada.get(f"{path}?tag=net").status_code == 200
    assert ada.get(f"{path}?tag=nowhere").status_code == 200
    assert ada.get(f"{path}?range=century").status_code == 404


@pytest.mark.parametrize("path", PAGES)
def test_a_learner_without_cards_reads_what_will_be_here(visitor: Callable[[], Visitor], path: str) -> None:
    page = visitor().sign_up("Carol").get(path).get_data(as_text=True)
    assert "Once " in page
    assert '<svg class="chart' not in page


def test_it_speaks_chinese(ada: Visitor) -> None:
    ada.get("/progress")
    ada.press("/language", language="zh-Hans")
    page = ada.get("/progress/memory").get_data(as_text=True)
    assert "你的卡片有 7% 已成熟：15 张中的 1 张。" in page
    assert "今天有 1 张成熟、1 张未熟的卡片。" in ada.get("/progress/memory/history?range=all").get_data(as_text=True)
