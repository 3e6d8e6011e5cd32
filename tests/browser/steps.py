"""What the people of the browser tests do and see again and again."""

import re
from collections.abc import Iterator
from contextlib import contextmanager

import sqlalchemy as sa
from flask import Flask
from playwright.sync_api import Locator, Page, expect

from app.database import db
from app.models import Review

PASSWORD = "correct horse battery staple"


def start_as_guest(page: Page) -> None:
    """One click on the landing page; the first question is there."""
    page.goto("/")
    page.get_by_role("button", name="Start now as a guest").click()
    expect(question(page)).to_be_visible()
    page.wait_for_load_state()


def sign_up(page: Page, name: str) -> None:
    """A new learner with an empty shelf."""
    page.goto("/sign-up")
    page.locator("#name").fill(name)
    page.locator("#password").fill(PASSWORD)
    page.locator("main form button").click()
    expect(page.locator(".choices")).to_be_visible()


def import_the_deck(page: Page, name: str, deck: str) -> int:
    """A new learner imports a deck in Markdown; its id."""
    sign_up(page, name)
    return import_another(page, deck)


def import_another(page: Page, deck: str) -> int:
    """Whoever is signed in imports a deck in Markdown; its id."""
    page.goto("/import")
    page.locator("#text").fill(deck)
    page.locator("form:has(#text) button").click()
    page.locator("#import button").click()
    page.wait_for_url("**/import/reports/*")
    address = page.locator("main a[href^='/decks/']").first.get_attribute("href") or ""
    return int(address.rsplit("/", 1)[1])


def question(page: Page) -> Locator:
    return page.locator(".question")


def question_text(page: Page) -> str:
    return question(page).inner_text()


def answer(page: Page) -> Locator:
    return page.locator(".answer")


def reveal(page: Page) -> None:
    """Shows the answer. The button works before the scripts have come, but the keys that grade it do not."""
    page.wait_for_load_state()
    page.get_by_text("Show answer").click()
    expect(answer(page)).to_be_visible()


def more(page: Page) -> None:
    """Opens what a page can do besides."""
    page.locator(".more > summary").click()


def grade_button(page: Page, name: str) -> Locator:
    return page.get_by_role("button", name=re.compile(rf"^{name}\b"))


def grade(page: Page, name: str = "Good") -> None:
    """Reveals and grades; another question or the finished page has come."""
    with another_showing(page):
        reveal(page)
        grade_button(page, name).click()


@contextmanager
def another_showing(page: Page) -> Iterator[None]:
    """What is done has brought another card, the same one once more, or the finished page."""
    before = page.locator("[name=review_id]").input_value()
    yield
    expect(page.locator(f"[name=review_id][value='{before}']")).to_have_count(0)


def study_a_deck_of(page: Page, cards: int) -> None:
    """Follows the first deck on the shelf with that many new cards a day, and begins to study it."""
    page.goto("/decks")
    page.locator(".shelf .name").first.click()
    page.get_by_label("New cards a day").fill(str(cards))
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_text("Saved.")).to_be_visible()
    page.get_by_role("link", name="Study", exact=True).click()
    expect(page.get_by_text(f"{cards} left")).to_be_visible()
    page.wait_for_load_state()


def stored_grades(app: Flask) -> list[int]:
    """The grades of the answers that stand, in the order they were given."""
    with app.app_context():
        standing = sa.select(Review.grade).where(Review.undone_at.is_(None)).order_by(Review.at, Review.id)
        return list(db.session.scalars(standing))


def expect_saved(page: Page) -> None:
    """Everything that was answered on the page is stored."""
    unsaved = page.locator("#saved[data-state=saving], #saved[data-state=unsaved]")
    expect(unsaved).to_have_count(0, timeout=20_000)


def expect_grades(page: Page, app: Flask, grades: list[int]) -> None:
    """These are the standing answers, once the page has saved them."""
    expect_saved(page)
    assert stored_grades(app) == grades


def undone_count(app: Flask) -> int:
    with app.app_context():
        return db.session.scalar(sa.select(sa.func.count()).where(Review.undone_at.is_not(None))) or 0
