"""Cards of every kind in a real browser: frames, typing, files; and hostile ones, which do nothing."""

import re
from pathlib import Path

import pytest
import sqlalchemy as sa
from flask import Flask
from playwright.sync_api import BrowserContext, Page, Route, expect
from sqlalchemy.orm import Session

from app.database import writing
from app.models import Card, Note, NoteType, User
from app.rendering.typed import compare
from tests.browser.steps import grade_button, sign_up, stored_grades
from tests.browser.test_accessibility import violations
from tests.factories import a_deck, a_follow, at
from tests.rendering.hostile import PAYLOADS
from tests.rendering.test_typed import LONG, NEARLY, RIGHT, WRONG

pytestmark = pytest.mark.long

EVERY_KIND = Path(__file__).parent.parent / "rendering" / "every_kind.md"
STYLED = """---
deck: Styled
---
```note-type S
fields: Front, Back
style:
.tall { height: 300px; background: linen; }
@media (width > 1px) { .card { margin: 0; } }
card: One
front:
<div class="tall">{{Front}}</div>
back:
{{FrontSide}}<hr>{{Back}}
```

## first
type: S

### Back
its answer

## second
type: S

### Back
its answer
"""
TYPED = """---
deck: Typed
---
## Spring in French, plural?
type: typed

les étés 1
"""


def study(page: Page, deck: str) -> None:
    """A new learner imports a deck and studies it."""
    sign_up(page, "Ada")
    page.goto("/import")
    page.locator("input[type=file]").set_input_files(
        {"name": "d.md", "mimeType": "text/plain", "buffer": deck.encode()}
    )
    page.locator("main form button").first.click()
    page.locator("#import button").click()
    page.wait_for_url("**/import/reports/*")
    page.goto("/study")
    expect(page.locator(".question")).to_be_visible()


def test_a_card_with_a_style_of_its_own_lies_in_a_frame_that_fits_it_and_hears_keys_and_taps(
    page: Page, app: Flask
) -> None:
    study(page, STYLED)
    frame = page.frame_locator(".question iframe")
    expect(frame.get_by_text("first")).to_be_visible()
    expect(page.locator(".question iframe")).to_have_js_property("offsetHeight", 310)
    question = page.locator(".question").bounding_box()
    frame.get_by_text("first").click()
    answer = page.frame_locator(".answer iframe")
    expect(answer.get_by_text("its answer")).to_be_visible()
    assert page.locator(".question").bounding_box() == question
    expect(page.locator(".answer iframe")).to_have_attribute("style", re.compile(r"height: (33[1-9]|3[4-9]\d)px"))
    answer.get_by_text("its answer").click()
    page.keyboard.press("3")
    expect(frame.get_by_text("second")).to_be_visible()
    frame.locator("body").press("Space")
    expect(page.frame_locator(".answer iframe").get_by_text("its answer")).to_be_visible()
    grade_button(page, "Good").click()
    expect(page.locator(".done")).to_be_visible()
    assert stored_grades(app) == [4, 4]


def test_a_link_in_a_frame_opens_beside_the_session(page: Page, context: BrowserContext) -> None:
    study(page, STYLED.replace("its answer", "see [there](https://example.org/page)"))
    context.route("https://example.org/**", lambda route: route.fulfill(body="elsewhere"))
    page.locator(".reveal > summary").click()
    link = page.frame_locator(".answer iframe").get_by_role("link", name="there")
    with context.expect_page() as opened:
        link.click()
    opened.value.wait_for_url("https://example.org/page")
    assert opened.value.evaluate("window.opener") is None
    expect(link).to_be_visible()


def test_what_is_typed_is_compared_at_once_and_no_key_fires_meanwhile(page: Page, app: Flask) -> None:
    study(page, TYPED)
    field = page.get_by_label("Your answer")
    expect(field).to_be_focused()
    field.press_sequentially("les etes 1 u")
    assert stored_grades(app) == [] and page.locator("#reveal[open]").count() == 0
    field.press("Enter")
    expect(page.get_by_text("Not quite")).to_be_visible()
    assert page.locator(".comparison [data-line=expected] .nearly").all_inner_texts() == ["é", "é"]
    assert page.locator(".comparison [data-line=typed] .extra").all_inner_texts() == ["u"]
    expect(grade_button(page, "Good")).to_be_focused()
    assert violations(page) == []
    page.keyboard.press("Enter")
    expect(page.locator(".done")).to_be_visible()
    assert stored_grades(app) == [4]


def test_both_comparisons_agree(page: Page) -> None:
    page.goto("/sign-in")
    version = re.search(r"/static/(\w+)/", page.content())
    assert version is not None
    for typed, expected in (
        RIGHT + NEARLY + WRONG + LONG + [("le printemp ete!x", "le printemps été"), ("a  b", "ab c.")]
    ):
        ask = "async ([v, a, b]) => (await import(`/static/${v}/typed.js`)).compare(a, b)"
        there, here = page.evaluate(ask, [version[1], typed, expected]), compare(typed, expected)
        assert there["verdict"] == here.verdict, (typed, expected)
        for side in ("typed", "expected"):
            assert [(part["state"], part["text"]) for part in there[side]] == [
                (part.state, part.text) for part in getattr(here, side)
            ], (typed, expected)


@pytest.mark.parametrize("context_options", [{"java_script_enabled": False}], indirect=True)
def test_typing_works_without_scripts(page: Page, app: Flask) -> None:
    study(page, TYPED)
    page.get_by_label("Your answer").fill("les étés 1.")
    page.get_by_role("button", name="Compare").click()
    expect(page.locator(".verdict")).to_have_text("Right")
    grade_button(page, "Easy").click()
    expect(page.locator(".done")).to_be_visible()
    assert stored_grades(app) == [5]


@pytest.mark.parametrize(
    "context_options",
    [{"color_scheme": "light"}, {"color_scheme": "dark"}],
    indirect=True,
)
def test_a_session_of_every_kind_is_accessible_and_loads_nothing_from_elsewhere(
    context: BrowserContext, address: str
) -> None:
    page = context.new_page()
    asked = watched(context, address)
    study(page, EVERY_KIND.read_text())
    found = violations(page)
    for _ in range(20):
        page.locator(".reveal > summary").click()
        page.wait_for_timeout(50)
        found += violations(page)
        before = page.locator("[name=review_id]").input_value()
        grade_button(page, "Good").click()
        expect(page.locator(f"[name=review_id][value='{before}']")).to_have_count(0)
    assert found == [], "\n".join(found)
    assert asked == []


def watched(context: BrowserContext, address: str) -> list[str]:
    """What goes wrong from now on: requests to elsewhere that are not blocked, and dialogs."""
    seen: list[str] = []

    def look(route: Route) -> None:
        if not route.request.url.startswith(address):
            seen.append(route.request.url)
            route.abort()
        else:
            route.continue_()

    context.route("**/*", look)
    context.on("dialog", lambda dialog: (seen.append(dialog.message), dialog.dismiss()))
    return seen


def hostile_deck(session: Session) -> tuple[int, list[int]]:
    """Every payload as every kind of note in both formats; the deck, and the cards that are framed."""
    ada = session.scalars(sa.select(User)).one()
    deck = a_deck(session, owner=ada)
    a_follow(session, ada, deck)
    types = {note_type.kind: note_type.id for note_type in session.scalars(sa.select(NoteType))}
    framed: list[int] = []
    for number, (payload, format) in enumerate((p, f) for p in PAYLOADS for f in ("markdown", "html")):
        templates = [
            {"name": payload, "front": payload + "{{F}}<a href='{{F}}' title='{{F}}'>x</a>", "back": "{{FrontSide}}"}
        ]
        css = f"{payload}\n@import '//example.org/x.css'; body {{ background: url(//example.org/x.png) }}"
        own = NoteType(owner_id=ada.id, kind="custom", name=payload, field_names=["F"], templates=templates, css=css)
        own.guid = str(number)
        session.add(own)
        session.flush()
        for kind, type_id in (*types.items(), ("custom", own.id)):
            text = f"{{{{c1::{payload}}}}}" if kind == "cloze" else payload
            note = Note(owner_id=ada.id, note_type_id=type_id, guid=f"{number}{kind}", language="ja", format=format)
            note.fields, note.field_languages = [text, payload], ["ja", "ja"]
            note.created_at = note.changed_at = at(0)
            session.add(note)
            session.flush()
            card = Card(deck_id=deck.id, note_id=note.id, ordinal=int(kind == "cloze"), position=number * 9)
            session.add(card)
            session.flush()
            framed += [card.id] * (kind == "custom")
    return deck.id, framed


def test_hostile_cards_of_every_kind_do_nothing(context: BrowserContext, address: str, app: Flask) -> None:
    page = context.new_page()
    sign_up(page, "Ada")
    with app.app_context(), writing() as session:
        deck_id, framed = hostile_deck(session)
    asked = watched(context, address)
    for number in range(1, -(-len(PAYLOADS) * 2 * 5 // 50) + 1):
        page.goto(f"/decks/{deck_id}?page={number}")
        assert (
            page.evaluate(
                "document.querySelectorAll('main script, main iframe, main svg, main [onclick], main style').length"
            )
            == 0
        )
    for card_id in framed:
        page.goto(f"/cards/{card_id}/sides/answer")
        assert page.evaluate("document.querySelectorAll('script, iframe, svg, link, body style').length") == 0
        assert page.url == f"{address}/cards/{card_id}/sides/answer"
    assert asked == []
