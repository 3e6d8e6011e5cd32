"""Calling the app without a socket, as a browser would: one that keeps its cookie and sends back a page's forms."""

import re
import sys
from copy import copy
from dataclasses import dataclass
from time import perf_counter
from typing import Any

from flask import Flask
from werkzeug.test import EnvironBuilder

from tests.benchmarks.building import PASSWORD
from tests.visitor import Visitor

FRAGMENT = {"X-Fragment": "1"}
_ACTION = re.compile(r'action="(/cards/\d+/answers)"')
_FIELDS = {name: re.compile(rf'name="{name}" value="([^"]*)"') for name in ("csrf_token", "review_id", "seen")}


@dataclass(frozen=True)
class Reply:
    """What came back, and how many seconds the call took."""

    seconds: float
    status: int
    cookie: str | None
    page: str


@dataclass(frozen=True)
class AnswerForm:
    """What a shown card's form sends."""

    action: str
    fields: dict[str, str]

    @property
    def card_id(self) -> int:
        return int(self.action.split("/")[2])


def answer_form(page: str) -> AnswerForm | None:
    """The form under a card, read by pattern: the load generator must not spend its time on parsing."""
    action = _ACTION.search(page)
    if action is None:
        return None
    after = page[action.end() :]
    fields = {name: pattern.search(after) for name, pattern in _FIELDS.items()}
    return AnswerForm(action[1], {name: found[1] for name, found in fields.items() if found})


def call(app: Flask, environ: dict[str, Any]) -> Reply:
    """One call of the WSGI app, from the request as the server would hand it over to the last byte of the answer."""
    told: list[Any] = []

    def start(status: str, headers: list[tuple[str, str]], error: object = None) -> None:
        told[:] = [status, headers]

    begin = perf_counter()
    body: Any = app(environ, start)
    content = b"".join(body)
    if hasattr(body, "close"):
        body.close()
    seconds = perf_counter() - begin
    cookies = [value.split(";")[0] for name, value in told[1] if name.lower() == "set-cookie"]
    return Reply(seconds, int(told[0].split()[0]), cookies[0] if cookies else None, content.decode())


class Browser:
    """One learner, signed in through the sign-in page."""

    def __init__(self, app: Flask, number: int) -> None:
        self.app = app
        client = app.test_client()
        visitor = Visitor(client)
        assert visitor.sign_in(f"learner-{number}", PASSWORD).status_code == 200
        kept = client.get_cookie("cardlet")
        assert kept is not None
        self.cookie = f"cardlet={kept.value}"
        self.get("/")

    def at(self, app: Flask) -> "Browser":
        """The same browser in front of another app with the same key and database."""
        other = copy(self)
        other.app = app
        return other

    def environ(self, path: str, fields: dict[str, str] | None = None, fragment: bool = False) -> dict[str, Any]:
        method = "GET" if fields is None else "POST"
        headers = {"Cookie": self.cookie, **(FRAGMENT if fragment else {})}
        environ = EnvironBuilder(path, method=method, data=fields, headers=headers).get_environ()
        environ["wsgi.errors"] = sys.stderr
        return environ

    def get(self, path: str, fragment: bool = False) -> Reply:
        return self._sent(self.environ(path, None, fragment))

    def post(self, path: str, fields: dict[str, str], fragment: bool = False) -> Reply:
        return self._sent(self.environ(path, fields, fragment))

    def answer(self, form: AnswerForm, fragment: bool = False, grade: int = 4) -> Reply:
        return self.post(form.action, {**form.fields, "grade": str(grade), "took_ms": "4000"}, fragment)

    def undo(self, form: AnswerForm, fragment: bool = False) -> Reply:
        return self.post("/undos", {"csrf_token": form.fields["csrf_token"]}, fragment)

    def shown(self, path: str = "/study") -> AnswerForm:
        """The form of the card that waits."""
        form = answer_form(self.get(path).page)
        assert form is not None, "nothing waits"
        return form

    def _sent(self, environ: dict[str, Any]) -> Reply:
        reply = call(self.app, environ)
        self.cookie = reply.cookie or self.cookie
        return reply
