"""One learner, several places: a telephone and a laptop, two tabs, and a server that is started again in between."""

from collections.abc import Iterator

import pytest
from flask import Flask
from playwright.sync_api import Browser, Page, expect

from app import create_app
from app.config import read_settings
from app.database import close
from tests.browser.conftest import listened_to, served
from tests.browser.steps import (
    PASSWORD,
    another_showing,
    answer,
    expect_grades,
    expect_saved,
    grade,
    question,
    question_text,
    reveal,
    sign_up,
    start_as_guest,
    undone_count,
)
from tests.browser.test_accessibility import NARROW


@pytest.fixture
def phone(browser: Browser, address: str) -> Iterator[Page]:
    """A telephone that nobody has signed in on."""
    context = browser.new_context(base_url=address, locale="en-US", viewport=NARROW, has_touch=True, is_mobile=True)
    with listened_to(context) as page:
        yield page
    context.close()


def follow_and_study(page: Page) -> None:
    page.goto("/decks")
    page.locator("form[action='/decks/1/follow'] button").click()
    page.goto("/study")
    expect(question(page)).to_be_visible()


def test_what_was_begun_on_the_telephone_goes_on_on_the_laptop(page: Page, phone: Page, app: Flask) -> None:
    sign_up(page, "Ada")
    follow_and_study(page)
    first = question_text(page)
    phone.goto("/sign-in")
    phone.locator("#name").fill("Ada")
    phone.locator("#password").fill(PASSWORD)
    phone.locator("main form button").tap()
    phone.get_by_role("link", name="Study", exact=False).first.tap()
    expect(question(phone)).to_have_text(first)
    shown = []
    for name in ("Good", "Again"):
        shown.append(question_text(phone))
        grade(phone, name)
    third = question_text(phone)
    expect_saved(phone)
    # The laptop still shows the first card; it hears that it was answered, and goes on where the telephone is.
    page.reload()
    expect(question(page)).to_have_text(third)
    grade(page, "Easy")
    expect_grades(page, app, [4, 2, 5])
    for before in (third, shown[1]):
        page.keyboard.press("u")
        expect(question(page)).to_have_text(before)
    expect_grades(page, app, [4])
    phone.reload()
    expect(question(phone)).to_have_text(shown[1])
    assert undone_count(app) == 2


def test_a_tab_that_is_two_cards_behind_catches_up_and_nothing_counts_twice(
    page: Page, failing_page: Page, app: Flask
) -> None:
    start_as_guest(page)
    behind = failing_page
    behind.goto("/study")
    behind.wait_for_load_state("networkidle")
    page.bring_to_front()
    for name in ("Hard", "Easy"):
        grade(page, name)
    third = question_text(page)
    expect_saved(page)
    behind.bring_to_front()
    reveal(behind)
    behind.keyboard.press("1")
    expect(behind.get_by_role("status")).to_contain_text("already answered elsewhere")
    expect(question(behind)).to_have_text(third)
    grade(behind, "Again")
    expect_grades(behind, app, [3, 5, 2])
    # This tab shows that card yet, and its undo is of what the learner did last, wherever that was.
    page.bring_to_front()
    page.keyboard.press("u")
    expect(page.get_by_role("status")).to_contain_text("Undone")
    expect(question(page)).to_have_text(third)
    expect_grades(page, app, [3, 5])


def test_the_server_is_started_again_in_the_middle_and_nothing_is_lost(
    browser: Browser, app: Flask, environment: dict[str, str]
) -> None:
    """Graded while it is away, revealed while it is away, and gone on with as though nothing had been."""
    with served(app) as port:
        context = browser.new_context(base_url=f"http://127.0.0.1:{port}", locale="en-US")
        page = context.new_page()
        start_as_guest(page)
        grade(page, "Hard")
        expect_saved(page)
        page.wait_for_load_state("networkidle")
        second = question_text(page)
    close(app)
    reveal(page)
    with another_showing(page):
        page.keyboard.press("4")
    third = question_text(page)
    expect(page.locator("#saved")).to_contain_text("Not saved yet")
    reveal(page)
    again = create_app(read_settings({**environment, "CARDLET_SECRET_KEY": "only for tests"}))
    with served(again, port):
        expect_grades(page, again, [3, 5])
        expect(question(page)).to_have_text(third)
        expect(answer(page)).to_be_visible()
        with another_showing(page):
            page.keyboard.press("3")
        expect_grades(page, again, [3, 5, 4])
        for before in (third, second):
            page.keyboard.press("u")
            expect(question(page)).to_have_text(before)
        expect_grades(page, again, [3])
        page.goto("/")
        expect(page.get_by_text("1 answer today")).to_be_visible()
        context.close()
    close(again)
