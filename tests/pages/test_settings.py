"""A learner's settings, their password, and how they leave, through the doors."""

from collections.abc import Callable

import pytest
import sqlalchemy as sa
from flask import Flask
from sqlalchemy.orm import Session

from app.accounts import set_password
from app.accounts.passwords import hash_password
from app.accounts.signing_in import Attempt
from app.database import writing
from app.models import Deck, Follow, Upload, User
from tests.factories import a_deck, a_follow
from tests.visitor import Visitor

PASSWORD = "a long sentence"


@pytest.fixture
def ada(visitor: Callable[[], Visitor]) -> Visitor:
    visitor().sign_up("Bob")
    return visitor().sign_up("Ada")


def test_a_deck_begins_with_the_limits_chosen_here(ada: Visitor, change: Callable, stored: Callable) -> None:
    first, second = (change(lambda session: a_deck(session, cards=1).id) for _ in range(2))
    ada.get(f"/decks/{first}")
    ada.press(f"/decks/{first}/follow")
    ada.get("/settings")
    ada.press("/settings", new_per_day="7", reviews_per_day="90")
    assert 'value="7"' in ada.page and 'value="90"' in ada.page
    ada.get(f"/decks/{second}")
    ada.press(f"/decks/{second}/follow")
    rows = stored(sa.select(Follow.new_per_day, Follow.reviews_per_day).order_by(Follow.deck_id))
    assert rows == [(20, None), (7, 90)]


@pytest.mark.parametrize(
    ("field", "given"),
    [("new_per_day", "-1"), ("new_per_day", ""), ("new_per_day", "10000"), ("reviews_per_day", "many")],
)
def test_a_limit_that_is_none_is_refused_and_shown_again(
    ada: Visitor, stored: Callable, field: str, given: str
) -> None:
    ada.get("/settings")
    assert ada.press("/settings", **{field: given, "theme": "dark"}).status_code == 422
    assert f'name="{field}" inputmode="numeric"' in ada.page and f'value="{given}" aria-invalid="true"' in ada.page
    assert {row.theme for row in stored(sa.select(User.theme))} == {"auto"}


def test_another_password_signs_out_everywhere_else(ada: Visitor, visitor: Callable[[], Visitor]) -> None:
    elsewhere = visitor()
    elsewhere.sign_in("Ada")
    ada.get("/settings/password")
    assert ada.press("/settings/password", old_password="wrong", password="another sentence").status_code == 422
    assert ada.press("/settings/password", old_password=PASSWORD, password="short").status_code == 422
    ada.press("/settings/password", old_password=PASSWORD, password="another sentence")
    assert "You have a new password." in ada.page and "Signed in as Ada" in ada.page
    assert elsewhere.client.get("/settings").status_code == 303
    assert visitor().sign_in("Ada").status_code == 422


@pytest.mark.parametrize("address", ["/sign-in", "/settings/password"])
def test_the_old_password_is_worth_nothing_once_there_is_a_new_one(
    ada: Visitor, visitor: Callable[[], Visitor], app: Flask, monkeypatch: pytest.MonkeyPatch, address: str
) -> None:
    """However the moments fall: here the new one comes while the old one is being looked at."""
    fits, new = Attempt.succeeds_with, hash_password("another sentence")

    def slowly(attempt: Attempt, password: str) -> bool:
        found = fits(attempt, password)
        with app.app_context(), writing() as session:
            set_password(session, session.scalars(sa.select(User.id).where(User.name == "Ada")).one(), new)
        return found

    browser = ada if address != "/sign-in" else visitor()
    browser.get(address)
    with monkeypatch.context() as patch:
        patch.setattr(Attempt, "succeeds_with", slowly)
        patch.setattr("app.pages.accounts.needs_new_hash", lambda password_hash: True)
        given = {"name": "Ada", "password": PASSWORD} if browser is not ada else {"password": "a third sentence"}
        refused = browser.press(address, **given, **({"old_password": PASSWORD} if browser is ada else {}))
    assert refused.status_code == 422 and browser.client.get("/settings").status_code == 303
    assert visitor().sign_in("Ada").status_code == 422
    assert visitor().sign_in("Ada", "another sentence").status_code == 200


def test_wrong_passwords_count_here_too(ada: Visitor) -> None:
    for _ in range(10):
        ada.get("/settings/delete")
        assert ada.press("/settings/delete", old_password="wrong").status_code == 422
    assert ada.press("/settings/delete", old_password=PASSWORD).status_code == 429


def test_an_account_is_deleted_with_its_password_and_the_name_is_free(
    ada: Visitor, visitor: Callable[[], Visitor], change: Callable, stored: Callable, data_dir: object
) -> None:
    elsewhere = visitor()
    elsewhere.sign_in("Ada")

    def make(session: Session) -> int:
        ada, bob = session.scalars(sa.select(User).order_by(User.name))
        shared, _private = a_deck(session, owner=ada, name="Shared", cards=1), a_deck(session, owner=ada, cards=1)
        a_follow(session, ada, shared)
        a_follow(session, bob, shared)
        return shared.id

    shared = change(make)
    page = ada.get("/settings/delete").text
    assert "/export" in page and "Shared" in page and "1 follower" in page
    ada.press("/settings/delete", old_password=PASSWORD)
    assert "Your account is deleted" in ada.page and "Signed in" not in ada.page
    assert ada.client.get("/settings").status_code == elsewhere.client.get("/settings").status_code == 303
    assert visitor().sign_in("Ada").status_code == 422
    assert [row.id for row in stored(sa.select(Deck.id).where(Deck.owner_id.is_not(None)))] == [shared]
    bob = visitor()
    bob.sign_in("Bob")
    page = bob.get(f"/decks/{shared}").text
    assert "Its author has left." in page and " · by " not in page and "Let the author see it" not in page
    assert "Question" in bob.get("/study").text
    visitor().sign_up("Ada")


def test_a_guest_leaves_with_one_press(visitor: Callable[[], Visitor], stored: Callable) -> None:
    guest = visitor().start_as_guest()
    guest.get("/settings/delete")
    guest.press("/settings/delete")
    assert "Your account is deleted" in guest.page
    assert stored(sa.select(User)) == [] and stored(sa.select(Upload)) == []
