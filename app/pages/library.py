"""Decks: which there are, what is in them, following them."""

from uuid import uuid4

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from app.clock import now
from app.database import db, writing
from app.errors import Refused
from app.library import follow, set_shape, stop_following
from app.library.contents import deck_page
from app.library.decks import DeckTree, followed_decks, other_starter_decks, own_decks_left, shared_decks_left
from app.models.follow import NewOrder, ReviewOrder, Shape, order_of
from app.pages.access import current_learner
from app.pages.language import CARD_LANGUAGES, _, language
from app.pages.numbers import number_in
from app.pages.sides import WHOLE_NOTE, sides_of_notes
from app.pages.words import error_words
from app.planning.choosing import scheduled
from app.study import progress_elsewhere, tags_due

bp = Blueprint("library", __name__)


@bp.get("/decks")
def decks_page() -> ResponseReturnValue:
    learner = current_learner()
    return render_template(
        "library/decks.html",
        followed=followed_decks(db.session, learner),
        left=own_decks_left(db.session, learner),
        followed_before=shared_decks_left(db.session, learner),
        starters=sorted(other_starter_decks(db.session, learner), key=_is_foreign),
    )


def _is_foreign(tree: DeckTree) -> bool:
    """Decks in the reader's language come first."""
    return tree.deck.language != language()


@bp.get("/decks/<id:deck_id>")
def show_deck(deck_id: int) -> ResponseReturnValue:
    return _deck(deck_id, None)


def _deck(deck_id: int, error: Refused | None) -> str:
    page = deck_page(db.session, current_learner(), deck_id, (number_in("page") or 0) if "page" in request.args else 1)
    sides = sides_of_notes([(shown, page.deck.path, WHOLE_NOTE) for shown in page.notes])
    words = error_words(error) if error else None
    learner = current_learner()
    due_by_tag = tags_due(db.connection, learner, deck_id, learner.today(now())) if page.follow else []
    return render_template(
        "library/deck.html",
        page=page,
        deck=page.deck,
        notes=list(zip(page.notes, sides, strict=True)),
        error=error,
        words=words,
        tags=due_by_tag,
        editions=progress_elsewhere(db.session, current_learner(), page.deck),
        copy_id=uuid4(),
        scheduled=scheduled(db.session, current_learner(), deck_id) if page.follow else None,
        card_languages=CARD_LANGUAGES,
    )


@bp.post("/decks/<id:deck_id>/follow")
def create_follow(deck_id: int) -> ResponseReturnValue:
    learner = current_learner()
    with writing() as transaction:
        followed = follow(transaction, learner, deck_id, now())
    flash(_("You follow %(deck)s.", deck=followed.name))
    return redirect(url_for("home.home"), 303)


@bp.post("/decks/<id:deck_id>/follow/end")
def end_follow(deck_id: int) -> ResponseReturnValue:
    learner = current_learner()
    with writing() as transaction:
        stop_following(transaction, learner, deck_id, now())
    flash(_("The deck is off your list. What you know of it is kept for when you follow it again."))
    return redirect(url_for("library.decks_page"), 303)


@bp.post("/decks/<id:deck_id>/follow/shape")
def change_shape(deck_id: int) -> ResponseReturnValue:
    learner = current_learner()
    try:
        with writing() as transaction:
            set_shape(transaction, learner, deck_id, _shape_given())
    except Refused as error:
        return _deck(deck_id, error), error.status
    flash(_("Saved."))
    return redirect(url_for("library.show_deck", deck_id=deck_id), 303)


def _shape_given() -> Shape:
    """How a deck is to be studied, as the form says it; what is no number is refused as one out of range."""
    new, reviews = number_in("new_per_day"), number_in("reviews_per_day")
    no_limit = not request.form.get("reviews_per_day", "").strip()
    return Shape(
        new_per_day=-1 if new is None else new,
        reviews_per_day=None if no_limit else -1 if reviews is None else reviews,
        new_order=order_of(NewOrder, "new_order", number_in("new_order")),
        review_order=order_of(ReviewOrder, "review_order", number_in("review_order")),
    )
