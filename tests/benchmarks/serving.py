"""Cardlet as it is served: how fast it starts, what memory it takes, how it bears many learners at once."""

import json
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from statistics import median
from typing import Any

from flask import Flask

from app import create_app
from app.accounts import open_sign_in
from app.clock import now
from app.config import read_settings
from app.database import close, writing
from tests.benchmarks.stores import Store

ROOT = Path(__file__).parent.parent.parent
SECRET = "only for benchmarks"
STARTS = 9


@dataclass(frozen=True)
class Server:
    """A running `cardlet serve`: its address, its process, and how long it took to be there."""

    port: int
    pid: int
    seconds: float

    @property
    def megabytes(self) -> float:
        """The memory it holds now."""
        status = Path(f"/proc/{self.pid}/status").read_text()
        return int(status.split("VmRSS:")[1].split()[0]) / 1024


def environment_for(store: Store, name: str) -> dict[str, str]:
    folder = store.folder / f"data-{name}"
    folder.mkdir(exist_ok=True)
    return {"CARDLET_DATA_DIR": str(folder), "CARDLET_DATABASE_URL": store.url(name), "CARDLET_SECRET_KEY": SECRET}


@contextmanager
def served(environment: dict[str, str]) -> Iterator[Server]:
    """Starts Cardlet on a free port and stops it at the end."""
    began = time.perf_counter()
    process = subprocess.Popen(
        [sys.executable, "-m", "app", "serve"],
        cwd=ROOT,
        env={**os.environ, **environment, "CARDLET_PORT": "0"},
        stdout=subprocess.PIPE,
        text=True,
    )
    assert process.stdout is not None
    try:
        port = int(process.stdout.readline().split("127.0.0.1:")[1].split()[0])
        with urllib.request.urlopen(f"http://127.0.0.1:{port}/healthz", timeout=30) as response:
            response.read()
        yield Server(port, process.pid, time.perf_counter() - began)
    finally:
        process.send_signal(signal.SIGTERM)
        process.wait(timeout=30)


def cookies_of(environment: dict[str, str], learners: range) -> list[str]:
    """Cookies of learners who signed in earlier, made with the server's key."""
    app = create_app(read_settings(environment))
    with app.app_context(), writing() as session:
        tokens = [open_sign_in(session, number, now()) for number in learners]
    cookies = [_cookie(app, token) for token in tokens]
    close(app)
    return cookies


def _cookie(app: Flask, token: str) -> str:
    signer: Any = app.session_interface
    value = signer.get_signing_serializer(app).dumps({"_user_id": token, "_fresh": True, "_permanent": True})
    return f"cardlet={value}"


def start_up() -> dict[str, float]:
    """A fresh process that imports and creates the app, beside one that imports the libraries it cannot do without."""
    code = "from app import create_app; create_app({settings})"
    folder = tempfile.mkdtemp(prefix="cardlet-start-")
    settings = f"__import__('app.config').config.read_settings({{'CARDLET_DATA_DIR': {folder!r}}})"
    commands = {
        "libraries": "import flask, flask_login, flask_wtf, sqlalchemy.orm",
        "app": code.format(settings=settings),
    }
    taken: dict[str, list[float]] = {name: [] for name in commands}
    for _ in range(STARTS):
        for name, command in commands.items():
            began = time.perf_counter()
            subprocess.run([sys.executable, "-c", command], cwd=ROOT, check=True)
            taken[name].append(time.perf_counter() - began)
    shutil.rmtree(folder)
    return {f"{name}_seconds": round(median(each), 3) for name, each in taken.items()}


def under_load(store: Store, name: str, learners: int, answers: int) -> dict[str, Any]:
    """Starts a server on a crowd and drives no-ops and answers through it."""
    environment = environment_for(store, name)
    with served(environment):
        pass  # The first start puts the starter decks in place; the next is what a restart costs.
    needed = min(learners, 2 * answers // 20 + 80)
    cookies = cookies_of(environment, range(1, needed + 1))
    with served(environment) as server:
        with urllib.request.urlopen(f"http://127.0.0.1:{server.port}/", timeout=30) as response:
            response.read()
        results: dict[str, Any] = {"ready_seconds": round(server.seconds, 3), "idle_mb": round(server.megabytes, 1)}
        half = len(cookies) // 2
        for connections, some in ((8, cookies[:half]), (64, cookies[half:])):
            results[f"no-op {connections}"] = _driven(server, connections, answers, [])
            results[f"answer {connections}"] = _driven(server, connections, answers, some)
        results["loaded_mb"] = round(server.megabytes, 1)
    return results


def _driven(server: Server, connections: int, requests: int, cookies: list[str]) -> dict[str, Any]:
    run = {"port": server.port, "pid": server.pid, "connections": connections, "requests": requests, "cookies": cookies}
    done = subprocess.run(
        [sys.executable, "-m", "tests.benchmarks.load"],
        cwd=ROOT,
        input=json.dumps(run),
        stdout=subprocess.PIPE,
        text=True,
        check=True,
    )
    result: dict[str, Any] = json.loads(done.stdout)
    return result
