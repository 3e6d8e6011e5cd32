"""Writing new notes, one after the other."""

from dataclasses import replace
from datetime import datetime, timedelta
from uuid import UUID, uuid4

from flask import Blueprint, Response, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from app.clock import now
from app.database import db
from app.errors import CardletError, Refused
from app.library.adding import Desk, add_note, blank_note, desk
from app.library.alike import same_beginning
from app.library.editing import TAGS, Wording
from app.library.media import own_deck
from app.library.tagging import tags_beginning
from app.models import Note
from app.models.own_types import key_of
from app.pages.access import current_learner
from app.pages.errors import wants_fragment
from app.pages.indexing import writing_notes
from app.pages.language import _
from app.pages.media import keep_files
from app.pages.wording import beginning, beginnings, language_choices, lines, previewed, tags_in, typed_in
from app.pages.words import error_words
from app.rendering.pasted import markdown_of

bp = Blueprint("writing", __name__)

LONGEST_PASTED = 400_000
LISTED = 3
FRESH = timedelta(hours=1)
"""So long after it was written here, a note in that list can be taken back beside it."""


@bp.get("/decks/<id:deck_id>/notes/new")
def new_page(deck_id: int) -> ResponseReturnValue:
    """An empty form. `type` and `tags`: as the note before it had them."""
    place = desk(db.session, current_learner(), deck_id)
    note = _blank(place, request.args.get("type"))
    return _page(place, note, Wording(note.fields, tags_in(request.args.get(TAGS, "")), note.field_languages))


@bp.post("/decks/<id:deck_id>/notes")
def add_submit(deck_id: int) -> ResponseReturnValue:
    """Adds the note. A fragment for a script, else an empty form for the next."""
    learner, place, key = current_learner(), desk(db.session, current_learner(), deck_id), request.form.get("type", "")
    try:
        typed = _typed(place, blank_note(place, key, learner))
        with writing_notes() as transaction:
            note = add_note(transaction, learner, deck_id, key, typed, _token(), now())
            said, tags = _("Added: %(words)s", words=beginning(note)), ", ".join(note.tags)
    except Refused as error:
        blank = _blank(place, key)
        return _page(place, blank, _typed(place, blank), error), error.status
    if wants_fragment():
        return render_template("notes/_written.html", **_written(desk(db.session, learner, deck_id)), said=said)
    flash(said)
    return redirect(url_for("writing.new_page", deck_id=deck_id, type=key, tags=tags or None), 303)


@bp.post("/decks/<id:deck_id>/notes/preview")
def preview(deck_id: int) -> ResponseReturnValue:
    """The cards as they would be; nothing is saved. A fragment for a script, else the page, in the chosen type."""
    place = desk(db.session, current_learner(), deck_id)
    note = _blank(place, request.form.get("type"))
    typed = _typed(place, note)
    if wants_fragment():
        return render_template("notes/_preview.html", **previewed(note, typed, place.deck.path))
    return _page(place, note, typed)


@bp.post("/decks/<id:deck_id>/notes/same")
def look_for_same(deck_id: int) -> ResponseReturnValue:
    """Notes of the deck that begin with the words `text`; a fragment for a script. Nothing is saved."""
    found = same_beginning(db.session, current_learner(), deck_id, request.form.get("text", ""))
    return render_template("notes/_same.html", same=beginnings(found))


@bp.post("/decks/<id:deck_id>/notes/files")
def add_files(deck_id: int) -> ResponseReturnValue:
    """Keeps pictures and sounds that were pasted or dropped; the text to put into the note, or why not."""
    learner = current_learner()
    own_deck(db.session, learner, deck_id)
    try:
        names = keep_files(learner, request.files.getlist("files"))
    except CardletError as error:
        return _text(error_words(error), error.status)
    return _text("\n".join(_asking_for(name, kind) for name, kind in names))


@bp.post("/pasted")
def read_pasted() -> ResponseReturnValue:
    """What was copied elsewhere, as Markdown."""
    return _text(markdown_of(lines(request.form.get("html", "")[:LONGEST_PASTED])))


@bp.get("/tags")
def tags_page() -> ResponseReturnValue:
    """The learner's tags that begin as `begins` does; a fragment for a script."""
    found = tags_beginning(db.session, current_learner(), request.args.get("begins", ""))
    return render_template("notes/_tags.html", tags=found)


def _blank(place: Desk, key: str | None) -> Note:
    """A type that is gone by now is no reason to show nothing."""
    try:
        return blank_note(place, key, current_learner())
    except Refused:
        return blank_note(place, None, current_learner())


def _typed(place: Desk, note: Note) -> Wording:
    """What the form holds. It may have been made for another type: then a language that nobody chose is the one that is
    usual for this type."""
    typed, made_for = typed_in(note), request.form.get("made_for")
    if made_for in {None, key_of(note.note_type)}:
        return typed
    former = [*_blank(place, made_for).field_languages, *note.field_languages][: len(note.field_languages)]
    chosen = zip(typed.languages or (), former, note.field_languages, strict=True)
    return replace(typed, languages=[usual if one == before else one for one, before, usual in chosen])


def _token() -> UUID:
    try:
        return UUID(request.form.get("token", ""))
    except ValueError:
        return uuid4()


def _text(text: str, status: int = 200) -> Response:
    return Response(text, status, mimetype="text/plain")


def _asking_for(name: str, content_type: str) -> str:
    if not content_type.startswith("image/"):
        return f"[sound:{name}]"
    # An address with a blank in it ends there, unless it stands in angle brackets, which no name has.
    return f"![](<{name}>)" if set(name) & set(" ()") else f"![]({name})"


def _page(place: Desk, note: Note, typed: Wording, error: Refused | None = None) -> str:
    deck_id = place.deck.id
    begin = typed.fields[0] if typed.fields else ""
    return render_template(
        "notes/new.html",
        types=[(key_of(one), one.name) for one in place.types],
        chosen=key_of(note.note_type),
        languages=language_choices(note),
        note=note,
        typed=typed,
        error=error_words(error) if error else None,
        at_fault=error.field if error else None,
        stale=False,
        new=True,
        save=url_for("writing.add_submit", deck_id=deck_id),
        look_at=url_for("writing.preview", deck_id=deck_id),
        same=beginnings(same_beginning(db.session, current_learner(), deck_id, begin)),
        same_at=url_for("writing.look_for_same", deck_id=deck_id),
        files_at=url_for("writing.add_files", deck_id=deck_id),
        unsaved=request.method == "POST",
        back=url_for("library.show_deck", deck_id=deck_id),
        **_written(place),
        **previewed(note, typed, place.deck.path),
    )


def _written(place: Desk) -> dict[str, object]:
    """What was written last, newest first, and what the next form is known by. A note that begins as another one does
    says so here too, for whom no script has warned."""
    learner, shown = current_learner(), place.latest[:LISTED]
    twins = [same_beginning(db.session, learner, place.deck.id, note.fields[0], note.id) for note in shown]
    moment = now()
    rows = zip(beginnings(shown), map(beginnings, twins), (_is_fresh(note, moment) for note in shown), strict=True)
    return {"deck": place.deck, "latest": list(rows), "token": uuid4(), "again": _next_form(place)}


def _is_fresh(note: Note, moment: datetime) -> bool:
    return note.import_id is None and note.created_at > moment - FRESH


def _next_form(place: Desk) -> str:
    """An empty form, with type and tags as the last note has them."""
    if not place.latest:
        return url_for("writing.new_page", deck_id=place.deck.id)
    key, tags = key_of(place.latest[0].note_type), ", ".join(place.latest[0].tags)
    return url_for("writing.new_page", deck_id=place.deck.id, type=key, tags=tags or None)
