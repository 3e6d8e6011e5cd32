"""What is typed and not saved yet, and signs that are begun and ended by the same key."""

import pytest
from playwright.sync_api import Page, expect

from tests.browser.test_study_ahead import hold_back
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
def test_what_is_typed_before_the_draft_has_come_back_stands_after_it(page: Page) -> None:
    begin(page)
    new = page.url
    page.keyboard.type("What is a pod?")
    page.goto("/")
    held = hold_back(page, "**/drafts.js")
    with page.expect_request("**/drafts.js"):
        page.goto(new, wait_until="commit")
    expect(page.locator("#field-0")).to_be_focused()
    page.locator("#tags").fill("k8s")
    page.locator("#field-0").focus()
    page.keyboard.type("What is a ")
    held[0].continue_()
    expect(page.locator("#draft")).to_contain_text("Draft from")
    page.keyboard.type("node?")
    expect(page.locator("#field-0")).to_have_value("What is a pod?\nWhat is a node?")
    expect(page.locator("#tags")).to_have_value("k8s")
    page.unroute("**/drafts.js")
    page.reload()
    expect(page.locator("#field-0")).to_have_value("What is a pod?\nWhat is a node?")


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
