"""A collection of ten years, from a file dropped on the page to the same collection on another server; and what is
refused, and what is taken back, on the way."""

import base64
from collections import Counter
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from flask import Flask
from playwright.sync_api import Browser, Page, expect

from app import create_app
from app.config import read_settings
from app.database import close, db
from app.models import Card, Deck, Kind, Mark, Memory, Review
from app.models import Note as StoredNote
from tests.browser.conftest import listened_to, served
from tests.browser.steps import another_showing, answer, expect_saved, grade_button, more, question, sign_up
from tests.databases import Databases, environment_for
from tests.importing.anki_packages import Note
from tests.importing.hostile_archives import deflate_bomb
from tests.importing.hostile_cases import CASES
from tests.importing.ten_years import KINDS, ten_years

FILLERS = 15_000
LOST = "a card that is no more"
DROP = """([name, content]) => {
  const bytes = Uint8Array.from(atob(content), (character) => character.charCodeAt(0));
  const files = new DataTransfer();
  files.items.add(new File([bytes], name));
  for (const type of ["dragover", "drop"]) {
    document.body.dispatchEvent(new DragEvent(type, { dataTransfer: files, bubbles: true, cancelable: true }));
  }
}"""
WATCH = """(bar) => {
  new MutationObserver(() => sessionStorage.setItem("bar", [sessionStorage.getItem("bar") ?? "", bar.value].join(" ")))
    .observe(bar, { attributes: true });
}"""


def drop(page: Page, name: str, content: bytes) -> None:
    """Drops a file on the import page; what follows upon it is there."""
    page.goto("/import")
    with page.expect_navigation():
        page.evaluate(DROP, [name, base64.b64encode(content).decode()])


def import_it(page: Page) -> None:
    page.locator("#import button.primary").click()
    page.wait_for_url("**/import/reports/*", timeout=120_000)


def learned(app: Flask) -> dict[str, Any]:
    """All that is here of decks, cards, answers and schedule, in what does not depend on a server's numbers."""
    with app.app_context():
        paths = {deck.id: deck.path for deck in db.session.scalars(sa.select(Deck).where(Deck.owner_id.is_not(None)))}
        cards = db.session.execute(
            sa.select(Card.id, Card.ordinal, Card.deck_id, StoredNote.fields, StoredNote.tags, Memory, Mark)
            .join(StoredNote, StoredNote.id == Card.note_id)
            .outerjoin(Memory, Memory.card_id == Card.id)
            .outerjoin(Mark, Mark.card_id == Card.id)
            .where(StoredNote.owner_id.is_not(None))
        ).all()
        names = {row.id: (*row.fields, row.ordinal) for row in cards}
        standing = Review.undone_at.is_(None), Review.kind.in_((Kind.ANSWER, Kind.IMPORTED))
        answers = db.session.scalars(sa.select(Review).where(*standing)).all()
        return {
            "cards": {names[row.id]: (paths[row.deck_id], row.tags) for row in cards},
            "schedule": {names[row.id]: schedule(row.Memory) for row in cards if row.Memory},
            "marks": {names[row.id]: marked(row.Mark) for row in cards if row.Mark and any(marked(row.Mark))},
            "answers": Counter(
                (names.get(one.card_id, LOST), int(one.at.timestamp() * 1000), one.grade, one.took_ms)
                for one in answers
            ),
        }


def schedule(memory: Memory) -> tuple[Any, ...]:
    return memory.interval, memory.ease, memory.lapses, memory.due_day, memory.last_day, memory.queue_day


def marked(mark: Mark) -> tuple[Any, ...]:
    return mark.suspended, mark.buried_until, mark.flag


@pytest.fixture
def fresh_app(databases: Databases, empty_database: str, tmp_path: Path) -> Iterator[Flask]:
    """Another server, with a data directory and a database of its own."""
    folder = tmp_path / "fresh"
    folder.mkdir()
    url = databases.new(folder, like=empty_database)
    app = create_app(read_settings({**environment_for(folder, url), "CARDLET_SECRET_KEY": "another one"}))
    yield app
    close(app)
    databases.drop(url)


def review_one_of_each_kind(page: Page, app: Flask) -> None:
    for note in KINDS:
        if note.guid == "k-suspended":
            continue
        with app.app_context():
            ids = sa.select(Card.id).join(StoredNote).where(StoredNote.guid.endswith(note.guid)).order_by(Card.ordinal)
            card_id = db.session.scalars(ids).first()
        page.goto(f"/study?card={card_id}")
        expect(question(page)).to_be_visible()
        page.wait_for_load_state("networkidle")
        with another_showing(page):
            if note.guid == "k-typed":
                page.get_by_label("Your answer").fill("comer")
                page.keyboard.press("Enter")
            else:
                page.get_by_text("Show answer").click()
            expect(answer(page)).to_be_visible()
            grade_button(page, "Good").click()
        expect_saved(page)


def exported(page: Page, folder: Path) -> Path:
    """The deck as a package, downloaded from its page."""
    page.goto("/decks")
    page.get_by_role("link", name="Ten years", exact=True).click()
    more(page)
    page.get_by_role("link", name="Export").click()
    with page.expect_download() as download:
        page.get_by_role("button", name="Download").click()
    package = folder / download.value.suggested_filename
    download.value.save_as(package)
    assert package.suffix == ".apkg"
    return package


def import_elsewhere(browser: Browser, app: Flask, package: Path) -> None:
    """Somebody who is new on another server drops the package there."""
    with served(app) as port:
        context = browser.new_context(base_url=f"http://127.0.0.1:{port}", locale="en-US", timezone_id="Europe/Berlin")
        with listened_to(context) as page:
            sign_up(page, "Grace")
            drop(page, package.name, package.read_bytes())
            import_it(page)
            page.goto("/import")
            expect(page.get_by_text("15,007")).to_be_visible()
        context.close()


@pytest.mark.long
def test_a_collection_comes_in_is_studied_goes_out_and_comes_in_elsewhere_as_it_was(
    page: Page, app: Flask, fresh_app: Flask, browser: Browser, tmp_path: Path
) -> None:
    sign_up(page, "Ada")
    drop(page, "ten years.apkg", ten_years(FILLERS).package(tmp_path).read_bytes())
    expect(page.locator(".foreseen")).to_contain_text("15,007")
    expect(page.locator(".cards-preview > li")).not_to_have_count(0)
    page.locator(".getting-on progress").evaluate(WATCH)
    import_it(page)
    moved = [float(value) for value in page.evaluate("sessionStorage.getItem('bar')").split()]
    assert moved == sorted(moved) and len(set(moved)) > 1
    assert moved[-1] == max(15_007, moved[-2]), "It was full when the report came."
    expect(page.locator("h1")).to_have_text("Ten years is on your shelf")
    here = learned(app)
    assert len(here["cards"]) == FILLERS + 10
    assert len(here["schedule"]) == FILLERS // 3 + 7
    assert here["answers"].total() == 3 * len(here["schedule"]) + 1

    review_one_of_each_kind(page, app)
    taught = learned(app)
    assert taught["answers"].total() == here["answers"].total() + 6

    import_elsewhere(browser, fresh_app, exported(page, tmp_path))
    there = learned(fresh_app)
    # Anki's packages hold no answers but those of their cards; Cardlet's own format does.
    taught["answers"] -= Counter(answer for answer in taught["answers"] if answer[0] == LOST)
    for what in taught:
        assert there[what] == taught[what], what


@pytest.mark.parametrize(
    ("name", "sentence"), [("deck.apkg", CASES["deflate_bomb"][1]), ("deck.zip", "looks like an archive bomb")]
)
def test_a_hostile_archive_is_refused_with_its_sentence(
    failing_page: Page, tmp_path: Path, name: str, sentence: str
) -> None:
    sign_up(failing_page, "Ada")
    drop(failing_page, name, deflate_bomb(tmp_path))
    said = failing_page.locator("#import-error")
    expect(said).to_contain_text(sentence)
    expect(said).to_contain_text("Nothing was imported.")
    expect(failing_page.locator("#import")).to_have_count(0)
    failing_page.get_by_role("button", name="Choose another file").click()
    expect(failing_page.locator("h1")).to_have_text("Import a deck")


def test_an_import_undone_leaves_everything_as_before(page: Page, app: Flask, tmp_path: Path) -> None:
    sign_up(page, "Ada")
    before = ten_years(30)
    drop(page, "before.apkg", before.package(tmp_path).read_bytes())
    import_it(page)
    as_it_was = learned(app)
    reworded = [replace(one, fields=f"{one.fields}!") if one.guid == "f3" else one for one in before.notes]
    newer = before.having(notes=[*reworded, *(Note(f"new {n}\x1fone", f"n{n}") for n in range(5))])
    drop(page, "newer.apkg", newer.package(tmp_path).read_bytes())
    import_it(page)
    assert learned(app) != as_it_was
    page.get_by_role("button", name="Undo this import").click()
    expect(page.locator("h1")).to_have_text("This import was undone")
    assert learned(app) == as_it_was
