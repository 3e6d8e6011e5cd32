"""Importing a deck: choose, look, import."""

from collections.abc import Sequence
from io import BytesIO
from typing import Any

import sqlalchemy as sa
from flask import Blueprint, Request, current_app, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from app.clock import now
from app.database import db, writing
from app.errors import N_, CardletError, Refused
from app.importing import (
    DeckPreview,
    Source,
    Wishes,
    delete_uploaded,
    drop_upload,
    is_importing,
    keep_upload,
    latest_imports,
    own_upload,
    preview_deck,
    read_deck,
    report_of,
    store_upload,
)
from app.importing.guessing import is_outline, pasted_name
from app.importing.parsed import DeckHeader
from app.importing.preview import FIRST_ROWS, SMALL
from app.importing.reading import FORMATS, READERS, reader_of
from app.importing.uploads import Stored
from app.models import Deck, Upload
from app.models.deck import with_parents
from app.pages.access import current_learner
from app.pages.import_cards import asked_of, framed_sides, keep_shown
from app.pages.import_forms import (
    copied_deck,
    duplicates_of,
    encodings_for,
    file_of,
    formats_for,
    list_words,
    name_of,
    options_of,
    role_words,
    row_delimiter_of,
    shown_name,
    uploads_folder,
)
from app.pages.import_running import report_address, run_import
from app.pages.language import CARD_LANGUAGES, _
from app.pages.sides import frame_of, in_words
from app.pages.words import error_words
from app.rendering.cards import Sides, render_sides

bp = Blueprint("importing", __name__, url_prefix="/import")
LARGEST_TEXT = 16 * 2**20
OFFERED_DECKS = 200


def allow_large_files() -> None:
    """Files may be as large as the setting says; every other page keeps the small limit."""
    if request.blueprint not in {bp.name, "drafts"}:
        return
    request.max_content_length = current_app.config["MAX_UPLOAD_MB"] * 2**20 + 2**16
    request.max_form_memory_size = min(request.max_content_length, LARGEST_TEXT)


@bp.get("")
def import_page() -> ResponseReturnValue:
    return _choose(None)


@bp.post("")
def upload() -> ResponseReturnValue:
    learner, folder = current_learner(), uploads_folder()
    try:
        file_name, stored = _sent(request)
        try:
            with writing() as transaction:
                kept, gone = keep_upload(transaction, learner, file_name, stored, now())
        except BaseException:
            delete_uploaded(folder, [stored.name])
            raise
    except CardletError as error:
        return _choose(error), error.status
    delete_uploaded(folder, gone)
    return redirect(url_for("importing.preview_page", upload_id=kept.id), 303)


def _sent(request: Request) -> tuple[str, Stored]:
    """The file, or the pasted text as if it were one."""
    file, text = request.files.get("file"), request.form.get("text", "")
    if file is not None and file.filename:
        name = file.filename.replace("\\", "/").rsplit("/", 1)[-1]
        reader_of(name)
        return name, store_upload(uploads_folder(), file.stream)
    if not text.strip():
        raise Refused(N_("Choose a file, or paste some text."), field="file")
    return pasted_name(text), store_upload(uploads_folder(), BytesIO(text.replace("\r\n", "\n").encode()))


def _choose(error: CardletError | None) -> str:
    learner = current_learner()
    imports = latest_imports(db.session, learner)
    unfinished = any(one.finished_at is None for one in imports)
    return render_template(
        "importing/choose.html",
        words=error_words(error) if error else None,
        text=request.form.get("text", ""),
        endings=list(READERS),
        imports=[(one, shown_name(one.file_name), report_of(one)) for one in imports],
        is_importing=unfinished and is_importing(current_app.config["DATA_DIR"] / "imports", learner.id),
    )


@bp.get("/<id:upload_id>")
def preview_page(upload_id: int) -> ResponseReturnValue:
    kept = own_upload(db.session, current_learner(), upload_id)
    done = report_address(kept)
    if done is not None:
        return redirect(done, 303)
    if is_notes(kept):
        return redirect(url_for("drafts.drafts_page", upload_id=upload_id), 303)
    return _preview(kept, request.args, None)


@bp.get("/<id:upload_id>/cards/<id:place>/<any(question, answer):side>")
def card_side(upload_id: int, place: int, side: str) -> ResponseReturnValue:
    """One side of one of the first cards, for the frame it is shown in."""
    learner = current_learner()
    kept = own_upload(db.session, learner, upload_id)
    if report_address(kept) is not None:
        # Whoever imports at once leaves frames behind that still ask; the report would refuse to lie in one.
        return "", 204
    options = options_of(request.args, kept, learner)
    return frame_of(*framed_sides(kept, request.args, place, lambda: read_deck(_source(kept), options)), side)


def is_notes(kept: Upload) -> bool:
    """Whether an upload is no deck but study notes. Nobody writes megabytes of them."""
    if kept.size > SMALL or not kept.file_name.lower().endswith((".md", ".txt")):
        return False
    return is_outline(_source(kept).read(), kept.file_name)


@bp.post("/<id:upload_id>")
def import_submit(upload_id: int) -> ResponseReturnValue:
    learner = current_learner()
    kept = own_upload(db.session, learner, upload_id)
    options = options_of(request.form, kept, learner)
    return run_import(
        kept,
        options,
        duplicates_of(request.form),
        lambda error: _preview(own_upload(db.session, learner, upload_id), request.form, error),
    )


@bp.post("/<id:upload_id>/cancel")
def cancel(upload_id: int) -> ResponseReturnValue:
    learner = current_learner()
    is_copy = copied_deck(own_upload(db.session, learner, upload_id).file_name) is not None
    with writing() as transaction:
        gone = drop_upload(transaction, learner, upload_id)
    delete_uploaded(uploads_folder(), gone)
    return redirect(url_for("library.decks_page" if is_copy else "importing.import_page"), 303)


def _preview(kept: Upload, given: Any, error: CardletError | None) -> ResponseReturnValue:
    """The page between upload and import, with what the learner corrected on it."""
    preview = None
    try:
        preview = _looked_through(kept, given)
    except CardletError as unreadable:
        error = error or unreadable
    table = preview.deck.table if preview else None
    copy_of = copied_deck(kept.file_name)
    is_list = preview is not None and preview.deck.format_name == FORMATS["list"].title
    page = render_template(
        "importing/copy.html" if copy_of else "importing/preview.html",
        upload=kept,
        copy_of=copy_of,
        file_name=shown_name(kept.file_name),
        preview=preview,
        table=table,
        tree=tree_of(preview.deck.decks) if preview else [],
        cards=_cards(kept, given, preview) if preview else [],
        asked=asked_of(given),
        deck_name=given.get("deck_name") or _name_in(preview) or name_of(kept),
        own_decks=_own_decks(kept.user_id),
        tags=given.get("tags") or "",
        duplicates=duplicates_of(given, preview.deck.on_match if preview else None),
        remarks=[_(one.message, **one.places) for one in preview.deck.remarks] if preview else [],
        between=list_words() if is_list else None,
        row_delimiter=row_delimiter_of(given),
        with_schedule=given.get("with_schedule") != "no",
        encodings=encodings_for(table),
        roles=role_words(),
        formats=formats_for(kept.file_name),
        reader="list" if is_list else given.get("reader") or "",
        languages=CARD_LANGUAGES,
        words=error_words(error) if error else None,
    )
    return page, error.status if error else 200


def _cards(kept: Upload, given: Any, preview: DeckPreview) -> list[Sides]:
    """The first cards as the page shows them; those with a style of their own are asked for again, for their frames."""
    keep_shown(kept, given, preview)
    return in_words([render_sides(*card) for card in preview.shown], kept.user_id, preview.media)


def _looked_through(kept: Upload, given: Any) -> DeckPreview:
    learner = current_learner()
    everything = kept.size <= SMALL or given.get("count") == "all"
    with read_deck(_source(kept), options_of(given, kept, learner)) as deck:
        wishes = Wishes(duplicates_of(given, deck.on_match))
        most = None if everything else FIRST_ROWS
        return preview_deck(deck, learner.id, db.session, wishes, now(), most_rows=most)


def _name_in(preview: DeckPreview | None) -> str | None:
    """What a table without a column of decks calls its deck."""
    table = preview.deck.table if preview else None
    return None if preview is None or table is None or "deck" in table.columns else "::".join(preview.deck.header.path)


def _source(kept: Upload) -> Source:
    return Source(kept.file_name, path=file_of(kept))


def _own_decks(owner_id: int) -> list[str]:
    """The names of decks that an import can go into."""
    own = sa.select(Deck).where(Deck.owner_id == owner_id, Deck.published).order_by(Deck.name).limit(OFFERED_DECKS)
    decks = db.session.scalars(own).all()
    with_parents(db.session, list(decks))
    return [deck.path for deck in decks]


def tree_of(decks: Sequence[DeckHeader]) -> list[tuple[int, str]]:
    """Decks as a list that is set in: how deep each lies, and its name."""
    return [(len(deck.path) - 1, deck.path[-1]) for deck in sorted(decks, key=lambda deck: deck.path)]
