"""A person at a browser: fills in forms as a page without scripts does."""

import re
from html.parser import HTMLParser
from typing import Any

from flask.testing import FlaskClient
from werkzeug.test import TestResponse


class Visitor:
    """Each has cookies of their own. The last page is `page`; `press` sends one of its forms with all its fields."""

    def __init__(self, client: FlaskClient) -> None:
        self.client = client
        self.page = ""

    def get(self, path: str, **options: Any) -> TestResponse:
        response = self.client.get(path, follow_redirects=True, **options)
        self.page = response.get_data(as_text=True)
        return response

    def press(self, action: str, follow: bool = True, **fields: Any) -> TestResponse:
        """Sends the last page's form to that address; `fields` are what the person filled in or pressed."""
        form = self.form(action)
        response = self.client.post(form.action, data={**form.fields, **fields}, follow_redirects=follow)
        self.page = response.get_data(as_text=True)
        return response

    def form(self, action: str) -> "Form":
        """The form of the last page whose address matches; a test that finds none fails with the page."""
        for form in forms_of(self.page):
            if re.fullmatch(action, form.action):
                return form
        raise AssertionError(f"no form to {action} in {self.page}")

    def token(self) -> str:
        """A CSRF token of this visitor's."""
        forms = forms_of(self.client.get("/").get_data(as_text=True))
        return next(form.fields["csrf_token"] for form in forms if "csrf_token" in form.fields)

    def start_as_guest(self) -> "Visitor":
        self.get("/")
        self.press("/guest")
        return self

    def sign_up(self, name: str, password: str = "a long sentence") -> "Visitor":
        self.get("/sign-up")
        assert self.press("/sign-up", name=name, password=password).status_code == 200
        return self

    def sign_in(self, name: str, password: str = "a long sentence") -> TestResponse:
        self.get("/sign-in")
        return self.press("/sign-in", name=name, password=password)

    def answer(self, grade: int, **fields: Any) -> TestResponse:
        """Grades the card on the last page."""
        return self.press(r"/cards/\d+/answers", grade=grade, **fields)


class Form:
    def __init__(self, action: str) -> None:
        self.action = action
        self.fields: dict[str, str] = {}


def forms_of(page: str) -> list[Form]:
    """The forms of a page with what their fields hold."""
    parser = _Forms()
    parser.feed(page)
    return parser.forms


class _Forms(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.forms: list[Form] = []
        self._select: str | None = None
        self._textarea: str | None = None

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = dict(attrs)
        if tag == "form":
            self.forms.append(Form(given.get("action") or ""))
        elif self.forms and tag == "input" and given.get("name") and "disabled" not in given:
            if given.get("type") != "checkbox" or "checked" in given:
                self.forms[-1].fields[str(given["name"])] = given.get("value") or ""
        elif tag == "select":
            self._select = given.get("name")
        elif self.forms and tag == "option" and self._select and "selected" in given:
            self.forms[-1].fields[self._select] = given.get("value") or ""
        elif self.forms and tag == "textarea" and given.get("name"):
            self._textarea = str(given["name"])
            self.forms[-1].fields[self._textarea] = ""

    def handle_data(self, data: str) -> None:
        if self._textarea is not None:
            self.forms[-1].fields[self._textarea] += data

    def handle_endtag(self, tag: str) -> None:
        if tag == "textarea" and self._textarea is not None:
            # A line break right after the tag is no part of the text.
            fields = self.forms[-1].fields
            fields[self._textarea] = fields[self._textarea].removeprefix("\n")
            self._textarea = None
