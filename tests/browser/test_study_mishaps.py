"""What goes wrong while studying: fingers that double-click, second tabs, lost networks."""

from flask import Flask
from playwright.sync_api import Page, Route, expect

from tests.browser.steps import (
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


def test_a_double_click_on_a_grade_makes_one_review(page: Page, app: Flask) -> None:
    start_as_guest(page)
    first, posts = question_text(page), []
    page.on("request", lambda request: request.method == "POST" and posts.append(request.url))
    reveal(page)
    grade_button(page, "Good").dblclick()
    expect(question(page)).not_to_have_text(first)
    assert stored_grades(app) == [4]
    assert len(posts) == 1


def test_a_grade_pressed_while_another_is_on_its_way_is_ignored(page: Page, app: Flask) -> None:
    start_as_guest(page)
    first = question_text(page)
    held: list[Route] = []

    def hold(route: Route) -> None:
        held.append(route)

    page.route(ANSWERS, hold)
    reveal(page)
    with page.expect_request(ANSWERS):
        page.keyboard.press("3")
    page.keyboard.press("1")
    grade_button(page, "Easy").click()
    for route in held:
        route.continue_()
    expect(question(page)).not_to_have_text(first)
    assert len(held) == 1
    assert stored_grades(app) == [4]


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
    assert stored_grades(app) == [4]
    grade(failing_page, "Easy")
    assert stored_grades(app) == [4, 5]


def test_a_grade_that_never_arrives_keeps_the_card_and_says_so(failing_page: Page, app: Flask) -> None:
    page = failing_page
    start_as_guest(page)
    first = question_text(page)
    page.route(ANSWERS, lambda route: route.abort())
    reveal(page)
    grade_button(page, "Good").click()
    expect(page.get_by_role("status")).to_have_text(
        "Not saved: the server did not answer. Your card is still here; grade it again."
    )
    expect(question(page)).to_have_text(first)
    assert stored_grades(app) == []
    page.unroute(ANSWERS)
    grade_button(page, "Good").click()
    expect(question(page)).not_to_have_text(first)
    expect(page.get_by_role("status")).not_to_contain_text("Not saved")
    assert stored_grades(app) == [4]


def test_a_grade_whose_reply_is_lost_is_stored_once_when_it_is_given_again(failing_page: Page, app: Flask) -> None:
    page = failing_page
    start_as_guest(page)
    first = question_text(page)

    def lose_the_reply(route: Route) -> None:
        route.fetch()
        route.abort()

    page.route(ANSWERS, lose_the_reply)
    reveal(page)
    page.keyboard.press("3")
    expect(page.get_by_role("status")).to_contain_text("Not saved")
    assert stored_grades(app) == [4]
    page.unroute(ANSWERS)
    page.keyboard.press("3")
    expect(question(page)).not_to_have_text(first)
    assert stored_grades(app) == [4]


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
    page.context.clear_cookies()
    for _ in range(2):
        with page.expect_response(ANSWERS):
            grade_button(page, "Good").click()
    expect(page.get_by_text("nothing was changed")).to_have_count(1)
    expect(page.get_by_role("status").get_by_role("link")).to_have_attribute("href", "/")
    expect(question(page)).to_have_text(first)
    assert stored_grades(app) == []
