from playwright.sync_api import Page, expect


def test_a_guest_sees_the_first_card_after_one_click(page: Page) -> None:
    page.goto("/")
    page.get_by_role("button", name="Start now as a guest").click()
    expect(page.get_by_text("Show answer")).to_be_visible()
