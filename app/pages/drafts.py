"""Drafts from study notes: look, mend, keep, import."""

from dataclasses import replace
from typing import Any

from flask import Blueprint, redirect, render_template, request
from flask.typing import ResponseReturnValue

from app.database import db
from app.errors import CardletError
from app.importing import ReadingOptions, own_upload
from app.importing.outline import Outline, deck_of_drafts, read_outline
from app.models import Upload
from app.pages.access import current_learner
from app.pages.import_forms import file_of, name_of, shown_name
from app.pages.import_running import report_address, run_import
from app.pages.language import CARD_LANGUAGES
from app.pages.words import error_words

LONGEST_NOTES = 5 * 2**20

bp = Blueprint("drafts", __name__, url_prefix="/import")


@bp.get("/<id:upload_id>/drafts")
def drafts_page(upload_id: int) -> ResponseReturnValue:
    kept = own_upload(db.session, current_learner(), upload_id)
    done = report_address(kept)
    if done is not None:
        return redirect(done, 303)
    outline = read_outline(_content(kept))
    return _page(kept, outline, set(range(len(outline.drafts))), None)


@bp.post("/<id:upload_id>/drafts")
def accept_drafts(upload_id: int) -> ResponseReturnValue:
    learner = current_learner()
    kept = own_upload(db.session, learner, upload_id)
    done = report_address(kept)
    if done is not None:
        return redirect(done, 303)
    outline = _as_edited(read_outline(_content(kept)))
    given = set(request.form.getlist("keep"))
    ticked = {n for n in range(len(outline.drafts)) if str(n) in given}

    def page_with(error: CardletError) -> ResponseReturnValue:
        return _page(own_upload(db.session, learner, upload_id), outline, ticked, error), error.status

    try:
        chosen = [outline.drafts[n] for n in sorted(ticked)]
        deck = deck_of_drafts(chosen, _deck_name(kept, outline), _language(outline))
    except CardletError as error:
        return page_with(error)
    return run_import(kept, ReadingOptions(), "update", page_with, deck)


def _content(kept: Upload) -> bytes:
    """Of a file that is far too long for notes only the beginning is looked at."""
    with file_of(kept).open("rb") as file:
        return file.read(LONGEST_NOTES)


def _page(kept: Upload, outline: Outline, ticked: set[int], error: CardletError | None) -> str:
    return render_template(
        "importing/drafts.html",
        upload=kept,
        file_name=shown_name(kept.file_name),
        outline=outline,
        ticked=ticked,
        deck_name=_deck_name(kept, outline),
        card_language=_language(outline),
        languages=CARD_LANGUAGES,
        words=error_words(error) if error else None,
    )


def _as_edited(outline: Outline) -> Outline:
    """The outline with its drafts as the form has them now."""
    form: Any = request.form
    edited = [
        replace(
            draft,
            question=_lines(form.get(f"question-{n}", draft.question)),
            answer=_lines(form.get(f"answer-{n}", draft.answer)),
        )
        for n, draft in enumerate(outline.drafts)
    ]
    return replace(outline, drafts=edited)


def _lines(text: str) -> str:
    return text.replace("\r\n", "\n")


def _deck_name(kept: Upload, outline: Outline) -> str:
    given = (request.form.get("deck_name") or "").strip()
    return given or outline.title or name_of(kept)


def _language(outline: Outline) -> str:
    """The language of the cards: what was chosen, or Chinese if the notes have any."""
    given = request.form.get("language", "")
    if given in CARD_LANGUAGES:
        return given
    return "zh-Hans" if outline.is_chinese else "en"
