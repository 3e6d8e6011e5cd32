"""Pictures and sounds: who may add, see and delete them, and how they are served."""

import threading
from collections.abc import Callable
from io import BytesIO
from pathlib import Path

import pytest
import sqlalchemy as sa
from flask import Flask
from sqlalchemy.orm import Session

from app.errors import Refused, TooLarge
from app.library import media
from app.library.media import name_of_file, store_file
from app.models import Deck, Mark, MediaName, Medium, User
from app.models.user import name_key
from tests.factories import a_deck, a_follow, a_note
from tests.statements import recorded
from tests.visitor import Visitor

PNG = b"\x89PNG\r\n\x1a\n" + b"1" * 100
KINDS = {
    "a.png": (PNG, "image/png"),
    "a.jpg": (b"\xff\xd8\xff\xe0abc", "image/jpeg"),
    "a.gif": (b"GIF89a", "image/gif"),
    "a.webp": (b"RIFF\0\0\0\0WEBPVP8 ", "image/webp"),
    "a.avif": (b"\0\0\0\x1cftypavif", "image/avif"),
    "a.mp3": (b"ID3\x04", "audio/mpeg"),
    "b.mp3": (b"\xff\xfb\x90", "audio/mpeg"),
    "a.ogg": (b"OggS\0", "audio/ogg"),
    "a.wav": (b"RIFF\0\0\0\0WAVEfmt ", "audio/wav"),
    "a.m4a": (b"\0\0\0\x20ftypM4A ", "audio/mp4"),
    "a.webm": (b"\x1aE\xdf\xa3\x9fB\x86\x81\x01B\x82\x84webm", "video/webm"),
    "a.svg": (b"<?xml version='1.0'?>\n<svg xmlns='x'><script>alert(1)</script></svg>", "image/svg+xml"),
}


@pytest.fixture
def ada(visitor: Callable[[], Visitor], change: Callable) -> Visitor:
    """Ada with a deck of her own; Bob is there too, with one of his."""
    for name in ("Bob", "Ada"):
        person = visitor().sign_up(name)
        change(lambda session, name=name: make_deck(session, name))
    return person


def make_deck(session: Session, name: str) -> None:
    user = user_of(session, name)
    deck = a_deck(session, owner=user, name=f"{name}'s deck")
    a_note(session, deck, fields=("![A cat](cat.png)", "[sound:miau.mp3] ![](my%20map.png)"))
    a_follow(session, user, deck)


def user_of(session: Session, name: str) -> User:
    return session.scalars(sa.select(User).where(User.name_key == name_key(name))).one()


def deck_of(person: Visitor) -> str:
    person.get("/decks")
    return person.page.split('class="name" href="')[1].split('"')[0]


def add(person: Visitor, *files: tuple[bytes, str]) -> int:
    path = f"{deck_of(person)}/media"
    person.get(path)
    data = {"csrf_token": person.form(path).fields["csrf_token"], "files": [(BytesIO(b), name) for b, name in files]}
    response = person.client.post(path, data=data, content_type="multipart/form-data", follow_redirects=True)
    person.page = response.text
    return response.status_code


def test_a_picture_is_added_shown_on_its_card_and_served_as_what_it_is(ada: Visitor, data_dir: Path) -> None:
    ada.get("/study")
    assert "The picture cat.png is missing." in ada.page and "The sound miau.mp3 is missing." in ada.page
    assert add(ada, (PNG, "cat.png"), (b"ID3", "miau.mp3"), (PNG, "my map.png")) == 200
    assert "3 files added." in ada.page
    assert len([path for path in (data_dir / "media").rglob("*") if path.is_file()]) == 2
    ada.get("/study")
    address = ada.page.split('<img src="')[1].split('"')[0]
    assert f'<img src="{address}" alt="A cat"' in ada.page
    assert '<audio controls preload="none" src="/media/' in ada.page and 'aria-label="Sound: miau.mp3"' in ada.page
    assert (
        "/my%20map.png?v=" in ada.page
        and "missing" not in ada.page.partition("<main")[2].partition('class="comparison')[0]
    )
    response = ada.client.get(address, buffered=True)
    headers = response.headers
    assert (response.data, response.status_code, response.content_type) == (PNG, 200, "image/png")
    assert headers["Content-Security-Policy"] == "default-src 'none'; sandbox"
    assert (headers["X-Content-Type-Options"], headers["Cross-Origin-Resource-Policy"]) == ("nosniff", "same-origin")
    assert {"private", "immutable", "max-age=31536000"} <= set(headers["Cache-Control"].split(", "))


def test_every_kind_is_known_by_its_first_bytes_and_a_drawing_is_for_keeping_only(
    ada: Visitor, change: Callable
) -> None:
    assert add(ada, *((content, name) for name, (content, _) in KINDS.items())) == 200
    owner = change(lambda session: user_of(session, "Ada").id)
    for name, (content, kind) in KINDS.items():
        response = ada.client.get(f"/media/{owner}/{name}", buffered=True)
        assert (response.data, response.mimetype) == (content, kind)
        disposition = response.headers.get("Content-Disposition", "")
        assert disposition.startswith("attachment") == (name == "a.svg"), name


def test_others_get_a_file_only_by_the_address_that_a_page_gave_them(
    ada: Visitor, visitor: Callable, change: Callable
) -> None:
    add(ada, (PNG, "cat.png"), (b"ID3", "miau.mp3"), (PNG + b"secret", "dog.png"))
    bob, eve = visitor(), visitor().sign_up("Eve")
    bob.sign_in("Bob")
    owner = change(lambda session: user_of(session, "Ada").id)
    assert bob.client.get(f"/media/{owner}/cat.png").status_code == 404
    assert bob.client.get(f"{deck_of(ada)}/media").status_code == 404
    bob.get("/study")
    assert "The picture cat.png is missing." in bob.page

    def follow(session: Session) -> None:
        deck = session.scalars(sa.select(Deck).where(Deck.owner_id == owner)).one()
        a_follow(session, user_of(session, "Bob"), deck, place=-1)

    change(follow)
    bob.get("/study")
    address = bob.page.split('<img src="')[1].split('"')[0].replace("&amp;", "&")
    assert bob.client.get(address, buffered=True).data == PNG
    assert eve.client.get(address).status_code == 404, "the address is Bob's alone"
    for other in (address.replace("cat", "dog"), address.partition("&")[0], address[:-1] + "é"):
        assert bob.client.get(other).status_code == 404, other


@pytest.mark.parametrize(
    "path", ["..%2f..%2fetc%2fpasswd", "..%5c..%5cx", "%2fetc%2fpasswd", ".", "cat.png%00", "CAT.png"]
)
def test_no_name_leads_out_of_the_folder(ada: Visitor, change: Callable, path: str) -> None:
    add(ada, (PNG, "cat.png"))
    owner = change(lambda session: user_of(session, "Ada").id)
    assert ada.client.get(f"/media/{owner}/{path}").status_code == 404


@pytest.mark.parametrize("given", ["../../x.png", "C:\\a\\x.png", "/etc/x.png"])
def test_only_the_last_part_of_a_name_counts(given: str) -> None:
    assert name_of_file(given) == "x.png"


@pytest.mark.parametrize("given", ["", ".", "..", ".png", "a\nb.png", "<b>.png", "a]b.mp3", "x" * 121, "字" * 50])
def test_a_name_no_card_could_ask_for_is_refused(given: str) -> None:
    with pytest.raises(Refused):
        name_of_file(given)


def test_what_is_no_picture_is_refused_in_words_and_nothing_is_added(
    ada: Visitor, stored: Callable, data_dir: Path
) -> None:
    assert add(ada, (PNG, "cat.png"), (b"<html><script>", "page.png")) == 422
    assert "“page.png” is no picture or sound that Cardlet knows." in ada.page and "Nothing was added." in ada.page
    assert add(ada) == 422 and "Choose at least one file." in ada.page
    assert stored(sa.select(MediaName)) == []


def test_what_is_too_large_is_refused_and_leaves_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(media, "LARGEST_FILE", 2**17)
    with pytest.raises(TooLarge):
        store_file(tmp_path / "media", BytesIO(PNG + b"0" * 2**17), "a.png")
    assert list((tmp_path / "media").iterdir()) == []


def test_another_file_of_the_same_name_takes_its_place_at_another_address(ada: Visitor) -> None:
    addresses = []
    for content in (PNG, PNG + b"2"):
        add(ada, (content, "cat.png"))
        ada.get("/study")
        addresses.append(ada.page.split('<img src="')[1].split('"')[0])
        assert ada.client.get(addresses[-1], buffered=True).data == content
    assert addresses[0] != addresses[1]


def test_only_what_no_card_asks_for_is_deleted_and_its_file_with_the_last_name(
    ada: Visitor, visitor: Callable, stored: Callable, data_dir: Path
) -> None:
    bob = visitor()
    bob.sign_in("Bob")
    add(bob, (PNG + b"shared", "theirs.png"))
    add(ada, (PNG, "cat.png"), (PNG, "my map.png"), (PNG + b"2", "old.png"), (PNG + b"shared", "same.png"))
    path = f"{deck_of(ada)}/media/unused"
    ada.get(path.removesuffix("/unused"))
    token = ada.form(path).fields["csrf_token"]
    names = ["cat.png", "my map.png", "old.png", "same.png", "theirs.png"]
    assert ada.client.post(path, data={"csrf_token": token, "name": names}).status_code == 303
    assert [row[0] for row in stored(sa.select(MediaName.name).order_by(MediaName.name))] == [
        "cat.png",
        "my map.png",
        "theirs.png",
    ]
    assert len(stored(sa.select(Medium))) == 2
    assert len([path for path in (data_dir / "media").rglob("*") if path.is_file()]) == 2


def test_a_name_is_used_however_a_card_writes_it(ada: Visitor, change: Callable) -> None:
    def write(session: Session) -> None:
        deck = a_deck(session, owner=user_of(session, "Ada"))
        a_note(session, deck, fields=("![](my%20map(1).png)", '<img src="salt&amp;pepper.png">'))

    change(write)
    add(ada, *((PNG, name) for name in ("my map(1).png", "salt&pepper.png", "my map(2).png")))
    assert [line.count("no card") for line in ada.page.split('class="thumbnail"')[1:]] == [0, 1, 0]


def test_a_page_of_cards_looks_for_all_their_files_at_once(ada: Visitor, change: Callable) -> None:
    def write(session: Session) -> None:
        user = user_of(session, "Ada")
        deck = a_deck(session, owner=user, name="Pictures")
        a_follow(session, user, deck)
        for number in range(4):
            card = a_note(session, deck, fields=("![](cat.png)", f"![](missing{number}.png)"))[0]
            session.add(Mark(user_id=user.id, card_id=card.id, suspended=True, flag=0))

    change(write)
    add(ada, (PNG, "cat.png"))
    deck_id = change(lambda session: session.scalars(sa.select(Deck.id).where(Deck.name == "Pictures")).one())
    for path in (f"/decks/{deck_id}", "/cards/marked"):
        with recorded() as recording:
            page = ada.get(path).text
        assert page.count('<img src="/media/') == 4
        assert recording.names.count("media_of") == 1


def test_the_same_file_stored_at_once_is_stored_whole(tmp_path: Path) -> None:
    content = PNG + b"x" * 2**20
    threads = [threading.Thread(target=store_file, args=(tmp_path, BytesIO(content), "a.png")) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    files = [path for path in tmp_path.rglob("*") if path.is_file()]
    assert [path.read_bytes() for path in files] == [content]


def test_a_file_that_is_gone_from_the_disk_is_not_found(
    ada: Visitor, change: Callable, data_dir: Path, app: Flask
) -> None:
    add(ada, (PNG, "cat.png"))
    for path in (data_dir / "media").rglob("*"):
        if path.is_file():
            path.unlink()
    owner = change(lambda session: user_of(session, "Ada").id)
    assert ada.client.get(f"/media/{owner}/cat.png").status_code == 404
