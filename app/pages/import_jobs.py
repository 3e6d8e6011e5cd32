"""Imports that run while their page tells how they get on: small ones in a thread, large ones in a process of their
own, so that other people's pages stay quick. Both go on when nobody listens any more."""

import json
import os
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from queue import SimpleQueue
from typing import IO, Any

import sqlalchemy as sa
from flask import Flask, current_app

from app.aside import NICENESS
from app.clock import now
from app.config import PACKAGE, PREFIX, SETTINGS
from app.database import db, importing_lock, writing
from app.errors import CardletError, UnreadableFile
from app.importing import Lent, Order, ParsedDeck, Source, Teller, about_rows, carry_out, give_up, sweep_unfinished
from app.library import follow_as
from app.library.keeping_files import KeptFiles, sweep_files
from app.locking import locked
from app.models.indexing import index_what_waits

LARGE = 2 * 2**20
"""Bytes from which on an import has a process of its own."""
Event = dict[str, Any]


class Job:
    """What an import says: `done` with its numbers again and again, at the end `finished`, or `error` with the reason
    (None: nobody expected it)."""

    def __init__(self) -> None:
        self._said: SimpleQueue[Event] = SimpleQueue()

    def tell(self, event: Event) -> None:
        self._said.put(event)

    def events(self) -> Iterator[Event]:
        """All it says, to the end; waits for it."""
        while True:
            event = self._said.get()
            yield event
            if "done" not in event:
                return


def start_here(app: Flask, order: Order, read: Callable[[], ParsedDeck], slot: IO[bytes]) -> Job:
    """Begins an import in a thread. The slot is given back at its end."""
    job = Job()

    def run() -> None:
        with slot, app.app_context():
            end = _imported(app, order, read, job)
        # Who is told of the end may begin the next at once.
        job.tell(end)

    threading.Thread(target=run, name=f"import-{order.import_id}", daemon=True).start()
    return job


def _imported(app: Flask, order: Order, read: Callable[[], ParsedDeck], job: Job) -> Event:
    try:
        with read() as parsed, locked(importing_lock(), shared=True):
            teller = Teller(parsed.total or _rows_of(app, order), time.monotonic, job.tell)
            carry_out(parsed, order, _lent(app, order.learner_id), teller)
            index_what_waits(db.session, writing)
        return {"finished": True}
    except CardletError as error:
        return _given_up(order, told(error))
    except Exception:
        app.logger.exception("the import %s failed", order.import_id)
        return _given_up(order, None)


def _rows_of(app: Flask, order: Order) -> int | None:
    path = app.config["DATA_DIR"] / "uploads" / order.stored_as
    return about_rows(Source(order.file_name, path=path)) if order.stored_as else None


def start_apart(app: Flask, order: Order, slot: IO[bytes]) -> Job:
    """Begins an import in a process of its own, which inherits the slot. It outlives this one, if it must."""
    job = Job()
    with slot:
        process = subprocess.Popen(
            [sys.executable, "-m", "app", "import-upload"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            env=_environment(app),
            pass_fds=(slot.fileno(),) if os.name == "posix" else (),
            start_new_session=True,
        )
    if os.name == "posix":
        # Other people's requests come first, and at once: only to start takes it a second.
        os.setpriority(os.PRIO_PROCESS, process.pid, NICENESS)
    threading.Thread(target=_listen, args=(app, order, process, job), daemon=True).start()
    return job


def _listen(app: Flask, order: Order, process: subprocess.Popen[bytes], job: Job) -> None:
    """Passes on what the process says; one that ends without an end has failed."""
    assert process.stdin is not None
    assert process.stdout is not None
    last: Event = {}
    try:
        with process.stdin as orders:
            orders.write(order.to_json().encode())
    except OSError:
        # It died at once, and the end of what it says tells so.
        pass
    with process.stdout as said:
        for line in said:
            last = json.loads(line)
            if "done" in last or "finished" in last:
                job.tell(last)
    status = process.wait()
    if "finished" in last:
        # It has still put what it brought into the index of words.
        return
    if last.get("error") is None:
        app.logger.error("the import %s ended with status %s", order.import_id, status)
    with app.app_context():
        job.tell(_given_up(order, last.get("error")))


def _environment(app: Flask) -> dict[str, str]:
    """The environment in which another Cardlet works on this one's data."""
    values = {name: app.config[name] for name in ("DATA_DIR", "MAX_UPLOAD_MB")}
    url = sa.make_url(app.config["DATABASE_URL"]).render_as_string(hide_password=False)
    path = os.pathsep.join(filter(None, [str(PACKAGE.parent), os.environ.get("PYTHONPATH")]))
    own = {f"{PREFIX}{name}": str(value) for name, value in {**values, "DATABASE_URL": url}.items()}
    others = {setting.variable for setting in SETTINGS} - own.keys()
    return {**{k: v for k, v in os.environ.items() if k not in others}, **own, "PYTHONPATH": path}


def _given_up(order: Order, reason: Event | None) -> Event:
    with writing() as transaction:
        give_up(transaction, order.learner_id, order.import_id, order.upload_id, forget=reason is not None)
    _clear_away()
    return {"error": reason}


def _clear_away() -> None:
    """Removes what an import has left that failed or was killed, unless another runs: then the next start does it."""
    with locked(importing_lock(), wait=False) as nobody_imports:
        if nobody_imports:
            sweep_unfinished(writing, now())
            data: Path = current_app.config["DATA_DIR"]
            with locked(data / "media.lock"):
                sweep_files(db.session, data / "media")


def _lent(app: Flask, learner_id: int) -> Lent:
    """What this door lends an import. Staged rows go to the disk at once: whoever answers next would wait for those
    that have not."""
    data: Path = app.config["DATA_DIR"]
    return Lent(data, db.session, writing, writing, now, follow_as, KeptFiles(data / "media", learner_id))


def told(error: CardletError) -> Event:
    """An error as it travels between processes."""
    line = error.line if isinstance(error, UnreadableFile) else None
    return {"message": error.message, "places": error.places, "line": line}


def error_of(reason: Event) -> CardletError:
    """The error as it was raised, as far as its words go."""
    return UnreadableFile(reason["message"], line=reason["line"], **reason["places"])
