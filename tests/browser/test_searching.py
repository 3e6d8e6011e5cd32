"""Finding cards in a real browser: a key, a word in Chinese, and many changed at once."""

import pytest
from playwright.sync_api import Page, expect

from tests.browser.steps import import_another, import_the_deck, more, start_as_guest
from tests.browser.test_accessibility import NARROW, violations

pytestmark = pytest.mark.browser
DECK = """---
deck: Containers
lang: zh-Hans
---

## 什么是容器编排？

自动运行容器。

## 什么是服务网格？

It lies between services, 容器 or not.

## What is a load balancer?

It spreads requests.
"""


def test_a_slash_leads_to_the_search_and_chinese_words_are_found(page: Page) -> None:
    import_the_deck(page, "ada", DECK)
    page.goto("/decks")
    page.keyboard.press("/")
    expect(page.locator("#search")).to_be_focused()
    page.keyboard.type("容器")
    page.keyboard.press("Enter")
    expect(page.locator(".found tbody tr")).to_have_count(2)
    # In the field the key writes.
    page.locator("#search").press("/")
    expect(page.locator("#search")).to_have_value("/容器")
    page.locator("#search").fill("load bal")
    page.keyboard.press("Enter")
    page.get_by_role("link", name="What is a load balancer?").click()
    page.wait_for_url("**/cards/*")


def test_a_slash_leads_from_studying_to_the_search(page: Page) -> None:
    start_as_guest(page)
    page.keyboard.press("?")
    expect(page.locator("#keys")).to_contain_text("Search all your cards")
    page.keyboard.press("?")
    page.keyboard.press("/")
    page.wait_for_url("**/search")
    expect(page.locator("#search")).to_be_focused()


def test_many_are_tagged_at_once_and_that_is_undone(page: Page) -> None:
    import_the_deck(page, "ada", DECK)
    page.goto("/search?q=容器")
    page.locator("#choose-all").check()
    expect(page.locator("[name=chosen]:checked")).to_have_count(2)
    expect(page.get_by_label("2 chosen")).to_be_checked()
    more(page)
    assert violations(page) == []
    page.get_by_label("Tags, separated by spaces").fill("später")
    page.keyboard.press("Enter")
    expect(page.get_by_role("status")).to_contain_text("2 notes have other tags now.")
    expect(page.locator(".found .in-tags").first).to_contain_text("#später")
    page.get_by_role("button", name="Undo").click()
    expect(page.locator(".found tbody tr")).to_have_count(2)
    expect(page.locator(".found .in-tags").first).not_to_contain_text("#später")


def all_found(page: Page) -> None:
    page.goto("/search?q=容器")
    page.get_by_label("all that were found").check()
    more(page)


def test_what_two_characters_find_is_moved_reworded_deleted_and_all_of_it_undone(page: Page) -> None:
    import_the_deck(page, "ada", DECK)
    import_another(page, "---\ndeck: Clouds\nlang: zh-Hans\n---\n\n## What is a cloud?\n\nA machine.\n")
    all_found(page)
    page.get_by_label("Into another deck").select_option(label="Clouds")
    page.get_by_role("button", name="Move").click()
    expect(page.locator(".found tbody .deck")).to_have_text(["Clouds", "Clouds"])
    page.get_by_role("button", name="Undo").click()
    expect(page.locator(".found tbody .deck").first).to_have_text("Containers")

    more(page)
    page.get_by_role("link", name="Find and replace …").click()
    page.get_by_label("Find", exact=True).fill("容器")
    page.get_by_label("Replace by").fill("罐子")
    page.get_by_role("button", name="Look what would change").click()
    expect(page.locator("del").first).to_contain_text("容器")
    page.get_by_role("button", name="Change 2 notes").click()
    expect(page.get_by_role("status")).to_contain_text("2 notes reworded.")
    expect(page.locator(".found")).to_have_count(0)
    page.get_by_role("button", name="Undo").click()
    expect(page.locator(".found tbody tr")).to_have_count(2)

    all_found(page)
    page.get_by_role("button", name="Delete …").click()
    expect(page.locator("main")).to_contain_text("Nobody else has met any of them.")
    page.get_by_role("button", name="Delete 2 notes").click()
    expect(page.locator(".found")).to_have_count(0)
    page.get_by_role("button", name="Undo").click()
    expect(page.locator(".found tbody tr")).to_have_count(2)


def test_what_is_wrong_is_told_beside_the_field(failing_page: Page) -> None:
    import_the_deck(failing_page, "ada", DECK)
    failing_page.goto("/search?q=容器 is:blue")
    expect(failing_page.locator("#search")).to_have_attribute("aria-invalid", "true")
    expect(failing_page.get_by_role("alert").locator("mark")).to_have_text("is:blue")


@pytest.mark.long
@pytest.mark.parametrize(
    "context_options",
    [{"locale": locale, "viewport": NARROW} for locale in ("en-GB", "zh-CN")],
    ids=["en", "zh"],
    indirect=True,
)
def test_on_a_phone_the_order_stands_in_one_line_and_can_be_chosen(page: Page) -> None:
    import_the_deck(page, "ada", DECK)
    page.goto("/search?q=容器")
    orders = page.locator(".orders summary")
    for number in (4, 1):
        boxes = page.locator("#all").bounding_box(), orders.bounding_box()
        assert boxes[0] and boxes[1] and abs(boxes[0]["y"] - boxes[1]["y"]) < 12
        assert boxes[0]["x"] + boxes[0]["width"] < boxes[1]["x"] and boxes[1]["x"] + boxes[1]["width"] <= 345
        orders.click()
        chosen = page.locator(".orders li a").nth(number)
        words = chosen.inner_text()
        chosen.click()
        expect(orders).to_have_text(f"{words} ↑")
    orders.click()
    assert violations(page) == []
    expect(page.locator(".found tbody tr")).to_have_count(2)


@pytest.mark.long
@pytest.mark.parametrize(
    "context_options",
    [{"viewport": NARROW}, {"viewport": NARROW, "java_script_enabled": False}],
    ids=["scripts", "no scripts"],
    indirect=True,
)
def test_what_is_done_to_chosen_cards_is_at_hand_and_covers_nothing(page: Page) -> None:
    import_the_deck(page, "ada", "---\ndeck: Many\n---\n\n" + "\n".join(f"## Card {n}\n\n{n}\n" for n in range(30)))
    page.goto("/search?q=deck:Many")
    acts, last = page.locator(".bulk"), page.locator("[name=chosen]").last
    expect(acts).not_to_be_in_viewport()
    page.locator("[name=chosen]").first.check()
    expect(acts.get_by_role("button", name="Suspend")).to_be_in_viewport(ratio=1)
    foot = acts.bounding_box()
    assert foot and foot["height"] < NARROW["height"] / 5
    for _step in range(40):
        page.keyboard.press("Tab")
        held = page.locator(":focus").bounding_box()
        assert held and held["y"] + held["height"] <= foot["y"]
    last.check()
    more(page)
    expect(acts.get_by_role("button", name="Take off")).to_be_in_viewport()
    last.focus()
    expect(last).to_be_in_viewport(ratio=1)
    assert (last.bounding_box() or foot)["y"] < (acts.bounding_box() or foot)["y"]
