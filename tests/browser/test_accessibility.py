"""Every page against axe's rules for WCAG 2.2 AA and good practice, in both colours and on both widths, and in the
narrowest window there is."""

from typing import Any

import pytest
from axe_playwright_python.base import AXE_SCRIPT
from playwright.sync_api import Page, ViewportSize

from tests.browser.walk import walk

RULES = {"type": "tag", "values": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22a", "wcag22aa", "best-practice"]}
COLOURS = {"type": "rule", "values": ["color-contrast", "link-in-text-block"]}
"""The rules that a page in other colours could break."""
NARROW, WIDE = ViewportSize(width=360, height=740), ViewportSize(width=1280, height=800)
NARROWEST = ViewportSize(width=320, height=640)
"""A window of 1280 px with letters four times as large."""


def violations(page: Page, rules: dict[str, Any] = RULES) -> list[str]:
    """What axe finds on the page as it stands, one line for each element."""
    if page.evaluate("!window.axe"):
        page.evaluate(AXE_SCRIPT)
    # Style sheets are looked through for rules about orientation, which one width is enough for.
    options: dict[str, Any] = {"runOnly": rules, "resultTypes": ["violations"], "preload": page.viewport_size == WIDE}
    result = page.evaluate("options => axe.run(document, options)", options)
    return [
        f"{rule['id']}: {node['html'][:120]} ({node['failureSummary'].splitlines()[-1].strip()})"
        for rule in result["violations"]
        for node in rule["nodes"]
    ]


@pytest.mark.long
@pytest.mark.parametrize(
    ("context_options", "sizes", "rules"),
    [
        pytest.param({"locale": "en-US", "color_scheme": "light"}, [NARROW], RULES, id="English, light"),
        pytest.param({"locale": "en-US"}, [WIDE], RULES, id="English, wide"),
        pytest.param({"locale": "zh-CN", "color_scheme": "dark"}, [NARROW, WIDE], COLOURS, id="Chinese, dark"),
    ],
    indirect=["context_options"],
)
def test_no_page_scrolls_sideways_and_axe_finds_nothing(
    failing_page: Page, sizes: list[ViewportSize], rules: dict[str, Any]
) -> None:
    found: list[str] = []
    too_wide: dict[str, int] = {}
    for name in walk(failing_page):
        failing_page.set_viewport_size(NARROWEST)
        # What the walk looked for may be there before the page has been laid out.
        failing_page.wait_for_load_state()
        too_wide[name] = failing_page.evaluate("document.scrollingElement.scrollWidth - innerWidth")
        for size in sizes:
            failing_page.set_viewport_size(size)
            found += [f"{name}, {size['width']} px: {violation}" for violation in violations(failing_page, rules)]
    assert len(too_wide) > 15
    assert {name: pixels for name, pixels in too_wide.items() if pixels > 0} == {}
    assert found == [], "\n".join(found)
