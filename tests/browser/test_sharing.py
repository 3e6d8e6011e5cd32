"""One writes and shares, another follows and studies: corrections arrive, and nobody's progress is lost."""

from collections.abc import Iterator

import pytest
from flask import Flask
from playwright.sync_api import Browser, Page, expect

from tests.browser.conftest import listened_to
from tests.browser.steps import answer, expect_grades, grade, import_the_deck, more, question, reveal, sign_up
from tests.browser.test_accessibility import NARROW, violations
from tests.browser.test_editing import memories

DECK = "---\ndeck: Capitals\nid: capitals\ndescription: Which city governs what.\n---\n\n" + "\n\n".join(
    f"## Capital of {country}? {{#{country.lower()}}}\n\n{city}"
    for country, city in (("France", "Pariss"), ("Spain", "Madrid"), ("Italy", "Rome"))
)


@pytest.fixture
def bobs(browser: Browser, address: str, context_options: dict[str, object]) -> Iterator[Page]:
    """Another person's browser."""
    context = browser.new_context(base_url=address, locale="en-US", **context_options)  # type: ignore[arg-type]
    with listened_to(context) as page:
        yield page
    context.close()


def share_by_link(page: Page, deck_id: int) -> str:
    """Shares the deck with whoever has its link; the link."""
    page.goto(f"/decks/{deck_id}")
    more(page)
    page.get_by_role("link", name="Who can see it").click()
    page.get_by_text("Whoever has the link").click()
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_text("Saved.")).to_be_visible()
    return page.locator("#link").input_value()


def follow_by_link(bobs: Page, link: str) -> None:
    sign_up(bobs, "Bob")
    bobs.goto(link)
    expect(bobs.locator(".cards-preview li")).to_have_count(3)
    expect(bobs.get_by_text("by Ada")).to_be_visible()
    bobs.get_by_role("button", name="Follow").click()
    expect(bobs.get_by_text("You follow Capitals.")).to_be_visible()


def correct(page: Page, deck_id: int, answer: str) -> None:
    """Ada corrects the first note."""
    page.goto(f"/decks/{deck_id}")
    page.locator(".notes a.edit").first.click()
    page.get_by_label("Answer", exact=True).fill(answer)
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_text("Saved.")).to_be_visible()


def test_a_deck_is_shared_followed_studied_and_corrected(page: Page, bobs: Page, app: Flask) -> None:
    deck_id = import_the_deck(page, "Ada", DECK)
    follow_by_link(bobs, share_by_link(page, deck_id))
    bobs.goto("/study")
    expect(question(bobs)).to_have_text("Capital of France?")
    reveal(bobs)
    expect(answer(bobs)).to_have_text("Pariss")
    bobs.keyboard.press("1")
    expect(question(bobs)).to_have_text("Capital of Spain?")
    expect_grades(bobs, app, [2])
    known = memories(app)
    correct(page, deck_id, "Paris")
    assert memories(app) == known
    grade(bobs)
    grade(bobs)
    expect(question(bobs)).to_have_text("Capital of France?")
    reveal(bobs)
    expect(answer(bobs)).to_have_text("Paris")


@pytest.mark.long
def test_ones_own_wording_is_kept_and_marked_when_the_authors_changes(page: Page, bobs: Page) -> None:
    deck_id = import_the_deck(page, "Ada", DECK)
    follow_by_link(bobs, share_by_link(page, deck_id))
    bobs.goto("/study")
    expect(question(bobs)).to_have_text("Capital of France?")
    bobs.keyboard.press("e")
    expect(bobs.get_by_role("heading", name="Your own wording")).to_be_visible()
    bobs.get_by_label("Answer").fill("Paris, of course")
    expect(bobs.locator("#preview .back")).to_have_text("Paris, of course")
    bobs.keyboard.press("Control+Enter")
    expect(bobs.get_by_text("Saved for you.")).to_be_visible()
    reveal(bobs)
    expect(answer(bobs)).to_have_text("Paris, of course")
    expect(bobs.get_by_text("In your own wording.")).to_be_visible()
    correct(page, deck_id, "Paris (Île-de-France)")
    bobs.goto("/study")
    reveal(bobs)
    expect(answer(bobs)).to_have_text("Paris, of course")
    bobs.get_by_role("link", name="The author has changed this note since: compare").click()
    expect(bobs.locator("#changed ins")).to_contain_text("(Île-de-France)")
    assert violations(bobs) == []
    bobs.get_by_role("button", name="Take the author’s").click()
    expect(bobs.get_by_role("heading", level=1)).to_be_visible()
    assert violations(bobs) == []
    bobs.get_by_role("button", name="Delete mine").click()
    expect(bobs.get_by_text("You see the note as its author has it.")).to_be_visible()
    reveal(bobs)
    expect(answer(bobs)).to_have_text("Paris (Île-de-France)")


@pytest.mark.long
@pytest.mark.parametrize(
    "context_options",
    [{"color_scheme": scheme, "viewport": NARROW} for scheme in ("light", "dark")],
    ids=["light", "dark"],
    indirect=True,
)
def test_the_pages_of_sharing_are_for_everybody_and_scroll_no_way_but_down(page: Page, bobs: Page) -> None:
    deck_id = import_the_deck(page, "Ada", DECK)
    link = share_by_link(page, deck_id)
    follow_by_link(bobs, link)
    bobs.get_by_role("button", name="Let the author see it").click()
    bobs.goto("/study")
    reveal(bobs)
    bobs.keyboard.press("1")
    expect(question(bobs)).to_have_text("Capital of Spain?")
    page.get_by_text("Everybody on this server").click()
    page.get_by_role("button", name="Save").click()
    shown = [
        *((page, path) for path in (f"/decks/{deck_id}/sharing", f"/decks/{deck_id}/class", f"/decks/{deck_id}")),
        *((bobs, path) for path in ("/catalogue", "/catalogue?words=x", f"/catalogue/{deck_id}", f"/decks/{deck_id}")),
    ]
    for tab, path in shown:
        tab.goto(path)
        assert violations(tab) == [], path
        parts = "[document.documentElement, ...document.querySelectorAll('.scroll')]"
        assert tab.evaluate(f"{parts}.every((part) => part.scrollWidth <= part.clientWidth)"), path
