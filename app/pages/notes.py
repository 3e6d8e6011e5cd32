"""Editing a note, and the way back."""

import re

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from app.clock import now
from app.database import db, writing
from app.errors import CardletError, Refused, Stale
from app.library import OpenNote, Wording, bring_back, edit_note, open_note, steps_of, undo_change
from app.library.editing import FIELD, TAGS, check, reworded
from app.models import Note
from app.pages.access import current_learner, safe_path
from app.pages.errors import wants_fragment
from app.pages.language import _
from app.pages.sides import sides_of_all
from app.pages.words import error_words
from app.rendering import card_ordinals, difference

bp = Blueprint("notes", __name__)

PREVIEWED = 12
"""Cards of one note. A cloze may have hundreds, and whoever writes it looks at a few."""
BETWEEN_TAGS = re.compile("[,，、\n]")


@bp.get("/notes/<id:note_id>/edit")
def edit_page(note_id: int) -> ResponseReturnValue:
    opened = open_note(db.session, current_learner(), note_id)
    return _page(opened, _as_it_is(opened.note))


@bp.post("/notes/<id:note_id>/edit")
def edit_submit(note_id: int) -> ResponseReturnValue:
    learner = current_learner()
    typed, seen = _typed(open_note(db.session, learner, note_id).note), request.form.get("seen", "")
    try:
        with writing() as transaction:
            change_id = edit_note(transaction, learner, note_id, typed, seen, now())
    except (Refused, Stale) as error:
        return _page(open_note(db.session, learner, note_id), typed, error), error.status
    return _saved(note_id, change_id)


@bp.post("/notes/<id:note_id>/preview")
def preview(note_id: int) -> ResponseReturnValue:
    """The cards as they would be; nothing is saved. A fragment for a script, else the page with what was typed."""
    opened = open_note(db.session, current_learner(), note_id)
    typed = _typed(opened.note) if opened.is_own else _as_it_is(opened.note)
    if wants_fragment():
        return render_template("notes/_preview.html", **_previewed(opened.note, typed, opened.deck.path))
    return _page(opened, typed)


@bp.post("/notes/<id:note_id>/versions/<id:change_id>")
def create_return(note_id: int, change_id: int) -> ResponseReturnValue:
    """Brings back what the note was before a change."""
    with writing() as transaction:
        brought = bring_back(transaction, current_learner(), note_id, change_id, now())
    return _saved(note_id, brought)


@bp.post("/changes/<id:change_id>/undo")
def create_change_undo(change_id: int) -> ResponseReturnValue:
    with writing() as transaction:
        note_id = undo_change(transaction, current_learner(), change_id, now())
    flash(_("The edit is undone."))
    return redirect(_next() or url_for("notes.edit_page", note_id=note_id), 303)


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


def _as_it_is(note: Note) -> Wording:
    return Wording(note.fields, note.tags)


def _typed(note: Note) -> Wording:
    """What the form holds; a field that it does not have stays as it is."""
    form = request.form
    fields = [_lines(form.get(FIELD.format(n), text)) for n, text in enumerate(note.fields)]
    # Left alone, tags stay as they are, whatever stands in them.
    tags = note.tags if form.get(TAGS) in {None, ", ".join(note.tags)} else _tags(form[TAGS])
    return Wording(fields, tags)


def _lines(text: str) -> str:
    """As the browser had it before it made the line ends those of a form. PostgreSQL keeps no NUL."""
    return text.replace("\r\n", "\n").replace("\x00", "")


def _tags(text: str) -> list[str]:
    tags = ("-".join(tag.split()) for tag in BETWEEN_TAGS.split(_lines(text)))
    return list(dict.fromkeys(tag for tag in tags if tag))


def _page(opened: OpenNote, typed: Wording, error: CardletError | None = None) -> str:
    note, stale = opened.note, isinstance(error, Stale)
    return render_template(
        "notes/edit.html",
        opened=opened,
        note=note,
        typed=typed,
        error=error_words(error) if error else None,
        at_fault=error.field if isinstance(error, Refused) else None,
        stale=stale,
        elsewhere=[difference(text, own) for text, own in zip(note.fields, typed.fields, strict=False)],
        # What was typed over an older version may be saved over the newest, once that has been looked at.
        seen=opened.digest if stale else request.form.get("seen", opened.digest),
        steps=steps_of(db.session, note),
        back=_next() or url_for("library.show_deck", deck_id=opened.deck.id),
        next=_next() or "",
        **_previewed(note, typed, opened.deck.path),
    )


def _previewed(note: Note, typed: Wording, deck: str) -> dict[str, object]:
    """The first cards of the note as it is typed, and what would keep it from being saved. `deck`: its path, which
    templates may show."""
    try:
        check(note, typed)
    except Refused as error:
        return {"sides": [], "problem": error_words(error), "cards": 0}
    content = reworded(note, typed, deck)
    ordinals = card_ordinals(content)
    # What is not saved yet has no address a frame could show; it is seen without its type's style.
    sides = sides_of_all([(content, ordinal, note.owner_id) for ordinal in ordinals[:PREVIEWED]])
    return {"sides": sides, "problem": None, "cards": len(ordinals)}
