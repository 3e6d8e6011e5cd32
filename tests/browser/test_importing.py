"""A file dropped on the page, read wrongly, mended, imported while the bar moves, and taken back."""

import base64
import re

from playwright.sync_api import Page, expect

from tests.browser.steps import sign_up
from tests.browser.test_every_kind import STYLED

WORDS = "问题,答案\n" + "".join(f"第{n}个词是什么意思,它的意思是第{n}种\n" for n in range(20_000))
DROP = """(content) => {
  const bytes = Uint8Array.from(atob(content), (character) => character.charCodeAt(0));
  const files = new DataTransfer();
  files.items.add(new File([bytes], "词汇.csv", { type: "text/csv" }));
  for (const type of ["dragover", "drop"]) {
    document.body.dispatchEvent(new DragEvent(type, { dataTransfer: files, bubbles: true, cancelable: true }));
  }
}"""
WATCH = """(bar) => {
  new MutationObserver(() => sessionStorage.setItem("bar", [sessionStorage.getItem("bar") ?? "", bar.value].join(" ")))
    .observe(bar, { attributes: true });
}"""


def test_a_table_is_dropped_mended_imported_and_undone(page: Page) -> None:
    sign_up(page, "Ada")
    page.goto("/import")
    page.evaluate(DROP, base64.b64encode(WORDS.encode("gb18030")).decode())
    page.wait_for_url("**/import/*")
    expect(page.locator(".cards-preview .front").first).to_have_text("第0个词是什么意思")

    page.locator("#tags").fill("中文")
    page.locator("#differently > summary").click()
    page.locator("#encoding").select_option("cp1252")
    page.wait_for_url("**encoding=cp1252**")
    expect(page.locator(".cards-preview .front").first).not_to_contain_text("意思")
    expect(page.locator("#tags")).to_have_value("中文")
    page.locator("#encoding").select_option("gb18030")
    page.wait_for_url("**encoding=gb18030**")
    expect(page.locator(".cards-preview .front").first).to_have_text("第0个词是什么意思")

    page.locator(".getting-on progress").evaluate(WATCH)
    page.locator("#import button.primary").click()
    page.wait_for_url("**/import/reports/*", timeout=60_000)
    expect(page.locator("h1")).to_have_text("词汇 is on your shelf")
    moved = [float(value) for value in page.evaluate("sessionStorage.getItem('bar')").split()]
    assert moved == sorted(moved) and 0 < moved[0] < moved[-1] < 20_100, "how many rows a file has is guessed"

    page.get_by_role("button", name="Undo this import").click()
    expect(page.locator("h1")).to_have_text("This import was undone")
    expect(page.locator(".notice").first).to_contain_text("20,000 notes were taken back")
    page.goto("/decks")
    expect(page.get_by_text("词汇")).to_have_count(0)


def test_what_cannot_be_is_said_where_one_is_and_can_be_mended(page: Page) -> None:
    sign_up(page, "Ada")
    page.goto("/import")
    page.locator("#text").fill("a,b\nc,d\n")
    page.locator("form:has(#text) button").click()
    page.locator("#deck_name").evaluate(
        "(field) => { field.removeAttribute('maxlength'); field.value = 'x'.repeat(151); }"
    )
    page.locator("#import button.primary").click()
    expect(page.locator("#import-error")).to_contain_text("at most 150 characters")
    page.locator("#deck_name").fill("Letters")
    page.locator("#import button.primary").click()
    page.wait_for_url("**/import/reports/*")
    expect(page.locator("h1")).to_have_text("Letters is on your shelf")


def test_cards_with_a_style_of_their_own_look_before_the_import_as_when_they_are_studied(page: Page) -> None:
    sign_up(page, "Ada")
    page.goto("/import")
    page.locator("#text").fill(STYLED)
    page.locator("form:has(#text) button").click()
    page.wait_for_url("**/import/*")
    asked = page.frame_locator(".cards-preview .front iframe").first
    expect(asked.locator(".tall")).to_have_css("background-color", "rgb(250, 240, 230)")
    told = page.locator(".cards-preview .back iframe")
    expect(told).to_have_count(2)
    expect(told.last).to_have_attribute("style", re.compile(r"height: (33[1-9]|3[4-9]\d)px"))
    expect(page.frame_locator(".cards-preview .back iframe").last.get_by_text("its answer")).to_be_visible()
