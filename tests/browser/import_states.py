"""A walk over every state of bringing decks in and taking them out."""

from collections.abc import Iterator
from pathlib import Path

import sqlalchemy as sa
from flask import Flask
from playwright.sync_api import Page, expect

from app.database import writing
from app.models import Import
from tests.browser.steps import more, sign_up
from tests.importing.ten_years import ten_years

TABLE = b"front,back,tags,extra\nword,Wort,a b,c\n,no question,,\nno answer,,,\n"
LIST = 'capital of France\tParis, "city of light"\ncapital of Italy\tRome\n'


def choose(page: Page, name: str, content: bytes) -> None:
    page.goto("/import")
    page.locator("#file").set_input_files({"name": name, "mimeType": "application/octet-stream", "buffer": content})
    page.locator("#upload button").click()
    page.wait_for_url("**/import/*")


def import_states(page: Page, app: Flask, folder: Path) -> Iterator[str]:
    """Shows one state after another and yields the name of each."""
    sign_up(page, "Ada")
    page.goto("/import")
    yield "choose"
    yield from _of_texts(page)
    yield from _of_packages(page, folder)
    yield from _of_the_list(page, app)
    yield from _of_exports(page)


def _of_texts(page: Page) -> Iterator[str]:
    choose(page, "words.csv", TABLE)
    page.locator("#differently > summary").click()
    yield "a table, its columns"
    page.locator("#import button.primary").click()
    page.wait_for_url("**/import/reports/*")
    yield "report with rows that were left out"
    page.get_by_role("button", name="Undo this import").click()
    expect(page.locator("h1")).to_have_text("This import was undone")
    yield "undone"
    page.goto("/import")
    page.locator("#text").fill(LIST)
    page.locator("form:has(#text) button").click()
    page.locator("#differently > summary").click()
    expect(page.get_by_label("Between two cards")).to_be_visible()
    yield "a list, what separates its cards"


def _of_packages(page: Page, folder: Path) -> Iterator[str]:
    package = ten_years(20).package(folder).read_bytes()
    choose(page, "ten years.apkg", package)
    page.locator("main details > summary").first.click()
    yield "a package, its decks"
    page.route("**/import/*", lambda route: route.fulfill(content_type="application/x-ndjson", body=""))
    page.locator("#import button.primary").click()
    expect(page.locator("#getting-on [role=status]")).to_contain_text("connection was lost")
    yield "running, the connection lost"
    page.unroute("**/import/*")
    choose(page, "ten years.apkg", package)
    page.locator("#import button.primary").click()
    page.wait_for_url("**/import/reports/*")
    yield "report of a package"
    choose(page, "ten years.apkg", package)
    yield "a package that is here already"
    choose(page, "broken.apkg", package[:-100])
    expect(page.locator("#import-error")).to_be_visible()
    yield "refused"


def _of_the_list(page: Page, app: Flask) -> Iterator[str]:
    with app.app_context(), writing() as session:
        newest = sa.select(sa.func.max(Import.id)).scalar_subquery()
        session.execute(sa.update(Import).where(Import.id == newest).values(finished_at=None))
    page.goto("/import")
    expect(page.get_by_text("broken off")).to_be_visible()
    yield "list of imports, one broken off"
    page.locator(".shelf .name").first.click()
    yield "report of an import that was broken off"


def _of_exports(page: Page) -> Iterator[str]:
    page.goto("/export")
    yield "export everything"
    page.goto("/decks")
    page.get_by_role("link", name="Ten years", exact=True).click()
    more(page)
    page.get_by_role("link", name="Export").click()
    expect(page.get_by_role("button", name="Download")).to_be_visible()
    yield "export a deck"
