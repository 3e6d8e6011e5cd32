"""Every page against axe's rules for WCAG 2.2 AA and good practice, in both colours and on both widths."""

from typing import Any

import pytest
from axe_playwright_python.base import AXE_SCRIPT
from playwright.sync_api import Page, ViewportSize

from tests.browser.walk import walk

RULES = {"type": "tag", "values": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22a", "wcag22aa", "best-practice"]}
NARROW, WIDE = ViewportSize(width=360, height=740), ViewportSize(width=1280, height=800)
NARROWEST = ViewportSize(width=320, height=640)
"""A window of 1280 px with letters four times as large."""


@pytest.fixture
def context_options(request: pytest.FixtureRequest) -> dict[str, object]:
    return dict(request.param)


def violations(page: Page) -> list[str]:
    """What axe finds on the page as it stands, one line for each element."""
    if page.evaluate("!window.axe"):
        page.evaluate(AXE_SCRIPT)
    # Style sheets are looked through for rules about orientation, which one width is enough for.
    options: dict[str, Any] = {"runOnly": RULES, "resultTypes": ["violations"], "preload": page.viewport_size == WIDE}
    result = page.evaluate("options => axe.run(document, options)", options)
    return [
        f"{rule['id']}: {node['html'][:120]} ({node['failureSummary'].splitlines()[-1].strip()})"
        for rule in result["violations"]
        for node in rule["nodes"]
    ]


@pytest.mark.parametrize(
    "context_options",
    [{"color_scheme": scheme} for scheme in ("light", "dark")],
    ids=["light", "dark"],
    indirect=True,
)
def test_axe_finds_nothing_on_any_page_narrow_or_wide(failing_page: Page) -> None:
    found: list[str] = []
    for name in walk(failing_page):
        for size in (NARROW, WIDE):
            failing_page.set_viewport_size(size)
            found += [f"{name}, {size['width']} px: {violation}" for violation in violations(failing_page)]
    assert found == [], "\n".join(found)


@pytest.mark.parametrize(
    "context_options",
    [{"locale": locale, "viewport": NARROWEST} for locale in ("en-US", "zh-CN")],
    ids=["English", "Chinese"],
    indirect=True,
)
def test_no_page_scrolls_sideways_at_320_px(failing_page: Page) -> None:
    found: dict[str, int] = {}
    for name in walk(failing_page):
        # What the walk looked for may be there before the page has been laid out.
        failing_page.wait_for_load_state()
        found[name] = failing_page.evaluate("document.scrollingElement.scrollWidth - innerWidth")
    assert len(found) > 15
    assert {name: pixels for name, pixels in found.items() if pixels > 0} == {}
