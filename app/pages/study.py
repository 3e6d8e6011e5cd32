"""Studying: one card after another."""

from dataclasses import dataclass
from uuid import UUID, uuid4

from flask import Blueprint, flash, get_flashed_messages, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from app.clock import now
from app.database import db, writing
from app.errors import N_, Refused, Stale
from app.models.waiting import Counts
from app.pages.access import current_learner
from app.pages.errors import wants_fragment
from app.pages.language import _
from app.pages.numbers import number_in
from app.pages.words import error_words
from app.rendering import Sides, render_sides
from app.scheduling import Answer, Outlook, preview
from app.scheduling.memory import AGAIN, EASY, GOOD, HARD
from app.study import (
    AnswerGiven,
    NextCard,
    Scope,
    answer_card,
    can_undo,
    next_card,
    rest_of_the_day,
    scope_of,
    shown_card,
    undo_last_answer,
)
from app.study.queue import is_beginner, waiting_in

bp = Blueprint("study", __name__)

BUTTONS = {AGAIN: N_("Again"), HARD: N_("Hard"), GOOD: N_("Good"), EASY: N_("Easy")}


@dataclass(frozen=True)
class Showing:
    """One showing of a card: what the page needs, and the id its answer will have."""

    next: NextCard
    sides: Sides
    outlooks: dict[int, Outlook]
    review_id: UUID
    shown_at: int


@bp.get("/study")
def study_page() -> ResponseReturnValue:
    scope, learner, asked_for = _scope(), current_learner(), None
    if request.args.get("card"):
        asked_for = shown_card(db.session, learner, number_in("card") or 0, now())
    message = " ".join(map(str, get_flashed_messages())) or None
    return _page(scope, asked_for or next_card(db.session, learner, scope, now()), message)


@bp.post("/cards/<id:card_id>/answers")
def create_answer(card_id: int) -> ResponseReturnValue:
    scope, learner = _scope(), current_learner()
    given, moment = _answer_given(), now()
    try:
        with writing() as transaction:
            outcome = answer_card(transaction, learner, card_id, given, moment)
    except Stale as error:
        shown = _page(scope, next_card(db.session, learner, scope, now()), message=error_words(error))
        return shown, error.status
    message = None
    if outcome.grade != given.grade:
        stored = _(BUTTONS.get(outcome.grade, BUTTONS[AGAIN]))
        message = _("Your first answer, %(grade)s, had arrived and stands.", grade=stored)
    if wants_fragment():
        return _page(scope, next_card(db.session, learner, scope, now()), message)
    if message:
        flash(message)
    return redirect(url_for("study.study_page", deck=scope.root_id), 303)


@bp.post("/undos")
def create_undo() -> ResponseReturnValue:
    scope, learner = _scope(), current_learner()
    with writing() as transaction:
        card_id = undo_last_answer(transaction, learner, now())
    message = _("Undone. Here is the card again.")
    if wants_fragment():
        return _page(scope, shown_card(db.session, learner, card_id, now()), message)
    flash(message)
    return redirect(url_for("study.study_page", deck=scope.root_id, card=card_id), 303)


def _scope() -> Scope:
    """The deck the request names, or everything if it names none. A name that is no number is nobody's deck."""
    named = request.values.get("deck")
    return scope_of(db.session, current_learner(), (number_in("deck") or 0) if named else None)


def _answer_given() -> AnswerGiven:
    """The answer in the form. A grade must be one; without a script the time taken is told by the page's age."""
    form = request.form
    grade, seen = number_in("grade"), number_in("seen")
    try:
        review_id = UUID(form.get("review_id", ""))
    except ValueError:
        raise Refused(N_("This answer has no id. Reload the page and grade again.")) from None
    if grade is None:
        raise Refused(N_("A grade is a number from 0 to 5."), field="grade")
    if seen is None:
        raise Refused(N_("This answer does not say which state of the card it answers. Reload the page."))
    took = number_in("took_ms")
    if took is None:
        shown_at = form.get("shown_at", type=int)
        took = 0 if shown_at is None else int(now().timestamp() * 1000) - shown_at
    return AnswerGiven(review_id, grade, seen, took)


def _page(scope: Scope, card: NextCard | None, message: str | None = None) -> str:
    learner, moment = current_learner(), now()
    day = learner.today(moment)
    deck = next((follow.deck for follow in scope.follows if follow.deck_id == scope.root_id), None)
    common = {
        "scope": scope,
        "deck": deck,
        "today": day,
        "can_undo": can_undo(db.session, learner, day),
        "buttons": BUTTONS,
    }
    whole = "" if wants_fragment() else "page_"
    if card is None:
        rest = rest_of_the_day(db.session, learner, scope, moment)
        elsewhere = _waiting_elsewhere(scope, day)
        return render_template(f"study/{whole}done.html", rest=rest, elsewhere=elsewhere, message=message, **common)
    waiting: Counts = waiting_in(db.session, scope, day)
    message = message or _what_to_know(card)
    showing = _showing(card, day)
    return render_template(f"study/{whole}card.html", showing=showing, waiting=waiting, message=message, **common)


def _waiting_elsewhere(scope: Scope, day: int) -> int:
    """How many cards wait in the learner's other decks, when one deck is done."""
    if scope.root_id is None:
        return 0
    return waiting_in(db.session, scope_of(db.session, current_learner(), None), day).total


def _what_to_know(card: NextCard) -> str | None:
    """The line above a card: why it is here again, or for a beginner how to grade."""
    if card.early:
        return _("Nothing else waits, so this one comes back at once.")
    if card.reason == "drill":
        return _("Once more: you did not quite have it earlier today.")
    if is_beginner(db.session, current_learner()):
        return _("Vague still counts as remembered; forgotten is Again.")
    return None


def _showing(card: NextCard, day: int) -> Showing:
    note, moment, review_id = card.card.note, now(), uuid4()
    sides = render_sides(note.note_type.kind, note.fields, note.field_languages, card.card.ordinal, note.format)
    outlooks = preview(card.state, Answer(review_id, day, moment, GOOD), BUTTONS)
    return Showing(card, sides, outlooks, review_id, int(moment.timestamp() * 1000))
