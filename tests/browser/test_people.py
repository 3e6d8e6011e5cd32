"""One runs a server, lets people in and keeps them out; another writes a deck and leaves, and its follower goes on."""

from collections.abc import Callable, Iterator
from contextlib import ExitStack

import pytest
import sqlalchemy as sa
from flask import Flask
from playwright.sync_api import Browser, Page, expect

from app.accounts import make_admin
from app.database import db, writing
from app.models import User
from tests.browser.conftest import listened_to
from tests.browser.steps import PASSWORD, answer, expect_saved, grade, import_the_deck, question, reveal, sign_up
from tests.browser.test_accessibility import NARROW, NARROWEST, violations
from tests.browser.test_sharing import DECK, share_by_link

REFUSED = "Failed to load resource: the server responded with a status of 422"
"""What Chromium says when a form comes back."""


@pytest.fixture
def somebodys(browser: Browser, address: str, context_options: dict[str, object]) -> Iterator[Callable[[], Page]]:
    """Makes browsers of other people."""
    with ExitStack() as opened:

        def make() -> Page:
            options = {"base_url": address, "locale": "en-US", **context_options}
            context = browser.new_context(**options)  # type: ignore[arg-type]
            opened.callback(context.close)
            return opened.enter_context(listened_to(context, but_not_to=(REFUSED,)))

        yield make


def administer(page: Page, app: Flask) -> None:
    """Ada signs up and runs the server."""
    sign_up(page, "Ada")
    with app.app_context(), writing() as session:
        make_admin(session, session.scalars(sa.select(User.id).where(User.name == "Ada")).one())


def invite(page: Page) -> str:
    """The administrator lets in only whom they invite, and makes an invitation."""
    page.goto("/settings")
    page.get_by_role("link", name="Learners").click()
    page.get_by_text("Whoever has an invitation").click()
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_text("Saved.")).to_be_visible()
    page.get_by_role("button", name="Make an invitation").click()
    return page.get_by_label("The link").input_value()


def join(page: Page, link: str, name: str) -> None:
    page.goto(link)
    page.get_by_label("Name").fill(name)
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Sign up").click()
    expect(page.get_by_text(f"Welcome, {name}.")).to_be_visible()


def follow(page: Page, link: str) -> None:
    page.goto(link)
    page.get_by_role("button", name="Follow").click()
    expect(page.get_by_text("You follow Capitals.")).to_be_visible()


def test_somebody_is_invited_learns_and_is_disabled(page: Page, somebodys: Callable[[], Page], app: Flask) -> None:
    bobs, carls = somebodys(), somebodys()
    deck_link = share_by_link(carls, import_the_deck(carls, "Carl", DECK))
    administer(page, app)
    link = invite(page)
    assert violations(page) == []
    bobs.goto("/")
    expect(bobs.get_by_role("button", name="Start now as a guest")).to_have_count(0)
    join(bobs, link, "Bob")
    follow(bobs, deck_link)
    bobs.get_by_role("link", name="Study", exact=True).click()
    grade(bobs)
    expect_saved(bobs)
    page.reload()
    row = page.get_by_role("listitem").filter(has_text="Bob")
    expect(row).to_contain_text("1 card met")
    row.get_by_role("button", name="Disable").click()
    expect(page.get_by_text("Bob is signed out and cannot sign in.")).to_be_visible()
    bobs.goto("/decks")
    expect(bobs.get_by_role("heading", name="Sign in")).to_be_visible()
    bobs.get_by_label("Name").fill("Bob")
    bobs.get_by_label("Password").fill(PASSWORD)
    bobs.locator("main").get_by_role("button", name="Sign in").click()
    expect(bobs.get_by_role("alert")).to_have_text("This account is disabled. Ask whoever runs this server.")


@pytest.mark.long
def test_an_author_deletes_the_account_and_a_follower_goes_on(
    page: Page, somebodys: Callable[[], Page], app: Flask
) -> None:
    bobs = somebodys()
    deck_id = import_the_deck(page, "Ada", DECK)
    link = share_by_link(page, deck_id)
    sign_up(bobs, "Bob")
    follow(bobs, link)
    bobs.goto("/study")
    grade(bobs)
    page.goto("/settings")
    page.get_by_role("link", name="Delete the account").click()
    expect(page.get_by_text("1 follower")).to_be_visible()
    expect(page.get_by_role("main").get_by_role("link", name="Export everything")).to_be_visible()
    assert violations(page) == []
    page.get_by_label("Your password").fill(PASSWORD)
    page.get_by_role("button", name="Delete everything of mine").click()
    expect(page.get_by_text("Your account is deleted, and everything that was yours with it.")).to_be_visible()
    page.goto("/settings")
    expect(page.get_by_role("heading", name="Sign in")).to_be_visible()
    with app.app_context():
        assert db.session.scalars(sa.select(User.name).where(User.name.is_not(None))).all() == ["Bob"]
    bobs.goto("/study")
    expect(question(bobs)).to_have_text("Capital of Spain?")
    reveal(bobs)
    expect(answer(bobs)).to_have_text("Madrid")
    bobs.goto(f"/decks/{deck_id}")
    expect(bobs.get_by_text("Its author has left.")).to_be_visible()
    bobs.get_by_role("button", name="Copy it").click()
    expect(bobs.get_by_role("heading", name="Your copy: ")).to_be_visible()
    assert violations(bobs) == []
    bobs.get_by_role("button", name="Make the copy").click()
    bobs.wait_for_url("**/import/reports/*")


@pytest.mark.long
@pytest.mark.parametrize(
    "context_options",
    [
        {"color_scheme": scheme, "viewport": NARROW, "locale": locale}
        for scheme, locale in (("light", "en-US"), ("dark", "zh-CN"))
    ],
    ids=["English, light", "Chinese, dark"],
    indirect=True,
)
def test_their_pages_are_for_everybody_and_scroll_no_way_but_down(
    page: Page, somebodys: Callable[[], Page], app: Flask
) -> None:
    bobs, stranger = somebodys(), somebodys()
    sign_up(bobs, "A learner with a name as long as a name can be, for the narrow")
    administer(page, app)
    page.goto("/learners")
    page.locator("form[action$='/invitations'] button").click()
    link = page.locator("#link").input_value()
    page.locator("form[action$='/password'] button").click()
    reset = page.locator("#link").input_value()
    shown = [(page, "/learners"), (page, "/learners?words=x"), (page, link), (stranger, link), (stranger, reset)]
    for person in (page, bobs):
        shown += [(person, path) for path in ("/settings", "/settings/password", "/settings/delete")]
    for person, path in shown:
        if path != "/learners":
            person.goto(path)
        for size in (NARROWEST, NARROW):
            person.set_viewport_size(size)
            assert person.evaluate("document.documentElement.scrollWidth <= innerWidth"), path
        assert violations(person) == [], path
