"""How a class gets on with a deck: its owner's page, and each learner's word on whether they are in it."""

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from app.clock import now
from app.database import db, writing
from app.pages.access import current_learner
from app.pages.language import _
from app.pages.numbers import number_in
from app.pages.sides import sides_of_all
from app.sharing import class_of, set_agreement

bp = Blueprint("class_view", __name__)


@bp.get("/decks/<id:deck_id>/class")
def class_page(deck_id: int) -> ResponseReturnValue:
    learner = current_learner()
    today, page = learner.today(now()), (number_in("page") or 0) if "page" in request.args else 1
    found = class_of(db.session, learner, deck_id, today, page)
    cards = [one.card for one in found.failed]
    sides = sides_of_all([(card.note.content(card.deck.path), card.ordinal, card.note.owner_id) for card in cards])
    failed = list(zip(found.failed, sides, strict=True))
    return render_template("sharing/class.html", found=found, deck=found.deck, failed=failed, today=today)


@bp.post("/decks/<id:deck_id>/follow/class")
def change_agreement(deck_id: int) -> ResponseReturnValue:
    agrees, moment = request.form.get("agrees") == "yes", now()
    with writing() as transaction:
        set_agreement(transaction, current_learner(), deck_id, moment, agrees=agrees)
    flash(_("The author sees how you get on with it.") if agrees else _("Nobody but you sees how you get on."))
    return redirect(url_for("library.show_deck", deck_id=deck_id), 303)
