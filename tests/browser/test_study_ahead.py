"""The next card, which is there before the answer to the one before it is stored."""

import pytest
from flask import Flask
from playwright.sync_api import Page, Route, expect

from tests.browser.steps import (
    answer,
    expect_grades,
    expect_saved,
    grade,
    grade_button,
    question,
    question_text,
    reveal,
    start_as_guest,
    undone_count,
)

ANSWERS = "**/cards/*/answers"

pytestmark = pytest.mark.long


def test_the_next_card_is_there_before_the_answer_is_stored(page: Page, app: Flask) -> None:
    start_as_guest(page)
    first = question_text(page)
    held: list[Route] = []
    page.wait_for_load_state("networkidle")

    def hold(route: Route) -> None:
        held.append(route)

    page.route(ANSWERS, hold)
    reveal(page)
    with page.expect_request(ANSWERS):
        page.keyboard.press("3")
    expect(question(page)).not_to_have_text(first)
    second = question_text(page)
    reveal(page)
    page.keyboard.press("4")
    page.keyboard.press("1")
    expect(question(page)).to_have_text(second)
    assert len(held) == 1, "one after another"
    page.unroute(ANSWERS)
    expect(question(page)).not_to_have_text(second)
    expect_grades(page, app, [4, 5])


def hold_back(page: Page, address: str) -> list[Route]:
    """Keeps requests to an address from being answered until it is unrouted; what was kept."""
    held: list[Route] = []

    def hold(route: Route) -> None:
        held.append(route)

    page.route(address, hold)
    return held


def graded_in_a_hurry(page: Page) -> tuple[str, list[Route]]:
    """The first card, graded before the card after it is known; its question, and its answer's request, held."""
    hold_back(page, "**/study/upcoming**")
    start_as_guest(page)
    grade(page)
    expect(page.locator("#saved[data-state=saved]")).to_be_attached()
    page.goto("/study")
    held, shown = hold_back(page, ANSWERS), question_text(page)
    reveal(page)
    with page.expect_request(ANSWERS):
        page.keyboard.press("Space")
    return shown, held


def test_a_space_while_the_next_card_is_not_known_shows_its_answer_and_grades_nothing(page: Page, app: Flask) -> None:
    shown, held = graded_in_a_hurry(page)
    for key in ("Space", "Enter", "1"):
        page.keyboard.press(key)
    expect(question(page)).to_have_text(shown)
    held[0].continue_()
    expect(question(page)).not_to_have_text(shown)
    expect(answer(page)).to_be_visible()
    expect(grade_button(page, "Good")).to_be_focused()
    expect_grades(page, app, [4, 4])
    page.unroute(ANSWERS)
    page.keyboard.press("1")
    expect(question(page).filter(has_text=shown)).to_have_count(0)
    expect(answer(page)).to_be_hidden()
    expect_grades(page, app, [4, 4, 2])


def test_an_undo_while_the_next_card_is_not_known_undoes_that_answer(page: Page, app: Flask) -> None:
    shown, held = graded_in_a_hurry(page)
    with page.expect_response("**/undos"):
        for key in ("b", "u"):
            page.keyboard.press(key)
        held[0].continue_()
    expect(page.get_by_role("status")).to_contain_text("Undone.")
    expect(question(page)).to_have_text(shown)
    expect_grades(page, app, [4])
    assert undone_count(app) == 1


def test_a_card_that_is_looked_at_stays_open_while_the_answers_before_it_are_stored(page: Page, app: Flask) -> None:
    start_as_guest(page)
    page.wait_for_load_state("networkidle")
    held = hold_back(page, ANSWERS)
    first = question_text(page)
    for _ in range(2):
        reveal(page)
        page.keyboard.press("Space")
    expect(question(page)).not_to_have_text(first)
    second = question_text(page)
    assert len(held) == 1
    with page.expect_request(ANSWERS):
        held[0].continue_()
    expect(question(page)).not_to_have_text(second)
    third = question_text(page)
    reveal(page)
    with page.expect_response(ANSWERS):
        held[1].continue_()
    expect_saved(page)
    expect(answer(page)).to_be_visible()
    page.unroute(ANSWERS)
    page.keyboard.press("4")
    expect(question(page)).not_to_have_text(third)
    expect_grades(page, app, [4, 4, 5])


def test_keys_faster_than_the_page_read_out_no_answer_of_another_card(page: Page, app: Flask) -> None:
    start_as_guest(page)
    page.wait_for_load_state("networkidle")
    read_out = page.evaluate(
        """async () => {
            const all = [];
            const spoken = document.getElementById("spoken");
            new MutationObserver(() => all.push(spoken.textContent)).observe(spoken, { childList: true });
            const press = () => document.body.dispatchEvent(new KeyboardEvent("keydown", { key: " ", bubbles: true }));
            press();
            press();
            await new Promise((done) => setTimeout(done, 200));
            return all;
        }"""
    )
    assert read_out == [question(page).text_content()]
    expect(answer(page)).to_be_hidden()
    expect_grades(page, app, [4])
