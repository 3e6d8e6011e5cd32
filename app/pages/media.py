"""Pictures and sounds: adding them, looking at them, deleting what no card uses."""

from pathlib import Path

from flask import Blueprint, Response, current_app, flash, redirect, render_template, request, send_file, url_for
from flask.typing import ResponseReturnValue
from werkzeug.datastructures import FileStorage

from app.clock import now
from app.database import db, importing_lock, writing
from app.errors import N_, CardletError, NotFound, Refused
from app.library.keeping_files import name_beside
from app.library.media import (
    delete_files,
    forget_files,
    medium,
    name_file,
    name_of_file,
    own_deck,
    own_media,
    store_file,
)
from app.locking import locked
from app.models import Learner
from app.models.media import path_of_file
from app.pages.access import current_learner
from app.pages.language import _, ngettext
from app.pages.passes import is_pass
from app.pages.words import error_words

bp = Blueprint("media", __name__)
YEAR = 365 * 24 * 3600
MOST_AT_ONCE = 256 * 2**20
CONTENT_SECURITY_POLICY = "default-src 'none'; sandbox"
NO_FILE = N_("Choose at least one file.")
INLINE = ("image/png", "image/jpeg", "image/gif", "image/webp", "image/avif", "audio/", "video/")


@bp.get("/media/<id:owner_id>/<name>")
def show_medium(owner_id: int, name: str) -> ResponseReturnValue:
    """A file, as what its first bytes said it is: to its owner, and to whom a page has shown a card with it. A drawing
    (SVG) may hold scripts, so it is for keeping only."""
    learner, file = current_learner(), medium(db.connection, owner_id, name)
    if owner_id != learner.id and not is_pass(request.args.get("key", ""), learner.id, owner_id, file.digest):
        raise NotFound()
    path = path_of_file(_folder(), file.digest)
    if not path.exists():
        raise NotFound()
    is_shown = file.content_type.startswith(INLINE)
    response: Response = send_file(
        path, file.content_type, as_attachment=not is_shown, download_name=name, etag=file.digest, max_age=YEAR
    )
    response.cache_control.private, response.cache_control.immutable = True, True
    response.headers["Content-Security-Policy"] = CONTENT_SECURITY_POLICY
    return response


@bp.get("/decks/<id:deck_id>/media")
def media_page(deck_id: int) -> ResponseReturnValue:
    return _page(deck_id, None)


@bp.post("/decks/<id:deck_id>/media")
def add_media(deck_id: int) -> ResponseReturnValue:
    learner, moment = current_learner(), now()
    own_deck(db.session, learner, deck_id)
    try:
        sent = [file for file in request.files.getlist("files") if file.filename]
        if not sent:
            raise Refused(NO_FILE, field="files")
        names = [name_of_file(file.filename or "") for file in sent]
        with locked(_lock()):
            stored = [store_file(_folder(), file.stream, name) for file, name in zip(sent, names, strict=True)]
            with writing() as transaction:
                for name, file in zip(names, stored, strict=True):
                    name_file(transaction, learner, name, file, moment)
    except CardletError as error:
        return _page(deck_id, error), error.status
    flash(ngettext("%(num)s file added.", "%(num)s files added.", len(names)))
    return redirect(url_for("media.media_page", deck_id=deck_id), 303)


@bp.post("/decks/<id:deck_id>/media/unused")
def delete_unused(deck_id: int) -> ResponseReturnValue:
    """Deletes the chosen files; one that a card asks for by now is kept."""
    learner = current_learner()
    own_deck(db.session, learner, deck_id)
    # Held to the end: somebody else may be storing the same file, and would find it gone after all.
    with locked(_lock()):
        with writing() as transaction:
            digests = forget_files(transaction, learner, request.form.getlist("name"))
        with locked(importing_lock(), wait=False) as nobody_imports:
            # An import may be about to give one of them a name; then the next start deletes the others.
            delete_files(_folder(), digests if nobody_imports else [])
    flash(_("Deleted."))
    return redirect(url_for("media.media_page", deck_id=deck_id), 303)


def keep_files(learner: Learner, files: list[FileStorage]) -> list[tuple[str, str]]:
    """Stores files that were pasted or dropped; returns each one's name and type. One whose name another file has gets
    a new one: every browser calls what is pasted `image.png`. Raises Refused, TooLarge."""
    sent = [(name_of_file(file.filename), file) for file in files if file.filename]
    if not sent:
        raise Refused(NO_FILE, field="files")
    with locked(_lock()):
        stored = [(name, store_file(_folder(), file.stream, name)) for name, file in sent]
        with writing() as transaction:
            return [(name_beside(transaction, learner, *one, now()), one[1].content_type) for one in stored]


def allow_large_media() -> None:
    """Pictures and sounds may be larger than what other forms send."""
    if request.endpoint in {"media.add_media", "writing.add_files"}:
        request.max_content_length = MOST_AT_ONCE


def _page(deck_id: int, error: CardletError | None) -> str:
    learner = current_learner()
    deck = own_deck(db.session, learner, deck_id)
    words = error_words(error) if error else None
    return render_template("library/media.html", deck=deck, files=own_media(db.session, learner), words=words)


def _folder() -> Path:
    data: Path = current_app.config["DATA_DIR"]
    return data / "media"


def _lock() -> Path:
    data: Path = current_app.config["DATA_DIR"]
    return data / "media.lock"
