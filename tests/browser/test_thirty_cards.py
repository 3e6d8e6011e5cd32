"""Thirty cards of every kind, from the first to the finished page, in each of the ways Cardlet can be used."""

import struct
import zlib
from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path
from uuid import uuid4

import pytest
import sqlalchemy as sa
from flask import Flask
from playwright.sync_api import BrowserContext, Locator, Page, expect

from app.clock import now
from app.database import db, writing
from app.models import Card, Mark, Note, User
from app.study import AnswerGiven, answer_card
from tests.browser.conftest import listened_to
from tests.browser.hands import Finger, Hand, Keyboard, Mouse, expect_answer
from tests.browser.steps import (
    another_showing,
    expect_grades,
    expect_saved,
    grade,
    question_text,
    start_as_guest,
    stored_grades,
    study_a_deck_of,
    undone_count,
)
from tests.browser.test_accessibility import NARROW

pytestmark = pytest.mark.long

EVERY_KIND = Path(__file__).parent.parent / "rendering" / "every_kind.md"
CARDS = 30


def png(width: int, height: int, colour: tuple[int, int, int]) -> bytes:
    """A picture of one colour."""

    def chunk(name: bytes, held: bytes) -> bytes:
        return struct.pack(">I", len(held)) + name + held + struct.pack(">I", zlib.crc32(name + held))

    size = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    rows = (b"\0" + bytes(colour) * width) * height
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", size) + chunk(b"IDAT", zlib.compress(rows)) + chunk(b"IEND", b"")


FILES = {
    "square.png": png(32, 32, (200, 30, 30)),
    "word.mp3": b"ID3\x04",
    "other.ogg": b"OggS\0",
    "circle.svg": b"<svg xmlns='http://www.w3.org/2000/svg'></svg>",
}
GRADES = {"Again": 2, "Hard": 3, "Good": 4, "Easy": 5}
ACTS = (
    *("Good", "Again", "Easy", "Hard", "Not today", "Good", "Good", "Again", "Good", "Suspend"),
    *("Good", "Flag", "Good", "Undo", "Easy", "Good", "Undo", "Redo", "Good", "Again"),
)
"""What is done first; then everything is known."""


@pytest.fixture
def other_means(context: BrowserContext) -> list[str]:
    """What was pressed, as the page hears it: keys, and whatever points."""
    heard: list[str] = []
    context.expose_binding("heard", lambda _, what: heard.append(what))
    context.add_init_script(
        """for (const type of ["keydown", "pointerdown", "wheel"])
            addEventListener(type, (event) => heard(event.pointerType || type), { capture: true });"""
    )
    return heard


@pytest.fixture
def page(context: BrowserContext) -> Iterator[Page]:
    """A style sheet among the cards asks for a picture from elsewhere, and Chromium says that it does not come."""
    with listened_to(context, but_not_to=("Loading the image 'https://example.org/track.png' violates",)) as page:
        yield page


def prepare(hand: Hand, app: Flask) -> list[int]:
    """A new learner brings in the deck and its files, and wants all of it today; the grades of the cards to be
    repeated."""
    page = hand.page
    page.goto("/sign-up")
    page.locator("#name").fill("Ada")
    page.locator("#password").fill("correct horse battery staple")
    hand.press(page.locator("main form button"))
    expect(page.locator(".choices")).to_be_visible()
    page.goto("/import")
    page.locator("#file").set_input_files(EVERY_KIND)
    hand.press(page.get_by_role("button", name="Look at the file"))
    hand.press(page.get_by_role("button", name="Import 23 notes"))
    page.wait_for_url("**/import/reports/*")
    page.goto("/decks")
    hand.press(page.get_by_role("link", name="Every kind"))
    hand.press(page.locator(".more > summary"))
    hand.press(page.get_by_role("link", name="Pictures and sound"))
    page.get_by_label("Files to add").set_input_files(
        [{"name": name, "mimeType": "application/octet-stream", "buffer": held} for name, held in FILES.items()]
    )
    hand.press(page.get_by_role("button", name="Add", exact=True))
    expect(page.get_by_text("4 files added.")).to_be_visible()
    hand.press(page.get_by_role("link", name="Every kind"))
    page.get_by_label("New cards a day").fill("40")
    hand.press(page.get_by_role("button", name="Save"))
    expect(page.get_by_text("Saved.")).to_be_visible()
    before = meet_siblings(app)
    hand.press(page.get_by_role("link", name="Study", exact=True))
    expect(page.get_by_text(f"{CARDS} left")).to_be_visible()
    page.wait_for_load_state()
    return before


def meet_siblings(app: Flask) -> list[int]:
    """Three days ago the cards of notes that have several were answered, so that all come on one day; the grades."""
    with app.app_context(), writing() as session:
        ada = session.scalars(sa.select(User).where(User.name == "Ada")).one()
        several = sa.select(Card.note_id).group_by(Card.note_id).having(sa.func.count() > 1)
        own = sa.select(Card.id).join(Note).where(Note.owner_id == ada.id, Card.note_id.in_(several))
        ids = session.scalars(own.order_by(Card.position)).all()
        for number, card_id in enumerate(ids):
            moment = now() - timedelta(days=3, minutes=-number)
            answer_card(session, ada, card_id, AnswerGiven(uuid4(), GRADES["Good"], 0), moment)
        return [GRADES["Good"]] * len(ids)


class Session:
    """Answers card after card, and keeps what a learner would say they did."""

    def __init__(self, hand: Hand) -> None:
        self.hand, self.page = hand, hand.page
        self.grades: list[int] = []
        self.taken_back: list[int] = []
        self.seen: list[str] = []
        self.verdicts: list[str] = []

    def go_through(self) -> None:
        acts = list(ACTS)
        while self.page.locator(".done").count() == 0:
            self.seen.append(self.card)
            typing = self.page.locator(".typing input")
            # What is typed into its field is no key, so the acts wait for a card without one.
            if typing.count():
                self.answer("Good" if len(self.verdicts) else "Again", typing)
            else:
                self.act(acts.pop(0) if acts else "Good")
            assert len(self.seen) < 2 * CARDS, "it has no end"
        assert acts == []

    def act(self, name: str) -> None:
        if name in GRADES:
            self.answer(name)
        elif name in ("Undo", "Redo"):
            self.swing(name)
        else:
            self.after(lambda: self.hand.mark(name))
            expect(self.page.locator(".flagged")).to_have_count(int(name == "Flag"))

    @property
    def card(self) -> str:
        return self.page.locator("[data-card]").get_attribute("data-card") or ""

    def after(self, act: Callable[[], None]) -> None:
        """Another showing has come: of another card, of the same one again, or the finished page."""
        with another_showing(self.page):
            act()

    def answer(self, name: str, typing: Locator | None = None) -> None:
        if typing is None:
            self.hand.reveal()
        else:
            expects = self.page.locator(".typing").get_attribute("data-expects") or ""
            self.hand.type("?" if name == "Again" else expects)
            self.verdicts.append(self.page.locator(".verdict:visible").inner_text())
        expect_answer(self.page)
        self.after(lambda: self.hand.grade(name))
        self.grades.append(GRADES[name])

    def swing(self, name: str) -> None:
        last = self.seen[-2]
        self.after(lambda: self.hand.swing(name))
        if name == "Undo":
            assert self.card == last, "the card is back"
            self.taken_back.append(self.grades.pop())
        else:
            self.grades.append(self.taken_back.pop())


@pytest.mark.parametrize(
    ("context_options", "hand_of", "means"),
    [
        pytest.param({}, Keyboard, {"keydown"}, id="keyboard"),
        pytest.param({"has_touch": True, "is_mobile": True, "viewport": NARROW}, Finger, {"touch"}, id="touch"),
        pytest.param({"java_script_enabled": False}, Mouse, set(), id="without scripts"),
    ],
    indirect=["context_options"],
)
def test_thirty_cards_of_every_kind(
    other_means: list[str], page: Page, app: Flask, hand_of: Callable[[Page], Hand], means: set[str]
) -> None:
    hand = hand_of(page)
    before = prepare(hand, app)
    session = Session(hand)
    session.go_through()
    expect(page.get_by_role("heading", name="Done for today")).to_be_visible()
    expect(page.locator(".done")).to_contain_text(f"{len(session.grades)} answers in")
    assert len(set(session.seen)) == CARDS
    assert session.verdicts[0] == "Not quite" and set(session.verdicts[1:]) == {"Right"}
    come_back = [grade for grade in session.grades if grade < GRADES["Good"]]
    assert len(come_back) == 5 and len(session.grades) == CARDS - 2 + 5
    expect_grades(page, app, before + session.grades)
    assert undone_count(app) == 1
    with app.app_context():
        marks = db.session.execute(sa.select(Mark.suspended, Mark.buried_until.is_not(None), Mark.flag)).all()
    assert sorted(map(tuple, marks)) == [(False, False, 1), (False, True, 0), (True, False, 0)]
    assert set(other_means) == means


def test_ten_answers_are_undone_from_the_finished_page_and_done_again(page: Page, app: Flask) -> None:
    start_as_guest(page)
    study_a_deck_of(page, 10)
    shown = []
    for _ in range(10):
        shown.append(question_text(page))
        grade(page)
    done = page.get_by_role("heading", name="Done")
    expect(done).to_be_visible()
    expect_saved(page)
    for before in reversed(shown):
        page.keyboard.press("u")
        expect(page.locator(".question")).to_have_text(before)
    expect(page.get_by_text("10 left")).to_be_visible()
    expect(page.get_by_role("button", name="Undo")).to_have_count(0)
    assert (stored_grades(app), undone_count(app)) == ([], 10)
    for after in shown[1:]:
        page.keyboard.press("Control+Shift+Z")
        expect(page.locator(".question")).to_have_text(after)
    page.keyboard.press("Control+Shift+Z")
    expect(done).to_be_visible()
    expect(page.get_by_role("button", name="Redo")).to_have_count(0)
    assert (stored_grades(app), undone_count(app)) == ([4] * 10, 0)
