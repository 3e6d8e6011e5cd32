"""Making a followed deck one's own, with what one knows of it, and undoing that."""

import re
from collections.abc import Callable
from io import BytesIO
from pathlib import Path

import pytest
import sqlalchemy as sa
from sqlalchemy.orm import Session

from app.library.media import name_file, store_file
from app.models import Card, Deck, MediaName, Memory, Note, Upload, User
from tests.factories import a_deck, a_follow, a_note, at
from tests.visitor import Visitor

Change = Callable[[Callable[[Session], object]], object]


@pytest.fixture
def bob(visitor: Callable[[], Visitor], change: Change, data_dir: Path) -> Visitor:
    """Bob follows Ada's deck with a deck inside, and has answered its first card, on which there is a picture."""
    visitor().sign_up("Ada")
    bob = visitor().sign_up("Bob")
    files = {
        name: store_file(data_dir / "media", BytesIO(b"\x89PNG\r\n\x1a\n" + name.encode()), name)
        for name in ("cat.png", "diary.png")
    }

    def make(session: Session) -> None:
        ada, follower = session.scalars(sa.select(User).order_by(User.id)).all()
        deck = a_deck(session, owner=ada, name="Animals", audience=1)
        inside = a_deck(session, owner=ada, name="Birds", audience=1, parent_id=deck.id)
        a_note(session, deck, fields=("What is ![](cat.png)?", "A cat"))
        a_note(session, inside, fields=("A bird?", "A tit"))
        root = a_follow(session, follower, deck, place=1)
        a_follow(session, follower, inside, root_id=root.deck_id, place=1)
        for name, file in files.items():
            name_file(session, ada, name, file, at(0))

    change(make)
    bob.get("/study")
    bob.answer(4)
    return bob


def fork(bob: Visitor, stored: Callable, **fields: str) -> None:
    deck_id = stored(sa.select(Deck.id).where(Deck.name == "Animals"))[0][0]
    bob.get(f"/decks/{deck_id}")
    bob.press(rf"/decks/{deck_id}/fork", **fields)
    assert "Your copy: 2 notes" in bob.page
    assert "A copy of Animals" in bob.page
    bob.press(r"/import/\d+")


def said(person: Visitor) -> str:
    """What the last page says of the matter, its hidden words too; the menu and the foot have words of their own."""
    main = person.page[person.page.index("<main") : person.page.index("</main>")]
    told = re.findall(r'(?:aria-label|data-[a-z]+)="([^"]*)"', main)
    return " ".join([re.sub(r"<[^>]*>", " ", main), *told, *re.findall(r"<title>(.*)</title>", person.page)])


@pytest.mark.parametrize(("language", "others"), [("en", ("import", "file", "row")), ("zh-Hans", ("导入", "文件"))])
def test_a_copy_is_spoken_of_as_a_copy_from_beginning_to_end(
    bob: Visitor, stored: Callable, language: str, others: tuple[str, ...]
) -> None:
    deck_id = stored(sa.select(Deck.id).where(Deck.name == "Animals"))[0][0]
    bob.client.post("/language", data={"csrf_token": bob.token(), "language": language})
    pages = []
    for _round in ("made", "there already"):
        bob.get(f"/decks/{deck_id}")
        bob.press(rf"/decks/{deck_id}/fork", progress="yes")
        pages.append(said(bob))
        bob.press(r"/import/\d+")
        pages.append(said(bob))
    bob.press(r"/import/reports/\d+/undo")
    pages.append(said(bob))
    # How far a copy is, is counted in rows as of any file.
    for page in (re.sub(r"\{done\}( of \{total\})? rows", "", page) for page in pages):
        assert ("copy" if language == "en" else "复制") in page.lower()
        assert not [word for word in others if word in page.lower()]
    bob.get("/import")
    assert ("Copy of Animals" if language == "en" else "“Animals”的副本") in bob.page


def test_a_copy_that_is_not_made_leads_back_to_the_decks(bob: Visitor, stored: Callable) -> None:
    deck_id = stored(sa.select(Deck.id).where(Deck.name == "Animals"))[0][0]
    bob.get(f"/decks/{deck_id}")
    bob.press(rf"/decks/{deck_id}/fork")
    response = bob.press(r"/import/\d+/cancel", follow=False)
    assert response.location.endswith("/decks")
    assert not stored(sa.select(Upload.id))


@pytest.mark.parametrize("progress", ["yes", "no"])
def test_a_fork_has_everything_and_is_undone_as_a_whole(bob: Visitor, stored: Callable, progress: str) -> None:
    fork(bob, stored, progress=progress)
    bobs = sa.select(User.id).where(User.name == "Bob").scalar_subquery()
    own = {row.name: row for row in stored(sa.select(Deck.name, Deck.id, Deck.parent_id).where(Deck.owner_id == bobs))}
    assert own.keys() == {"Animals", "Birds"} and own["Birds"].parent_id == own["Animals"].id
    notes = stored(sa.select(Note.fields).where(Note.owner_id == bobs).order_by(Note.id))
    assert [row[0] for row in notes] == [["What is ![](cat.png)?", "A cat"], ["A bird?", "A tit"]]
    assert stored(sa.select(MediaName.name).where(MediaName.owner_id == bobs)) == [("cat.png",)]
    known = sa.select(Memory.due_day, Memory.answers).join(Card, Card.id == Memory.card_id)
    known = known.join(Deck, Deck.id == Card.deck_id)
    before, copied = (stored(known.where(which)) for which in (Deck.owner_id != bobs, Deck.owner_id == bobs))
    assert len(before) == 1 and copied == (before if progress == "yes" else [])
    assert bob.get(f"/notes/{stored(sa.select(Note.id).where(Note.owner_id == bobs))[0][0]}/edit").status_code == 200
    bob.get("/decks")
    bob.get("/import")
    bob.get(re.search(r'href="(/import/reports/\d+)"', bob.page)[1])
    bob.press(r"/import/reports/\d+/undo")
    assert not stored(sa.select(Note.id).where(Note.owner_id == bobs))
    assert stored(known.where(Deck.owner_id != bobs)) == before


def test_only_a_follower_forks_and_only_what_is_somebody_elses(
    bob: Visitor, stored: Callable, visitor: Callable[[], Visitor], change: Change
) -> None:
    eve, ada = visitor().sign_up("Eve"), visitor()
    ada.sign_in("Ada")
    deck_id = stored(sa.select(Deck.id).where(Deck.name == "Animals"))[0][0]
    starter = change(lambda session: a_deck(session, cards=1).id)
    for person, path in ((eve, deck_id), (ada, deck_id), (bob, starter)):
        response = person.client.post(f"/decks/{path}/fork", data={"csrf_token": person.token()})
        assert response.status_code == 404
