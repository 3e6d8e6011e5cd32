"""One server and one Chromium for all browser tests of a worker; a fresh browser profile for each test."""

import os
import shutil
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import pytest
from flask import Flask
from playwright.sync_api import Browser, BrowserContext, Page, sync_playwright
from werkzeug.serving import ThreadedWSGIServer

CHROMIUM = os.environ.get("CHROMIUM") or next(
    (path for name in ("chromium", "chromium-browser", "google-chrome") if (path := shutil.which(name))), None
)
FLAGS = ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking"]


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Marks the browser tests, so that `pytest -m "not browser"` leaves them out."""
    for item in items:
        if "browser" in Path(item.fspath).parts:
            item.add_marker(pytest.mark.browser)


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    if CHROMIUM is None:
        if os.environ.get("CI") == "true":
            pytest.fail("CI must run the browser tests, and there is no Chromium")
        pytest.skip("no Chromium on this machine (looked for chromium, chromium-browser, google-chrome)")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        yield browser
        browser.close()


@pytest.fixture
def template(template_with_decks: str) -> str:
    return template_with_decks


class Server(ThreadedWSGIServer):
    """A server that is closed when every request has been answered, and answers no more on connections that are open.

    Otherwise a request that was still being answered would hold a connection of a pool that is closed already, and a
    browser could reach a server that is said to be away.
    """

    daemon_threads = False

    def __init__(self, app: Flask, port: int) -> None:
        self.connections: set[socket.socket] = set()
        super().__init__("127.0.0.1", port, app)

    def process_request(self, request: socket.socket, client_address: object) -> None:  # type: ignore[override]
        self.connections.add(request)
        super().process_request(request, client_address)

    def shutdown_request(self, request: socket.socket) -> None:  # type: ignore[override]
        self.connections.discard(request)
        super().shutdown_request(request)

    def server_close(self) -> None:
        for connection in list(self.connections):
            # It may have ended by itself meanwhile. What is being answered can still be written.
            with suppress(OSError):
                connection.shutdown(socket.SHUT_RD)
        super().server_close()


@contextmanager
def served(app: Flask, port: int = 0) -> Iterator[int]:
    """Serves an app on the loopback address, on any free port or on this one; which it is."""
    server = Server(app, port)
    # The server looks that often whether it should stop, and every test waits for that.
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
    thread.start()
    yield server.server_port
    server.shutdown()
    thread.join()
    server.server_close()


@pytest.fixture
def address(app: Flask) -> Iterator[str]:
    """Where this test's app is served."""
    with served(app) as port:
        yield f"http://127.0.0.1:{port}"


@pytest.fixture
def context_options(request: pytest.FixtureRequest) -> dict[str, object]:
    """Options of the browser profile, for another language, size or without scripts: a test's parameters, or what a
    test file puts in the place of this."""
    return dict(getattr(request, "param", {}))


@pytest.fixture
def context(browser: Browser, address: str, context_options: dict[str, object]) -> Iterator[BrowserContext]:
    options = {"base_url": address, "locale": "en-US", "timezone_id": "Europe/Berlin", **context_options}
    context = browser.new_context(**options)  # type: ignore[arg-type]
    context.set_default_timeout(10_000)
    yield context
    context.close()


QUICK = "Autofocus processing was blocked because a document already has a focused element."


@contextmanager
def listened_to(context: BrowserContext, *, but_not_to: tuple[str, ...] = ()) -> Iterator[Page]:
    """A page whose console must stay empty, but for messages that begin with those words. What Chromium says of
    somebody who begins to write before it has placed the focus is no fault of the page."""
    page = context.new_page()
    said: list[str] = []
    page.on("console", lambda message: said.append(message.text))
    page.on("pageerror", lambda error: said.append(str(error)))
    yield page
    assert [text for text in said if not text.startswith((*but_not_to, QUICK))] == []


@pytest.fixture
def page(context: BrowserContext) -> Iterator[Page]:
    """A page that must not say anything in its console: not about the content security policy, not about anything."""
    with listened_to(context) as page:
        yield page


@pytest.fixture
def failing_page(context: BrowserContext) -> Iterator[Page]:
    """A page whose requests may be refused or get lost, which Chromium tells its console. Nothing else may be said."""
    with listened_to(context, but_not_to=("Failed to load resource: ",)) as page:
        yield page
