"""Practice, tags and time boxes in a browser, by keyboard and without scripts."""

import pytest
import sqlalchemy as sa
from flask import Flask
from playwright.sync_api import Page, expect

from app.database import db
from app.models import Kind, Memory, Review
from tests.browser.steps import (
    answer,
    expect_saved,
    grade,
    question,
    question_text,
    start_as_guest,
    stored_grades,
    undone_count,
)

pytestmark = pytest.mark.long


def kinds(app: Flask) -> set[int]:
    with app.app_context():
        assert db.session.scalars(sa.select(Memory.card_id)).all() == []
        return set(db.session.scalars(sa.select(Review.kind)))


def begin(page: Page, most: int) -> None:
    """From the first page to the first card of a run."""
    page.goto("/")
    page.get_by_role("link", name="Practice").click()
    page.get_by_label("How many at most").fill(str(most))
    page.get_by_role("button", name="Practice").click()
    expect(question(page)).to_be_visible()
    expect(page.get_by_text("your schedule stays as it is")).to_be_visible()
    page.wait_for_load_state()


def test_a_run_is_gone_through_by_keyboard_and_undone(page: Page, app: Flask) -> None:
    start_as_guest(page)
    begin(page, 2)
    first = question_text(page)
    page.keyboard.press("Space")
    expect(answer(page)).to_be_visible()
    page.keyboard.press("1")
    expect(question(page)).not_to_have_text(first)
    page.keyboard.press("Space")
    page.keyboard.press("Space")
    expect(question(page)).to_have_text(first)
    page.keyboard.press("u")
    expect(question(page)).not_to_have_text(first)
    expect(page.get_by_text("2 left")).to_be_visible()
    for left in (first, "You knew them all"):
        page.keyboard.press("Space")
        page.keyboard.press("2")
        expect(page.locator("#study")).to_contain_text(left)
    assert stored_grades(app) == [2, 4, 4]
    assert undone_count(app) == 1
    assert kinds(app) == {Kind.PRACTICE}
    expect(page.get_by_role("link", name="Back to your decks")).to_be_focused()


def test_a_run_goes_on_after_the_page_is_loaded_again(page: Page, app: Flask) -> None:
    start_as_guest(page)
    begin(page, 3)
    grade(page)
    shown = question_text(page)
    page.reload()
    expect(question(page)).to_have_text(shown)
    expect(page.get_by_text("2 left")).to_be_visible()


def test_a_tag_on_a_card_leads_to_the_cards_that_have_it(page: Page, app: Flask) -> None:
    start_as_guest(page)
    page.get_by_text("Show answer").click()
    link = page.locator(".answer ~ .tags a").first
    tag = link.inner_text().splitlines()[-1]
    link.click()
    expect(page.get_by_role("heading", name=tag)).to_be_visible()
    grade(page)
    expect(page.get_by_role("heading", name=tag)).to_be_visible()
    expect_saved(page)
    assert stored_grades(app) == [4]


class TestWithoutScripts:
    @pytest.fixture
    def context_options(self) -> dict[str, object]:
        return {"java_script_enabled": False}

    def test_a_run_is_gone_through_with_plain_forms(self, page: Page, app: Flask) -> None:
        start_as_guest(page)
        begin(page, 2)
        grade(page, "Again")
        page.get_by_role("button", name="Undo").click()
        expect(page.locator(".study-message")).to_have_text("Undone. Here is the card again.")
        grade(page)
        page.get_by_text("Show answer").click()
        page.get_by_role("button", name="Good").click()
        expect(page.get_by_role("heading", name="You knew them all: 2 cards")).to_be_visible()
        assert kinds(app) == {Kind.PRACTICE}

    def test_the_time_box_ends_with_a_question(self, page: Page, app: Flask) -> None:
        start_as_guest(page)
        page.goto("/")
        page.get_by_role("link", name="15 min").click()
        expect(page.locator(".study-bar")).to_contain_text("15 min")
        page.goto("/study?minutes=15&since=1000")
        expect(page.get_by_role("heading", name="15 minutes are up")).to_be_visible()
        page.get_by_role("link", name="5 more minutes", exact=True).click()
        expect(page.locator(".study-bar")).to_contain_text("5 min")
        grade(page)
        expect(page.locator(".study-bar")).to_contain_text("5 min")
        assert stored_grades(app) == [4]
