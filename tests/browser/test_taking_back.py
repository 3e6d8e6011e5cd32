"""Taking back what was just written, and deleting in the middle of a session."""

import re

import pytest
from playwright.sync_api import Page, expect

from tests.browser.steps import question, sign_up


@pytest.mark.long
def test_a_note_is_taken_back_where_it_was_written_and_deleted_while_studying(page: Page) -> None:
    sign_up(page, "Ada")
    page.goto("/decks/new")
    page.locator("#name").fill("Capitals")
    page.keyboard.press("Enter")
    expect(page.locator(".tools")).to_be_visible()
    expect(page.locator("#field-0")).to_be_focused()
    for words in ("Spian", "Italy", "France"):
        page.keyboard.type(words)
        page.keyboard.press("Tab")
        page.keyboard.type("A country")
        page.keyboard.press("Control+Enter")
        expect(page.locator("#said")).to_have_text(f"Added: {words}")
        expect(page.locator("#field-0")).to_be_focused()
    page.keyboard.type("half a ques")
    page.locator("#written li", has_text="Spian").get_by_role("button", name="Undo").click()
    expect(page.locator("div.notice[role=status]")).to_contain_text("Deleted: Spian")
    expect(page.locator("#field-0")).to_have_value("half a ques")
    expect(page.locator("#written li")).to_contain_text(["France", "Italy"])
    page.goto("/study")
    expect(question(page)).to_have_text("Italy")
    page.keyboard.press("e")
    page.get_by_role("button", name="Delete this note").click()
    expect(question(page)).to_have_text("France")
    expect(page.locator(".study-message")).to_contain_text("Deleted: Italy")
    page.locator(".study-message").get_by_role("button", name="Undo").click()
    expect(question(page)).to_have_text("Italy")
    expect(page.locator(".study-message")).to_contain_text("Undone.")
    page.wait_for_url(re.compile("/study"))
    page.keyboard.press("Space")
    page.keyboard.press("3")
    expect(question(page)).to_have_text("France")
    # The card that goes now was never met; the key takes back its deletion, and then the answer before it.
    page.keyboard.press("e")
    page.get_by_role("button", name="Delete this note").click()
    expect(page.locator(".study-message")).to_contain_text("Deleted: France")
    page.keyboard.press("u")
    expect(page.locator(".study-message")).to_contain_text("The notes are back.")
    page.keyboard.press("u")
    expect(question(page)).to_have_text("Italy")
