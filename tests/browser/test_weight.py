"""What the study page weighs, and whom it asks for what."""

import gzip
import re
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Page, Response

from tests.browser.steps import grade, start_as_guest

STATIC = Path(__file__).parent.parent.parent / "app" / "static"
KB = 1_000


def zipped(paths: list[Path]) -> int:
    return sum(len(gzip.compress(path.read_bytes(), mtime=0)) for path in paths)


@pytest.mark.parametrize(("ending", "limit"), [("js", 20 * KB), ("css", 14 * KB)])
def test_all_scripts_and_all_styles_together_are_light(ending: str, limit: int) -> None:
    assert zipped(list(STATIC.glob(f"*.{ending}"))) <= limit


def imported_by(name: str) -> set[str]:
    """The modules a script needs before it runs."""
    direct = set(re.findall(r'^import .* from "\./([\w-]+\.js)";$', (STATIC / name).read_text(), re.MULTILINE))
    return direct.union(*(imported_by(one) for one in direct))


def test_all_that_the_study_page_runs_is_fetched_at_once(page: Page) -> None:
    start_as_guest(page)
    addresses = page.locator("link[rel=modulepreload]").evaluate_all("links => links.map((link) => link.href)")
    assert sorted(address.rsplit("/", 1)[1] for address in addresses) == sorted(imported_by("study.js"))
    assert imported_by("study.js") > {"session.js", "outbox.js"}


def test_a_cold_study_page_is_light_and_asks_nobody_else(page: Page) -> None:
    start_as_guest(page)
    browser = page.context.browser
    assert browser is not None
    # A browser that knows the learner and has seen no page yet.
    cold = browser.new_context(storage_state=page.context.storage_state()).new_page()
    seen: list[Response] = []

    def note(response: Response) -> None:
        seen.append(response)

    cold.on("response", note)
    cold.goto(page.url, wait_until="networkidle")
    weight = sum(len(gzip.compress(response.body(), mtime=0)) for response in seen)
    assert 0 < weight <= 60 * KB
    grade(cold)
    assert any(response.url.endswith("/study.js") for response in seen)
    assert {urlsplit(response.url).netloc for response in seen} == {urlsplit(page.url).netloc}
    cold.context.close()
