"""One import, from the button to the report: told line by line to a script that asks for it, else waited for."""

import json
from collections.abc import Callable, Iterator
from typing import Any, cast

from flask import Flask, Response, current_app, g, redirect, request, url_for
from flask.typing import ResponseReturnValue

from app.clock import now
from app.database import db, writing
from app.errors import N_, CardletError
from app.importing import (
    Duplicates,
    Order,
    ParsedDeck,
    ReadingOptions,
    begin_import,
    own_import,
    own_upload,
    take_slot,
)
from app.models import Upload
from app.pages.access import current_learner
from app.pages.import_forms import file_of
from app.pages.import_jobs import LARGE, Job, error_of, start_apart, start_here
from app.pages.language import language
from app.pages.words import error_words

LINES = "application/x-ndjson"
BROKE_OFF = N_("It broke off before its end. Nothing of it was kept; it is all still here, so please try again.")


class BrokeOff(CardletError):
    """Nobody expected it; the log knows more."""


def wants_lines() -> bool:
    """Whether a script asks to be told how the import gets on."""
    return request.accept_mimetypes.best == LINES


def run_import(
    kept: Upload,
    options: ReadingOptions,
    duplicates: Duplicates,
    page_with: Callable[[CardletError], ResponseReturnValue],
    deck: ParsedDeck | None = None,
) -> ResponseReturnValue:
    """Imports an upload, or the deck it has become, and answers with the way to the report. `page_with`: what shows an
    error to somebody without scripts."""
    done = report_address(kept)
    if done is not None:
        return _arrived(done)
    try:
        job, location = _begin(kept, options, duplicates, deck)
    except CardletError as error:
        return _refused(error) if wants_lines() else page_with(error)
    app = _this_app()
    if wants_lines():
        lines = _lines(app, language(), job, location)
        return Response(lines, mimetype=LINES, headers={"X-Accel-Buffering": "no"})
    # Nobody is kept waiting for this connection.
    db.stop_reading()
    *_told, last = job.events()
    if "error" in last:
        return page_with(_error(last["error"]))
    return redirect(location, 303)


def report_address(kept: Upload) -> str | None:
    """Where the report of an upload stands that was imported; None: it waits, or its import has not ended."""
    if kept.import_id is None or own_import(db.session, kept.user_id, kept.import_id).finished_at is None:
        return None
    return url_for("reports.report_page", import_id=kept.import_id)


def _begin(kept: Upload, options: ReadingOptions, duplicates: Duplicates, deck: ParsedDeck | None) -> tuple[Job, str]:
    folder, app, learner = file_of(kept).parent, _this_app(), current_learner()
    slot = take_slot(app.config["DATA_DIR"] / "imports", learner.id)
    try:
        with writing() as transaction:
            own_upload(transaction, learner, kept.id)
            import_id = begin_import(transaction, learner.id, kept.file_name, now(), kept.id)
        order = Order(learner.id, import_id, kept.id, kept.stored_as, kept.file_name, options, duplicates)
        location = url_for("reports.report_page", import_id=import_id)
        if deck is None and kept.size > LARGE:
            return start_apart(app, order, slot), location
        return start_here(app, order, lambda: deck or order.read(folder), slot), location
    except BaseException:
        slot.close()
        raise


def _this_app() -> Flask:
    return cast(Flask, cast(Any, current_app)._get_current_object())


def _arrived(location: str) -> ResponseReturnValue:
    return _line({"location": location}, 200) if wants_lines() else redirect(location, 303)


def _refused(error: CardletError) -> ResponseReturnValue:
    return _line({"error": error_words(error)}, error.status)


def _line(event: dict[str, Any], status: int) -> Response:
    return Response(json.dumps(event) + "\n", status, mimetype=LINES)


def _lines(app: Flask, chosen: str, job: Job, location: str) -> Iterator[str]:
    """What the job says, a line each. It holds nothing of the database while the reader takes their time."""
    yield json.dumps({"done": 0, "total": None, "left_seconds": None}) + "\n"
    for event in job.events():
        line = {"location": location} if "finished" in event else event
        if "error" in event:
            with app.app_context():
                g.language = chosen
                line = {"error": error_words(_error(event["error"]))}
        yield json.dumps(line) + "\n"


def _error(reason: dict[str, Any] | None) -> CardletError:
    return BrokeOff(BROKE_OFF) if reason is None else error_of(reason)
