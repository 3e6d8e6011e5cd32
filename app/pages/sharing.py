"""Decks that are shared: the owner's page of who can see one, the catalogue, and a first look by link."""

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from app.clock import now
from app.database import db, writing
from app.errors import N_, Refused
from app.library import follow
from app.models import Audience, Deck
from app.pages.access import current_learner
from app.pages.language import CARD_LANGUAGES, _
from app.pages.numbers import number_in
from app.pages.sides import WHOLE_NOTE, sides_of_all
from app.pages.words import error_words
from app.sharing import catalogue, deck_of_link, preview_of, public_deck, renew_link, set_audience, sharing_of

bp = Blueprint("sharing", __name__)

CHOICES = (
    (Audience.OWNER, N_("Only you"), N_("Nobody else sees it.")),
    (Audience.LINK, N_("Whoever has the link"), N_("It is in no list. Give the link to your class or a friend.")),
    (Audience.EVERYBODY, N_("Everybody on this server"), N_("It is listed under “Shared decks”, with your name.")),
)


@bp.get("/decks/<id:deck_id>/sharing")
def sharing_page(deck_id: int) -> ResponseReturnValue:
    return _page(deck_id, None)


def _page(deck_id: int, error: Refused | None) -> str:
    sharing = sharing_of(db.session, current_learner(), deck_id)
    link = url_for("sharing.show_shared", token=sharing.token, _external=True) if sharing.token else None
    words = error_words(error) if error else None
    shown = {"sharing": sharing, "deck": sharing.deck, "choices": CHOICES, "link": link, "words": words}
    return render_template("sharing/owner.html", **shown)


@bp.post("/decks/<id:deck_id>/sharing")
def change_audience(deck_id: int) -> ResponseReturnValue:
    learner = current_learner()
    try:
        with writing() as transaction:
            top_id = set_audience(transaction, learner, deck_id, _audience_given()).id
    except Refused as error:
        return _page(deck_id, error), error.status
    flash(_("Saved."))
    return redirect(url_for("sharing.sharing_page", deck_id=top_id), 303)


def _audience_given() -> Audience:
    try:
        return Audience(-1 if (given := number_in("audience")) is None else given)
    except ValueError:
        raise Refused(N_("Choose who can see the deck."), field="audience") from None


@bp.post("/decks/<id:deck_id>/sharing/link")
def create_link(deck_id: int) -> ResponseReturnValue:
    """A new link in the place of the one before."""
    learner = current_learner()
    try:
        with writing() as transaction:
            top_id = renew_link(transaction, learner, deck_id).id
    except Refused as error:
        return _page(deck_id, error), error.status
    flash(_("Here is the new link. The one before leads nowhere from now on."))
    return redirect(url_for("sharing.sharing_page", deck_id=top_id), 303)


@bp.get("/catalogue")
def catalogue_page() -> ResponseReturnValue:
    words, language = (request.args.get(name, "").replace("\x00", "") for name in ("words", "language"))
    page = (number_in("page") or 0) if "page" in request.args else 1
    found = catalogue(db.session, current_learner(), words, language, page)
    return render_template(
        "sharing/catalogue.html", found=found, words=words, chosen=language, card_languages=CARD_LANGUAGES
    )


@bp.get("/catalogue/<id:public_id>")
def show_public(public_id: int) -> ResponseReturnValue:
    deck = public_deck(db.session, current_learner(), public_id)
    return _preview(deck, url_for("sharing.follow_public", public_id=public_id))


@bp.post("/catalogue/<id:public_id>/follow")
def follow_public(public_id: int) -> ResponseReturnValue:
    learner = current_learner()
    with writing() as transaction:
        deck = public_deck(transaction, learner, public_id)
        follow(transaction, learner, deck.id, now())
    return _followed(deck)


@bp.get("/shared/<token>")
def show_shared(token: str) -> ResponseReturnValue:
    deck = deck_of_link(db.session, token)
    return _preview(deck, url_for("sharing.follow_shared", token=token))


@bp.post("/shared/<token>/follow")
def follow_shared(token: str) -> ResponseReturnValue:
    learner = current_learner()
    with writing() as transaction:
        deck = deck_of_link(transaction, token)
        follow(transaction, learner, deck.id, now(), invited=True)
    return _followed(deck)


def _followed(deck: Deck) -> ResponseReturnValue:
    flash(_("You follow %(deck)s.", deck=deck.name))
    return redirect(url_for("library.show_deck", deck_id=deck.id), 303)


def _preview(deck: Deck, action: str) -> str:
    preview = preview_of(db.session, current_learner(), deck)
    sides = sides_of_all([(note.content(deck.name), WHOLE_NOTE, note.owner_id) for note in preview.notes])
    return render_template(
        "sharing/preview.html",
        deck=deck,
        offered=preview.offered,
        inside=preview.decks,
        notes=list(zip(preview.notes, sides, strict=True)),
        action=action,
        card_languages=CARD_LANGUAGES,
    )
