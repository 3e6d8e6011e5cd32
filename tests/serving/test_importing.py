"""A large import over the real server: told while it runs, in a process of its own, and safe to be left alone."""

import http.client
import json
import time
from collections.abc import Callable
from contextlib import ExitStack, closing
from urllib.parse import urlencode, urlsplit

import pytest
import sqlalchemy as sa

from app.models import Note, Upload
from app.pages.import_jobs import LARGE
from tests.serving import PROGRAM, ROOT, served
from tests.visitor import Form, forms_of

ROWS = 25_000
TABLE = "".join(f"question {n} with some words {n},answer {n} with some more words and {n} more\n" for n in range(ROWS))
PATIENCE = 120


class Person:
    """Somebody at a browser, over HTTP; what they have opened is closed at the end."""

    def __init__(self, address: str) -> None:
        self.host, self.cookie = urlsplit(address).netloc, ""
        self.closing = ExitStack()

    def ask(self, method: str, path: str, body: str | bytes = "", **headers: str) -> http.client.HTTPResponse:
        connection = self.closing.enter_context(closing(http.client.HTTPConnection(self.host, timeout=PATIENCE)))
        told = {"Content-Type": "application/x-www-form-urlencoded", **headers, "Cookie": self.cookie}
        connection.request(method, path, body or None, told)
        response = self.closing.enter_context(connection.getresponse())
        cookie = response.headers.get("Set-Cookie")
        self.cookie = cookie.split(";")[0] if cookie else self.cookie
        return response

    def page(self, path: str) -> str:
        return self.ask("GET", path).read().decode()

    def form(self, path: str, action: str) -> Form:
        return next(form for form in forms_of(self.page(path)) if form.action.startswith(action))

    def start(self) -> None:
        form = self.form("/", "/guest")
        self.ask("POST", form.action, urlencode(form.fields)).read()

    def upload(self, content: str) -> Form:
        """Uploads a table; the form that imports it."""
        token = self.form("/import", "/import").fields["csrf_token"]
        parts = [f'name="csrf_token"\r\n\r\n{token}', f'name="file"; filename="large.csv"\r\n\r\n{content}']
        body = "".join(f"--edge\r\nContent-Disposition: form-data; {part}\r\n" for part in parts) + "--edge--\r\n"
        sent = self.ask("POST", "/import", body.encode(), **{"Content-Type": "multipart/form-data; boundary=edge"})
        sent.read()
        assert sent.status == 303
        location = sent.headers["Location"]
        return self.form(location, location)

    def begin(self, form: Form) -> http.client.HTTPResponse:
        return self.ask("POST", form.action, urlencode(form.fields), Accept="application/x-ndjson")


@pytest.mark.long
def test_a_large_import_is_told_while_it_runs_and_outlives_its_reader(
    environment: dict[str, str], stored: Callable
) -> None:
    assert len(TABLE) > LARGE
    with served(PROGRAM, environment, ROOT) as address, ExitStack() as stack:
        ada, bob = Person(address), Person(address)
        stack.push(ada.closing)
        stack.push(bob.closing)
        ada.start()
        bob.start()
        response = ada.begin(ada.upload(TABLE))
        came: list[tuple[float, dict]] = []
        for line in response:
            came.append((time.monotonic(), json.loads(line)))
            if len(came) == 3:
                assert bob.ask("GET", "/decks").status == 200
                assert "running…" in ada.page("/import")
                assert ada.begin(ada.upload("a,b\n")).status == 409
        (first, _), *_, (before_last, told), (_, end) = came
        assert end.keys() == {"location"}
        assert told["total"] >= told["done"] > 0
        assert len(came) >= 4 and before_last - first > 0.3, "it came bit by bit, not at the end"
        assert f"{ROWS:,}" in ada.page(end["location"])

        response = bob.begin(bob.upload(TABLE))
        response.readline()
        bob.closing.close()
        deadline = time.monotonic() + PATIENCE
        while f"<b>{ROWS:,}</b> added" not in bob.page("/import"):
            assert time.monotonic() < deadline, bob.page("/import")
            time.sleep(0.2)
    assert stored(sa.select(sa.func.count()).select_from(Note).where(Note.owner_id.is_not(None))) == [(2 * ROWS,)]
    assert stored(sa.select(Upload.import_id).where(Upload.import_id.is_(None))) == [(None,)]
