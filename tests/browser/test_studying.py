"""Studying with scripts: start, reveal, grade, grade_button, undo, and nothing that jumps."""

import pytest
from flask import Flask
from playwright.sync_api import BrowserContext, FloatRect, Locator, Page, expect

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

LONG_ANSWER = "\n\n".join(f"Paragraph {number} of a long answer." for number in range(40))


def test_a_guest_sees_the_first_question_after_one_click(page: Page) -> None:
    page.goto("/")
    page.get_by_role("button", name="Start now as a guest").click()
    expect(question(page)).to_contain_text("?")
    expect(answer(page)).to_be_hidden()


def test_revealing_asks_nothing_of_the_network(page: Page, context: BrowserContext) -> None:
    start_as_guest(page)
    page.wait_for_load_state("networkidle")
    requests: list[str] = []
    page.on("request", lambda request: requests.append(request.url))
    context.set_offline(True)
    page.get_by_text("Show answer").click()
    expect(grade_button(page, "Good")).to_be_focused()
    assert answer(page).inner_text().strip()
    assert requests == []


def test_a_tap_on_the_question_reveals_and_a_second_one_does_nothing_more(page: Page, app: Flask) -> None:
    start_as_guest(page)
    first = question_text(page)
    question(page).click()
    expect(answer(page)).to_be_visible()
    question(page).click()
    expect(question(page)).to_have_text(first)
    expect_grades(page, app, [])


def test_grading_brings_the_next_question_without_loading_a_page(page: Page, app: Flask) -> None:
    start_as_guest(page)
    first, loads = question_text(page), []
    page.on("load", lambda: loads.append(page.url))
    grade(page)
    expect(question(page)).not_to_have_text(first)
    expect(answer(page)).to_be_hidden()
    assert loads == []
    expect_grades(page, app, [4])


def test_each_button_says_when_the_card_comes_back(page: Page) -> None:
    start_as_guest(page)
    reveal(page)
    buttons = page.locator(".grades button")
    assert [words.split()[0] for words in buttons.all_inner_texts()] == ["Again", "Hard", "Good", "Easy"]
    for leads_to in buttons.locator(".leads-to").all_inner_texts():
        assert leads_to.strip()


def test_the_undo_button_brings_back_one_card_after_another(page: Page, app: Flask) -> None:
    start_as_guest(page)
    shown = []
    for _ in range(3):
        shown.append(question_text(page))
        grade(page)
    for before in reversed(shown):
        page.get_by_role("button", name="Undo").click()
        expect(question(page)).to_have_text(before)
        expect(page.get_by_role("status")).to_contain_text("Undone.")
    expect(page.get_by_role("button", name="Undo")).to_have_count(0)
    expect_grades(page, app, [])
    assert undone_count(app) == 3


def test_a_card_that_was_undone_can_be_graded_anew(page: Page, app: Flask) -> None:
    start_as_guest(page)
    first = question_text(page)
    grade(page, "Easy")
    page.get_by_role("button", name="Undo").click()
    expect(question(page)).to_have_text(first)
    grade(page, "Hard")
    expect_grades(page, app, [3])


def test_a_forgotten_last_card_comes_back_until_it_is_known(page: Page, app: Flask) -> None:
    start_as_guest(page)
    study_a_deck_of(page, 1)
    only = question_text(page)
    reveal(page)
    grade_button(page, "Again").click()
    expect(page.get_by_role("status")).to_contain_text("Nothing else waits")
    expect(question(page)).to_have_text(only)
    expect(answer(page)).to_be_hidden()
    grade(page)
    expect(page.get_by_role("heading", name="Done")).to_be_visible()
    expect_grades(page, app, [2, 4])


def test_the_finished_page_says_what_was_done_and_what_comes(page: Page) -> None:
    start_as_guest(page)
    study_a_deck_of(page, 2)
    grade(page)
    grade(page)
    finished = page.locator(".done")
    expect(finished).to_contain_text("2 answers in")
    expect(finished).to_contain_text("Tomorrow: 2 to review")
    finished.get_by_role("link", name="Back to your decks").click()
    expect(page.get_by_text("2 answers today")).to_be_visible()


def box(part: Locator) -> FloatRect:
    place = part.bounding_box()
    assert place is not None, "it is not to be seen"
    return place


@pytest.mark.parametrize("width", [360, 1280])
def test_the_question_stays_where_it_is_when_the_answer_is_revealed(page: Page, width: int) -> None:
    page.set_viewport_size({"width": width, "height": 720})
    start_as_guest(page)
    before = box(question(page))
    reveal(page)
    assert box(question(page)) == before


@pytest.mark.parametrize("width", [360, 1280])
def test_the_grades_take_the_place_of_the_button_that_reveals(page: Page, width: int) -> None:
    page.set_viewport_size({"width": width, "height": 720})
    start_as_guest(page)
    for name in ("Again", "Good"):
        before = box(page.locator("#reveal > summary"))
        reveal(page)
        assert box(page.locator(".grades")) == before
        grade_button(page, name).click()
        expect(answer(page)).to_be_hidden()


def test_an_answer_longer_than_the_window_does_not_move_the_question_or_hide_its_end(page: Page) -> None:
    start_as_guest(page)
    page.goto("/import")
    page.locator("#text").fill(f"---\ndeck: Long\n---\n\n## A long one?\n\n{LONG_ANSWER}\n\nThe end.\n")
    page.get_by_role("button", name="Look at the text").click()
    page.get_by_role("button", name="Import 1 note").click()
    page.get_by_role("link", name="Study it").click()
    before = box(question(page))
    reveal(page)
    assert box(question(page)) == before
    page.evaluate("scrollTo(0, document.documentElement.scrollHeight)")
    end = answer(page).get_by_text("The end.")
    assert box(end)["y"] + box(end)["height"] <= box(page.locator(".grades"))["y"]
