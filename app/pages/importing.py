"""Importing a deck: choose, look, import, report."""

from dataclasses import asdict
from typing import Any

from flask import Blueprint, Request, current_app, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from app.clock import now
from app.database import db, importing_lock, writing
from app.errors import N_, CardletError, Refused
from app.importing import (
    BadRow,
    ImportReport,
    ParsedDeck,
    ReadingOptions,
    Source,
    drop_upload,
    import_deck,
    keep_upload,
    own_upload,
    preview_deck,
    read_deck,
)
from app.importing.csv_file import DELIMITERS
from app.importing.encoding import OFFERED
from app.importing.reading import is_outline, pasted_name, reader_of
from app.importing.uploads import keep_report
from app.library import follow
from app.locking import locked
from app.models import Deck, Upload
from app.models.deck import with_parents
from app.pages.access import current_learner
from app.pages.language import CARD_LANGUAGES, _
from app.pages.sides import in_words
from app.pages.words import error_words

bp = Blueprint("importing", __name__, url_prefix="/import")


def allow_large_files() -> None:
    """Files may be as large as the setting says; every other page keeps the small limit."""
    if request.blueprint not in {bp.name, "drafts"}:
        return
    request.max_content_length = current_app.config["MAX_UPLOAD_MB"] * 2**20 + 2**16
    request.max_form_memory_size = request.max_content_length


@bp.get("")
def import_page() -> ResponseReturnValue:
    return render_template("importing/choose.html", words=None, text="")


@bp.post("")
def upload() -> ResponseReturnValue:
    learner = current_learner()
    try:
        file_name, content = _sent(request)
        reader_of(file_name)
        with writing() as transaction:
            upload_id = keep_upload(transaction, learner, file_name, content, now()).id
    except CardletError as error:
        text = request.form.get("text", "")
        return render_template("importing/choose.html", words=error_words(error), text=text), error.status
    return redirect(url_for("importing.preview_page", upload_id=upload_id), 303)


def _sent(request: Request) -> tuple[str, bytes]:
    """The file, or the pasted text as if it were one."""
    file, text = request.files.get("file"), request.form.get("text", "")
    if file is not None and file.filename:
        return file.filename.replace("\\", "/").rsplit("/", 1)[-1], file.read()
    if not text.strip():
        raise Refused(N_("Choose a file, or paste some text."), field="file")
    return pasted_name(text), text.replace("\r\n", "\n").encode()


@bp.get("/<id:upload_id>")
def preview_page(upload_id: int) -> ResponseReturnValue:
    kept = own_upload(db.session, current_learner(), upload_id)
    if kept.report is not None:
        return redirect(url_for("importing.report_page", upload_id=upload_id), 303)
    if kept.content is not None and is_outline(kept.content, kept.file_name):
        return redirect(url_for("drafts.drafts_page", upload_id=upload_id), 303)
    return _preview(kept, request.args, None)


@bp.post("/<id:upload_id>")
def import_submit(upload_id: int) -> ResponseReturnValue:
    learner = current_learner()
    kept = own_upload(db.session, learner, upload_id)
    if kept.content is None:
        return redirect(url_for("importing.report_page", upload_id=upload_id), 303)
    try:
        return import_and_report(
            read_deck(Source(kept.file_name, content=kept.content), _options(request.form, kept)), upload_id
        )
    except CardletError as error:
        return _preview(own_upload(db.session, learner, upload_id), request.form, error)


def import_and_report(deck: ParsedDeck, upload_id: int) -> ResponseReturnValue:
    """Imports what an upload became, follows the deck and goes to the report, which takes the file's place."""
    learner, moment = current_learner(), now()
    with locked(importing_lock(), shared=True):
        report = import_deck(deck, learner.id, moment, writing)
    with writing() as transaction:
        if report.deck_id is not None:
            follow(transaction, learner, report.deck_id, moment)
        keep_report(transaction, learner, upload_id, asdict(report))
    return redirect(url_for("importing.report_page", upload_id=upload_id), 303)


@bp.get("/<id:upload_id>/report")
def report_page(upload_id: int) -> ResponseReturnValue:
    kept = own_upload(db.session, current_learner(), upload_id)
    if kept.report is None:
        return redirect(url_for("importing.preview_page", upload_id=upload_id), 303)
    rows = [BadRow(**row) for row in kept.report["bad_rows"]]
    report = ImportReport(**{**kept.report, "bad_rows": rows})
    deck = db.session.get(Deck, report.deck_id) if report.deck_id else None
    if deck is not None:
        with_parents(db.session, [deck])
    return render_template("importing/report.html", report=report, deck=deck, file_name=shown_name(kept))


@bp.post("/<id:upload_id>/cancel")
def cancel(upload_id: int) -> ResponseReturnValue:
    learner = current_learner()
    own_upload(db.session, learner, upload_id)
    with writing() as transaction:
        drop_upload(transaction, learner, upload_id)
    return redirect(url_for("importing.import_page"), 303)


def _preview(kept: Upload, given: Any, error: CardletError | None) -> ResponseReturnValue:
    """The page between upload and import, with what the learner corrected on it."""
    preview = None
    try:
        preview = preview_deck(read_deck(Source(kept.file_name, content=kept.content or b""), _options(given, kept)))
    except CardletError as unreadable:
        error = error or unreadable
    page = render_template(
        "importing/preview.html",
        upload=kept,
        file_name=shown_name(kept),
        preview=preview,
        cards=in_words(preview.cards, kept.user_id) if preview else [],
        deck_name=given.get("deck_name") or name_of(kept),
        encodings=_encodings(preview.deck.table.encoding if preview and preview.deck.table else None),
        languages=CARD_LANGUAGES,
        words=error_words(error) if error else None,
    )
    return page, error.status if error else 200


def name_of(kept: Upload) -> str:
    stem = kept.file_name.rsplit(".", 1)[0]
    return _("Pasted cards") if stem == "pasted" else stem


def _encodings(found: str | None) -> list[tuple[str, str]]:
    """The encodings to choose from; one that was found and is not offered stands first, and means: as it was found."""
    offered = [(name, name) for name in OFFERED]
    return offered if found is None or found in OFFERED else [("", found), *offered]


def shown_name(kept: Upload) -> str:
    return _("Pasted text") if kept.file_name.startswith("pasted.") else kept.file_name


def _options(given: Any, kept: Upload) -> ReadingOptions:
    """What the form says about the file. Empty fields leave the answer to the reader."""
    encoding, delimiter, format = given.get("encoding"), given.get("delimiter"), given.get("format")
    front, back = given.get("question_language"), given.get("answer_language")
    known = front in CARD_LANGUAGES and back in CARD_LANGUAGES
    return ReadingOptions(
        deck_name=(given.get("deck_name") or "").strip() or name_of(kept),
        encoding=encoding if encoding in OFFERED else None,
        delimiter=delimiter if delimiter in DELIMITERS else None,
        has_header={"yes": True, "no": False}.get(given.get("has_header") or ""),
        format=format if format in {"markdown", "html"} else None,
        languages=(front, back) if known else None,
    )
