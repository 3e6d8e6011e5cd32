"""Drafts from study notes: look, mend, keep, import."""

from dataclasses import replace
from typing import Any

from flask import Blueprint, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from app.database import db
from app.errors import CardletError
from app.importing import Draft, deck_of_drafts, own_upload, read_outline
from app.importing.encoding import decode
from app.importing.outline import MOST_DRAFTS, is_chinese, title_of
from app.models import Upload
from app.pages.access import current_learner
from app.pages.importing import import_and_report, shown_name
from app.pages.language import CARD_LANGUAGES, _
from app.pages.words import error_words

bp = Blueprint("drafts", __name__, url_prefix="/import")


@bp.get("/<id:upload_id>/drafts")
def drafts_page(upload_id: int) -> ResponseReturnValue:
    kept = own_upload(db.session, current_learner(), upload_id)
    if kept.content is None:
        return redirect(url_for("importing.report_page", upload_id=upload_id), 303)
    try:
        drafts = read_outline(kept.content)
    except CardletError as error:
        return _page(kept, [], set(), error), error.status
    return _page(kept, drafts, set(range(len(drafts))), None)


@bp.post("/<id:upload_id>/drafts")
def accept_drafts(upload_id: int) -> ResponseReturnValue:
    learner = current_learner()
    kept = own_upload(db.session, learner, upload_id)
    if kept.content is None:
        return redirect(url_for("importing.report_page", upload_id=upload_id), 303)
    drafts = _as_edited(read_outline(kept.content))
    given = set(request.form.getlist("keep"))
    ticked = {n for n in range(len(drafts)) if str(n) in given}
    try:
        chosen = [drafts[n] for n in sorted(ticked)]
        return import_and_report(deck_of_drafts(chosen, _deck_name(kept), _language(kept)), upload_id)
    except CardletError as error:
        return _page(own_upload(db.session, learner, upload_id), drafts, ticked, error), error.status


def _page(kept: Upload, drafts: list[Draft], ticked: set[int], error: CardletError | None) -> str:
    return render_template(
        "importing/drafts.html",
        upload=kept,
        file_name=shown_name(kept),
        drafts=drafts,
        ticked=ticked,
        is_cut=len(drafts) == MOST_DRAFTS,
        deck_name=_deck_name(kept),
        card_language=_language(kept),
        languages=CARD_LANGUAGES,
        words=error_words(error) if error else None,
    )


def _as_edited(drafts: list[Draft]) -> list[Draft]:
    """The drafts with what the form says of them now."""
    form: Any = request.form
    return [
        replace(
            draft,
            question=_lines(form.get(f"question-{n}", draft.question)),
            answer=_lines(form.get(f"answer-{n}", draft.answer)),
        )
        for n, draft in enumerate(drafts)
    ]


def _lines(text: str) -> str:
    return text.replace("\r\n", "\n")


def _deck_name(kept: Upload) -> str:
    given = (request.form.get("deck_name") or "").strip()
    if given:
        return given
    stem = kept.file_name.rsplit(".", 1)[0]
    return title_of(kept.content or b"") or (_("Pasted cards") if stem == "pasted" else stem)


def _language(kept: Upload) -> str:
    """The language of the cards: what was chosen, or Chinese if the notes have any."""
    given = request.form.get("language", "")
    if given in CARD_LANGUAGES:
        return given
    return "zh-Hans" if is_chinese(decode(kept.content or b"")[0]) else "en"
