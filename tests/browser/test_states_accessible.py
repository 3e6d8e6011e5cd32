"""The pages of studying, importing and exporting in every state, against the same rules as all pages, in both
colours on a telephone."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from flask import Flask
from playwright.sync_api import BrowserContext, Page

from tests.browser.conftest import listened_to
from tests.browser.import_states import import_states
from tests.browser.study_states import study_states
from tests.browser.test_accessibility import NARROW, violations

pytestmark = pytest.mark.long


@pytest.fixture
def state_page(context: BrowserContext) -> Iterator[Page]:
    """A page whose requests may be refused, one of them by a card's style sheet."""
    with listened_to(
        context, but_not_to=("Failed to load resource: ", "Loading the image 'https://example.org")
    ) as page:
        yield page


IN_BOTH_COLOURS = pytest.mark.parametrize(
    "context_options",
    [{"color_scheme": scheme, "viewport": NARROW} for scheme in ("light", "dark")],
    ids=["light", "dark"],
    indirect=True,
)


@IN_BOTH_COLOURS
def test_axe_finds_nothing_in_any_state_of_studying(state_page: Page, app: Flask) -> None:
    found = {name: violations(state_page) for name in study_states(state_page, app)}
    assert len(found) > 45
    assert {name: all for name, all in found.items() if all} == {}


@IN_BOTH_COLOURS
def test_axe_finds_nothing_in_any_state_of_bringing_in_and_taking_out(
    state_page: Page, app: Flask, tmp_path: Path
) -> None:
    found = {name: violations(state_page) for name in import_states(state_page, app, tmp_path)}
    assert len(found) > 12
    assert {name: all for name, all in found.items() if all} == {}
