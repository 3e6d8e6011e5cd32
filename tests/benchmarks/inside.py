"""The app in this process on one of the built databases, and its floors: no-op, bare driver, template, fsync."""

import logging
import os
from collections import defaultdict
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from statistics import median, quantiles
from time import perf_counter
from typing import Any

from flask import Flask, template_rendered
from flask_login import current_user
from sqlalchemy import event

from app import create_app
from app.config import read_settings
from app.database import close
from app.pages.language import language
from tests.benchmarks.calling import Browser, Reply, call
from tests.benchmarks.recording import NotThisTime, Recorder
from tests.benchmarks.stores import Store

PROBE = b"\0" * 4096


@dataclass
class Samples:
    """Seconds by the name of what took them."""

    taken: dict[str, list[float]] = field(default_factory=lambda: defaultdict(list))
    times_noop: dict[str, list[float]] = field(default_factory=lambda: defaultdict(list))
    noop: float = 0.0

    def add(self, name: str, seconds: float) -> None:
        self.taken[name].append(seconds)
        if self.noop:
            self.times_noop[name].append(seconds / self.noop)

    def summed_up(self) -> dict[str, dict[str, float]]:
        """Median and 95th percentile in milliseconds, how many there were, and the median of how many times the no-op
        just before it each took: a machine that is slow for a while is slow for both."""
        return {
            name: {
                "ms": round(median(taken) * 1000, 4),
                "p95": round((quantiles(taken, n=20)[-1] if len(taken) > 1 else taken[0]) * 1000, 4),
                "times": len(taken),
                "noops": round(median(self.times_noop[name]), 3) if self.times_noop[name] else 0.0,
            }
            for name, taken in self.taken.items()
        }


@dataclass
class Inside:
    """One app, one bare connection beside it, and what was measured so far. Statements are recorded at a second app: a
    request that is stopped rolls back, and psycopg then forgets what its connection had prepared."""

    app: Flask
    second: Flask
    bare: Any
    recorder: Recorder
    probe: Any
    samples: Samples = field(default_factory=Samples)

    def noop(self) -> None:
        """The app's own shortest way: routing, session, headers, no database."""
        environ = {"REQUEST_METHOD": "GET", "PATH_INFO": "/healthz", "SERVER_NAME": "localhost", "SERVER_PORT": "80"}
        environ |= {"wsgi.url_scheme": "http", "QUERY_STRING": "", "SCRIPT_NAME": ""}
        taken = median(call(self.app, dict(environ)).seconds for _ in range(3))
        self.samples.noop = taken
        self.samples.add("no-op", taken)

    def fsync(self) -> None:
        begin = perf_counter()
        os.pwrite(self.probe.fileno(), PROBE, 0)
        os.fsync(self.probe.fileno())
        self.samples.add("fsync", perf_counter() - begin)

    def timed(self, name: str, reply: Reply, status: int = 200) -> Reply:
        assert reply.status == status, f"{name}: {reply.status}, {reply.page[:2000]}"
        self.samples.add(name, reply.seconds)
        return reply

    def template(self, name: str, browser: Browser, path: str) -> None:
        """Renders the page's template once more with the very same values, and nothing else."""
        seen: list[Any] = []

        def note(sender: object, template: Any, context: dict[str, Any], **more: object) -> None:
            seen[:] = [template, context]

        with template_rendered.connected_to(note, self.app):
            browser.get(path)
        template, context = seen
        with self.app.request_context(browser.environ(path)):
            assert current_user.is_authenticated and language()
            begin = perf_counter()
            template.render(context)
            self.samples.add(name, perf_counter() - begin)


@contextmanager
def inside(store: Store, name: str, synchronous: str = "FULL") -> Iterator[Inside]:
    """The app on that database. `synchronous` other than FULL is set here on its connections, on SQLite only."""
    folder = store.folder / f"data-{name}"
    folder.mkdir(exist_ok=True)
    settings = {"CARDLET_DATA_DIR": str(folder), "CARDLET_DATABASE_URL": store.url(name)}
    app, second = (_app(settings, synchronous) for _ in range(2))
    bare = store.connect(name, synchronous)
    path = folder / "fsync-probe"
    with path.open("wb") as probe:
        probe.write(PROBE)
        yield Inside(app, second, bare, Recorder(second.extensions["engine"]), probe)
    path.unlink()
    bare.close()
    close(app)
    close(second)


def _app(settings: dict[str, str], synchronous: str) -> Flask:
    app = create_app(read_settings({**settings, "CARDLET_SECRET_KEY": "only for benchmarks"}))
    # A request that is stopped on purpose is no news.
    app.logger.addFilter(_is_news)
    engine = app.extensions["engine"]
    if engine.dialect.name == "sqlite":
        event.listen(engine, "connect", lambda raw, _: raw.execute(f"PRAGMA synchronous={synchronous}").close())
    return app


def _is_news(record: logging.LogRecord) -> bool:
    return record.exc_info is None or record.exc_info[0] is not NotThisTime
