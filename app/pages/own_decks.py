"""Making a deck of one's own, and giving it another name or place."""

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from app.clock import now
from app.database import db, writing
from app.errors import Refused
from app.library.media import own_deck
from app.library.own_decks import make_deck, path_in, place_deck
from app.models.deck import with_parents
from app.pages.access import current_learner
from app.pages.language import CARD_LANGUAGES, _, language
from app.pages.words import error_words

bp = Blueprint("own_decks", __name__)


@bp.get("/decks/new")
def new_page() -> ResponseReturnValue:
    return _new_page(None)


@bp.post("/decks")
def create_deck() -> ResponseReturnValue:
    """Makes the deck and goes on to writing its first card."""
    learner = current_learner()
    try:
        path = path_in(request.form.get("name", ""))
        with writing() as transaction:
            deck_id = make_deck(transaction, learner, path, _language(), now()).id
    except Refused as error:
        return _new_page(error), error.status
    flash(_("The deck is made. Now write its first card."))
    return redirect(url_for("writing.new_page", deck_id=deck_id), 303)


@bp.get("/decks/<id:deck_id>/name")
def name_page(deck_id: int) -> ResponseReturnValue:
    return _name_page(deck_id, None)


@bp.post("/decks/<id:deck_id>/name")
def change_name(deck_id: int) -> ResponseReturnValue:
    """Gives the deck the name it says; undoing gives it back the one it had, with the same request."""
    learner = current_learner()
    try:
        own_deck(db.session, learner, deck_id)
        path = path_in(request.values.get("name", ""))
        with writing() as transaction:
            before = place_deck(transaction, learner, deck_id, path, now())
    except Refused as error:
        return _name_page(deck_id, error), error.status
    if before == "::".join(path):
        flash(_("Nothing was changed."))
    else:
        told = _("The deck is called %(name)s now.", name="::".join(path))
        flash(told, url_for("own_decks.change_name", deck_id=deck_id, name=before))
    return redirect(url_for("library.show_deck", deck_id=deck_id), 303)


def _language() -> str:
    given = request.form.get("language", "")
    return given if given in CARD_LANGUAGES else language()


def _new_page(error: Refused | None) -> str:
    return render_template(
        "library/new_deck.html",
        name=request.values.get("name", ""),
        chosen=_language(),
        card_languages=CARD_LANGUAGES,
        words=error_words(error) if error else None,
    )


def _name_page(deck_id: int, error: Refused | None) -> str:
    (deck,) = with_parents(db.session, [own_deck(db.session, current_learner(), deck_id)])
    words = error_words(error) if error else None
    name = request.values.get("name", "") if error else deck.path
    return render_template("library/deck_name.html", deck=deck, name=name, words=words)
