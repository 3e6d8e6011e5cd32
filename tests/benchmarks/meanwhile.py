"""How long others wait for their answers while a large import runs: beside how long without it, in the same minute."""

import json
import threading
import time
import urllib.request
from typing import Any
from urllib.parse import urlencode

from tests.benchmarks.load import Person, Run
from tests.benchmarks.serving import cookies_of, environment_for, served
from tests.benchmarks.stores import Store
from tests.visitor import forms_of

ROWS = 100_000
PEOPLE = 8
PAUSE = 0.25
"""Seconds between an answer and the next: people think, and the server is not to be the bottleneck by itself."""
WARMING_UP, WITHOUT = 2.0, 10.0
MOST = 180.0
"""Seconds that are measured while the import runs."""
Took = tuple[float, float]
"""When somebody answered, and how long the next page took."""


def others_meanwhile(store: Store, name: str) -> dict[str, Any]:
    """Serves a crowd and measures both; the import is that of the last learner's, through the page."""
    environment = environment_for(store, name)
    with served(environment):
        pass
    cookies = cookies_of(environment, range(1, 200))
    importer = cookies.pop()
    rows = _table()
    with served(environment) as server:
        run, ended, took = Run(server.port, server.pid, PEOPLE, 0, cookies), threading.Event(), list[Took]()
        people = [threading.Thread(target=_studies, args=(run, ended, took)) for _ in range(PEOPLE)]
        for person in people:
            person.start()
            # In step they would wait for each other, and one stall would count for all.
            time.sleep(PAUSE / PEOPLE * 1.1)
        time.sleep(WARMING_UP)
        begins = time.perf_counter()
        time.sleep(WITHOUT)
        found, import_begins = dict[str, Any](), time.perf_counter()
        thread = threading.Thread(target=_import, args=(server.port, importer, rows, ended, found))
        thread.start()
        thread.join(MOST)
        ends = time.perf_counter()
        ended.set()
        for person in people:
            person.join()
        thread.join()
    without, during = _waits(took, begins, import_begins), _waits(took, import_begins, ends)
    return {"rows": ROWS, "without": without, "during": during, **found}


def _waits(took: list[Took], begins: float, ends: float) -> dict[str, float]:
    """How long those waited who answered in this time, in ms."""
    waits = sorted(seconds for moment, seconds in took if begins <= moment < ends)
    return {"answers": len(waits), "p50": waits[len(waits) // 2] * 1000, "p95": waits[len(waits) * 95 // 100] * 1000}


def _studies(run: Run, ended: threading.Event, took: list[Took]) -> None:
    """One person after another answers until it has ended."""
    run.left = 1_000_000
    person = Person(run)
    person.begin()
    while not ended.is_set():
        while not person.received():
            pass
        if person.counts:
            took.append((person.began, time.perf_counter() - person.began))
            time.sleep(PAUSE)
        if not person.go_on():
            break
    person.socket.close()


def _table() -> str:
    return "".join(f"question {n} with some words {n},answer {n} with some more words\n" for n in range(ROWS))


def _import(port: int, cookie: str, rows: str, ended: threading.Event, found: dict[str, Any]) -> None:
    """A table, uploaded and imported as a script on the page does it."""
    try:
        cookie = _cookie_after(port, cookie)
        page = _ask(port, cookie, "/import").decode()
        token = next(form for form in forms_of(page) if form.action == "/import").fields["csrf_token"]
        parts = [f'name="csrf_token"\r\n\r\n{token}', f'name="file"; filename="large.csv"\r\n\r\n{rows}']
        body = "".join(f"--edge\r\nContent-Disposition: form-data; {part}\r\n" for part in parts) + "--edge--\r\n"
        page = _ask(port, cookie, "/import", body.encode(), "multipart/form-data; boundary=edge").decode()
        form = next(form for form in forms_of(page) if form.action.removeprefix("/import/").isdigit())
        began = time.perf_counter()
        lines = _ask(port, cookie, form.action, urlencode(form.fields).encode()).splitlines()
        found |= {"seconds": time.perf_counter() - began, "ended": json.loads(lines[-1])}
    finally:
        ended.set()


def _cookie_after(port: int, cookie: str) -> str:
    """The cookie as it is once it holds what forms are signed with."""
    request = urllib.request.Request(f"http://127.0.0.1:{port}/import", headers={"Cookie": cookie})
    with urllib.request.urlopen(request, timeout=60) as response:
        given: str | None = response.headers.get("Set-Cookie")
    return given.split(";")[0] if given else cookie


def _ask(port: int, cookie: str, path: str, body: bytes | None = None, kind: str = "") -> bytes:
    request = urllib.request.Request(f"http://127.0.0.1:{port}{path}", body)
    request.add_header("Cookie", cookie)
    request.add_header("Content-Type", kind or "application/x-www-form-urlencoded")
    if path != "/import":
        request.add_header("Accept", "application/x-ndjson")
    with urllib.request.urlopen(request, timeout=600) as response:
        content: bytes = response.read()
    return content
