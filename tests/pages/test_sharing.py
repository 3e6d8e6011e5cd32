"""Sharing through the doors: who sees which page of a deck, by audience and by what they are to it."""

import re
from collections.abc import Callable
from io import BytesIO
from pathlib import Path

import pytest
import sqlalchemy as sa
from sqlalchemy.orm import Session

from app.library.media import name_file, store_file
from app.models import Card, Deck, Follow, Memory, User
from app.models.memory_count import counting
from tests.factories import a_deck, a_follow, a_note, at
from tests.visitor import Visitor

Change = Callable[[Callable[[Session], object]], object]
PNG = b"\x89PNG\r\n\x1a\n"


@pytest.fixture
def ada(visitor: Callable[[], Visitor], change: Change, data_dir: Path) -> Visitor:
    """Ada with a deck of one card, on which there is a picture."""
    ada = visitor().sign_up("Ada")
    picture = store_file(data_dir / "media", BytesIO(PNG), "cat.png")

    def make(session: Session) -> None:
        user = session.scalars(sa.select(User)).one()
        deck = a_deck(session, owner=user, name="Ada's deck", description="All of Ada's cats")
        a_note(session, deck, fields=("Ada's ![cat](cat.png)?", "Ada's answer"))
        a_follow(session, user, deck)
        name_file(session, user, "cat.png", picture, at(0))

    change(make)
    return ada


@pytest.fixture
def ids(ada: Visitor, stored: Callable) -> dict[str, int]:
    deck, card, note = stored(sa.select(Card.deck_id, Card.id, Card.note_id))[0]
    return {"deck": deck, "card": card, "note": note}


def share(ada: Visitor, deck_id: int, audience: int) -> str:
    """Ada chooses who can see her deck; the path of its link, if there is one."""
    ada.get(f"/decks/{deck_id}/sharing")
    ada.press(rf"/decks/{deck_id}/sharing", audience=audience)
    assert "Saved." in ada.page
    link = re.search(r'value="http://localhost(/shared/[^"]+)"', ada.page)
    return link[1] if link else ""


def pages_of(ids: dict[str, int]) -> dict[str, str]:
    deck, card, note = ids["deck"], ids["card"], ids["note"]
    return {
        "deck": f"/decks/{deck}",
        "export": f"/decks/{deck}/export",
        "file": f"/decks/{deck}/export/file",
        "study": f"/study?deck={deck}",
        "card": f"/cards/{card}",
        "side": f"/cards/{card}/sides/answer",
        "note": f"/notes/{note}/edit",
        "public": f"/catalogue/{deck}",
        "owner": f"/decks/{deck}/sharing",
        "media": f"/decks/{deck}/media",
    }


FOLLOWERS = {"deck", "export", "file", "study", "card", "side", "note"}
EVERYBODYS = {"deck", "note", "public"}
SEEN_BY = {
    # audience: (owner, follower, stranger); a guest is a stranger who has no name.
    0: (FOLLOWERS | {"public", "owner", "media"}, set(), set()),
    1: (FOLLOWERS | {"public", "owner", "media"}, FOLLOWERS, set()),
    2: (FOLLOWERS | {"public", "owner", "media"}, FOLLOWERS | EVERYBODYS, EVERYBODYS),
}


@pytest.mark.parametrize("audience", [0, 1, 2])
def test_who_sees_what(ada: Visitor, ids: dict[str, int], visitor: Callable[[], Visitor], audience: int) -> None:
    link = share(ada, ids["deck"], audience)
    follower, stranger, guest, nobody = visitor().sign_up("Bob"), visitor().sign_up("Eve"), visitor(), visitor()
    guest.start_as_guest()
    if audience:
        follower.get(link)
        follower.press(f"{link}/follow")
    owners, followers, strangers = SEEN_BY[audience]
    for person, seen in ((ada, owners), (follower, followers), (stranger, strangers), (guest, strangers)):
        assert {name for name, path in pages_of(ids).items() if is_shown(person, path)} == seen
        assert ("All of Ada" in person.get("/catalogue").text) == (audience == 2)
        if link:
            assert "Ada's answer" in person.get(link).text
    for path in [*pages_of(ids).values(), link or "/shared/no", "/catalogue"]:
        response = nobody.client.get(path)
        assert response.status_code == 303 and response.location.startswith("/sign-in"), path


def is_shown(person: Visitor, path: str) -> bool:
    status = person.client.get(path, buffered=True).status_code
    assert status in {200, 404}, path
    return status == 200


@pytest.mark.parametrize("audience", [0, 1, 2])
def test_nobody_else_opens_it_and_nobody_follows_by_number_what_is_not_everybodys(
    ada: Visitor, ids: dict[str, int], visitor: Callable[[], Visitor], audience: int
) -> None:
    link = share(ada, ids["deck"], audience)
    follower, stranger, guest = visitor().sign_up("Bob"), visitor().sign_up("Eve"), visitor().start_as_guest()
    if audience:
        follower.get(link)
        follower.press(f"{link}/follow")
    for person in (follower, stranger, guest):
        for path in (f"/decks/{ids['deck']}/sharing", f"/decks/{ids['deck']}/sharing/link"):
            assert post(person, path, audience=2) == 404
    for path in (f"/decks/{ids['deck']}/follow", f"/catalogue/{ids['deck']}/follow"):
        assert post(stranger, path) == (303 if audience == 2 else 404)


def post(person: Visitor, path: str, **fields: object) -> int:
    return person.client.post(path, data={"csrf_token": person.token(), **fields}).status_code


def test_a_picture_is_served_in_the_preview_and_to_followers_until_the_link_is_renewed(
    ada: Visitor, ids: dict[str, int], visitor: Callable[[], Visitor]
) -> None:
    link = share(ada, ids["deck"], 1)
    bob, eve = visitor().sign_up("Bob"), visitor().sign_up("Eve")
    bob.get(link)
    address = bob.page.split('<img src="')[1].split('"')[0].replace("&amp;", "&")
    assert bob.client.get(address, buffered=True).data == PNG
    assert eve.client.get(address).status_code == 404
    ada.get(f"/decks/{ids['deck']}/sharing")
    ada.press(r"/decks/\d+/sharing/link")
    gone = bob.get(link)
    assert gone.status_code == 404 and "This link does not lead to a deck any more." in gone.text
    assert bob.client.post(f"{link}/follow", data={"csrf_token": bob.token()}).status_code == 404


def test_a_link_is_followed_with_one_press_and_the_follower_studies(
    ada: Visitor, ids: dict[str, int], visitor: Callable[[], Visitor], stored: Callable
) -> None:
    link = share(ada, ids["deck"], 1)
    assert "Nobody follows it yet." in ada.page
    bob = visitor().sign_up("Bob")
    page = bob.get(link).text
    assert "by Ada" in page and "All of Ada&#39;s cats" in page and "1 card" in page
    bob.press(f"{link}/follow")
    assert "You follow Ada&#39;s deck." in bob.page
    assert "Ada&#39;s" in bob.get("/study").text
    bob.answer(4)
    assert "1 learner follows this deck." in ada.get(f"/decks/{ids['deck']}/sharing").text
    assert "by Ada" not in ada.get(f"/decks/{ids['deck']}").text
    assert "by Ada" in bob.get(f"/decks/{ids['deck']}").text
    bob.press(r"/decks/\d+/follow/end")
    assert "You followed before" in bob.get("/decks").text
    bob.press(rf"/decks/{ids['deck']}/follow")
    assert len(stored(sa.select(Follow).join(User).where(User.name == "Bob", Follow.stopped_at.is_(None)))) == 1


def test_whoever_is_signed_out_comes_back_to_the_link_as_a_guest_or_with_a_name(
    ada: Visitor, ids: dict[str, int], visitor: Callable[[], Visitor]
) -> None:
    link = share(ada, ids["deck"], 1)
    guest, new = visitor(), visitor()
    guest.get(link)
    guest.press("/guest")
    assert "Ada's answer" in guest.page
    guest.press(f"{link}/follow")
    assert "You follow Ada&#39;s deck." in guest.page
    new.get(link)
    new.get(re.search(r'href="(/sign-up[^"]*)"', new.page)[1])
    new.press("/sign-up", name="Carl", password="a long sentence")
    assert "Ada's answer" in new.page


def test_a_guest_is_asked_for_a_name_before_sharing(visitor: Callable[[], Visitor], change: Change) -> None:
    guest = visitor().start_as_guest()

    def make(session: Session) -> int:
        return a_deck(session, owner=session.scalars(sa.select(User)).one(), cards=1).id

    deck_id = change(make)
    path = f"/decks/{deck_id}/sharing"
    guest.get(path)
    assert "To share it you need a name" in guest.page and 'name="audience"' not in guest.page
    response = guest.client.post(path, data={"csrf_token": guest.token(), "audience": 1})
    assert response.status_code == 422 and "Choose a name first" in response.text
    guest.get(re.search(r'href="(/sign-up\?next=[^"]+)"', guest.get(path).text)[1])
    assert guest.press("/sign-up", name="Ada", password="a long sentence").request.path == path
    guest.press(path, audience=1)
    assert "Saved." in guest.page


def test_who_can_see_it_is_one_of_three(ada: Visitor, ids: dict[str, int], stored: Callable) -> None:
    for given in ("3", "-1", "x", ""):
        ada.get(f"/decks/{ids['deck']}/sharing")
        assert ada.press(r"/decks/\d+/sharing", audience=given).status_code == 422
    assert stored(sa.select(Deck.audience)) == [(0,)]


def today_of(person: Visitor) -> str:
    """The page of what the person answered today."""
    return re.search(r'href="(/progress/days/[^"?]+)', person.get("/progress/days").text)[1]


def test_a_closed_deck_says_so_and_so_does_a_card_that_was_taken_out(
    ada: Visitor, ids: dict[str, int], visitor: Callable[[], Visitor], change: Change
) -> None:
    link = share(ada, ids["deck"], 1)
    bob = visitor().sign_up("Bob")
    bob.get(link)
    bob.press(f"{link}/follow")
    bob.get("/study")
    bob.answer(2)
    change(lambda session: session.execute(sa.update(Card).values(retired=True)))
    assert "This card was taken out of its deck." in bob.get("/study").text
    assert "This card was taken out of its deck." in bob.get(f"/cards/{ids['card']}").text
    assert "1 card that you have met was taken out by its author since." in bob.get(f"/decks/{ids['deck']}").text
    share(ada, ids["deck"], 0)
    ada.get(f"/notes/{ids['note']}/edit")
    ada.press(rf"/notes/{ids['note']}/edit", **{"field-0": "Ada's secret", "field-1": "Ada's secret"})
    for path in ("/study", "/cards/marked", f"/cards/{ids['card']}", f"/notes/{ids['note']}/edit", today_of(bob)):
        assert "secret" not in bob.get(path).text, path
    page = bob.get(f"/decks/{ids['deck']}").text
    assert "Its author does not share this deck any more." in page and "Ada's answer" in page


def test_what_is_forgotten_again_and_again_is_shown_as_its_learner_sees_it(
    ada: Visitor, ids: dict[str, int], visitor: Callable[[], Visitor], change: Change
) -> None:
    link = share(ada, ids["deck"], 1)
    bob, eve = visitor().sign_up("Bob"), visitor().sign_up("Eve")

    def forget_it_often(session: Session) -> None:
        for user_id in session.scalars(sa.select(User.id).where(User.name != "Ada")).all():
            with counting(session.connection(), user_id):
                session.execute(sa.update(Memory).where(Memory.user_id == user_id).values(lapses=9))

    for person in (bob, eve):
        person.get(link)
        person.press(f"{link}/follow")
        person.get("/study")
        person.answer(2)
    eve.get(f"/notes/{ids['note']}/mine")
    eve.press(rf"/notes/{ids['note']}/mine", **{"field-0": "Eve's words"})
    change(forget_it_often)
    share(ada, ids["deck"], 0)
    ada.get(f"/notes/{ids['note']}/edit")
    ada.press(rf"/notes/{ids['note']}/edit", **{"field-0": "Ada's secret", "field-1": "x", "tags": "hush"})
    for person, words in ((bob, "Ada's <"), (eve, "Eve's words")):
        page = person.get("/progress/memory").text
        assert "forgotten 9 times" in page and words in page and "secret" not in page
        for path in ("/progress/mastery", f"/progress/mastery?deck={ids['deck']}", f"/decks/{ids['deck']}"):
            assert "hush" not in person.get(path).text, path


def test_the_class_is_seen_by_the_owner_once_a_learner_agrees(
    ada: Visitor, ids: dict[str, int], visitor: Callable[[], Visitor]
) -> None:
    link = share(ada, ids["deck"], 1)
    bob = visitor().sign_up("Bob")
    bob.get(link)
    bob.press(f"{link}/follow")
    bob.get("/study")
    bob.answer(2)
    path = f"/decks/{ids['deck']}/class"
    assert "Nobody has agreed yet." in ada.get(path).text
    assert bob.client.get(path).status_code == 404
    bob.get(f"/decks/{ids['deck']}")
    bob.press(r"/decks/\d+/follow/class", agrees="yes")
    assert "The author sees how you get on with it." in bob.page
    page = ada.get(path).text
    assert "Bob" in page and "1 of 1 answers was Again" in page
    bob.press(r"/decks/\d+/follow/class", agrees="no")
    assert "Nobody has agreed yet." in ada.get(path).text


def test_the_class_is_spoken_of_only_once_others_could_see_the_deck(ada: Visitor, ids: dict[str, int]) -> None:
    pages = (f"/decks/{ids['deck']}", f"/decks/{ids['deck']}/sharing")

    def spoken_of() -> set[bool]:
        return {f"/decks/{ids['deck']}/class" in ada.get(path).text for path in pages}

    assert spoken_of() == {False}
    for audience in (1, 0, 2):
        share(ada, ids["deck"], audience)
        assert spoken_of() == {True}


@pytest.mark.parametrize("path", ["/shared/%00", "/shared/a%00b", "/catalogue?language=%00", "/catalogue?words=%00"])
def test_a_letter_that_no_text_has_finds_nothing_and_breaks_nothing(ada: Visitor, path: str) -> None:
    assert ada.client.get(path).status_code == (200 if "catalogue" in path else 404)
