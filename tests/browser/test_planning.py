"""A deck switched to FSRS and back, seen first each time and undone; parameters fitted; a year ahead."""

import random
import re
from uuid import UUID

import pytest
import sqlalchemy as sa
from flask import Flask
from playwright.sync_api import Page, expect
from sqlalchemy.orm import Session

from app.database import db, one_moment, writing
from app.models import Card, Memory, SchedulerVersion, User
from app.scheduling import Answer, MemoryState
from app.study import merge_answers
from app.study.merging import LateAnswer
from app.study.rebuilding import compare
from tests.browser.steps import grade, grade_button, reveal, sign_up
from tests.factories import a_deck, a_follow, at

pytestmark = pytest.mark.long

CARDS, EACH = 40, 7


@pytest.fixture
def deck_id(app: Flask, page: Page) -> int:
    """A deck of Ada's whose cards she has answered for some months."""
    sign_up(page, "Ada")
    with app.app_context(), writing() as session:
        return studied(session)


def studied(session: Session) -> int:
    ada, deck = session.scalars(sa.select(User)).one(), a_deck(session, cards=CARDS + 3, name="Nodes")
    a_follow(session, ada, deck)
    chance, late = random.Random(7), []  # noqa: S311 - the same answers every time
    for card in list(session.scalars(sa.select(Card).where(Card.deck_id == deck.id)))[:CARDS]:
        day = ada.today(at(-120)) + chance.randrange(10)
        for number in range(EACH):
            answer = Answer(UUID(int=card.id * 100 + number), day, at(-120, minute=number), chance.choice((2, 4, 4, 5)))
            late.append(LateAnswer(card.id, answer, took_ms=3_000))
            day += chance.choice((1, 2, 4, 8, 16))
    merge_answers(session, ada, late)
    return deck.id


def memories(app: Flask) -> dict[int, MemoryState]:
    with app.app_context():
        return {memory.card_id: memory.state for memory in db.session.scalars(sa.select(Memory))}


def agrees(app: Flask) -> bool:
    # Or an answer that is stored meanwhile stands in the one and not in the other.
    with app.app_context(), one_moment() as session:
        return compare(session, 1).agrees


def test_a_deck_goes_to_fsrs_and_back_with_a_look_first_and_the_change_is_undone(
    app: Flask, page: Page, deck_id: int
) -> None:
    before = memories(app)
    page.goto(f"/decks/{deck_id}")
    page.get_by_role("link", name="How it is scheduled").click()
    expect(page.get_by_text("SM-2, the default")).to_be_visible()
    _look_at(page, "FSRS")
    expect(
        page.get_by_text(re.compile(rf"\d+ of the {CARDS} cards you have studied move to another day\."))
    ).to_be_visible()
    expect(page.get_by_role("img", name=re.compile("cards you have studied move to another day"))).to_be_visible()
    assert memories(app) == before
    page.get_by_role("button", name="Use this schedule").click()
    expect(page.get_by_role("status")).to_contain_text("Nodes is now scheduled by FSRS at 90%")
    by_fsrs = memories(app)
    assert all(state.stability for state in by_fsrs.values()) and agrees(app)

    page.goto(f"/study?deck={deck_id}")
    reveal(page)
    expect(grade_button(page, "Easy")).not_to_contain_text("then")
    page.goto(f"/decks/{deck_id}/scheduling")
    _look_at(page, "SM-2")
    page.get_by_role("button", name="Use this schedule").click()
    expect(page.get_by_role("status")).to_contain_text("Nodes is now scheduled by SM-2.")
    assert memories(app) == before and agrees(app)

    page.get_by_role("link", name=re.compile("^Undo: back to")).click()
    expect(page.get_by_role("heading", name="Back to FSRS at 90%")).to_be_visible()
    page.get_by_role("button", name="Undo the change").click()
    expect(page.get_by_role("status")).to_contain_text("Nodes is now scheduled by FSRS at 90%")
    assert memories(app) == by_fsrs
    page.get_by_role("link", name=re.compile("^Undo: back to")).click()
    page.get_by_role("button", name="Undo the change").click()
    expect(page.get_by_text("SM-2, the default")).to_be_visible()
    assert memories(app) == before and agrees(app)


def test_parameters_fitted_in_the_browser_schedule_the_next_answer(app: Flask, page: Page, deck_id: int) -> None:
    pytest.importorskip("fsrs_rs_python")
    page.goto(f"/decks/{deck_id}/scheduling")
    page.get_by_role("link", name="Fit to my answers").click()
    expect(page.get_by_role("img", name=re.compile("Error over the newest answers"))).to_be_visible()
    page.get_by_role("button", name="Keep them and see what changes").click()
    expect(page.get_by_role("status")).to_contain_text("The parameters are kept.")
    page.get_by_role("button", name="Use this schedule").click()
    expect(page.get_by_role("status")).to_contain_text("Nodes is now scheduled by FSRS at 90%")
    with app.app_context():
        assert db.session.scalars(sa.select(SchedulerVersion.parameter_set)).all() == [1]
    page.goto(f"/study?deck={deck_id}")
    # The next card is there before the answer is stored.
    with page.expect_response("**/answers"):
        grade(page, "Good")
    assert agrees(app)


def test_a_year_ahead_is_simulated_with_the_numbers_asked_for(page: Page, deck_id: int) -> None:
    page.goto(f"/decks/{deck_id}/scheduling")
    page.get_by_role("link", name="Look a year ahead").click()
    page.get_by_label("New cards a day").fill("1")
    page.get_by_label("Desired retention, in percent (FSRS)").fill("97")
    page.get_by_role("button", name="Simulate").click()
    expect(page.get_by_text("Here FSRS means more reviews.")).to_be_visible()
    expect(page.get_by_role("row", name=re.compile(r"^FSRS at 97%"))).to_be_visible()
    expect(page.get_by_role("img", name=re.compile("At 97%, FSRS asks for"))).to_be_visible()


def _look_at(page: Page, scheduler: str) -> None:
    page.get_by_role("radio", name=re.compile(f"^{scheduler}")).check()
    page.get_by_role("button", name="See what changes").click()
    expect(page.get_by_role("heading", name=re.compile(f"^What would change: {scheduler}"))).to_be_visible()
