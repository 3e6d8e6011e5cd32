"""What goes wrong while studying: fingers that double-click, second tabs, lost networks."""

import pytest
from flask import Flask
from playwright.sync_api import Page, Route, expect

from tests.browser.steps import (
    expect_grades,
    grade,
    grade_button,
    question,
    question_text,
    reveal,
    start_as_guest,
    stored_grades,
    undone_count,
)

ANSWERS = "**/cards/*/answers"

pytestmark = pytest.mark.long


def test_a_double_click_on_a_grade_makes_one_review(page: Page, app: Flask) -> None:
    start_as_guest(page)
    first, posts = question_text(page), []
    page.on("request", lambda request: request.method == "POST" and posts.append(request.url))
    reveal(page)
    grade_button(page, "Good").dblclick()
    expect(question(page)).not_to_have_text(first)
    expect_grades(page, app, [4])
    assert len(posts) == 1


def test_a_second_tab_hears_that_its_card_was_answered_elsewhere(page: Page, failing_page: Page, app: Flask) -> None:
    start_as_guest(page)
    failing_page.goto("/study")
    first = question_text(failing_page)
    assert question_text(page) == first
    grade(page, "Good")
    reveal(failing_page)
    grade_button(failing_page, "Again").click()
    expect(failing_page.get_by_role("status")).to_contain_text("already answered elsewhere. Nothing was lost")
    expect(question(failing_page)).to_have_text(question_text(page))
    expect_grades(page, app, [4])
    grade(failing_page, "Easy")
    expect_grades(failing_page, app, [4, 5])


NOT_SAVED = "Not saved yet. Cardlet keeps trying; go on if you like."


def test_while_the_network_is_gone_for_a_minute_nothing_is_lost(failing_page: Page, app: Flask) -> None:
    page = failing_page
    page.clock.install()
    start_as_guest(page)
    grade(page)
    page.wait_for_load_state("networkidle")
    page.context.set_offline(True)
    second = question_text(page)
    reveal(page)
    grade_button(page, "Hard").click()
    expect(question(page)).not_to_have_text(second)
    third = question_text(page)
    expect(page.locator("#saved")).to_have_text(NOT_SAVED)
    reveal(page)
    grade_button(page, "Easy").click()
    for _ in range(6):
        page.clock.run_for(10_000)
    expect(question(page)).to_have_text(third)
    assert stored_grades(app) == [4]
    page.context.set_offline(False)
    page.clock.run_for(16_000)
    expect(question(page)).not_to_have_text(third)
    expect_grades(page, app, [4, 3, 5])
    grade(page)
    expect_grades(page, app, [4, 3, 5, 4])


def test_answers_that_were_not_saved_outlive_the_page(failing_page: Page, app: Flask) -> None:
    page = failing_page
    start_as_guest(page)
    first = question_text(page)
    page.wait_for_load_state("networkidle")
    page.route(ANSWERS, lambda route: route.abort())
    reveal(page)
    grade_button(page, "Good").click()
    expect(page.locator("#saved")).to_have_text(NOT_SAVED)
    page.goto("/decks")
    assert stored_grades(app) == []
    page.unroute(ANSWERS)
    page.goto("/study")
    expect(page.locator("#saved[data-state=saved]")).to_be_visible()
    expect(question(page)).not_to_have_text(first)
    expect_grades(page, app, [4])
    page.reload()
    expect_grades(page, app, [4])


def test_another_tab_that_saves_does_not_lose_what_this_one_could_not(
    page: Page, failing_page: Page, app: Flask
) -> None:
    start_as_guest(page)
    failing_page.goto("/study")
    page.goto("/study?card=3")
    assert question_text(page) != question_text(failing_page)
    failing_page.wait_for_load_state("networkidle")
    failing_page.route(ANSWERS, lambda route: route.abort())
    reveal(failing_page)
    grade_button(failing_page, "Hard").click()
    expect(failing_page.locator("#saved")).to_have_text(NOT_SAVED)
    grade(page, "Easy")
    expect_grades(page, app, [5])
    failing_page.close()
    page.reload()
    expect(page.locator("#saved[data-state=saved]")).to_be_visible()
    expect_grades(page, app, [5, 3])


def test_a_grade_whose_reply_is_lost_is_stored_once(failing_page: Page, app: Flask) -> None:
    page = failing_page
    start_as_guest(page)
    first = question_text(page)
    page.wait_for_load_state("networkidle")

    def lose_the_reply(route: Route) -> None:
        route.fetch()
        route.abort()

    page.route(ANSWERS, lose_the_reply, times=2)
    reveal(page)
    page.keyboard.press("3")
    expect(page.locator("#saved")).to_have_text(NOT_SAVED)
    assert stored_grades(app) == [4]
    expect_grades(page, app, [4])
    expect(question(page)).not_to_have_text(first)


def test_a_server_that_fails_is_asked_again(failing_page: Page, app: Flask) -> None:
    page = failing_page
    start_as_guest(page)
    page.wait_for_load_state("networkidle")
    page.route(ANSWERS, lambda route: route.fulfill(status=503, body="<p>busy</p>"), times=2)
    grade(page)
    expect(page.locator("#saved")).to_have_text(NOT_SAVED)
    expect_grades(page, app, [4])


def test_an_undo_that_never_arrives_can_be_tried_again(failing_page: Page, app: Flask) -> None:
    page = failing_page
    start_as_guest(page)
    first = question_text(page)
    grade(page)
    page.route("**/undos", lambda route: route.abort())
    page.keyboard.press("u")
    expect(page.get_by_role("status")).to_contain_text("Not saved")
    assert undone_count(app) == 0
    page.unroute("**/undos")
    page.keyboard.press("u")
    expect(question(page)).to_have_text(first)
    assert undone_count(app) == 1


def test_a_grade_without_its_cookie_is_told_that_nothing_was_changed(failing_page: Page, app: Flask) -> None:
    page = failing_page
    start_as_guest(page)
    first = question_text(page)
    reveal(page)
    page.wait_for_load_state("networkidle")
    page.context.clear_cookies()
    with page.expect_response(ANSWERS):
        grade_button(page, "Good").click()
    expect(page.get_by_text("nothing was changed")).to_have_count(1)
    expect(page.get_by_role("status").get_by_role("link")).to_have_attribute("href", "/")
    expect(question(page)).not_to_have_text(first)
    expect_grades(page, app, [])
