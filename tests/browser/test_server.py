"""The server of the browser tests is away when it is said to be."""

import http.client
import socket
import threading
from contextlib import suppress

from flask import Flask

from tests.browser.conftest import served


def test_a_server_is_closed_when_what_was_asked_has_been_answered_and_answers_nothing_after() -> None:
    app = Flask("slow")
    asked, may_answer = threading.Event(), threading.Event()
    answered: list[str] = []

    @app.get("/slow")
    def slow() -> str:
        asked.set()
        may_answer.wait(10)
        answered.append("slow")
        return "done"

    with served(app) as port:
        # Browsers open a connection before they know what for.
        early = socket.create_connection(("127.0.0.1", port), timeout=10)
        waiting = http.client.HTTPConnection("127.0.0.1", port, timeout=10)
        waiting.request("GET", "/slow")
        assert asked.wait(10)
        threading.Timer(0.2, may_answer.set).start()
    assert answered == ["slow"]
    assert waiting.getresponse().read() == b"done"
    with suppress(ConnectionError):
        early.sendall(b"GET /slow HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n")
        assert early.recv(1) == b""
    assert answered == ["slow"]
    early.close()
    waiting.close()
