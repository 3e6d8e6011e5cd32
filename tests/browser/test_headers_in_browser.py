"""What only a browser can tell: nothing is fetched from anywhere else, nothing is complained of, nothing is heavy."""

from playwright.sync_api import Page, Response, expect

from tests.browser.steps import grade, question, start_as_guest

BUDGET = 60 * 1024


def test_the_main_pages_ask_no_other_host_and_leave_the_console_empty(page: Page, address: str) -> None:
    requested: list[str] = []
    page.on("request", lambda request: requested.append(request.url))
    start_as_guest(page)
    grade(page)
    for path in ("/", "/decks", "/decks/1", "/import", "/progress", "/settings", "/sign-in", "/sign-up", "/study"):
        page.goto(path)
    assert len(requested) > 20
    assert [url for url in requested if not url.startswith(f"{address}/")] == []


def test_the_study_page_weighs_at_most_60_kb_the_first_time(page: Page) -> None:
    start_as_guest(page)
    fresh = page.context.new_page()
    fresh.route("**", lambda route: route.continue_())  # with a route in place nothing comes from the cache
    responses: list[Response] = []
    fresh.on("response", lambda response: responses.append(response))  # noqa: PLW0108 Playwright wants a function
    fresh.goto("/study", wait_until="networkidle")
    expect(question(fresh)).to_be_visible()
    weights = {response.url: response.request.sizes()["responseBodySize"] for response in responses}
    assert any(url.endswith("study.js") for url in weights)
    assert any(url.endswith("base.css") for url in weights)
    assert sum(weights.values()) <= BUDGET, weights
