"""Studying by keyboard."""

import pytest
from flask import Flask
from playwright.sync_api import Page, expect

from tests.browser.steps import (
    answer,
    expect_grades,
    grade,
    grade_button,
    question,
    question_text,
    reveal,
    start_as_guest,
    study_a_deck_of,
    undone_count,
)


def switch_shortcuts_off(page: Page) -> None:
    page.goto("/settings")
    page.get_by_label("Keys on the study page").uncheck()
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_text("Saved.")).to_be_visible()


@pytest.mark.parametrize("key", ["Space", "Enter"])
def test_space_and_enter_reveal_and_then_mean_good(page: Page, app: Flask, key: str) -> None:
    start_as_guest(page)
    first = question_text(page)
    page.keyboard.press(key)
    expect(answer(page)).to_be_visible()
    expect_grades(page, app, [])
    page.keyboard.press(key)
    expect(question(page)).not_to_have_text(first)
    expect(answer(page)).to_be_hidden()
    expect_grades(page, app, [4])


@pytest.mark.parametrize("key", ["Space", "Enter"])
def test_a_key_that_is_held_down_reveals_and_grades_nothing(page: Page, app: Flask, key: str) -> None:
    start_as_guest(page)
    first = question_text(page)
    page.keyboard.down(key)
    expect(grade_button(page, "Good")).to_be_focused()
    for _ in range(4):
        page.keyboard.down(key)
    page.keyboard.up(key)
    expect(question(page)).to_have_text(first)
    expect_grades(page, app, [])


def test_a_whole_deck_can_be_studied_with_the_space_bar_alone(page: Page, app: Flask) -> None:
    start_as_guest(page)
    study_a_deck_of(page, 3)
    for left in ("3 left", "2 left", "1 left"):
        expect(page.get_by_text(left)).to_be_visible()
        page.keyboard.press("Space")
        expect(answer(page)).to_be_visible()
        page.keyboard.press("Space")
    expect(page.get_by_role("heading", name="Done")).to_be_visible()
    expect_grades(page, app, [4, 4, 4])


def test_space_means_good_wherever_the_learner_clicked_before(page: Page, app: Flask) -> None:
    start_as_guest(page)
    first = question_text(page)
    page.locator(".study-bar h1").click()
    page.keyboard.press("Space")
    answer(page).click()
    page.keyboard.press("Space")
    expect(question(page)).not_to_have_text(first)
    expect_grades(page, app, [4])


def test_the_numbers_give_the_four_grades(page: Page, app: Flask) -> None:
    start_as_guest(page)
    for key in "1234":
        before = question_text(page)
        reveal(page)
        page.keyboard.press(key)
        expect(question(page)).not_to_have_text(before)
    expect_grades(page, app, [2, 3, 4, 5])


@pytest.mark.parametrize(("mode", "keys", "grades"), [("2", "12", [2, 4]), ("6", "012345", [0, 1, 2, 3, 4, 5])])
def test_the_numbers_are_those_on_the_buttons(page: Page, app: Flask, mode: str, keys: str, grades: list[int]) -> None:
    start_as_guest(page)
    page.goto("/settings")
    page.get_by_label("Buttons to grade an answer").select_option(mode)
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_text("Saved.")).to_be_visible()
    page.goto("/study")
    for key in keys:
        before = question_text(page)
        reveal(page)
        page.keyboard.press(key)
        expect(question(page)).not_to_have_text(before)
    expect_grades(page, app, grades)


def test_a_number_grades_nothing_before_the_answer_is_revealed(page: Page, app: Flask) -> None:
    start_as_guest(page)
    first = question_text(page)
    page.keyboard.press("1")
    expect(answer(page)).to_be_hidden()
    reveal(page)
    page.keyboard.press("4")
    expect(question(page)).not_to_have_text(first)
    expect_grades(page, app, [5])


@pytest.mark.parametrize("key", ["u", "Control+z"])
def test_the_undo_keys_bring_back_one_card_after_another(page: Page, app: Flask, key: str) -> None:
    start_as_guest(page)
    shown = []
    for _ in range(2):
        shown.append(question_text(page))
        grade(page)
    for before in reversed(shown):
        page.keyboard.press(key)
        expect(question(page)).to_have_text(before)
    expect_grades(page, app, [])
    assert undone_count(app) == 2


def test_the_undo_keys_work_on_the_finished_page(page: Page, app: Flask) -> None:
    start_as_guest(page)
    study_a_deck_of(page, 2)
    shown = []
    for _ in range(2):
        shown.append(question_text(page))
        grade(page)
    expect(page.get_by_role("heading", name="Done")).to_be_visible()
    page.keyboard.press("Control+z")
    expect(question(page)).to_have_text(shown[1])
    page.keyboard.press("Shift+U")
    expect(question(page)).to_have_text(shown[0])
    expect_grades(page, app, [])


def test_keys_typed_into_a_field_grade_nothing(page: Page, app: Flask) -> None:
    start_as_guest(page)
    grade(page)
    second = question_text(page)
    reveal(page)
    expect(grade_button(page, "Good")).to_be_focused()
    page.evaluate("document.querySelector('.answer').append(document.createElement('input'))")
    field = page.locator(".answer input")
    field.press_sequentially("1 2u3")
    field.press("Control+z")
    field.press_sequentially("4")
    expect_grades(page, app, [4])
    assert undone_count(app) == 0
    expect(question(page)).to_have_text(second)


def test_a_key_that_means_something_else_is_left_alone(page: Page, app: Flask) -> None:
    start_as_guest(page)
    first = question_text(page)
    reveal(page)
    for kind in ("isComposing", "repeat", "ctrlKey", "metaKey", "altKey"):
        for key in ("1", "3", "u"):
            left_alone = page.evaluate(
                """([key, kind]) => document.activeElement.dispatchEvent(
                    new KeyboardEvent("keydown", { key, [kind]: true, bubbles: true, cancelable: true }))""",
                [key, kind],
            )
            assert left_alone, f"{key} with {kind}"
    page.keyboard.press("4")
    expect(question(page)).not_to_have_text(first)
    expect_grades(page, app, [5])


def test_enter_on_a_focused_button_presses_that_button(page: Page, app: Flask) -> None:
    start_as_guest(page)
    first = question_text(page)
    page.keyboard.press("Space")
    expect(grade_button(page, "Good")).to_be_focused()
    page.keyboard.press("Shift+Tab")
    expect(grade_button(page, "Hard")).to_be_focused()
    page.keyboard.press("Enter")
    expect(question(page)).not_to_have_text(first)
    expect_grades(page, app, [3])


def test_single_keys_that_are_switched_off_do_nothing(page: Page, app: Flask) -> None:
    start_as_guest(page)
    grade(page)
    switch_shortcuts_off(page)
    page.goto("/study")
    second = question_text(page)
    page.locator("h1").click()
    for key in ("Space", "Enter", "u"):
        page.keyboard.press(key)
    expect(answer(page)).to_be_hidden()
    reveal(page)
    answer(page).click()
    for key in ("1", "2", "3", "4", "u", "Space", "Enter"):
        page.keyboard.press(key)
    expect(question(page)).to_have_text(second)
    expect_grades(page, app, [4])
    assert undone_count(app) == 0


def test_with_single_keys_switched_off_tab_and_enter_still_study(page: Page, app: Flask) -> None:
    start_as_guest(page)
    switch_shortcuts_off(page)
    page.goto("/study")
    first = question_text(page)
    page.keyboard.press("Enter")
    expect(grade_button(page, "Good")).to_be_focused()
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    expect(question(page)).not_to_have_text(first)
    page.keyboard.press("Control+z")
    expect(question(page)).to_have_text(first)
    assert undone_count(app) == 1
    expect_grades(page, app, [])


def test_a_question_mark_opens_the_list_of_keys_and_grades_nothing(page: Page, app: Flask) -> None:
    start_as_guest(page)
    reveal(page)
    page.keyboard.press("?")
    expect(page.get_by_role("dialog", name="Keys")).to_be_visible()
    page.keyboard.press("i")
    page.keyboard.press("u")
    page.keyboard.press("?")
    expect(page.get_by_role("dialog", name="Keys")).to_be_hidden()
    page.keyboard.press("?")
    page.keyboard.press("Escape")
    expect(page.get_by_role("dialog", name="Keys")).to_be_hidden()
    expect(answer(page)).to_be_visible()
    expect_grades(page, app, [])


def test_i_shows_what_there_is_to_know_of_the_card(page: Page) -> None:
    start_as_guest(page)
    for show in (lambda: None, lambda: reveal(page)):
        show()
        page.keyboard.press("i")
        expect(page.get_by_role("heading", name="About this card")).to_be_visible()
        page.get_by_role("link", name="Back to studying").click()
        expect(question(page)).to_be_visible()


SPOKEN = "window.spoken = []; speechSynthesis.speak = (words) => spoken.push([words.text.trim(), words.lang]); 0"


def test_r_reads_the_question_aloud_and_then_the_answer_in_their_language(page: Page, app: Flask) -> None:
    start_as_guest(page)
    page.evaluate(SPOKEN)
    page.keyboard.press("r")
    shown = question_text(page)
    reveal(page)
    page.keyboard.press("r")
    page.get_by_role("button", name="Read aloud").click()
    said = page.evaluate("spoken")
    assert said[0] == [shown.strip(), "en"]
    assert said[1] == said[2] == [answer(page).inner_text().strip(), "en"]
    expect_grades(page, app, [])
