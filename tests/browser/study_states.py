"""A walk over every state the study page can be in, and over the pages that belong to a session."""

import re
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import sqlalchemy as sa
from flask import Flask
from playwright.sync_api import Page, expect

from app.clock import now
from app.database import db, writing
from app.models import Card, DailySummary, Follow, Memory, Note
from app.study.recounting import recount
from tests.browser.steps import (
    another_showing,
    answer,
    expect_saved,
    grade_button,
    import_the_deck,
    question,
    start_as_guest,
)
from tests.browser.test_every_kind import EVERY_KIND
from tests.browser.test_thirty_cards import FILES
from tests.pages.test_session import earlier

ANSWERS = "**/cards/*/answers"
STAY = """async () => {
    await new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)));
    await Promise.all(document.getAnimations().map((moving) => moving.finished.catch(() => {})));
}"""
"""Half a card's arrival has half its colours."""


def study_states(page: Page, app: Flask) -> Iterator[str]:
    """Shows one state after another and yields the name of each; what is done to the rows here takes days otherwise."""
    deck_id = import_the_deck(page, "Ada", EVERY_KIND.read_text())
    change(app, sa.update(Follow).values(new_per_day=40))
    study = (_of_one_card(page), _of_kinds(page, app), _of_messages(page, app), _of_trouble(page))
    for states in (*study, _of_media(page, deck_id), _of_the_end(page, app), _of_a_guest(page, app)):
        for name in states:
            page.evaluate(STAY)
            yield name


def change(app: Flask, statement: Any) -> None:
    with app.app_context(), writing() as session:
        session.execute(statement)


def show(page: Page) -> None:
    page.get_by_text("Show answer").click()
    expect(answer(page)).to_be_visible()


def _of_one_card(page: Page) -> Iterator[str]:
    page.goto("/study")
    yield "question"
    page.get_by_role("button", name="This card").click()
    expect(page.get_by_role("dialog", name="This card")).to_be_visible()
    yield "what can be done to a card"
    page.keyboard.press("Escape")
    page.keyboard.press("?")
    expect(page.get_by_role("dialog", name="Keys")).to_be_visible()
    yield "the list of keys"
    page.keyboard.press("?")
    page.keyboard.press("f")
    expect(page.locator(".flagged")).to_be_visible()
    yield "a flagged card"
    show(page)
    yield "a flagged card, answer"
    page.get_by_role("button", name="This card").click()
    yield "what can be done to a flagged card"
    page.keyboard.press("Escape")
    for key, name in (("b", "put off"), ("u", "undone"), ("Control+Shift+Z", "done again"), ("s", "suspended")):
        said = page.locator(".study-message").inner_text()
        page.keyboard.press(key)
        expect(page.locator(".study-message")).not_to_have_text(said)
        yield name
    page.goto("/cards/marked")
    yield "marked cards"


def _of_kinds(page: Page, app: Flask) -> Iterator[str]:
    """Questions and answers of the kinds that look like no other; their files are missing yet."""
    for name in ("missing", "sound", "picture", "elsewhere", "maths-wrong", "broken", "drawing", "styled", "typed"):
        with app.app_context():
            ids = sa.select(Card.id).join(Note).where(Note.guid.endswith(f"/{name}")).order_by(Card.position)
            card_id = db.session.scalars(ids).first()
        assert card_id is not None, name
        page.goto(f"/study?card={card_id}")
        page.wait_for_load_state("networkidle")
        yield f"{name}, question"
        if name != "typed":
            show(page)
            yield f"{name}, answer"
            continue
        address = page.url
        for typed, verdict in (("printemps", "wrong"), ("le printemps ete", "nearly"), ("le printemps été", "right")):
            page.goto(address)
            page.get_by_label("Your answer").fill(typed)
            page.keyboard.press("Enter")
            expect(page.locator(f".comparison[data-verdict={verdict}]")).to_be_visible()
            yield f"typed, {verdict}"


def _of_messages(page: Page, app: Flask) -> Iterator[str]:
    """The lines above a card that say why it is here."""
    page.goto("/study")
    for _ in range(2):
        grade(page, "Again")
    expect_saved(page)
    change(app, sa.update(Memory).where(Memory.drill_day > 0).values(drill_at=now() - timedelta(minutes=10)))
    page.goto("/study")
    expect(page.get_by_role("status")).to_contain_text("Once more")
    yield "once more"
    yesterday = {"lapses": 8, "last_day": Memory.last_day - 1, "queue_day": Memory.last_day, "drill_day": None}
    change(app, sa.update(Memory).values(due_day=Memory.last_day, drill_at=None, **yesterday))
    page.goto("/study")
    expect(page.get_by_role("status")).to_contain_text("Forgotten 8 times")
    yield "a leech"


def _of_trouble(page: Page) -> Iterator[str]:
    """Answers that do not arrive, and those that are refused."""
    page.wait_for_load_state("networkidle")
    page.route(ANSWERS, lambda route: route.abort())
    grade(page, "Good")
    expect(page.locator("#saved[data-state=unsaved]")).to_be_visible()
    yield "not saved yet"
    show(page)
    yield "not saved yet, answer"
    page.unroute(ANSWERS)
    expect(page.locator("#saved[data-state=saved]")).to_be_visible(timeout=20_000)
    yield "saved"
    for field, value, status in (("seen", "99", 409), ("review_id", "none", 422), ("csrf_token", "none", 400)):
        page.goto("/study")
        page.wait_for_load_state("networkidle")
        show(page)
        page.locator(f".grades [name={field}]").evaluate("(field, value) => (field.value = value)", value)
        said, card = page.locator(".study-message").inner_text(), page.locator("[data-card]").get_attribute("data-card")
        with page.expect_response(ANSWERS) as response:
            grade_button(page, "Good").click()
        assert response.value.status == status
        expect(page.locator(".study-message")).not_to_have_text(said)
        if status == 422:
            # It is asked for again, for its answer does not count.
            expect(page.locator(f"[data-card='{card}']")).to_be_visible()
        yield f"refused with {status}"


def _of_media(page: Page, deck_id: int) -> Iterator[str]:
    page.goto(f"/decks/{deck_id}/media")
    yield "no files yet"
    files = [{"name": name, "mimeType": "image/png", "buffer": held} for name, held in FILES.items()]
    page.get_by_label("Files to add").set_input_files([*files, {**files[0], "name": "no card asks for it.png"}])  # type: ignore[list-item]
    page.get_by_role("button", name="Add", exact=True).click()
    expect(page.get_by_text("5 files added.")).to_be_visible()
    yield "files"
    page.get_by_label("Files to add").set_input_files({"name": "x.png", "mimeType": "image/png", "buffer": b"<html>"})
    page.get_by_role("button", name="Add", exact=True).click()
    expect(page.get_by_role("alert")).to_be_visible()
    yield "a file that is refused"


def _of_the_end(page: Page, app: Flask) -> Iterator[str]:
    """The finished page with all it can say: limits reached, a row of days, other decks that wait."""
    change(app, sa.update(Follow).values(new_per_day=1, reviews_per_day=1))
    change(app, sa.update(Memory).values(queue_day=Memory.last_day, due_day=Memory.last_day, drill_day=None))
    change(app, sa.insert(DailySummary).from_select(*earlier(days=2)))
    with app.app_context(), writing() as session:
        for user_id in session.scalars(sa.select(DailySummary.user_id).distinct()).all():
            recount(session.connection(), user_id)
    page.goto("/study")
    if page.locator(".done").count() == 0:
        grade(page, "Good")
    expect(page.locator(".done")).to_contain_text("wait for another day")
    expect(page.locator(".done")).to_contain_text("days in a row")
    expect(page.locator(".done")).to_contain_text(re.compile(r"at the first try\. You met"))
    yield "finished, cards are held back"
    page.get_by_role("button", name="A few more reviews today").click()
    expect(question(page)).to_be_visible()
    yield "a few more"


def _of_a_guest(page: Page, app: Flask) -> Iterator[str]:
    page.context.clear_cookies()
    start_as_guest(page)
    change(app, sa.update(Follow).values(new_per_day=1))
    page.goto("/study")
    grade(page, "Again")
    expect(page.get_by_role("status")).to_contain_text("Nothing else waits")
    yield "back at once"
    grade(page, "Good")
    expect(page.get_by_role("link", name="Choose a name to keep it")).to_be_visible()
    yield "finished, a guest"


def grade(page: Page, name: str) -> None:
    with another_showing(page):
        show(page)
        grade_button(page, name).click()
