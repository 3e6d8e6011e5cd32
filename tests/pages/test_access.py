"""Who gets in, and that being out is being out."""

from collections.abc import Callable
from datetime import timedelta

import pytest
import sqlalchemy as sa
from flask import Config, Flask
from sqlalchemy.orm import Session

from app.accounts import make_link
from app.accounts.leaving import remove_guests
from app.accounts.passwords import hash_password
from app.clock import now
from app.models import Follow, Review, SignIn, User
from app.pages import accounts, joining
from tests.factories import a_deck
from tests.visitor import Visitor


@pytest.fixture
def decks(change: Callable) -> None:
    """An English and a Chinese starter deck."""

    def make(session: Session) -> None:
        a_deck(session, cards=3, name="Roles")
        a_deck(session, cards=3, name="职责", language="zh-Hans")

    change(make)


@pytest.mark.usefixtures("decks")
def test_one_press_makes_a_guest_who_sees_a_card(visitor: Callable[[], Visitor], stored: Callable) -> None:
    guest = visitor()
    guest.get("/")
    response = guest.press("/guest", time_zone="Asia/Shanghai")
    assert response.request.path == "/study"
    assert "Question" in guest.page
    (user,) = stored(sa.select(User.name, User.time_zone))
    assert user == (None, "Asia/Shanghai")


@pytest.mark.usefixtures("decks")
@pytest.mark.parametrize(
    ("asked", "name"), [("en-GB", "Roles"), ("zh-CN,en;q=0.5", "职责"), ("zh-TW", "职责"), ("fr", "Roles")]
)
def test_a_guest_starts_with_the_decks_in_the_browsers_language(app: Flask, asked: str, name: str) -> None:
    guest = Visitor(app.test_client())
    guest.client.environ_base["HTTP_ACCEPT_LANGUAGE"] = asked
    guest.start_as_guest()
    assert name in guest.get("/").get_data(as_text=True)
    assert f">{name}<" in guest.page.split("Starter decks")[0].split("入门牌组")[0]


def test_a_guest_follows_all_decks_of_the_language_and_their_day_starts_at_four(
    visitor: Callable[[], Visitor], change: Callable, stored: Callable
) -> None:
    change(lambda session: [a_deck(session) for _ in range(3)] + [a_deck(session, language="zh-Hans")])
    visitor().start_as_guest()
    assert len(stored(sa.select(Follow))) == 3
    assert [row.day_starts_at for row in stored(sa.select(User.day_starts_at))] == [4]


def test_a_new_guest_makes_room_by_sweeping_old_ones(
    visitor: Callable[[], Visitor], change: Callable, stored: Callable
) -> None:
    visitor().start_as_guest()
    change(lambda session: session.execute(sa.update(User).values(seen_at=now() - timedelta(days=2))))
    visitor().start_as_guest()
    assert len(stored(sa.select(User.id))) == 1


def test_a_form_from_before_signing_in_is_worth_nothing_afterwards(visitor: Callable[[], Visitor]) -> None:
    ada = visitor()
    before = ada.token()
    ada.sign_up("Ada")
    assert ada.client.post("/settings", data={"csrf_token": before}).status_code == 400


@pytest.mark.usefixtures("decks")
def test_a_guest_who_chooses_a_name_keeps_everything(visitor: Callable[[], Visitor], stored: Callable) -> None:
    ada = visitor().start_as_guest()
    ada.answer(4)
    ada.sign_up("Ada")
    (review,) = stored(sa.select(Review.user_id))
    (user,) = stored(sa.select(User.id, User.name))
    assert (review.user_id, "Ada") == tuple(user)
    elsewhere = visitor()
    elsewhere.sign_in("Ada")
    assert "Roles" in elsewhere.page


@pytest.mark.parametrize("invited", [False, True])
def test_a_guest_who_is_swept_while_choosing_a_name_is_told_and_begins_anew(
    visitor: Callable[[], Visitor], stored: Callable, change: Callable, monkeypatch: pytest.MonkeyPatch, invited: bool
) -> None:
    """Sweeping comes after it was read who is there, while the password is hashed."""
    page = f"/join/{change(lambda session: make_link(session, 'invite', now()))}" if invited else "/sign-up"
    guest = visitor().start_as_guest()
    swept = [row.id for row in stored(sa.select(User.id))]
    visitor().start_as_guest()

    def slowly(password: str) -> str:
        change(lambda session: remove_guests(session, {swept.pop()}) if swept else None)
        return hash_password(password)

    for module in (accounts, joining):
        monkeypatch.setattr(module, "hash_password", slowly)
    guest.get(page)
    assert guest.press(page, name="Grace", password="a long sentence").status_code == 422
    assert "this guest account" in guest.page and "Grace" in guest.page
    assert guest.press(page, password="a long sentence").status_code == 200
    assert "Welcome, Grace." in guest.page
    assert {row.name for row in stored(sa.select(User.name))} == {"Grace", None}


def test_a_cookie_kept_from_before_signing_out_opens_nothing(visitor: Callable[[], Visitor], stored: Callable) -> None:
    ada = visitor().sign_up("Ada")
    kept = ada.client.get_cookie("cardlet").value
    ada.get("/settings")
    ada.press("/sign-out")
    assert stored(sa.select(SignIn)) == []
    thief = visitor()
    thief.client.set_cookie("cardlet", kept)
    assert thief.client.get("/settings").status_code == 303


def test_signing_in_gives_a_new_sign_in_and_ends_the_guests(visitor: Callable[[], Visitor], stored: Callable) -> None:
    guest = visitor().start_as_guest()
    before = guest.client.get_cookie("cardlet").value
    guest.sign_up("Ada")
    assert len(stored(sa.select(SignIn))) == 1
    assert guest.client.get_cookie("cardlet").value != before


def test_a_wrong_password_says_so_and_keeps_the_name(visitor: Callable[[], Visitor]) -> None:
    visitor().sign_up("Ada")
    stranger = visitor()
    response = stranger.sign_in("Ada", "not the sentence")
    assert response.status_code == 422
    assert "do not belong together" in stranger.page
    assert 'value="Ada"' in stranger.page
    assert "not the sentence" not in stranger.page


def test_too_many_wrong_passwords_have_to_wait(visitor: Callable[[], Visitor]) -> None:
    stranger = visitor()
    for _ in range(10):
        stranger.sign_in("Ada", "not the sentence")
    assert stranger.sign_in("Ada", "not the sentence").status_code == 429


@pytest.mark.parametrize(
    ("name", "password", "reason"), [("", "a long sentence", "Choose a name"), ("Ada", "short", "at least 8")]
)
def test_a_sign_up_that_cannot_be_says_why(
    visitor: Callable[[], Visitor], stored: Callable, name: str, password: str, reason: str
) -> None:
    stranger = visitor()
    stranger.get("/sign-up")
    assert stranger.press("/sign-up", name=name, password=password).status_code == 422
    assert reason in stranger.page
    assert stored(sa.select(User)) == []


def test_after_signing_in_one_is_where_one_wanted_to_be(visitor: Callable[[], Visitor]) -> None:
    visitor().sign_up("Ada")
    ada = visitor()
    assert ada.get("/progress").request.path == "/sign-in"
    assert ada.press("/sign-in", name="Ada", password="a long sentence").request.path == "/progress"


@pytest.mark.parametrize("target", ["//evil.example", "/\\evil.example", "https://evil.example", "/\tevil", "evil"])
def test_nobody_is_sent_to_another_site(visitor: Callable[[], Visitor], target: str) -> None:
    visitor().sign_up("Ada")
    ada = visitor()
    ada.get("/sign-in")
    response = ada.press("/sign-in", follow=False, name="Ada", password="a long sentence", next=target)
    assert (response.status_code, response.location) == (303, "/")


def test_a_closed_server_takes_nobody_new_but_lets_its_own_in(config: Config, visitor: Callable[[], Visitor]) -> None:
    visitor().sign_up("Ada")
    config["SIGN_UP"] = "closed"
    stranger = visitor()
    stranger.get("/")
    assert "/guest" not in stranger.page
    token = stranger.token() if "csrf_token" in stranger.page else ""
    assert stranger.client.post("/guest", data={"csrf_token": token}).status_code == 422
    stranger.get("/sign-up")
    assert stranger.press("/sign-up", name="Bob", password="a long sentence").status_code == 422
    assert visitor().sign_in("Ada").status_code == 200


def test_two_people_at_two_browsers_stay_two_people(visitor: Callable[[], Visitor]) -> None:
    ada, bob = visitor().sign_up("Ada"), visitor().sign_up("Bob")
    assert "Signed in as Ada" in ada.get("/").get_data(as_text=True)
    assert "Signed in as Bob" in bob.get("/").get_data(as_text=True)
    assert "Signed in as Ada" in ada.get("/settings").get_data(as_text=True)


@pytest.mark.usefixtures("decks")
def test_starting_as_a_guest_twice_is_one_guest(visitor: Callable[[], Visitor], stored: Callable) -> None:
    guest = visitor()
    guest.get("/")
    form = guest.form("/guest")
    guest.press("/guest")
    guest.client.post("/guest", data=form.fields)
    assert len(stored(sa.select(User))) == 1
    assert len(stored(sa.select(Follow))) == 1
