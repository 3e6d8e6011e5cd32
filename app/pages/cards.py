"""What there is to know of one card."""

from uuid import uuid4

from flask import Blueprint, render_template
from flask.typing import ResponseReturnValue

from app.clock import date_of, now
from app.database import db
from app.errors import NotFound
from app.library.editing import may_edit
from app.models import SignedInUser
from app.pages.access import current_learner
from app.pages.charts import axis_over
from app.pages.sides import frame_of, sides_of_card
from app.pages.study import BUTTONS
from app.progress import card_history
from app.progress.card import CardHistory
from app.scheduling import Answer, Outlook, preview
from app.scheduling.memory import GOOD
from app.study.showing import ShownCard, show

bp = Blueprint("cards", __name__)


@bp.get("/cards/<id:card_id>")
def card_page(card_id: int) -> ResponseReturnValue:
    return card_page_of(card_id)


def card_page_of(card_id: int, words: str | None = None) -> str:
    """A card's history, its memory and its forgetting curve, and what went wrong with what was asked of it. Not for
    somebody who neither follows its deck nor knows it."""
    learner = current_learner()
    today = learner.today(now())
    card = _known_card(learner, card_id)
    history = card_history(db.session, learner, card_id, card.deck_id, today)
    days = [day for line in history.curve for day, _ in line]
    return render_template(
        "cards/card.html",
        card=card,
        sides=sides_of_card(card),
        history=history,
        is_own=may_edit(db.session, learner, card.note_id),
        today=today,
        across=axis_over(days) if days else None,
        words=words,
        change_ids=(uuid4(), uuid4(), uuid4()),
        tomorrow=date_of(today + 1),
        leads_to=_leads_to(history, card_id, today),
    )


def _leads_to(history: CardHistory, card_id: int, today: int) -> list[tuple[str, Outlook]]:
    """What each button will lead to, pressed on the day the card comes back; nothing for a card that is new."""
    if history.state.due_day is None:
        return []
    answer = Answer(uuid4(), max(today, history.state.due_day), now(), GOOD)
    grades = BUTTONS[current_learner().answer_mode]
    outlooks = preview(history.state, answer, [one.grade for one in grades], history.chosen.settings, card_id)
    return [(button.name, outlooks[button.grade]) for button in grades]


@bp.get("/cards/<id:card_id>/sides/<any(question, answer):side>")
def card_side(card_id: int, side: str) -> ResponseReturnValue:
    """One side of a card as a document of its own, for the frame it is shown in."""
    card = _known_card(current_learner(), card_id)
    return frame_of(sides_of_card(card, framed=True), card.ordinal, side)


def _known_card(learner: SignedInUser, card_id: int) -> ShownCard:
    """The card, if the learner follows its deck or knows it. Raises NotFound."""
    card, state, _ = show(db.session, learner, card_id)
    if not card.is_followed and state.answers == 0:
        raise NotFound()
    return card
