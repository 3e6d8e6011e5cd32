"""What a learner does to a card besides answering it, and undoing and redoing whatever they did last."""

from collections.abc import Callable
from datetime import date, datetime
from uuid import UUID, uuid4

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session

from app.clock import day_of, now
from app.database import db, writing, writing_rows
from app.errors import N_, NotFound, Refused, Stale
from app.library.history import latest_change, latest_undone_change, redo_change, undo_change
from app.library.marked import marked_cards
from app.library.taking_back import deletion_with
from app.models import Kind, Learner
from app.models.acts import MARKED
from app.pages.access import current_learner, safe_path
from app.pages.cards import card_page_of
from app.pages.errors import wants_fragment
from app.pages.language import _
from app.pages.many import delete_again, undo_many
from app.pages.numbers import number_in
from app.pages.sides import sides_of_notes
from app.pages.study import carried, study_page_of
from app.pages.words import error_words
from app.study import latest_acts, mark_card, redo_last_act, reset_card, set_due, undo_last_act
from app.study.marking import Marking, brought_back, buried, flagged, suspended
from app.study.undoing import Act

bp = Blueprint("marking", __name__)

MARKINGS: dict[str, tuple[Marking, str]] = {
    "suspend": (suspended, N_("Suspended: it stays away until you bring it back.")),
    "bury": (buried, N_("Put off until tomorrow.")),
    "bring_back": (brought_back, N_("It is back among your cards.")),
    "flag": (flagged(1), N_("Flagged.")),
    "unflag": (flagged(0), N_("The flag is off.")),
}
"""By the name in the form: what becomes of the marks, and the words for it."""
LEAVES = {"suspend", "bury"}
"""After these the next card comes; after the others this one is still there."""
UNDONE = {
    MARKED: N_("Undone. What was marked is as it was before."),
    Kind.SET_DUE: N_("Undone. The card comes back when it did before."),
    Kind.RESET: N_("Undone. You know the card as you did before."),
    Kind.PRACTICE: N_("Undone."),
}
UNDONE_ANSWER, DONE_AGAIN = N_("Undone. Here is the card again."), N_("Done again.")


@bp.post("/cards/<id:card_id>/marks")
def create_mark(card_id: int) -> ResponseReturnValue:
    name = request.form.get("marking", "")
    if name not in MARKINGS:
        raise Refused(N_("A card cannot be marked like that."), field="marking")
    marking, words = MARKINGS[name]
    mark_card(db.connection, current_learner(), card_id, (_change_id(), marking), now(), writing_rows)
    return _back(card_id, _(words), leaves=name in LEAVES)


@bp.post("/cards/<id:card_id>/due")
def change_due(card_id: int) -> ResponseReturnValue:
    learner, moment = current_learner(), now()
    try:
        day = day_of(date.fromisoformat(request.form.get("due_day", "")))
    except ValueError:
        words = _("Give the day as year, month and day: %(example)s", example="2027-01-31")
        return card_page_of(card_id, words), Refused.status
    try:
        set_due(db.connection, learner, card_id, (_change_id(), day), moment, writing_rows)
    except Refused as error:
        return card_page_of(card_id, error_words(error)), error.status
    return _back(card_id, _("Saved."), leaves=False)


@bp.post("/cards/<id:card_id>/resets")
def create_reset(card_id: int) -> ResponseReturnValue:
    reset_card(db.connection, current_learner(), card_id, _change_id(), now(), writing_rows)
    return _back(card_id, _("The card is new again. Its history is kept."), leaves=False)


@bp.post("/undos")
def create_undo() -> ResponseReturnValue:
    """Takes back what the learner did last, be it to a card or to notes."""
    learner, moment = current_learner(), now()
    acts = latest_acts(db.connection, learner, moment)
    changed = latest_change(db.connection, learner, learner.today(moment))
    is_last = changed is not None and (acts.done is None or changed.at > acts.done.at)
    if changed is not None and is_last and changed.verb == "edit":
        return _swing_edit(undo_change, changed.change_id, _("The edit is undone."))
    # What deletes notes is an act of its own only if one of their cards was known.
    deletion = changed.change_id if changed is not None and is_last else _deletion_of(acts.done)
    if deletion is not None:
        undo_many(deletion)
        return _said(_("Undone. The notes are back."))
    return _swing(lambda: undo_last_act(db.connection, learner, moment, writing_rows, acts), undoes=True)


@bp.post("/redos")
def create_redo() -> ResponseReturnValue:
    learner, moment = current_learner(), now()
    acts, today = latest_acts(db.connection, learner, moment), learner.today(moment)
    standing = latest_change(db.connection, learner, today)
    changed = latest_undone_change(db.connection, learner, today)
    done = [acts.done.at if acts.done else None, standing.at if standing else None]
    undone_at = acts.undone.undone_at if acts.undone else None
    is_last = changed is not None and _is_last(changed.at, [*done, undone_at])
    if changed is not None and is_last and changed.verb == "edit":
        return _swing_edit(redo_change, changed.change_id, _(DONE_AGAIN))
    if not _is_last(undone_at, done):
        acts = acts._replace(undone=None)
    deletion = changed.change_id if changed is not None and is_last else _deletion_of(acts.undone)
    if deletion is not None:
        delete_again(deletion)
        return _said(_(DONE_AGAIN))
    return _swing(lambda: redo_last_act(db.connection, learner, moment, writing_rows, acts), undoes=False)


def _deletion_of(act: Act | None) -> int | None:
    """The change that deleted notes whose cards became new again by an act, for both go and come together."""
    if act is None or act.kind != Kind.RESET:
        return None
    learner = current_learner()
    return deletion_with(db.connection, learner, learner.today(now()), act.id)


def _is_last(moment: datetime | None, others: list[datetime | None]) -> bool:
    return moment is not None and all(other is None or moment > other for other in others)


@bp.get("/cards/marked")
def marked_page() -> ResponseReturnValue:
    """The cards a learner has suspended, buried or flagged, each with what takes the mark off."""
    learner = current_learner()
    today, number = learner.today(now()), (number_in("page") or 0) if "page" in request.args else 1
    page = marked_cards(db.session, learner, today, number)
    sides = sides_of_notes([(one.shown, one.card.deck.path, one.card.ordinal) for one in page.cards])
    cards = [(one.card, one.mark, shown, uuid4()) for one, shown in zip(page.cards, sides, strict=True)]
    return render_template("cards/marked.html", page=page, cards=cards, today=today)


def _change_id() -> UUID:
    try:
        return UUID(request.form.get("change_id", ""))
    except ValueError:
        raise NotFound(N_("This page is too old for that. Load it again.")) from None


def _back(card_id: int, message: str, *, leaves: bool) -> ResponseReturnValue:
    """To where the form was: the study page, the card's own, or the list of the marked."""
    if wants_fragment():
        return study_page_of(message, None if leaves else card_id)
    flash(message)
    back = request.form.get("back", "")
    if back == "card":
        return redirect(url_for("cards.card_page", card_id=card_id), 303)
    if back == "marked":
        return redirect(url_for("marking.marked_page"), 303)
    return redirect(url_for("study.study_page", card=None if leaves else card_id, **carried()), 303)


def _swing_edit(
    verb: Callable[[Session, Learner, int, datetime], int], change_id: int, message: str
) -> ResponseReturnValue:
    try:
        with writing() as transaction:
            verb(transaction, current_learner(), change_id, now())
    except (Stale, Refused) as error:
        # The note was changed since, by an import perhaps. Whoever studies stays where they are.
        return study_page_of(error_words(error)), Stale.status
    return _said(message)


def _said(message: str) -> ResponseReturnValue:
    if wants_fragment():
        return study_page_of(message)
    flash(message)
    return redirect(url_for("study.study_page", **carried()), 303)


def _swing(act: Callable[[], Act], *, undoes: bool) -> ResponseReturnValue:
    try:
        done = act()
    except (Stale, Refused) as error:
        # Another tab was faster, and here is what it left.
        if isinstance(error, Refused) and not wants_fragment():
            raise
        return study_page_of(error_words(error)), Stale.status
    message, card_id = _(DONE_AGAIN), None
    if undoes:
        message, card_id = _(UNDONE.get(done.kind, UNDONE_ANSWER)), done.card_id
    if wants_fragment():
        return study_page_of(message, card_id)
    flash(message)
    back = safe_path(request.form.get("next"))
    return redirect(back or url_for("study.study_page", card=card_id, **carried()), 303)
