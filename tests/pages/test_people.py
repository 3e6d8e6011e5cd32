"""Roles through the doors: invitations, who may sign up, disabling, new passwords."""

import re
from collections.abc import Callable
from datetime import timedelta

import pytest
import sqlalchemy as sa
from flask import Config

from app.accounts import make_admin, make_link
from app.accounts.passwords import hash_password
from app.clock import now
from app.models import OneTimeLink, SignIn, User
from app.pages import joining
from tests.factories import a_deck, a_follow
from tests.visitor import Visitor

People = Callable[[], Visitor]


@pytest.fixture
def admin(visitor: People, change: Callable) -> Visitor:
    """Ada, who runs the server; Bob learns there."""
    ada = visitor().sign_up("Ada")
    change(lambda session: make_admin(session, session.scalars(sa.select(User.id)).one()))
    visitor().sign_up("Bob")
    return ada


def shown_link(page: str) -> str:
    return re.search(r'id="link" readonly value="http://localhost([^"]+)"', page)[1]


def invitation(admin: Visitor) -> str:
    admin.get("/learners")
    admin.press("/learners/invitations")
    return shown_link(admin.page)


def id_of(stored: Callable, name: str) -> int:
    return stored(sa.select(User.id).where(User.name == name))[0].id


def test_an_invitation_is_shown_once_and_works_once(admin: Visitor, visitor: People, config: Config) -> None:
    config["SIGN_UP"] = "invite"
    link = invitation(admin)
    assert link not in admin.get("/learners").text and "Expires" in admin.page
    carl, late = visitor(), visitor()
    assert "You are invited." in carl.get(link).text
    assert carl.press("/join/.*", name="Ada", password="a long sentence").status_code == 422
    carl.press("/join/.*", name="Carl", password="a long sentence")
    assert "Welcome, Carl." in carl.page
    gone = late.get(link)
    assert gone.status_code == 404 and "This link does not work any more" in gone.text
    assert (
        late.client.post(
            link, data={"csrf_token": late.token(), "name": "Eve", "password": "a long sentence"}
        ).status_code
        == 404
    )
    assert "Expires" not in admin.get("/learners").text and "Carl" in admin.page


def test_it_expires_and_can_be_withdrawn(admin: Visitor, visitor: People, change: Callable) -> None:
    first, second = invitation(admin), invitation(admin)
    admin.press(r"/learners/invitations/\d+/end")
    assert visitor().get(second).status_code == 404
    assert visitor().get(first).status_code == 200
    change(lambda session: session.execute(sa.update(OneTimeLink).values(expires_at=now() - timedelta(seconds=1))))
    assert visitor().get(first).status_code == 404


def test_a_guest_who_is_invited_keeps_what_they_learnt(admin: Visitor, visitor: People, stored: Callable) -> None:
    guest = visitor().start_as_guest()
    (guest_id,) = stored(sa.select(User.id).where(User.name.is_(None)))[0]
    guest.get(invitation(admin))
    guest.press("/join/.*", name="Grace", password="a long sentence")
    assert id_of(stored, "Grace") == guest_id


def test_whoever_has_a_name_needs_no_invitation_and_leaves_it(
    admin: Visitor, visitor: People, stored: Callable
) -> None:
    link, bob = invitation(admin), visitor()
    bob.sign_in("Bob")
    assert "need no invitation" in bob.get(link).text
    assert bob.client.post(link, data={"csrf_token": bob.token()}).status_code == 404
    assert len(stored(sa.select(OneTimeLink))) == 1


def test_by_the_link_for_it_a_learner_becomes_administrator(admin: Visitor, visitor: People, change: Callable) -> None:
    code = change(lambda session: make_link(session, "admin", now()))
    bob, new = visitor(), visitor()
    bob.sign_in("Bob")
    assert bob.get("/learners").status_code == 404
    bob.get(f"/join/{code}")
    bob.press("/join/.*")
    assert "You run this server now." in bob.page
    code = change(lambda session: make_link(session, "admin", now()))
    new.get(f"/join/{code}")
    new.press("/join/.*", name="Carl", password="a long sentence")
    assert new.get("/learners").status_code == 200


@pytest.mark.parametrize("default", ["open", "invite", "closed"])
def test_who_may_sign_up_is_what_the_environment_says_until_an_administrator_chooses(
    admin: Visitor, visitor: People, config: Config, default: str
) -> None:
    config["SIGN_UP"] = default
    for chosen in (None, "closed", "invite", "open"):
        if chosen is not None:
            admin.get("/learners")
            admin.press("/learners/sign-up", sign_up=chosen)
            assert "Saved." in admin.page
        is_open = (chosen or default) == "open"
        stranger = visitor()
        assert ("/guest" in stranger.get("/").text) == is_open
        assert ("/sign-up" in stranger.get("/sign-in").text) == is_open
        for path, given in (("/guest", {}), ("/sign-up", {"name": f"Eve {chosen}", "password": "a long sentence"})):
            status = visitor_posts(visitor(), path, given)
            assert status == (303 if is_open else 422), path


def visitor_posts(stranger: Visitor, path: str, given: dict[str, str]) -> int:
    page = stranger.client.get("/sign-in").text
    token = re.search(r'name="csrf_token" value="([^"]+)"', page)[1]
    return stranger.client.post(path, data={"csrf_token": token, **given}).status_code


def test_who_may_sign_up_is_one_of_three(admin: Visitor, stored: Callable) -> None:
    admin.get("/learners")
    assert admin.press("/learners/sign-up", sign_up="all").status_code == 422


def test_whoever_is_disabled_is_out_at_once_and_comes_back_with_everything(
    admin: Visitor, visitor: People, stored: Callable
) -> None:
    bob, bob_id = visitor(), id_of(stored, "Bob")
    bob.sign_in("Bob")
    admin.get("/learners")
    admin.press(f"/learners/{bob_id}/disable")
    assert "Bob is signed out and cannot sign in." in admin.page
    assert stored(sa.select(SignIn).where(SignIn.user_id == bob_id)) == []
    assert bob.client.get("/settings").status_code == 303
    assert visitor().sign_in("Bob").status_code == 422
    wrong, right = visitor(), visitor()
    assert "do not belong together" in wrong.sign_in("Bob", "not the sentence").text
    assert "This account is disabled." in right.sign_in("Bob").text
    admin.press(f"/learners/{bob_id}/enable")
    assert visitor().sign_in("Bob").status_code == 200


def test_administrators_do_not_lock_themselves_out(admin: Visitor, stored: Callable) -> None:
    ada_id = id_of(stored, "Ada")
    response = admin.client.post(f"/learners/{ada_id}/disable", data={"csrf_token": admin.token()})
    assert response.status_code == 422 and "your own account" in response.text


def test_a_forgotten_password_is_chosen_anew_by_a_link_that_works_once(
    admin: Visitor, visitor: People, stored: Callable
) -> None:
    bob, bob_id = visitor(), id_of(stored, "Bob")
    bob.sign_in("Bob")
    admin.get("/learners")
    admin.press(f"/learners/{bob_id}/password")
    first = shown_link(admin.page)
    admin.press(f"/learners/{bob_id}/password")
    link, other = shown_link(admin.page), visitor()
    assert other.get(first).status_code == 404
    other.get(link)
    assert other.press("/new-password/.*", password="short").status_code == 422
    other.press("/new-password/.*", password="another sentence")
    assert "You have a new password." in other.page and "Signed in as Bob" in other.page
    assert bob.client.get("/settings").status_code == 303
    assert visitor().get(link).status_code == 404
    assert visitor().sign_in("Bob").status_code == 422
    assert visitor().sign_in("Bob", "another sentence").status_code == 200


def test_a_hash_is_made_for_those_alone_who_have_a_link(
    admin: Visitor, visitor: People, stored: Callable, change: Callable, monkeypatch: pytest.MonkeyPatch
) -> None:
    made: list[str] = []
    monkeypatch.setattr(joining, "hash_password", lambda password: made.append(password) or hash_password(password))
    bob, someone = id_of(stored, "Bob"), visitor()
    code = {
        kind: change(lambda session, kind=kind: make_link(session, kind, now(), bob)) for kind in ("reset", "invite")
    }
    fields = {"csrf_token": someone.token(), "name": "Eve", "password": "another sentence"}
    for path in ("/new-password/x", f"/new-password/{code['invite']}", "/join/x", f"/join/{code['reset']}"):
        assert someone.client.post(path, data=fields).status_code == 404
    assert made == []
    assert someone.client.post(f"/new-password/{code['reset']}", data=fields).status_code == 303
    assert made == ["another sentence"]


def test_the_list_tells_nothing_private(admin: Visitor, visitor: People, change: Callable, stored: Callable) -> None:
    bob, guest = visitor(), visitor().start_as_guest()
    bob.sign_in("Bob")

    def make(session: sa.orm.Session) -> None:
        user = session.get_one(User, id_of(stored, "Bob"))
        a_follow(session, user, a_deck(session, owner=user, name="Bob's secret", cards=2))

    change(make)
    bob.get("/study")
    bob.answer(4)
    page = admin.get("/learners").text
    assert "1 card met" in page and "0 cards met" in page and "And 1 guest" in page and "2 learners" in page
    assert "secret" not in page
    assert guest.client.get("/learners").status_code == 404
    assert "Bob" not in admin.get("/learners?words=AD").text.split("Who may sign up")[1]
    assert admin.get("/learners?page=2").status_code == 404


def test_of_two_who_use_one_invitation_at_once_one_joins(admin: Visitor, visitor: People) -> None:
    link = invitation(admin)
    first, second = visitor(), visitor()
    for one in (first, second):
        one.get(link)
    assert first.press("/join/.*", name="One", password="a long sentence").status_code == 200
    assert second.press("/join/.*", name="Two", password="a long sentence").status_code == 404


def test_only_the_last_administrator_hears_that_nobody_will_see_to_the_server(
    admin: Visitor, visitor: People, stored: Callable, change: Callable
) -> None:
    bob = visitor()
    bob.sign_in("Bob")
    assert "only administrator" in admin.get("/settings/delete").text
    assert "only administrator" not in bob.get("/settings/delete").text
    change(lambda session: make_admin(session, id_of(stored, "Bob")))
    assert "only administrator" not in admin.get("/settings/delete").text
