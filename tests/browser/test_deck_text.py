"""A deck edited whole as text: what changes is shown, saved, studied on, and taken back."""

import re
from collections.abc import Iterator

import pytest
import sqlalchemy as sa
from flask import Flask
from playwright.sync_api import Page, expect

from app.database import db
from app.models import Memory
from tests.browser.steps import answer, expect_grades, grade, import_the_deck, more, question
from tests.browser.test_accessibility import COLOURS, NARROW, NARROWEST, RULES, WIDE, violations

DECK = """---
deck: Capitals
id: capitals
---

## capital of France {#fr}

Paris

## capital of Spain {#es}

Madrid

## capital of Italy {#it}

Roma

## capital of Norway {#no}
tags: north

Oslo
"""
FRANCE, ITALY, NORWAY = (
    "## capital of France {#fr}\n\nParis\n\n",
    "## capital of Italy {#it}\n\nRoma\n\n",
    "## capital of Norway {#no}\ntags: north\n\nOslo\n",
)


def text_of(page: Page, deck_id: int) -> str:
    page.goto(f"/decks/{deck_id}")
    more(page)
    page.locator("a[href$='/text']").click()
    return page.locator("#text").input_value()


def show(page: Page, text: str) -> None:
    page.get_by_label("The deck").fill(text)
    page.get_by_role("button", name="Show what changes").click()


def edited(text: str) -> str:
    """One changed, one moved to the end, one removed, one new in the middle."""
    assert all(block in text for block in (FRANCE, ITALY, NORWAY)), text
    text = text.replace("Paris", "**Paris**, on the Seine").replace(ITALY, "")
    text = text.replace(NORWAY, "## capital of Poland\n\nWarszawa\n\n" + NORWAY)
    spain = text[text.index("## capital of Spain") : text.index("## capital of Poland")]
    return text.replace(spain, "") + "\n" + spain


def memories(app: Flask) -> list[tuple]:
    with app.app_context():
        return [tuple(row) for row in db.session.execute(sa.select(Memory.__table__))]


def test_a_deck_as_text_and_back(page: Page, app: Flask) -> None:
    deck_id = import_the_deck(page, "Ada", DECK)
    page.goto(f"/study?deck={deck_id}")
    expect(question(page)).to_have_text("capital of France")
    grade(page)
    expect(question(page)).to_have_text("capital of Spain")
    expect_grades(page, app, [4])
    known = memories(app)
    opened = text_of(page, deck_id)
    page.keyboard.press("Tab")
    show(page, edited(opened))
    changes = page.locator("#changes")
    for words in ("1 added", "1 changed", "1 moved", "1 removed"):
        expect(changes.get_by_role("listitem").filter(has_text=re.compile(f"^{words}$"))).to_be_visible()
    expect(changes.locator("ins").last).to_contain_text("on the Seine")
    # The number of a line leads to it, once the scripts have come.
    page.wait_for_load_state()
    changes.get_by_role("link", name=re.compile("^Line ")).first.click()
    chosen = page.locator("#text").evaluate("text => text.value.slice(text.selectionStart, text.selectionEnd)")
    assert chosen == "## capital of Poland"
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_role("status")).to_contain_text("1 added, 1 changed, 1 moved, 1 removed")
    expect(page.locator("ol.notes .front")).to_have_text(
        ["capital of France", "capital of Poland", "capital of Norway", "capital of Spain"]
    )
    assert memories(app) == known
    studying = page.context.new_page()
    studying.goto(f"/study?deck={deck_id}")
    expect(question(studying)).to_have_text("capital of Poland")
    page.get_by_role("button", name="Undo").click()
    expect(page.get_by_role("status")).to_contain_text("Undone.")
    expect(page.locator("ol.notes .front")).to_have_text(
        [f"capital of {country}" for country in ("France", "Spain", "Italy", "Norway")]
    )
    assert memories(app) == known and len(known) == 1
    assert text_of(page, deck_id) == opened


@pytest.mark.long
@pytest.mark.parametrize("context_options", [{"java_script_enabled": False}], indirect=True)
def test_a_save_is_undone_whole_without_scripts(page: Page, app: Flask) -> None:
    deck_id = import_the_deck(page, "Ada", DECK)
    opened = text_of(page, deck_id)
    show(page, edited(opened))
    page.get_by_role("button", name="Save").click()
    page.get_by_role("button", name="Undo").click()
    expect(page.get_by_role("status")).to_contain_text("Undone.")
    assert text_of(page, deck_id) == opened
    page.goto(f"/study?deck={deck_id}")
    expect(question(page)).to_have_text("capital of France")
    page.get_by_text("Show answer").click()
    expect(answer(page)).to_have_text("Paris")


def states(page: Page) -> Iterator[str]:
    deck_id = import_the_deck(page, "Ada", DECK)
    opened = text_of(page, deck_id)
    yield "deck as text"
    page.locator("form.as-text .row button").last.click()
    yield "nothing changes"
    page.locator("#text").fill(edited(opened))
    page.locator("form.as-text .row button").last.click()
    expect(page.locator("#changes ins").first).to_be_visible()
    yield "what changes"
    page.locator("#text").fill(opened.replace("{#es}", "{#fr}").replace("deck: Capitals", "deck: Else"))
    page.locator("form.as-text .row button").last.click()
    expect(page.get_by_role("alert")).to_be_visible()
    yield "what is wrong"
    page.locator("input[name=opened]").evaluate("(one, text) => (one.value = text)", opened.replace("Oslo", "Bergen"))
    page.locator("#text").fill(edited(opened))
    page.locator("form.as-text .row button").last.click()
    expect(page.get_by_role("alert")).to_be_visible()
    yield "changed elsewhere"


@pytest.mark.long
@pytest.mark.parametrize(
    ("context_options", "rules"), [({}, RULES), ({"color_scheme": "dark"}, COLOURS)], indirect=["context_options"]
)
def test_axe_finds_nothing_and_nothing_scrolls_sideways(failing_page: Page, rules: dict) -> None:
    found, too_wide = [], {}
    for name in states(failing_page):
        failing_page.set_viewport_size(NARROWEST)
        too_wide[name] = failing_page.evaluate("document.scrollingElement.scrollWidth - innerWidth")
        for size in (NARROW, WIDE):
            failing_page.set_viewport_size(size)
            found += [f"{name}, {size['width']} px: {one}" for one in violations(failing_page, rules)]
    assert {name: pixels for name, pixels in too_wide.items() if pixels > 0} == {}
    assert found == [], "\n".join(found)
