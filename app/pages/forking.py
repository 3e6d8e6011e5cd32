"""Making a deck of somebody else's one's own: it is taken out and brought in again, so that the learner looks first at
what will come, and can undo the whole of it."""

from collections.abc import Iterator
from io import RawIOBase
from typing import IO, Any, cast

from flask import Blueprint, current_app, redirect, request, url_for
from flask.typing import ResponseReturnValue

from app.clock import now
from app.database import db, reading_apart, writing
from app.errors import NotFound
from app.exporting import FORMATS, Export, one_deck
from app.importing import store_upload
from app.importing.uploads import delete_uploaded, keep_upload
from app.models import Deck, SignedInUser
from app.pages.access import current_learner
from app.pages.import_forms import COPIED, COPY_ENDING, uploads_folder

bp = Blueprint("forking", __name__)


class _Stream(RawIOBase):
    """A file that is read while it is made."""

    def __init__(self, pieces: Iterator[bytes]) -> None:
        self._pieces = pieces

    def read(self, size: int = -1) -> bytes:
        return next((piece for piece in self._pieces if piece), b"")


@bp.post("/decks/<id:deck_id>/fork")
def create_fork(deck_id: int) -> ResponseReturnValue:
    learner, folder = current_learner(), uploads_folder()
    decks = one_deck(db.session, learner, deck_id)
    if decks[0].owner_id in {None, learner.id}:
        raise NotFound()
    name = f"{COPIED}{decks[0].name}{COPY_ENDING}"
    with reading_apart(db.engine) as session:
        stored = store_upload(folder, _file(learner, decks, session))
    try:
        with writing() as transaction:
            kept, gone = keep_upload(transaction, learner, name, stored, now())
    except BaseException:
        delete_uploaded(folder, [stored.name])
        raise
    delete_uploaded(folder, gone)
    return redirect(url_for("importing.preview_page", upload_id=kept.id), 303)


def _file(learner: SignedInUser, decks: tuple[Deck, ...], session: Any) -> IO[bytes]:
    data = current_app.config["DATA_DIR"]
    with_progress = request.form.get("progress") == "yes"
    export = Export(learner, decks, now(), folder=data, media=data / "media", with_progress=with_progress)
    return cast(IO[bytes], _Stream(iter(FORMATS["cardlet"].write(session, export))))
