"""The page that offers to copy what is known in another language, and to take it back."""

from collections.abc import Callable

import sqlalchemy as sa
from sqlalchemy.orm import Session

from app.models import Memory, User
from tests.factories import a_deck, a_follow, an_edition
from tests.visitor import Visitor


def test_what_is_known_in_english_is_copied_to_chinese_and_taken_back(
    visitor: Callable[[], Visitor], change: Callable, stored: Callable
) -> None:
    ada = visitor().sign_up("Ada")

    def make(session: Session) -> tuple[int, int]:
        learner = session.scalars(sa.select(User)).one()
        above = a_deck(session, name="Kubernetes")
        english = a_deck(session, cards=3, name="Roles", parent_id=above.id)
        above_chinese = an_edition(session, above, "zh-Hans", name="中文")
        chinese = an_edition(session, english, "zh-Hans", name="职责", parent_id=above_chinese.id)
        a_follow(session, learner, english)
        return english.id, chinese.id

    _, chinese_id = change(make)
    ada.get("/study")
    for _ in range(2):
        ada.answer(4)
    here = f"/decks/{chinese_id}"
    assert "You know 2 cards there. Follow this deck, and you can copy that." in ada.get(here).text
    ada.press(f"{here}/follow")
    page = ada.get(here).text
    assert "Copy the 2 cards I know there" in page and "Kubernetes::Roles" in page
    page = ada.press(f"{here}/copies").text
    assert "2 cards are known here now." in page and "Copy the" not in page
    assert len(stored(sa.select(Memory.card_id))) == 4
    page = ada.press(f"{here}/copies/undo").text
    assert "The copy is undone." in page and "Undo the copy" not in page
    assert len(stored(sa.select(Memory.card_id))) == 2


def two_editions(session: Session) -> tuple[int, int]:
    english = a_deck(session, cards=1)
    chinese = an_edition(session, english, "zh-Hans")
    a_follow(session, session.scalars(sa.select(User)).one(), chinese)
    return english.id, chinese.id


def test_a_copy_of_nothing_says_so(visitor: Callable[[], Visitor], change: Callable) -> None:
    ada = visitor().sign_up("Ada")
    english_id, chinese_id = change(two_editions)
    fields = {"csrf_token": ada.token(), "from": english_id, "copy_id": "0" * 32}
    page = ada.client.post(f"/decks/{chinese_id}/copies", data=fields, follow_redirects=True)
    assert "There is nothing to copy" in page.text


def test_a_copy_without_its_id_is_not_found(visitor: Callable[[], Visitor], change: Callable) -> None:
    ada = visitor().sign_up("Ada")
    english_id, chinese_id = change(two_editions)
    for path in ("copies", "copies/undo"):
        fields = {"csrf_token": ada.token(), "from": english_id, "copy_id": "none"}
        assert ada.client.post(f"/decks/{chinese_id}/{path}", data=fields).status_code == 404
