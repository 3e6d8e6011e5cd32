"""Copying what is known from one edition of a deck to another."""

from uuid import UUID

from flask import Blueprint, flash, redirect, request, url_for
from flask.typing import ResponseReturnValue

from app.clock import now
from app.database import writing
from app.errors import N_, NotFound, Refused
from app.pages.access import current_learner
from app.pages.language import _, ngettext
from app.pages.numbers import number_in
from app.pages.words import error_words
from app.study import copy_progress, undo_copy

bp = Blueprint("copying", __name__)


@bp.post("/decks/<id:deck_id>/copies")
def create_copy(deck_id: int) -> ResponseReturnValue:
    learner, decks = current_learner(), (number_in("from") or 0, deck_id)
    try:
        with writing() as transaction:
            cards = copy_progress(transaction, learner, _copy_id(), decks, now()).cards
    except Refused as error:
        return _back(deck_id, error_words(error))
    copied = ngettext("%(num)s card is known here now.", "%(num)s cards are known here now.", cards)
    return _back(deck_id, copied)


@bp.post("/decks/<id:deck_id>/copies/undo")
def create_copy_undo(deck_id: int) -> ResponseReturnValue:
    learner = current_learner()
    with writing() as transaction:
        copy = undo_copy(transaction, learner, _copy_id(), now())
        if copy.to_deck_id != deck_id:
            raise NotFound()
    return _back(deck_id, _("The copy is undone. What you answered yourself is kept."))


def _copy_id() -> UUID:
    try:
        return UUID(request.form.get("copy_id", ""))
    except ValueError:
        raise NotFound(N_("This page is too old for that. Load it again.")) from None


def _back(deck_id: int, message: str) -> ResponseReturnValue:
    flash(message)
    return redirect(url_for("library.show_deck", deck_id=deck_id), 303)
