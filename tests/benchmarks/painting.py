"""From the press of a grade to the next card on the screen, in a real browser on loopback."""

import os
import shutil
from statistics import median, quantiles
from typing import Any

from tests.benchmarks.serving import cookies_of, environment_for, served
from tests.benchmarks.stores import Store

CARDS = 60
BROWSER = os.environ.get("CHROMIUM") or shutil.which("chromium") or shutil.which("chromium-browser")
TWO_FRAMES = """() => new Promise((resolve) => {
  const began = performance.now();
  requestAnimationFrame(() => requestAnimationFrame(() => resolve(performance.now() - began)));
})"""
"""What it takes to show anything: the frame that is being painted, and the next."""
PRESSED_TO_PAINTED = """() => new Promise((resolve) => {
  const shown = () => document.querySelector("[data-card]")?.dataset.card;
  const [before, began] = [shown(), performance.now()];
  const look = () => requestAnimationFrame(() => {
    if (shown() === before) look();
    else requestAnimationFrame(() => resolve(performance.now() - began));
  });
  document.querySelector('[name="grade"][value="4"]').click();
  look();
})"""


def graded_to_painted(store: Store, name: str) -> dict[str, float] | None:
    """Milliseconds, the median and the 95th percentile, with the floor; None without a browser."""
    if BROWSER is None:
        return None
    from playwright.sync_api import sync_playwright

    environment = environment_for(store, name)
    cookie = cookies_of(environment, range(1, 2))[0].partition("=")[2]
    with served(environment) as server, sync_playwright() as playwright:
        flags = ["--no-sandbox", "--disable-gpu"]
        browser = playwright.chromium.launch(executable_path=BROWSER, args=flags)
        page = browser.new_context(base_url=f"http://127.0.0.1:{server.port}").new_page()
        page.context.add_cookies([{"name": "cardlet", "value": cookie, "url": f"http://127.0.0.1:{server.port}"}])
        page.goto("/study")
        page.wait_for_load_state("networkidle")
        taken, frames = _walked(page)
        browser.close()
    return {"median": median(taken), "p95": quantiles(taken, n=20)[-1], "floor": median(frames)}


def _walked(page: Any) -> tuple[list[float], list[float]]:
    """One card after another, as fast as they are saved; the first few warm the server up."""
    taken, frames = [], []
    for _ in range(CARDS):
        page.keyboard.press("Space")
        page.locator(".answer").wait_for()
        frames.append(page.evaluate(TWO_FRAMES))
        taken.append(page.evaluate(PRESSED_TO_PAINTED))
        page.locator("#saved[data-state=saved]").wait_for()
    return taken[5:], frames[5:]
