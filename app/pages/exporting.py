"""Decks to take away: one, or everything."""

from collections.abc import Iterator
from pathlib import Path
from urllib.parse import quote

import sqlalchemy as sa
from flask import Blueprint, Response, current_app, render_template, request
from flask.typing import ResponseReturnValue

from app.clock import now
from app.database import db, reading_apart
from app.errors import NotFound
from app.exporting import FORMATS, OF_EVERYTHING, Export, Format, all_decks, one_deck
from app.models import Deck
from app.pages.access import current_learner

bp = Blueprint("exporting", __name__)


@bp.get("/decks/<id:deck_id>/export")
def deck_page(deck_id: int) -> ResponseReturnValue:
    deck = one_deck(db.session, current_learner(), deck_id)[0]
    return render_template("library/export.html", deck=deck, formats=FORMATS)


@bp.get("/decks/<id:deck_id>/export/file")
def deck_file(deck_id: int) -> ResponseReturnValue:
    decks = one_deck(db.session, current_learner(), deck_id)
    return _file(decks, FORMATS.get(request.args.get("format", "apkg")), everything=False)


@bp.get("/export")
def everything_page() -> ResponseReturnValue:
    formats = {name: FORMATS[name] for name in OF_EVERYTHING}
    return render_template("library/export.html", deck=None, formats=formats)


@bp.get("/export/file")
def everything_file() -> ResponseReturnValue:
    name = request.args.get("format", OF_EVERYTHING[0])
    return _file(all_decks(db.session, current_learner()), FORMATS.get(name), everything=True)


def _file(decks: tuple[Deck, ...], format: Format | None, *, everything: bool) -> Response:
    """The download; a form without the box sends no progress, an address without the form all there is."""
    if format is None:
        raise NotFound()
    data: Path = current_app.config["DATA_DIR"]
    with_progress = format.progress and ("progress" in request.args or "format" not in request.args)
    export = Export(
        current_learner(),
        decks,
        now(),
        folder=data,
        media=data / "media",
        with_progress=with_progress,
        everything=everything,
    )
    response = Response(_pieces(db.engine, format, export), content_type=format.type_of(export))
    response.headers["Content-Disposition"] = _attached(format.file_name(export))
    return response


def _attached(name: str) -> str:
    """A file's name as headers say it, in any writing (RFC 5987); browsers too old for that get it in ASCII."""
    plain = name.encode("ascii", "ignore").decode().strip(" -") or "deck"
    plain = f"deck{plain}" if plain.startswith(".") else plain
    return f"attachment; filename=\"{plain}\"; filename*=UTF-8''{quote(name, safe='')}"


def _pieces(engine: sa.Engine, format: Format, export: Export) -> Iterator[bytes]:
    with reading_apart(engine) as session:
        yield from format.write(session, export)
