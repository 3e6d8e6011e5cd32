"""What is typed and not saved yet, and signs that are begun and ended by the same key."""

import pytest
from playwright.sync_api import Page, expect

from tests.browser.test_writing import begin, type_of


@pytest.mark.long
def test_a_draft_of_another_type_says_so_and_can_be_thrown_away(page: Page) -> None:
    begin(page)
    new = page.url
    type_of(page, "cloze")
    page.locator("#field-0").fill("The sun is")
    page.goto("/")
    page.goto(new)
    page.wait_for_url("**/notes/preview")
    expect(page.locator("#type")).to_have_value("cloze")
    expect(page.locator("#draft")).to_contain_text("Draft from")
    page.get_by_role("button", name="Discard").click()
    expect(page.locator("#field-0")).to_have_value("")
    page.goto(new)
    expect(page.locator("#type")).to_have_value("basic")
    expect(page.locator("#draft")).to_be_hidden()


@pytest.mark.long
def test_the_key_that_begins_a_sign_ends_it(page: Page) -> None:
    begin(page)
    page.keyboard.type("so ")
    for key, word in (("Control+b", "bold"), ("Control+e", "code")):
        page.keyboard.press(key)
        page.keyboard.type(word)
        page.keyboard.press(key)
        page.keyboard.type(" and ")
    expect(page.locator("#field-0")).to_have_value("so **bold** and `code` and ")
