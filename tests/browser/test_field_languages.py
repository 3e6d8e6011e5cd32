"""The languages of fields while one writes: in a draft, from note to note, with another type."""

import pytest
import sqlalchemy as sa
from flask import Flask
from playwright.sync_api import BrowserContext, Page, expect

from app.database import db
from app.models import Note
from tests.browser.steps import sign_up


def begin(page: Page) -> None:
    """A new learner is about to write the first card of a deck."""
    sign_up(page, "Ada")
    page.goto("/decks/new")
    page.locator("#name").fill("Capitals")
    page.keyboard.press("Enter")
    expect(page.locator(".tools")).to_be_visible()
    expect(page.locator("#field-0")).to_be_focused()


@pytest.mark.long
def test_languages_outlive_a_tab_stay_for_the_next_note_and_go_along_to_another_type(
    page: Page, context: BrowserContext, app: Flask
) -> None:
    begin(page)
    page.get_by_text("Languages of the fields").click()
    page.locator("#language-1").select_option("es")
    expect(page.locator("#field-1")).to_have_attribute("lang", "es")
    address = page.url
    page.close()
    page = context.new_page()
    page.goto(address)
    expect(page.locator("#draft")).to_contain_text("Draft from ")
    expect(page.locator("#field-1")).to_have_attribute("lang", "es")
    expect(page.locator("#field-0")).to_be_focused()
    for words in ("Spain", "Italy"):
        page.keyboard.type(words)
        page.keyboard.press("Tab")
        page.keyboard.type("Madrid")
        page.keyboard.press("Control+Enter")
        expect(page.locator("#said")).to_have_text(f"Added: {words}")
        expect(page.locator("#language-1")).to_have_value("es")
    page.reload()
    expect(page.locator("#draft")).to_be_hidden()
    expect(page.locator("#language-1")).to_have_value("es")
    page.get_by_text("Languages of the fields").click()
    page.locator("#language-0").select_option("fr")
    page.locator("#type").select_option("reversed")
    page.wait_for_url("**/notes/preview")
    expect(page.locator(".tools")).to_be_visible()
    expect(page.locator("#language-0")).to_have_value("fr")
    page.goto(address)
    expect(page.locator("#type")).to_have_value("reversed")
    expect(page.locator("#language-0")).to_have_value("fr")
    expect(page.locator("#language-1")).to_have_value("en")
    with app.app_context():
        own = sa.select(Note.field_languages).where(Note.owner_id.is_not(None))
        assert db.session.scalars(own).all() == [["en", "es"], ["en", "es"]]
