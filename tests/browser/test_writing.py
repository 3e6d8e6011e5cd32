"""Writing cards in the browser, by keyboard."""

import re

import pytest
import sqlalchemy as sa
from flask import Flask
from playwright.sync_api import Browser, BrowserContext, Page, expect

from app.database import db
from app.models import Card, Memory, Note
from tests.browser.steps import answer, expect_grades, question, sign_up

CAPITALS = ["Spain", "Italy", "France", "Greece", "Poland", "Norway", "Sweden", "Latvia", "Austria", "Hungary"]
PICTURE = "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg=="
PASTE = """([html, plain]) => {
  const clipboardData = new DataTransfer();
  if (html) clipboardData.setData('text/html', html);
  if (plain) clipboardData.setData('text/plain', plain);
  document.activeElement.dispatchEvent(new ClipboardEvent('paste', { clipboardData, bubbles: true, cancelable: true }));
}"""
DROP = """async data => {
  const bytes = Uint8Array.from(atob(data), (sign) => sign.charCodeAt(0));
  const dataTransfer = new DataTransfer();
  dataTransfer.items.add(new File([bytes], 'a map.png', { type: 'image/png' }));
  const field = document.getElementById('field-1');
  for (const name of ['dragover', 'drop']) {
    field.dispatchEvent(new DragEvent(name, { dataTransfer, bubbles: true, cancelable: true }));
  }
}"""


def notes(app: Flask) -> list[list[str]]:
    with app.app_context():
        own = sa.select(Note.fields).where(Note.owner_id.is_not(None)).order_by(Note.id)
        return [list(fields) for fields in db.session.scalars(own)]


def begin(page: Page, name: str = "Capitals") -> None:
    """A new learner makes a deck, by keyboard, and has its first card before them."""
    sign_up(page, "Ada")
    page.locator(".choices a[href='/decks/new']").click()
    page.locator("#name").fill(name)
    page.keyboard.press("Enter")
    expect(page.locator("#field-0")).to_be_focused()
    expect(page.locator(".tools")).to_be_visible()


def type_of(page: Page, key: str) -> None:
    """Chooses the note type, with which the page comes anew."""
    page.locator("#type").select_option(key)
    page.wait_for_url("**/notes/preview")
    expect(page.locator(".tools")).to_be_visible()


def test_ten_cards_are_written_studied_and_one_corrected_without_a_mouse(page: Page, app: Flask) -> None:
    begin(page)
    expect(page.locator("main > .notice")).to_contain_text("The deck is made.")
    for country in CAPITALS:
        page.keyboard.type(f"Capital of {country}?")
        page.keyboard.press("Tab")
        page.keyboard.type("Madird" if country == "Spain" else f"That of {country}")
        page.keyboard.press("Control+Enter")
        expect(page.locator("#said")).to_have_text(f"Added: Capital of {country}?")
        expect(page.locator("#field-0")).to_be_focused()
        expect(page.locator("#field-0")).to_have_value("")
        expect(page.locator("main > .notice")).to_have_count(0)
    assert [fields[0] for fields in notes(app)] == [f"Capital of {country}?" for country in CAPITALS]
    page.goto("/study")
    for country in CAPITALS[:2]:
        expect(question(page)).to_have_text(f"Capital of {country}?")
        page.keyboard.press("Space")
        page.keyboard.press("3")
    expect(question(page)).to_have_text("Capital of France?")
    expect_grades(page, app, [4, 4])
    before = memories(app)
    page.goto(edit_address(app))
    expect(page.locator("#field-0")).to_be_focused()
    page.keyboard.press("Tab")
    page.keyboard.press("Control+A")
    page.keyboard.type("Madrid")
    expect(page.locator("#preview .back")).to_have_text("Madrid")
    page.keyboard.press("Control+Enter")
    expect(page.get_by_role("status").filter(has_text="Saved.")).to_be_visible()
    assert notes(app)[0] == ["Capital of Spain?", "Madrid"]
    assert memories(app) == before and len(before) == 2
    expect(question(page)).to_have_text("Capital of France?")
    page.keyboard.press("Space")
    expect(answer(page)).to_have_text("That of France")
    page.keyboard.press("3")
    expect_grades(page, app, [4, 4, 4])


def edit_address(app: Flask) -> str:
    """Where the first of the cards is edited, with the way back to the third."""
    with app.app_context():
        cards = db.session.scalars(
            sa.select(Card).where(Card.note.has(Note.owner_id.is_not(None))).order_by(Card.id)
        ).all()
        return f"/notes/{cards[0].note_id}/edit?next=/study%3Fcard%3D{cards[2].id}"


def memories(app: Flask) -> list[tuple]:
    with app.app_context():
        return [tuple(row) for row in db.session.execute(sa.select(Memory.__table__))]


@pytest.mark.long
def test_keys_and_buttons_write_the_signs(page: Page, app: Flask) -> None:
    begin(page)
    type_of(page, "cloze")
    text = page.locator("#field-0")
    text.focus()
    page.keyboard.type("etcd")
    page.keyboard.press("Control+A")
    page.keyboard.press("Control+Shift+C")
    expect(text).to_have_value("{{c1::etcd}}")
    page.keyboard.press("End")
    for typed, key in ((" keeps ", ""), ("all", "Control+Shift+C"), (" and ", ""), ("more", "Control+Alt+Shift+C")):
        if key:
            page.keyboard.press(key)
        page.keyboard.type(typed)
        page.keyboard.press("End")
    expect(text).to_have_value("{{c1::etcd}} keeps {{c2::all}} and {{c2::more}}")
    expect(page.locator(".cards-preview > li")).to_have_count(2)
    page.locator("#field-1").focus()
    page.get_by_role("button", name="Bold").click()
    page.keyboard.type("strong")
    page.keyboard.press("End")
    page.keyboard.press("Control+E")
    page.keyboard.type("code")
    expect(page.locator("#field-1")).to_have_value("**strong**`code`")
    page.keyboard.press("Control+Z")
    expect(page.locator("#field-1")).not_to_have_value("**strong**`code`")
    page.keyboard.press("Control+Enter")
    expect(page.locator("#said")).to_contain_text("Added: ")
    expect(page.locator("#type")).to_have_value("cloze")


@pytest.mark.long
def test_what_is_pasted_and_dropped_becomes_markdown(page: Page, app: Flask) -> None:
    begin(page)
    page.evaluate(PASTE, ["<p class=MsoNormal><b>Madrid</b><o:p></o:p></p>", "Madrid"])
    expect(page.locator("#field-0")).to_have_value("**Madrid**")
    page.evaluate(PASTE, ["<span style='font-weight:700'>!</span><span style='font-weight: 400'>?</span>", "!?"])
    expect(page.locator("#field-0")).to_have_value("**Madrid****!**?")
    page.locator("#field-0").fill("**Madrid**")
    expect(page.locator("#preview")).to_contain_text("Without words here")
    page.evaluate(DROP, PICTURE)
    expect(page.locator("#field-1")).to_have_value("![](<a map.png>)")
    expect(page.locator("#preview .back img")).to_be_visible()
    page.keyboard.press("Control+Enter")
    expect(page.locator("#said")).to_have_text("Added: Madrid")
    assert notes(app) == [["**Madrid**", "![](<a map.png>)"]]


@pytest.mark.long
def test_a_question_that_is_there_is_told_while_typing_and_tags_are_offered(failing_page: Page, app: Flask) -> None:
    page = failing_page
    begin(page)
    for text in ("Spain", "Madrid", "europe, iberia"):
        page.keyboard.type(text)
        page.keyboard.press("Tab")
    page.keyboard.press("Control+Enter")
    expect(page.locator("#said")).to_have_text("Added: Spain")
    page.keyboard.type("spain")
    expect(page.locator("#same a")).to_have_text(re.compile("^Spain"))
    page.keyboard.type("!")
    expect(page.locator("#same a")).to_have_count(0)
    tags = page.get_by_role("combobox", name="Tags")
    expect(tags).to_have_value("europe, iberia")
    tags.fill("ib")
    expect(page.locator("#tag-choices li")).to_have_text(["iberia"])
    page.keyboard.press("ArrowDown")
    expect(tags).to_have_attribute("aria-activedescendant", "tag-0")
    page.keyboard.press("Enter")
    expect(tags).to_have_value("iberia, ")
    expect(page.locator("#tag-choices")).to_be_hidden()
    page.keyboard.type("EU")
    expect(page.locator("#tag-choices li")).to_have_text(["europe"])
    page.locator("#tag-choices li").click()
    expect(tags).to_have_value("iberia, europe, ")
    page.keyboard.press("Control+Enter")
    expect(page.get_by_role("alert")).to_contain_text("Without words here")
    expect(page.locator("#field-1")).to_be_focused()
    page.keyboard.type("Madrid!")
    page.keyboard.press("Control+Enter")
    expect(page.locator("#said")).to_have_text("Added: spain!")
    expect(page.get_by_role("alert")).to_have_count(0)
    assert len(notes(app)) == 2


@pytest.mark.long
def test_a_draft_outlives_its_tab_and_not_its_learner(page: Page, context: BrowserContext, app: Flask) -> None:
    begin(page)
    new = page.url
    page.keyboard.type("half a ques")
    page.close()
    page = context.new_page()
    page.goto(new)
    expect(page.locator("#draft")).to_contain_text("Draft from ")
    expect(page.locator("#field-0")).to_have_value("half a ques")
    page.get_by_role("button", name="Discard").click()
    expect(page.locator("#field-0")).to_have_value("")
    expect(page.locator("#field-0")).to_be_focused()
    page.keyboard.type("Spain")
    page.keyboard.press("Tab")
    page.keyboard.type("Madrid")
    page.keyboard.press("Control+Enter")
    expect(page.locator("#said")).to_have_text("Added: Spain")
    page.reload()
    expect(page.locator("#field-0")).to_have_value("")
    page.locator("#field-0").fill("never finished")
    page.goto("/settings")
    assert page.evaluate("Object.keys(localStorage).length") == 1
    page.locator("form[action='/sign-out'] button").click()
    expect(page.get_by_role("link", name="Sign in").first).to_be_visible()
    assert page.evaluate("Object.keys(localStorage).length") == 0


@pytest.mark.long
def test_a_draft_over_an_older_version_shows_what_changed_and_overwrites_nothing(
    failing_page: Page, context: BrowserContext, app: Flask
) -> None:
    page = failing_page
    begin(page)
    page.keyboard.type("Spain")
    page.keyboard.press("Tab")
    page.keyboard.type("Madrid")
    page.keyboard.press("Control+Enter")
    page.locator("#written a").click()
    edit = page.url
    page.locator("#field-1").fill("Madrid, I think")
    other = context.new_page()
    other.goto(edit)
    expect(other.locator("#field-1")).to_have_value("Madrid, I think")
    other.get_by_role("button", name="Discard").click()
    other.locator("#field-1").fill("Madrid, since 1561")
    other.keyboard.press("Control+Enter")
    expect(other.get_by_text("Saved.")).to_be_visible()
    page.locator("#field-1").fill("Madrid, I believe")
    page.goto("/")
    page.goto(edit)
    expect(page.locator("#field-1")).to_have_value("Madrid, I believe")
    page.keyboard.press("Control+Enter")
    expect(page.get_by_role("alert")).to_contain_text("changed elsewhere")
    assert notes(app) == [["Spain", "Madrid, since 1561"]]
    page.get_by_role("link", name="Cancel").click()
    page.goto(edit)
    expect(page.locator("#field-1")).to_have_value("Madrid, since 1561")


@pytest.mark.long
def test_without_a_network_nothing_typed_is_lost_and_twice_is_once(
    failing_page: Page, context: BrowserContext, app: Flask
) -> None:
    page = failing_page
    begin(page)
    page.keyboard.type("Spain")
    page.keyboard.press("Tab")
    page.keyboard.type("Madrid")
    context.set_offline(True)
    page.keyboard.press("Control+Enter")
    expect(page.locator("#said")).to_contain_text("did not get through")
    expect(page.locator("#field-1")).to_have_value("Madrid")
    context.set_offline(False)
    page.evaluate("[1, 2].forEach(() => document.getElementById('editor').requestSubmit())")
    expect(page.locator("#said")).to_have_text("Added: Spain")
    assert notes(app) == [["Spain", "Madrid"]]


@pytest.mark.long
def test_without_scripts_cards_are_written_too(browser: Browser, address: str, app: Flask) -> None:
    context = browser.new_context(base_url=address, locale="en-US", java_script_enabled=False)
    page = context.new_page()
    sign_up(page, "Ada")
    page.goto("/decks/new")
    page.get_by_label("Name of the deck").fill("Capitals::Europe")
    page.get_by_role("button", name="Make it").click()
    page.get_by_label("Note type").select_option("reversed")
    page.get_by_label("Question", exact=True).fill("Spain")
    page.get_by_role("button", name="Preview").click()
    expect(page.locator("#preview")).to_contain_text("Without words here")
    page.get_by_label("Answer", exact=True).fill("Madrid")
    for tags in ("europe", None):
        if tags:
            page.get_by_label("Tags").fill(tags)
        page.get_by_role("button", name="Add and write the next").click()
        expect(page.get_by_text("Added: Spain")).to_be_visible()
        expect(page.get_by_label("Note type")).to_have_value("reversed")
        expect(page.get_by_label("Tags")).to_have_value("europe")
        page.get_by_label("Question", exact=True).fill("Spain")
        page.get_by_label("Answer", exact=True).fill("Madrid!")
    expect(page.locator("#written")).to_contain_text("begins as another card does")
    assert len(notes(app)) == 2
    context.close()
