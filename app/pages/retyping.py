"""Giving a note another type: look what becomes of its fields and cards, then do it."""

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from app.clock import now
from app.database import db
from app.errors import CardletError, NotFound, Refused, Stale
from app.library.adding import desk
from app.library.editing import OpenNote, open_note
from app.library.retyping import change_type, foresee_type, type_called, usual_sources
from app.models import NoteType
from app.models.own_types import key_of
from app.pages.access import current_learner, safe_path
from app.pages.indexing import writing_notes
from app.pages.language import _
from app.pages.wording import beginning
from app.pages.words import error_words

bp = Blueprint("retyping", __name__)

NOTHING = "-"


@bp.get("/notes/<id:note_id>/type")
def type_page(note_id: int) -> ResponseReturnValue:
    """`to`: the type that is looked at; `of-0`, `of-1`, …: of which field each of its fields is made."""
    return _page(note_id, None)


@bp.post("/notes/<id:note_id>/type")
def change_note_type(note_id: int) -> ResponseReturnValue:
    learner = current_learner()
    opened, types = _opened(note_id)
    try:
        chosen = type_called(types, request.form.get("to", ""))
        sources, seen = _sources(opened, chosen), request.form.get("seen", "")
        with writing_notes() as transaction:
            change_id = change_type(transaction, learner, note_id, chosen, sources, seen, now())
    except (Refused, Stale) as error:
        return _page(note_id, error), error.status
    if change_id is None:
        flash(_("Nothing was changed."))
    else:
        flash(_("The note has another type now."), url_for("notes.create_change_undo", change_id=change_id))
    return redirect(url_for("notes.edit_page", note_id=note_id, next=_next()), 303)


def _opened(note_id: int) -> tuple[OpenNote, list[NoteType]]:
    """A note of the learner's own, and the types it can have: those of its deck, and its own."""
    learner = current_learner()
    opened = open_note(db.session, learner, note_id)
    if not opened.is_own:
        raise NotFound()
    types = list(desk(db.session, learner, opened.deck.id).types)
    return opened, types if opened.note.note_type in types else [*types, opened.note.note_type]


def _sources(opened: OpenNote, chosen: NoteType) -> list[int | None]:
    usual = usual_sources(opened.note, chosen)
    return [_source(n, len(opened.note.fields), source) for n, source in enumerate(usual)]


def _source(number: int, size: int, usual: int | None) -> int | None:
    given = request.values.get(f"of-{number}", "")
    if given == NOTHING:
        return None
    return int(given) if given in {str(n) for n in range(size)} else usual


def _next() -> str | None:
    return safe_path(request.values.get("next"))


def _page(note_id: int, error: CardletError | None) -> str:
    opened, types = _opened(note_id)
    note, key = opened.note, request.values.get("to", "")
    chosen = next((one for one in types if key_of(one) == key), note.note_type)
    sources = _sources(opened, chosen)
    foreseen = foresee_type(db.session, current_learner(), note, chosen, sources)
    problem = error or foreseen.problem
    return render_template(
        "notes/type.html",
        opened=opened,
        note=note,
        begins=beginning(note),
        types=[(key_of(one), one.name) for one in types],
        chosen=chosen,
        key=key_of(chosen),
        same=chosen.id == note.note_type_id,
        sources=sources,
        foreseen=foreseen,
        words=error_words(problem) if problem else None,
        next=_next(),
    )
