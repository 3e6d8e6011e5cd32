"""The study page is made of plain forms and `details`: without JavaScript everything still works."""

import pytest
import sqlalchemy as sa
from flask import Flask
from playwright.sync_api import Page, expect

from app.database import db
from app.models import Review
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

pytestmark = pytest.mark.long


@pytest.fixture
def context_options() -> dict[str, object]:
    return {"java_script_enabled": False}


def test_without_scripts_several_cards_are_studied_one_after_another(page: Page, app: Flask) -> None:
    start_as_guest(page)
    seen = []
    for name in ("Again", "Hard", "Good", "Easy"):
        seen.append(question_text(page))
        expect(answer(page)).to_be_hidden()
        grade(page, name)
    assert len(set(seen)) == 4
    expect_grades(page, app, [2, 3, 4, 5])


def test_without_scripts_a_deck_is_studied_to_its_end_and_undone_from_there(page: Page, app: Flask) -> None:
    start_as_guest(page)
    study_a_deck_of(page, 2)
    shown = []
    for _ in range(2):
        shown.append(question_text(page))
        grade(page)
    expect(page.get_by_role("heading", name="Done")).to_be_visible()
    for before in reversed(shown):
        page.get_by_role("button", name="Undo").click()
        expect(question(page)).to_have_text(before)
    assert undone_count(app) == 2
    grade(page)
    expect(question(page)).to_have_text(shown[1])
    expect_grades(page, app, [4])


def test_without_scripts_a_double_click_on_a_grade_makes_one_review(page: Page, app: Flask) -> None:
    start_as_guest(page)
    first = question_text(page)
    reveal(page)
    grade_button(page, "Good").dblclick()
    expect(question(page).filter(has_text=first)).to_have_count(0)
    expect_grades(page, app, [4])


def test_without_scripts_the_time_for_an_answer_is_still_known(page: Page, app: Flask) -> None:
    start_as_guest(page)
    grade(page)
    with app.app_context():
        took = db.session.scalars(sa.select(Review.took_ms)).one()
    assert 0 < took < 60_000


def test_without_scripts_a_second_answer_to_the_same_card_is_refused_kindly(failing_page: Page, app: Flask) -> None:
    page = failing_page
    start_as_guest(page)
    second_tab = page.context.new_page()
    second_tab.goto("/study")
    grade(page)
    reveal(second_tab)
    grade_button(second_tab, "Again").click()
    expect(second_tab.get_by_role("status")).to_contain_text("already answered elsewhere")
    expect(question(second_tab)).to_have_text(question_text(page))
    expect_grades(page, app, [4])
