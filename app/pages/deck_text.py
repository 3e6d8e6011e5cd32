"""A deck of one's own as one text: edit it, look at what that changes, save."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial
from hashlib import sha256
from pathlib import Path

from flask import Blueprint, current_app, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from app.clock import now
from app.database import db, one_moment
from app.errors import N_, Refused, Stale
from app.exporting import Export, one_deck
from app.exporting.markdown_deck import deck_text
from app.importing.as_text import (
    LONGEST_DECK,
    MOST_NOTES,
    Plan,
    Since,
    Standing,
    changed_since,
    check_length,
    check_size,
    cleaned,
    latest_save,
    lock_notes,
    plan_changes,
    read_standing,
    save_text,
    undo_text,
)
from app.importing.parsed import ParsedNote
from app.library.media import own_deck
from app.pages.access import current_learner, safe_path
from app.pages.indexing import writing_notes
from app.pages.language import _, ngettext
from app.pages.words import error_words
from app.rendering.differences import Effort, Piece, difference

bp = Blueprint("deck_text", __name__)

SHOWN = 100
"""Notes of each kind whose difference is shown; the others are counted."""
STALE = N_(
    "This deck was changed elsewhere while you were writing. Nothing of yours is saved yet, and nothing is lost."
)
FIELDS = {"cloze": ("Text", "Further text")}
KINDS = {"basic": N_("Basic"), "reversed": N_("Reversed"), "typed": N_("Typed"), "cloze": N_("Cloze")}


@dataclass(frozen=True, slots=True)
class Part:
    """One part of a note that differs, in words, and how."""

    name: str
    language: str
    pieces: Sequence[Piece]


def allow_long_texts() -> None:
    """The deck comes twice, as it was opened and as it was typed; three bytes may stand for one."""
    if request.blueprint == bp.name:
        request.max_content_length = request.max_form_memory_size = 6 * LONGEST_DECK + 2**16


@bp.get("/decks/<id:deck_id>/text")
def edit_page(deck_id: int) -> ResponseReturnValue:
    with one_moment():
        standing, learner = _standing(deck_id), current_learner()
        read_standing(standing, own_deck(db.session, learner, deck_id).guid)
        return _page(deck_id, standing.text, standing.text)


@bp.post("/decks/<id:deck_id>/text/changes")
def show_changes(deck_id: int) -> ResponseReturnValue:
    """What saving would do; nothing is saved."""
    return _looked_at(deck_id, _sent("text"), _sent("opened"))


@bp.post("/decks/<id:deck_id>/text")
def save_submit(deck_id: int) -> ResponseReturnValue:
    text, opened, learner = _sent("text"), _sent("opened"), current_learner()
    with one_moment():
        standing = _standing(deck_id)
        plan = plan_changes(db.session, learner, own_deck(db.session, learner, deck_id), standing, text)
    if not plan and not plan.problems:
        # As after a second press.
        flash(_("The text says what the deck says already."))
        return redirect(url_for("library.show_deck", deck_id=deck_id), 303)
    if opened != cleaned(standing.text) or request.form.get("shown") != _digest(text):
        # What is saved has been looked at before, as it is.
        return _looked_at(deck_id, text, opened)
    try:
        with writing_notes(MOST_NOTES) as transaction:
            lock_notes(transaction, plan)
            if _standing(deck_id) != standing:
                raise Stale(STALE)
            change_id = save_text(transaction, learner, plan, now())
    except (Stale, Refused):
        return _looked_at(deck_id, text, opened)
    # The category is where the notice's Undo leads.
    flash(_told(plan), url_for("deck_text.create_undo", change_id=change_id))
    return redirect(url_for("library.show_deck", deck_id=deck_id), 303)


@bp.post("/changes/<id:change_id>/undo-text")
def create_undo(change_id: int) -> ResponseReturnValue:
    with writing_notes(MOST_NOTES) as transaction:
        undone = undo_text(transaction, current_learner(), change_id, now())
    words = _("Undone.")
    if undone.left:
        left = ngettext(
            "%(num)s note was changed or studied since and stays as it is.",
            "%(num)s notes were changed or studied since and stay as they are.",
            undone.left,
        )
        words = _("%(words)s %(more)s", words=words, more=left)
    flash(words)
    return redirect(safe_path(request.form.get("next")) or url_for("library.decks_page"), 303)


def _standing(deck_id: int) -> Standing:
    """The learner's deck as its text is now. Cards may be moved between two of the statements it takes: to be asked for
    in `one_moment`, or with the deck's notes held. Raises NotFound; TooLarge for a deck with too much in it."""
    learner, data = current_learner(), Path(current_app.config["DATA_DIR"])
    own_deck(db.session, learner, deck_id)
    check_size(db.session, deck_id)
    decks = one_deck(db.session, learner, deck_id)[:1]
    written = deck_text(db.session, Export(learner, decks, now(), data, data / "media", with_progress=False))
    check_length(written.text)
    return Standing(written.text, written.note_ids, written.type_ids)


def _sent(name: str) -> str:
    return cleaned(request.form.get(name, ""))


def _digest(text: str) -> str:
    return sha256(text.encode(errors="replace")).hexdigest()


def _told(plan: Plan) -> str:
    return _(
        "Saved: %(added)s added, %(changed)s changed, %(moved)s moved, %(removed)s removed. What you know is kept.",
        added=len(plan.added),
        changed=len(plan.changed),
        moved=len(plan.moved),
        removed=len(plan.removed),
    )


def _looked_at(deck_id: int, text: str, opened: str) -> ResponseReturnValue:
    with one_moment():
        return _planned(_standing(deck_id), deck_id, text, opened)


def _planned(standing: Standing, deck_id: int, text: str, opened: str) -> ResponseReturnValue:
    """The page with what saving would do now and, if the deck is another than the one that was opened, what became of
    it; saving after that is meant."""
    learner = current_learner()
    deck = own_deck(db.session, learner, deck_id)
    plan = plan_changes(db.session, learner, deck, standing, text)
    since = None
    if opened != cleaned(standing.text):
        since = changed_since(deck.guid, opened, standing.text)
    page = _page(deck_id, text, standing.text, plan, since)
    return page, 422 if plan.problems else 409 if since else 200


def _page(deck_id: int, text: str, opened: str, plan: Plan | None = None, since: Since | None = None) -> str:
    (deck,) = one_deck(db.session, current_learner(), deck_id)[:1]
    return render_template(
        "library/deck_text.html",
        deck=deck,
        text=text,
        opened=opened,
        plan=plan,
        since=since,
        stale=error_words(Stale(STALE)),
        digest=_digest(text),
        parts_of=partial(_parts_of, Effort()),
        heading=_heading,
        most=SHOWN,
        saved=None if plan else latest_save(db.session, current_learner(), deck_id),
        has_inside=len(one_deck(db.session, current_learner(), deck_id)) > 1,
    )


def _heading(note: ParsedNote) -> str:
    """What a note is called in a list: the words it begins with."""
    words = " ".join(next((text for text in note.fields if text.strip()), "").split())
    return f"{words[:120]}…" if len(words) > 120 else words


def _parts_of(effort: Effort, before: ParsedNote, after: ParsedNote) -> list[Part]:
    """What differs between a note before and after."""
    names = after.shape.field_names if after.shape else FIELDS.get(after.kind, ("Question", "Answer"))
    parts = []
    for number in range(max(len(before.fields), len(after.fields))):
        old, new = (note.fields[number] if number < len(note.fields) else "" for note in (before, after))
        language = (after if number < len(after.fields) else before).languages[number]
        name = names[number] if number < len(names) else str(number + 1)
        parts.append(Part(name, language, difference(old, new, effort)))
    for name, old, new in (
        (N_("Tags"), ", ".join(before.tags), ", ".join(after.tags)),
        (N_("Note type"), _type_of(before), _type_of(after)),
        (N_("Format"), before.format, after.format),
        (N_("Languages"), ", ".join(before.languages), ", ".join(after.languages)),
        (N_("Source"), before.source, after.source),
        (N_("Quotation"), before.quote, after.quote),
    ):
        parts.append(Part(_(name), "", difference(old, new, effort)))
    return [part for part in parts if part.pieces]


def _type_of(note: ParsedNote) -> str:
    return note.shape.name if note.shape else _(KINDS[note.kind])
