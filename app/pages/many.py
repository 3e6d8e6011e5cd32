"""What is done to many cards that were found at once: marks, tags, moves, and back to new or away after a question."""

from collections.abc import Iterator, Sequence
from typing import Any
from urllib.parse import urlencode
from uuid import uuid4

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session

from app.clock import now
from app.database import connection_of, db, writing, writing_rows
from app.errors import N_, NotFound, Refused
from app.library.bulk import Done, move_cards, tag_notes
from app.library.deleting import Leaving, delete_notes, notes_deleted_by, what_leaves
from app.library.finding import cards_meant, visible_cards
from app.library.found import FoundCard
from app.library.taking_back import Undone, undo_bulk
from app.models.change import resets_of
from app.pages.access import current_learner, safe_path
from app.pages.indexing import writing_notes
from app.pages.language import _, ngettext
from app.pages.numbers import LARGEST, number_in
from app.pages.searching import search_page_of
from app.pages.wording import tags_in
from app.pages.words import error_words
from app.study import forget_cards, reset_cards, swing_resets
from app.study.marking import brought_back, mark_cards, suspended

bp = Blueprint("many", __name__)

MOST_AT_ONCE = 20_000
MOST_MARKED = 1_000
"""Each is marked by itself, which takes its time, and all come back in one step."""
MARKINGS = {"suspend": suspended, "bring_back": brought_back}
NOTHING_CHOSEN = N_("Choose cards first, or say that all found are meant.")
TOO_MANY = N_("These are more than %(most)s cards. Narrow the search, or choose some of them.")
KEPT = ("q", "sort", "down")


@bp.post("/search/marks")
def create_marks() -> ResponseReturnValue:
    marking = MARKINGS.get(request.form.get("marking", ""))
    if marking is None:
        raise Refused(N_("A card cannot be marked like that."), field="marking")
    try:
        cards = _chosen(MOST_MARKED)
    except Refused as error:
        return search_page_of(error_words(error), error.status)
    card_ids = [card.id for card in cards if card.place.is_followed]
    marked = mark_cards(db.connection, current_learner(), card_ids, (uuid4(), marking), now(), writing_rows)
    if marking is suspended:
        words = ngettext("%(num)s card suspended.", "%(num)s cards suspended.", marked)
    else:
        words = ngettext("%(num)s card brought back.", "%(num)s cards brought back.", marked)
    if not marked:
        words = _("Nothing changed: they are so already, or in decks you do not follow.")
    return _back(words, "marking.create_undo", bool(marked))


@bp.post("/search/tags")
def create_tags() -> ResponseReturnValue:
    tags = tags_in(request.form.get("tags", ""))
    try:
        cards = _chosen()
        if not tags:
            raise Refused(N_("Write a tag first."), field="tags")
        change = (tags, ()) if request.form.get("act") == "add" else ((), tags)
        done = tag_notes(writing, current_learner(), notes_of(cards), change, now())
    except Refused as error:
        return search_page_of(error_words(error), error.status)
    words = ngettext("%(num)s note has other tags now.", "%(num)s notes have other tags now.", done.changed)
    return tell(words, done)


@bp.post("/search/moves")
def create_moves() -> ResponseReturnValue:
    try:
        card_ids = [card.id for card in _chosen()]
        done = move_cards(writing, current_learner(), card_ids, number_in("deck") or 0, now())
    except Refused as error:
        return search_page_of(error_words(error), error.status)
    kept = ngettext(
        "%(num)s stays, for others have met it there.", "%(num)s stay, for others have met them there.", done.kept
    )
    words = ngettext("%(num)s card moved.", "%(num)s cards moved.", done.changed)
    return tell(words, done, kept if done.kept else "")


@bp.post("/search/resets")
def create_resets() -> ResponseReturnValue:
    """Asks, and then makes the cards new again."""
    learner = current_learner()
    try:
        cards = _chosen()
    except Refused as error:
        return search_page_of(error_words(error), error.status)
    met = [card for card in cards if card.is_met and card.place.is_followed]
    meant = [card.id for card in met if card.place.closed_after is None]
    if not _is_confirmed(len(meant)):
        numbers = {"count": len(meant), "new": len(cards) - len(met), "closed": len(met) - len(meant)}
        return _question("searching/reset.html", cards, **numbers)
    done, _closed = reset_cards(learner, meant, uuid4(), now(), writing_rows)
    words = ngettext("%(num)s card is new again.", "%(num)s cards are new again.", done)
    return _back(words, "marking.create_undo", bool(done))


@bp.post("/search/deletions")
def create_deletions() -> ResponseReturnValue:
    """Asks, and then deletes the notes of the cards."""
    try:
        cards = _chosen()
    except Refused as error:
        return search_page_of(error_words(error), error.status)
    leaving = what_leaves(db.session, current_learner(), notes_of(cards))
    if not _is_confirmed(leaving.cards):
        return _question("searching/delete.html", cards, count=leaving.cards, leaving=leaving)
    done = delete_with_cards(notes_of(cards))
    words = ngettext("%(num)s note deleted.", "%(num)s notes deleted.", done.changed)
    return tell(words, done, kept_by_others(leaving))


def kept_by_others(leaving: Leaving) -> str:
    """What is said of the cards that others have met; empty if there are none."""
    kept = ngettext(
        "%(num)s card stays with others who have met it.",
        "%(num)s cards stay with others who have met them.",
        leaving.met,
    )
    return kept if leaving.met else ""


def delete_with_cards(note_ids: Sequence[int]) -> Done:
    """Deletes those of the notes that are the learner's own, as one change."""
    learner, moment = current_learner(), now()

    def forget_own(session: Session, change_id: int, card_ids: Sequence[int]) -> None:
        forget_cards(connection_of(session), learner, card_ids, resets_of(change_id), moment)

    return delete_notes(writing, learner, note_ids, moment, forget_own)


def _is_confirmed(count: int) -> bool:
    """Whether the learner has said yes to as many cards as there are."""
    return bool(count) and number_in("confirmed") == count


def _question(template: str, cards: Sequence[FoundCard], **values: Any) -> ResponseReturnValue:
    carried = [(name, request.form[name]) for name in (*KEPT, "which") if request.form.get(name)]
    if request.form.get("which") != "all":
        carried += [("chosen", str(card.id)) for card in cards]
    back = f"{url_for('searching.search_page')}?{_search_in_form()}"
    return render_template(template, carried=carried, back=back, is_other="confirmed" in request.form, **values)


def tell(words: str, done: Done, kept: str = "") -> ResponseReturnValue:
    """Back to the search, with what was done, what was not and why, and what takes it back. `kept`: what is said of
    what others have met."""
    words = words if done.changed else _("Nothing changed.")
    for more in filter(None, [kept, *_left(done)]):
        words = _("%(words)s %(more)s", words=words, more=more)
    return _back(words, "many.create_bulk_undo", done.change_id is not None, change_id=done.change_id)


def _left(done: Done) -> Iterator[str]:
    if done.others:
        yield ngettext("%(num)s is not yours to change.", "%(num)s are not yours to change.", done.others)
    if done.unfit:
        yield ngettext(
            "%(num)s note stays as it is: the change does not fit it.",
            "%(num)s notes stay as they are: the change does not fit them.",
            done.unfit,
        )
    if done.newer:
        yield ngettext(
            "%(num)s note was changed meanwhile and stays as it is.",
            "%(num)s notes were changed meanwhile and stay as they are.",
            done.newer,
        )


@bp.post("/changes/<id:change_id>/undo-all")
def create_bulk_undo(change_id: int) -> ResponseReturnValue:
    """Takes back what was done to many notes at once."""
    undone, words = undo_many(change_id), _("Undone.")
    if undone.left:
        left = ngettext(
            "%(num)s stays as it is: changed since, or met by others where it lies.",
            "%(num)s stay as they are: changed since, or met by others where they lie.",
            undone.left,
        )
        words = _("%(words)s %(more)s", words=words, more=left)
    flash(words)
    return redirect(safe_path(request.form.get("next")) or url_for("searching.search_page"), 303)


def undo_many(change_id: int) -> Undone:
    """Takes back a change of many, and what the learner was made to forget by it."""
    learner, moment = current_learner(), now()

    def remember_own(session: Session, change_id: int, card_ids: Sequence[int]) -> None:
        swing_resets(connection_of(session), learner, card_ids, resets_of(change_id), moment)

    return undo_bulk(writing_notes, learner, change_id, moment, remember_own)


def delete_again(change_id: int) -> None:
    """Deletes again what was brought back."""
    delete_with_cards(notes_deleted_by(db.session, current_learner(), change_id))


def notes_of(cards: Sequence[FoundCard]) -> list[int]:
    """Their notes, each once."""
    return list(dict.fromkeys(card.row.note_id for card in cards))


def _chosen(most: int = MOST_AT_ONCE) -> list[FoundCard]:
    """The cards the form is about. Raises NotFound if one is not the learner's to see; Refused for none or too many."""
    learner, moment = current_learner(), now()
    if request.form.get("which") == "all":
        cards, has_more = cards_meant(db.connection, learner, request.form.get("q", ""), moment, most)
        if has_more:
            raise Refused(TOO_MANY, most=most)
    else:
        # Of too many digits `int` makes an error instead of a number.
        digits = (one for one in request.form.getlist("chosen") if one.isdecimal() and len(one) <= len(str(LARGEST)))
        given = {id for id in map(int, digits) if id <= LARGEST}
        if len(given) > most:
            raise Refused(TOO_MANY, most=most)
        cards = visible_cards(db.connection, learner, sorted(given), moment)
        if len(cards) != len(given):
            raise NotFound()
    if not cards:
        raise Refused(NOTHING_CHOSEN)
    return cards


def _back(words: str, undo: str, can_undo: bool, **values: Any) -> ResponseReturnValue:
    """To the search the form came from, with what was done and what takes it back."""
    flash(words, url_for(undo, **values) if can_undo else "message")
    return redirect(f"{url_for('searching.search_page')}?{_search_in_form()}", 303)


def _search_in_form() -> str:
    return urlencode({name: request.form[name] for name in KEPT if request.form.get(name)})
