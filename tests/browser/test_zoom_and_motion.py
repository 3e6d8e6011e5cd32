"""Letters twice as large, a window 320 px wide, nothing that moves, nothing that jumps."""

import re

import pytest
from playwright.sync_api import Page, expect

from tests.browser.steps import another_showing, answer, grade_button, import_the_deck, question, reveal, start_as_guest
from tests.browser.test_studying import box

LONG = "Rindfleischetikettierungsüberwachungsaufgabenübertragungsgesetz"
DECK = f"""---
deck: All that is wide
---
```note-type Styled
fields: Front, Back
style:
.card {{ font-family: serif; }}
card: One
front:
{{{{Front}}}}
back:
{{{{FrontSide}}}}<hr>{{{{Back}}}}
```

## Which word is **long**, and what of <https://example.org/{"a" * 60}>? {LONG}
tags: kubernetes::{LONG.lower()}, 工作负载
source: https://kubernetes.io/docs/concepts/overview/components/

| workload | replicas | storage | identity | updates | example |
|---|---|---|---|---|---|
| Deployment | any | shared | none | rolling | web server |

$$\\int_0^1 x^2\\,dx + \\int_1^2 x^2\\,dx + \\int_2^3 x^2\\,dx + \\int_3^4 x^2\\,dx = \\frac{{64}}{{3}}$$

## Spring in French?
type: typed

le printemps

## {LONG}
type: Styled

### Back
{LONG}
"""
SIZES = {"200 %": {"width": 640, "height": 400}, "320 px": {"width": 320, "height": 640}}
CUT_OFF = """() => {
    const found = [];
    const scrolls = (element) => element.closest("pre, .scroll, table, math, .unseen, [popover]:not(:popover-open)");
    for (const element of document.querySelectorAll("main *")) {
        const { left, right, width, height } = element.getBoundingClientRect();
        if (!element.checkVisibility() || !width || !height || scrolls(element)) continue;
        if (left < -0.5 || right > innerWidth + 0.5) found.push(`beside the window: ${element.outerHTML.slice(0, 90)}`);
    }
    for (const element of document.querySelectorAll("main :is(a, button, input, select, textarea, summary)")) {
        if (!element.checkVisibility() || element.closest("[popover]") || element.type === "hidden") continue;
        element.scrollIntoView({ block: "center", behavior: "instant" });
        const { left, top, width, height } = element.getClientRects()[0];
        const hit = document.elementFromPoint(left + width / 2, top + height / 2);
        const isThere = element.contains(hit) || hit?.closest("label")?.contains(element);
        if (!isThere) found.push(`covered: ${element.outerHTML.slice(0, 90)}`);
    }
    if (document.scrollingElement.scrollWidth > innerWidth) found.push("it scrolls sideways");
    scrollTo(0, 0);
    return found;
}"""

pytestmark = pytest.mark.long


@pytest.mark.parametrize("context_options", [{"viewport": size} for size in SIZES.values()], ids=SIZES, indirect=True)
def test_nothing_is_cut_off_or_covered_where_letters_are_large(page: Page) -> None:
    found: dict[str, list[str]] = {}

    def look(name: str) -> None:
        found[name] = page.evaluate(CUT_OFF)

    deck_id = import_the_deck(page, "Ada", DECK)
    page.goto("/study")
    for kind in ("wide", "typed", "framed"):
        expect(question(page)).to_be_visible()
        look(f"{kind} question")
        page.get_by_text("Show answer").click()
        expect(answer(page)).to_be_visible()
        look(f"{kind} answer")
        with another_showing(page):
            grade_button(page, "Good").click()
    look("finished page")
    look_at_the_menu(page)
    for key in ("f", "u"):
        page.keyboard.press(key)
        expect(page.get_by_role("status")).to_contain_text("Flagged" if key == "f" else "Undone")
    expect(page.get_by_role("button", name="Redo")).to_be_visible()
    look("undo and redo")
    bar = page.locator(".study-bar > *:visible, .swings button").evaluate_all("all => all.map(one => one.offsetHeight)")
    assert max(bar) <= 48, "no word of the bar is broken"
    for path in ("/practice", f"/practice/run?deck={deck_id}&cards=all&most=2", f"/decks/{deck_id}/media"):
        page.goto(path)
        look(path.split("?")[0])
    page.goto(f"/decks/{deck_id}")
    page.locator("a.edit").first.click()
    expect(page.get_by_role("button", name="Save")).to_be_visible()
    look("editor")
    assert found and {name: all for name, all in found.items() if all} == {}


def look_at_the_menu(page: Page) -> None:
    """The list of what can be done to a card is a layer of its own; all of it can be reached."""
    page.keyboard.press("u")
    expect(question(page)).to_be_visible()
    for name in ("This card", "Keys"):
        sheet = page.get_by_role("dialog", name=name)
        if name == "Keys":
            page.keyboard.press("?")
        else:
            page.get_by_role("button", name=name, exact=True).click()
        for part in sheet.locator("a, button, tr").all():
            part.scroll_into_view_if_needed()
            place, size = box(part), page.viewport_size
            assert size is not None and place["x"] >= 0 and place["x"] + place["width"] <= size["width"], name
            assert place["y"] >= 0 and place["y"] + place["height"] <= size["height"] + 1, name
        page.keyboard.press("Escape")
        expect(sheet).to_be_hidden()


MOVES = """() => new Promise((done) => {
    const seen = new Set();
    const stop = performance.now() + 300;
    const look = () => {
        for (const moving of document.getAnimations()) seen.add(moving.animationName ?? moving.transitionProperty);
        performance.now() < stop ? requestAnimationFrame(look) : done([...seen]);
    };
    document.querySelector(".good").click();
    look();
})"""


@pytest.mark.parametrize(
    ("context_options", "expected"),
    [({"reduced_motion": "reduce"}, []), ({"reduced_motion": "no-preference"}, ["arrive"])],
    ids=["reduced", "as usual"],
    indirect=["context_options"],
)
def test_nothing_moves_for_who_does_not_want_it(page: Page, expected: list[str]) -> None:
    start_as_guest(page)
    page.wait_for_load_state("networkidle")
    reveal(page)
    assert page.evaluate(MOVES) == expected


@pytest.mark.parametrize(
    "context_options", [{"viewport": {"width": width, "height": 740}} for width in (360, 1280)], indirect=True
)
def test_no_question_moves_when_its_answer_is_shown(page: Page) -> None:
    import_the_deck(page, "Ada", DECK)
    page.goto("/study")
    for kind in ("basic", "typed", "framed"):
        expect(question(page)).to_be_visible()
        if kind == "framed":
            expect(page.locator(".question iframe")).to_have_attribute("style", re.compile("height"))
        before = box(question(page))
        if kind == "typed":
            page.get_by_label("Your answer").fill("le printemp")
            page.keyboard.press("Enter")
            expect(page.locator(".comparison")).to_be_visible()
        else:
            reveal(page)
        assert box(question(page)) == before, kind
        with another_showing(page):
            grade_button(page, "Good").click()
