"""Eight or sixty-four learners at once, over sockets: one process, one thread, bounded in requests and in time.

Run as `python -m tests.benchmarks.load` with a JSON object on standard input; prints one on standard output. It is a
process of its own so that it shares no interpreter with the server, and small so that it leaves the server the machine.
"""

import json
import os
import selectors
import socket
import sys
from dataclasses import dataclass, field
from pathlib import Path
from time import monotonic, perf_counter
from typing import Any
from urllib.parse import urlencode

from tests.benchmarks.calling import answer_form

AT_MOST_SECONDS, PATIENCE = 60, 20
"""When no more requests are sent, and how much longer an answer may take before it counts as failed."""
TICKS = os.sysconf("SC_CLK_TCK")


def cpu_seconds(pid: int) -> float:
    """What a process has used of the processors since it began."""
    numbers = Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()
    return (int(numbers[11]) + int(numbers[12])) / TICKS


@dataclass
class Run:
    """One set: so many answers or no-ops, over so many connections."""

    port: int
    pid: int
    connections: int
    requests: int
    cookies: list[str]
    """Of learners who are signed in, one after another; none: no-ops."""
    left: int = 0
    failed: int = 0
    taken: list[float] = field(default_factory=list)


class Person:
    """A connection, and who uses it: asks for a card, answers it, answers the one that came back, until none comes;
    then the next learner sits down."""

    def __init__(self, run: Run) -> None:
        self.run, self.cookie, self.counts = run, "", False
        self.socket = socket.create_connection(("127.0.0.1", run.port))
        self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.buffer, self.began = b"", 0.0

    def begin(self) -> None:
        if self.run.cookies or self.cookie:
            self._sit_down()
        else:
            self._send("GET", "/healthz", counts=True)

    def _sit_down(self) -> None:
        self.cookie = self.run.cookies.pop()
        self._send("GET", "/study")

    def _send(self, method: str, path: str, body: bytes = b"", *, counts: bool = False) -> None:
        lines = [f"{method} {path} HTTP/1.1", "Host: 127.0.0.1", f"Cookie: {self.cookie}"]
        if body:
            lines += [
                "Content-Type: application/x-www-form-urlencoded",
                f"Content-Length: {len(body)}",
                "X-Fragment: 1",
            ]
        self.counts, self.buffer = counts, b""
        self.began = perf_counter()
        self.socket.sendall("\r\n".join(lines).encode() + b"\r\n\r\n" + body)

    def received(self) -> bool:
        """Takes what has arrived; whether the response is whole."""
        self.buffer += self.socket.recv(262_144)
        head, gap, body = self.buffer.partition(b"\r\n\r\n")
        if not gap:
            return False
        length = next(int(line[15:]) for line in head.split(b"\r\n") if line.lower().startswith(b"content-length:"))
        return len(body) >= length

    def go_on(self) -> bool:
        """Notes how long the response took and sends what comes next; False when the run has had its requests."""
        if self.counts:
            self.run.taken.append(perf_counter() - self.began)
            self.run.failed += not self.buffer.startswith(b"HTTP/1.1 200")
        if self.run.left == 0:
            return False
        if not self.cookie:
            self.run.left -= 1
            self._send("GET", "/healthz", counts=True)
            return True
        self._keep_cookie()
        form = answer_form(self.buffer.decode())
        if form is None:
            if not self.run.cookies:
                return False
            self._sit_down()
            return True
        self.run.left -= 1
        fields = {**form.fields, "grade": "4", "took_ms": "4000", "deck": ""}
        self._send("POST", form.action, urlencode(fields).encode(), counts=True)
        return True

    def _keep_cookie(self) -> None:
        head = self.buffer.partition(b"\r\n\r\n")[0].decode()
        for line in head.split("\r\n"):
            if line.lower().startswith("set-cookie:"):
                self.cookie = line.split(":", 1)[1].split(";")[0].strip()


def drive(run: Run) -> dict[str, Any]:
    """Runs a set to its end and says how it went."""
    run.left = run.requests
    selector = selectors.DefaultSelector()
    people = [Person(run) for _ in range(run.connections)]
    for person in people:
        selector.register(person.socket, selectors.EVENT_READ, person)
    cpu, began = cpu_seconds(run.pid), monotonic()
    for person in people:
        person.begin()
    waiting = len(people)
    while waiting and monotonic() - began < AT_MOST_SECONDS + PATIENCE:
        if monotonic() - began > AT_MOST_SECONDS:
            run.left = 0
        for key, _ in selector.select(timeout=1):
            if key.data.received() and not key.data.go_on():
                selector.unregister(key.fileobj)
                waiting -= 1
    seconds, cpu = monotonic() - began, cpu_seconds(run.pid) - cpu
    for person in people:
        person.socket.close()
    taken = sorted(run.taken)
    return {
        "connections": run.connections,
        "requests": len(taken),
        "failed": run.failed + waiting,
        "per_second": round(len(taken) / seconds, 1),
        "p50": round(taken[len(taken) // 2] * 1000, 3),
        "p99": round(taken[len(taken) * 99 // 100] * 1000, 3),
        "cpu_ms": round(cpu / len(taken) * 1000, 3),
    }


if __name__ == "__main__":
    print(json.dumps(drive(Run(**json.load(sys.stdin)))))
