"""Editing in the middle of a session, by keyboard; two tabs; the preview while one types."""

import pytest
import sqlalchemy as sa
from flask import Flask
from playwright.sync_api import Browser, BrowserContext, Page, expect

from app.database import db
from app.models import Card, Memory, Note
from tests.browser.steps import answer, expect_grades, question, reveal, sign_up
from tests.browser.test_study_ahead import hold_back

DECK = "capital of France,Paris\ncapital of Spain,Madrid\ncapital of Italy,Rome"


def import_deck(page: Page) -> None:
    sign_up(page, "Ada")
    page.goto("/import")
    page.locator("#text").fill(DECK)
    page.locator("form:has(#text) button").click()
    page.locator("form:not([action$=cancel]) button.primary").click()
    page.wait_for_url("**/import/reports/*")
    page.goto("/study")
    expect(question(page)).to_have_text("capital of France")


def edit_address(app: Flask) -> str:
    """Where the study page will lead for the second card, with the way back to it."""
    with app.app_context():
        card = db.session.scalars(
            sa.select(Card).where(Card.note.has(Note.owner_id.is_not(None))).order_by(Card.id).offset(1)
        ).first()
        return f"/notes/{card.note_id}/edit?next=/study%3Fdeck%3D{card.deck_id}%26card%3D{card.id}"


def memories(app: Flask) -> list[tuple]:
    with app.app_context():
        return [tuple(row) for row in db.session.execute(sa.select(Memory.__table__))]


def test_an_edit_in_the_middle_of_a_session_by_keyboard_keeps_the_schedule_and_is_undone(
    page: Page, app: Flask
) -> None:
    import_deck(page)
    page.keyboard.press("Space")
    page.keyboard.press("3")
    expect(question(page)).to_have_text("capital of Spain")
    expect_grades(page, app, [4])
    before = memories(app)
    page.goto(edit_address(app))
    expect(page.get_by_label("Question", exact=True)).to_be_focused()
    page.keyboard.press("Control+A")
    page.keyboard.type("the capital of **Spain**")
    expect(page.locator("#preview strong")).to_have_text("Spain")
    page.keyboard.press("Control+Enter")
    expect(question(page)).to_have_text("the capital of Spain")
    expect(page.get_by_role("status")).to_contain_text("Saved.")
    assert memories(app) == before and len(before) == 1
    page.keyboard.press("Space")
    expect(answer(page)).to_have_text("Madrid")
    page.keyboard.press("3")
    expect(question(page)).to_have_text("capital of Italy")
    expect_grades(page, app, [4, 4])
    before = memories(app)
    page.goto(edit_address(app).split("?")[0])
    expect(page.locator(".versions ins").first).to_have_text("added: the ")
    page.get_by_role("button", name="Bring back how it was before").click()
    expect(page.get_by_label("Question", exact=True)).to_have_value("capital of Spain")
    page.get_by_role("button", name="Undo").click()
    expect(page.get_by_label("Question", exact=True)).to_have_value("the capital of **Spain**")
    assert memories(app) == before


@pytest.mark.long
def test_the_preview_follows_what_is_typed_and_says_what_is_missing(page: Page, app: Flask) -> None:
    import_deck(page)
    page.goto(edit_address(app))
    expect(page.get_by_role("button", name="Preview")).to_have_count(0)
    page.get_by_label("Answer", exact=True).fill("")
    expect(page.locator("#preview")).to_contain_text("Without words here")
    page.get_by_label("Answer", exact=True).fill("Madrid, since 1561")
    expect(page.locator("#preview .back")).to_have_text("Madrid, since 1561")
    page.get_by_role("link", name="Cancel").click()
    reveal(page)
    expect(answer(page)).to_have_text("Madrid")


def test_what_was_typed_before_the_scripts_had_come_is_previewed_too(page: Page, app: Flask) -> None:
    import_deck(page)
    held = hold_back(page, "**/editing.js")
    with page.expect_request("**/editing.js"):
        page.goto(edit_address(app), wait_until="commit")
    # Else the browser says that it left the focus where it was.
    expect(page.get_by_label("Question", exact=True)).to_be_focused()
    page.get_by_label("Answer", exact=True).fill("Madrid, since 1561")
    held[0].continue_()
    expect(page.locator("#preview .back")).to_have_text("Madrid, since 1561")


@pytest.mark.long
def test_two_tabs(page: Page, app: Flask, failing_page: Page) -> None:
    import_deck(page)
    for tab in (page, failing_page):
        tab.goto(edit_address(app).split("?")[0])
    page.get_by_label("Answer", exact=True).fill("from the first")
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_text("Saved.")).to_be_visible()
    failing_page.get_by_label("Answer", exact=True).fill("from the second")
    failing_page.get_by_role("button", name="Save").click()
    expect(failing_page.get_by_role("alert")).to_contain_text("changed elsewhere")
    expect(failing_page.get_by_label("Answer", exact=True)).to_have_value("from the second")
    expect(failing_page.locator("form del")).to_contain_text("first")
    failing_page.get_by_role("button", name="Save mine anyway").click()
    expect(failing_page.get_by_text("Saved.")).to_be_visible()
    expect(failing_page.locator("#preview .back")).to_have_text("from the second")


@pytest.mark.long
def test_a_preview_that_cannot_come_takes_nothing_typed_away(
    failing_page: Page, context: BrowserContext, app: Flask
) -> None:
    page = failing_page
    import_deck(page)
    page.goto(edit_address(app))
    context.clear_cookies()
    with page.expect_response(lambda response: "/preview" in response.url):
        page.get_by_label("Answer", exact=True).fill("long thought about")
    expect(page.get_by_label("Answer", exact=True)).to_have_value("long thought about")


def test_without_scripts_a_button_previews_and_saving_works(browser: Browser, address: str, app: Flask) -> None:
    context = browser.new_context(base_url=address, locale="en-US", java_script_enabled=False)
    page = context.new_page()
    import_deck(page)
    page.goto(edit_address(app))
    page.get_by_label("Answer", exact=True).fill("*Madrid*")
    page.get_by_role("button", name="Preview").click()
    expect(page.locator("#preview em")).to_have_text("Madrid")
    page.get_by_role("button", name="Save").click()
    expect(question(page)).to_have_text("capital of Spain")
    context.close()
