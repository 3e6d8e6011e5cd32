"""What is typed while a note is on its way."""

import pytest
from flask import Flask
from playwright.sync_api import Page, Route, expect

from tests.browser.test_writing import begin, notes

pytestmark = pytest.mark.long


def test_what_is_typed_while_a_note_is_being_added_is_the_next_ones(page: Page, app: Flask) -> None:
    held: list[Route] = []

    def hold(route: Route) -> None:
        held.append(route)

    begin(page)
    page.route("**/notes", hold)
    page.keyboard.type("First")
    page.keyboard.press("Tab")
    page.keyboard.type("one")
    with page.expect_request("**/notes"):
        page.keyboard.press("Control+Enter")
    page.keyboard.type(" and a second")
    held[0].continue_()
    expect(page.locator("#said")).to_have_text("Added: First")
    expect(page.locator("#field-0")).to_have_value("")
    expect(page.locator("#field-1")).to_have_value("one and a second")
    page.reload()
    expect(page.locator("#field-1")).to_have_value("one and a second")
    assert notes(app) == [["First", "one"]]
