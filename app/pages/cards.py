"""What there is to know of one card."""

from uuid import uuid4

from flask import Blueprint, render_template
from flask.typing import ResponseReturnValue

from app.clock import date_of, now
from app.database import db
from app.errors import NotFound
from app.library import may_edit
from app.pages.access import current_learner
from app.pages.charts import axis_over
from app.progress import card_history
from app.rendering import render_sides
from app.study.showing import show

bp = Blueprint("cards", __name__)


@bp.get("/cards/<id:card_id>")
def card_page(card_id: int) -> ResponseReturnValue:
    return card_page_of(card_id)


def card_page_of(card_id: int, words: str | None = None) -> str:
    """A card's history, its memory and its forgetting curve, and what went wrong with what was asked of it. Not for
    somebody who neither follows its deck nor knows it."""
    learner = current_learner()
    today = learner.today(now())
    card, state, _ = show(db.session, learner, card_id)
    if not card.is_followed and state.answers == 0:
        raise NotFound()
    history = card_history(db.session, learner, card_id, card.deck_id, today)
    days = [day for line in history.curve for day, _ in line]
    return render_template(
        "cards/card.html",
        card=card,
        sides=render_sides(card.kind, card.fields, card.field_languages, card.ordinal, card.format),
        history=history,
        is_own=may_edit(db.session, learner, card.note_id),
        today=today,
        across=axis_over(days) if days else None,
        words=words,
        change_ids=(uuid4(), uuid4(), uuid4()),
        tomorrow=date_of(today + 1),
    )
