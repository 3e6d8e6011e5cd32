"""A learner's own wording of somebody else's note."""

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session

from app.clock import now
from app.database import db, writing
from app.errors import CardletError, NotFound, Refused, Stale
from app.library.editing import FIELD, OpenNote, Wording, check, open_note, reworded
from app.models import SignedInUser
from app.models.user import one_at_a_time
from app.pages.access import current_learner, safe_path
from app.pages.errors import wants_fragment
from app.pages.language import _
from app.pages.sides import in_words
from app.pages.wording import differing
from app.pages.words import error_words
from app.rendering import card_ordinals
from app.rendering.cards import render_sides
from app.rendering.differences import Effort, Piece
from app.sharing import adjust_note, give_up_own, keep_own, state_of

bp = Blueprint("adjusting", __name__)

PREVIEWED = 12
"""See `pages.notes`."""


@bp.get("/notes/<id:note_id>/mine")
def own_page(note_id: int) -> ResponseReturnValue:
    opened = open_note(db.session, current_learner(), note_id)
    if opened.is_own:
        return redirect(url_for("notes.edit_page", note_id=note_id, next=_next()), 303)
    return _page(opened, _as_it_is(opened))


@bp.post("/notes/<id:note_id>/mine")
def own_submit(note_id: int) -> ResponseReturnValue:
    learner, moment = current_learner(), now()
    typed, seen = _typed(_opened(learner, note_id)), request.form.get("seen", "")
    try:
        with writing() as transaction:
            opened = _opened_alone(transaction, learner, note_id)
            check(opened.note, Wording(typed, opened.note.tags))
            is_own = adjust_note(transaction, learner, opened.shown, typed, seen, moment)
    except (Refused, Stale) as error:
        return _page(_opened(learner, note_id), typed, error), error.status
    flash(_("Saved for you. Nobody else sees it.") if is_own else _("You see the note as its author has it."))
    return _back(note_id)


@bp.post("/notes/<id:note_id>/mine/preview")
def own_preview(note_id: int) -> ResponseReturnValue:
    """The cards as they would be; nothing is saved. A fragment for a script, else the page with what was typed."""
    opened = _opened(current_learner(), note_id)
    typed = _typed(opened)
    if wants_fragment():
        return render_template("notes/_preview.html", **_previewed(opened, typed))
    return _page(opened, typed)


@bp.post("/notes/<id:note_id>/mine/kept")
def keep_mine(note_id: int) -> ResponseReturnValue:
    learner, seen = current_learner(), request.form.get("seen", "")
    try:
        with writing() as transaction:
            keep_own(transaction, learner, _opened_alone(transaction, learner, note_id).shown, seen)
    except Stale as error:
        opened = _opened(learner, note_id)
        return _page(opened, _as_it_is(opened), error), error.status
    flash(_("Yours is kept."))
    return _back(note_id)


@bp.post("/notes/<id:note_id>/mine/end")
def end_mine(note_id: int) -> ResponseReturnValue:
    """Asks, and then takes the author's wording: the learner's own is gone by it."""
    learner = current_learner()
    with writing() as transaction:
        opened = _opened_alone(transaction, learner, note_id)
        is_confirmed = request.form.get("confirmed") == state_of(opened.shown)
        if is_confirmed:
            give_up_own(transaction, learner, opened.shown)
    if is_confirmed:
        flash(_("You see the note as its author has it."))
        return _back(note_id)
    opened = _opened(learner, note_id)
    if opened.shown.own_fields is None:
        raise NotFound()
    pieces = differing(opened.shown.own_fields, opened.note.fields, Effort())
    return render_template(
        "sharing/give_up.html",
        opened=opened,
        changed=list(zip(opened.note.note_type.field_names, opened.note.field_languages, pieces, strict=False)),
        state=state_of(opened.shown),
        next=_next() or "",
    )


def _opened(learner: SignedInUser, note_id: int) -> OpenNote:
    """A note of somebody else's that the learner may see. One's own has an editor."""
    opened = open_note(db.session, learner, note_id)
    if opened.is_own:
        raise NotFound()
    return opened


def _opened_alone(transaction: Session, learner: SignedInUser, note_id: int) -> OpenNote:
    """The same once nothing else of the learner's is under way: what is decided by it holds until it is written."""
    one_at_a_time(transaction, learner)
    return _opened(learner, note_id)


def _back(note_id: int) -> ResponseReturnValue:
    return redirect(_next() or url_for("adjusting.own_page", note_id=note_id), 303)


def _next() -> str | None:
    return safe_path(request.values.get("next"))


def _as_it_is(opened: OpenNote) -> list[str]:
    return opened.shown.own_fields or opened.note.fields


def _typed(opened: OpenNote) -> list[str]:
    fields = (request.form.get(FIELD.format(n), text) for n, text in enumerate(_as_it_is(opened)))
    return [text.replace("\r\n", "\n").replace("\x00", "") for text in fields]


def _page(opened: OpenNote, typed: list[str], error: CardletError | None = None) -> str:
    note, shown, stale, effort = opened.note, opened.shown, isinstance(error, Stale), Effort()
    changes = _changes(opened, effort) if shown.is_changed_since else []
    return render_template(
        "sharing/adjust.html",
        opened=opened,
        note=note,
        shown=shown,
        typed=Wording(typed, note.tags),
        error=error_words(error) if error else None,
        at_fault=error.field if isinstance(error, Refused) else None,
        stale=stale,
        elsewhere=differing(_as_it_is(opened), typed, effort) if stale else [],
        changed=list(zip(note.note_type.field_names, note.field_languages, changes, strict=False)),
        seen=state_of(shown) if stale or request.method == "GET" else request.form.get("seen", ""),
        state=state_of(shown),
        back=_next() or url_for("library.show_deck", deck_id=opened.deck.id),
        next=_next() or "",
        **_previewed(opened, typed),
    )


def _changes(opened: OpenNote, effort: Effort) -> list[list[Piece]]:
    """What the author changed since the learner last looked, field by field."""
    return differing(opened.shown.seen_fields or opened.note.fields, opened.note.fields, effort)


def _previewed(opened: OpenNote, typed: list[str]) -> dict[str, object]:
    """The first cards of the note as it is typed, and what would keep it from being saved."""
    note, wording = opened.note, Wording(typed, opened.note.tags)
    try:
        check(note, wording)
    except Refused as error:
        return {"sides": [], "problem": error_words(error), "cards": 0}
    content = reworded(note, wording, opened.deck.path)
    ordinals = card_ordinals(content)
    rendered = [render_sides(content, ordinal) for ordinal in ordinals[:PREVIEWED]]
    texts = [*note.fields, *(opened.shown.seen_fields or [])]
    sides = in_words(rendered, note.owner_id, files_in=texts, format=note.format)
    return {"sides": sides, "problem": None, "cards": len(ordinals)}
