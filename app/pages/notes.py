"""Editing a note, deleting it, and the way back."""

from urllib.parse import parse_qs, urlsplit

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from app.clock import now
from app.database import db
from app.errors import CardletError, NotFound, Refused, Stale
from app.library.alike import same_beginning
from app.library.contents import deck_page
from app.library.deleting import what_leaves
from app.library.editing import OpenNote, Wording, edit_note, open_note
from app.library.history import bring_back, steps_of, undo_change
from app.pages.access import current_learner, safe_path
from app.pages.errors import wants_fragment
from app.pages.indexing import writing_notes
from app.pages.language import _
from app.pages.many import delete_with_cards, kept_by_others
from app.pages.wording import as_it_is, beginning, beginnings, differing, language_choices, previewed, typed_in
from app.pages.words import error_words
from app.rendering.differences import Effort

bp = Blueprint("notes", __name__)


@bp.get("/notes/<id:note_id>/edit")
def edit_page(note_id: int) -> ResponseReturnValue:
    opened = open_note(db.session, current_learner(), note_id)
    return _page(opened, as_it_is(opened.note))


@bp.post("/notes/<id:note_id>/edit")
def edit_submit(note_id: int) -> ResponseReturnValue:
    learner = current_learner()
    typed, seen = typed_in(open_note(db.session, learner, note_id).note), request.form.get("seen", "")
    try:
        with writing_notes() as transaction:
            change_id = edit_note(transaction, learner, note_id, typed, seen, now())
    except (Refused, Stale) as error:
        return _page(open_note(db.session, learner, note_id), typed, error), error.status
    return _saved(note_id, change_id)


@bp.post("/notes/<id:note_id>/preview")
def preview(note_id: int) -> ResponseReturnValue:
    """The cards as they would be; nothing is saved. A fragment for a script, else the page with what was typed."""
    opened = open_note(db.session, current_learner(), note_id)
    typed = typed_in(opened.note) if opened.is_own else as_it_is(opened.note)
    if wants_fragment():
        return render_template("notes/_preview.html", **previewed(opened.note, typed, opened.deck.path))
    return _page(opened, typed)


@bp.post("/notes/<id:note_id>/same")
def look_for_same(note_id: int) -> ResponseReturnValue:
    """Other notes of the deck that begin with the same words as `text`; a fragment for a script. Nothing is saved."""
    learner = current_learner()
    opened, text = open_note(db.session, learner, note_id), request.form.get("text", "")
    found = same_beginning(db.session, learner, opened.deck.id, text, note_id) if opened.is_own else []
    return render_template("notes/_same.html", same=beginnings(found))


@bp.post("/notes/<id:note_id>/versions/<id:change_id>")
def create_return(note_id: int, change_id: int) -> ResponseReturnValue:
    """Brings back what the note was before a change."""
    with writing_notes() as transaction:
        brought = bring_back(transaction, current_learner(), note_id, change_id, now())
    return _saved(note_id, brought)


@bp.post("/changes/<id:change_id>/undo")
def create_change_undo(change_id: int) -> ResponseReturnValue:
    with writing_notes() as transaction:
        note_id = undo_change(transaction, current_learner(), change_id, now())
    flash(_("The edit is undone."))
    return redirect(_next() or url_for("notes.edit_page", note_id=note_id), 303)


@bp.post("/notes/<id:note_id>/deletions")
def create_deletion(note_id: int) -> ResponseReturnValue:
    """Deletes the learner's own note, with all its cards."""
    learner = current_learner()
    opened = open_note(db.session, learner, note_id)
    if not opened.is_own:
        raise NotFound()
    words, kept = beginning(opened.note), kept_by_others(what_leaves(db.session, learner, [note_id]))
    change_id = delete_with_cards([note_id]).change_id
    said = _("Deleted: %(words)s", words=words)
    if change_id is None:
        flash(_("Nothing was changed."))
    else:
        flash(
            _("%(words)s %(more)s", words=said, more=kept) if kept else said,
            url_for("many.create_bulk_undo", change_id=change_id),
        )
    return redirect(_without(note_id, opened.deck.id), 303)


def _without(note_id: int, deck_id: int) -> str:
    """Where the learner came from, unless that was about the note alone; then its deck, as where the last page of the
    deck has gone with it."""
    shown = url_for("library.show_deck", deck_id=deck_id)
    target = _next() or shown
    came_from = urlsplit(target)
    if came_from.path.startswith(("/cards/", f"/notes/{note_id}/")):
        return shown
    if came_from.path == shown:
        try:
            deck_page(db.session, current_learner(), deck_id, int(parse_qs(came_from.query).get("page", ["1"])[0]))
        except (NotFound, ValueError):
            return shown
    return target


def _saved(note_id: int, change_id: int | None) -> ResponseReturnValue:
    """Back to where the learner came from, who is told what happened and offered the way back."""
    if change_id is None:
        flash(_("Nothing was changed."))
    else:
        # The category is where the notice's Undo leads.
        flash(_("Saved. What you know of it is kept."), url_for("notes.create_change_undo", change_id=change_id))
    return redirect(_next() or url_for("notes.edit_page", note_id=note_id), 303)


def _next() -> str | None:
    return safe_path(request.values.get("next"))


def _page(opened: OpenNote, typed: Wording, error: CardletError | None = None) -> str:
    note, stale, learner = opened.note, isinstance(error, Stale), current_learner()
    begin = typed.fields[0] if opened.is_own and typed.fields else ""
    same = same_beginning(db.session, learner, opened.deck.id, begin, note.id) if begin else []
    effort, has_history = Effort(), opened.is_own or opened.deck.owner_id is None
    return render_template(
        "notes/edit.html",
        opened=opened,
        note=note,
        languages=language_choices(note),
        typed=typed,
        error=error_words(error) if error else None,
        at_fault=error.field if isinstance(error, Refused) else None,
        stale=stale,
        elsewhere=differing(note.fields, typed.fields, effort) if stale else [],
        # What was typed over an older version may be saved over the newest, once that has been looked at.
        seen=opened.digest if stale else request.form.get("seen", opened.digest),
        same=beginnings(same),
        same_at=url_for("notes.look_for_same", note_id=note.id),
        files_at=url_for("writing.add_files", deck_id=opened.deck.id) if opened.is_own else None,
        unsaved=request.method == "POST",
        steps=steps_of(db.session, note, effort) if has_history else [],
        back=_next() or url_for("library.show_deck", deck_id=opened.deck.id),
        next=_next() or "",
        **previewed(note, typed, opened.deck.path),
    )
