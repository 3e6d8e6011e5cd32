"""Studying: one card after another."""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

from flask import Blueprint, flash, get_flashed_messages, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from app.clock import now
from app.database import db, writing, writing_rows
from app.errors import N_, Refused, Stale
from app.library import More, ask_for_more
from app.models.user import DRILL_SOON
from app.pages.access import current_learner
from app.pages.errors import wants_fragment
from app.pages.language import _
from app.pages.numbers import milliseconds_of, moment_in, number_in
from app.pages.sides import sides_of_card
from app.pages.time_box import time_box
from app.pages.words import error_words
from app.progress import streak_of
from app.rendering.cards import Sides
from app.rendering.typed import Comparison, compare
from app.scheduling import LEECH_AGAIN, LEECH_LAPSES, Answer, Outlook, preview
from app.scheduling.memory import AGAIN, EASY, GOOD, HARD
from app.study import (
    AnswerGiven,
    NextCard,
    Queue,
    answer_card,
    answers_since,
    next_card,
    queue_of,
    rest_of_the_day,
    shown_card,
    tagged_queue,
)

bp = Blueprint("study", __name__)


@dataclass(frozen=True)
class GradeButton:
    """A button under an answer: the grade it stores, its word, the digit that presses it, and its colour's class."""

    grade: int
    name: str
    key: str
    kind: str


FOUR = (
    GradeButton(AGAIN, N_("Again"), "1", "again"),
    GradeButton(HARD, N_("Hard"), "2", "hard"),
    GradeButton(GOOD, N_("Good"), "3", "good"),
    GradeButton(EASY, N_("Easy"), "4", "easy"),
)
TWO = (FOUR[0], replace(FOUR[2], key="2"))
SIX = (
    GradeButton(0, N_("Blank"), "0", "again"),
    GradeButton(1, N_("Wrong"), "1", "again"),
    GradeButton(2, N_("Nearly"), "2", "again"),
    GradeButton(HARD, N_("Hard"), "3", "hard"),
    GradeButton(GOOD, N_("Good"), "4", "good"),
    GradeButton(EASY, N_("Easy"), "5", "easy"),
)
BUTTONS = {2: TWO, 4: FOUR, 6: SIX}
"""By the learner's answer mode."""


@dataclass(frozen=True)
class Showing:
    """One showing of a card: what the page needs, the id its answer will have, and that of a change of its marks."""

    next: NextCard
    sides: Sides
    outlooks: dict[int, Outlook]
    review_id: UUID
    change_id: UUID
    shown_at: int
    typed: str | None = None

    @property
    def comparison(self) -> Comparison | None:
        """What was typed beside what was expected, if the page was asked for that."""
        expects = self.sides.expects
        return None if self.typed is None or expects is None else compare(self.typed, expects)


@bp.get("/study")
def study_page() -> ResponseReturnValue:
    box = time_box()
    if box is not None and box.since is None:
        begun = replace(box, since=now())
        return redirect(url_for("study.study_page", **{**carried(), **begun.carried}), 303)
    flashed: list[Any] = get_flashed_messages(with_categories=True)
    message = " ".join(words for _category, words in flashed) or None
    # That of a note whose cards were new is none of the acts that undoing here begins with.
    deletion = next((category for category, _words in flashed if category.endswith("/undo-all")), None)
    card_id = (number_in("card") or 0) if request.args.get("card") else None
    return study_page_of(message, card_id, undo=deletion)


@bp.post("/cards/<id:card_id>/answers")
def create_answer(card_id: int) -> ResponseReturnValue:
    given = _answer_given()
    try:
        outcome = answer_card(db.connection, current_learner(), card_id, given, now(), writing_rows)
    except Stale as error:
        return study_page_of(error_words(error)), error.status
    message = None
    if outcome.grade != given.grade:
        words = {button.grade: button.name for button in (*SIX, *_buttons())}
        stored = _(words[outcome.grade])
        message = _("Your first answer, %(grade)s, had arrived and stands.", grade=stored)
    if wants_fragment():
        return _confirmed(message) or study_page_of(message)
    if message:
        flash(message)
    return redirect(url_for("study.study_page", **carried()), 303)


@bp.get("/study/upcoming")
def upcoming_fragment() -> ResponseReturnValue:
    """The card after the one that is shown, so that it is there before the answer has been stored; empty if there is
    none, or none that can be known yet."""
    queue, upcoming = _upcoming(number_in("card") or 0)
    return render_template("study/card.html", queue=queue, where=carried(), **upcoming) if upcoming else ""


@bp.post("/cards/<id:card_id>/typed")
def compare_typed(card_id: int) -> ResponseReturnValue:
    """The card with its answer shown beside what was typed, for browsers without scripts. Changes nothing."""
    return study_page_of(None, card_id, request.form.get("typed", ""))


@bp.post("/decks/<id:deck_id>/more")
def create_more(deck_id: int) -> ResponseReturnValue:
    """More cards today than the limit, new ones or reviews; then the first of them."""
    learner = current_learner()
    what: More = "reviews" if request.form.get("what") == "reviews" else "new"
    with writing() as transaction:
        ask_for_more(transaction, learner, deck_id, learner.today(now()), what)
    if wants_fragment():
        return study_page_of(None)
    return redirect(url_for("study.study_page", **carried()), 303)


def _buttons() -> tuple[GradeButton, ...]:
    return BUTTONS[current_learner().answer_mode]


def deck_named() -> int | None:
    """The deck the request names; None for everything. A name that is no number is nobody's deck."""
    return (number_in("deck") or 0) if request.values.get("deck") else None


def _tag() -> str | None:
    return request.values.get("tag") or None


def carried() -> dict[str, Any]:
    """What goes on with the learner from card to card, in addresses and forms: the deck, the tag, the time box."""
    box = time_box()
    named = {"deck": deck_named(), "tag": _tag(), **(box.carried if box else {})}
    return {name: value for name, value in named.items() if value is not None}


def graded() -> tuple[UUID, int, int]:
    """The answer in the form: its id, its grade, the milliseconds it took. Without a script the page's age tells them.
    Raises Refused for one without id or grade."""
    try:
        review_id = UUID(request.form.get("review_id", ""))
    except ValueError:
        raise Refused(N_("This answer has no id. Reload the page and grade again.")) from None
    grade, took, shown_at = number_in("grade"), number_in("took_ms"), moment_in("shown_at")
    if grade is None:
        raise Refused(N_("A grade is a number from 0 to 5."), field="grade")
    if took is None:
        took = 0 if shown_at is None else (now() - shown_at) // timedelta(milliseconds=1)
    return review_id, grade, took


def _answer_given() -> AnswerGiven:
    review_id, grade, took = graded()
    seen = number_in("seen")
    if seen is None:
        raise Refused(N_("This answer does not say which state of the card it answers. Reload the page."))
    return AnswerGiven(review_id, grade, seen, took)


def study_page_of(
    message: str | None, card_id: int | None = None, typed: str | None = None, undo: str | None = None
) -> str:
    """The page for the next card, or for this one if it waits; only its inside if a script asked. `undo`: where
    what the message tells of is taken back, if not by the page's own undo."""
    learner, moment, box = current_learner(), now(), time_box()
    queue = _queue(moment)
    card = None if card_id is None else shown_card(db.connection, learner, card_id, moment)
    card = card or next_card(db.connection, learner, queue, moment)
    minutes_left = box.minutes_left(moment) if box else None
    common = {"queue": queue, "deck": queue.root_path, "buttons": _buttons(), "where": carried(), "box": box}
    common["undo"] = undo
    whole = "" if wants_fragment() else "page_"
    if card is None:
        page = "done" if queue.tag is None else "tag_done"
        return render_template(f"study/{whole}{page}.html", message=message, **_at_the_end(queue, moment), **common)
    if box and box.since and not minutes_left and card_id is None:
        answers = answers_since(db.connection, learner, min(queue.day, learner.today(box.since)), box.since)
        return render_template(f"study/{whole}time_up.html", answers=answers, message=message, **common)
    message = message or _what_to_know(card, queue)
    showing = _showing(card, queue.day, typed if card.card.id == card_id else None)
    return render_template(
        f"study/{whole}card.html", showing=showing, message=message, minutes_left=minutes_left, **common
    )


def _queue(moment: datetime, without: int | None = None) -> Queue:
    learner, tag = current_learner(), _tag()
    if tag is None:
        return queue_of(db.connection, learner, deck_named(), moment, without)
    return tagged_queue(db.connection, learner, tag, deck_named(), moment, without)


def _at_the_end(queue: Queue, moment: datetime) -> dict[str, Any]:
    learner, everything = current_learner(), queue.root_id is None and queue.tag is None
    elsewhere = 0 if everything else queue_of(db.connection, learner, None, moment).counts.total
    if queue.tag is not None:
        held_back = sum((deck.due or 0) - deck.reviews for deck in queue.decks)
        return {"elsewhere": elsewhere, "held_back": held_back, "has_new": any(deck.unmet for deck in queue.decks)}
    rest, streak = rest_of_the_day(db.connection, learner, queue), streak_of(db.session, learner, queue.day)
    return {"rest": rest, "streak": streak, "elsewhere": elsewhere}


def _upcoming(shown_id: int) -> tuple[Queue, dict[str, Any]]:
    """What waits besides the card that is shown, and what the page needs to show the first of it; nothing if what comes
    then depends on the answer, or the time is up."""
    learner, moment = current_learner(), now()
    queue, box = _queue(moment, shown_id), time_box()
    minutes_left = box.minutes_left(moment) if box else None
    card = next_card(db.connection, learner, queue, moment)
    if card is None or card.early or minutes_left == 0:
        return queue, {}
    common = {"buttons": _buttons(), "message": _what_to_know(card, queue), "minutes_left": minutes_left}
    return queue, {"showing": _showing(card, queue.day), "is_upcoming": True, **common}


def _confirmed(message: str | None) -> str | None:
    """For a page that shows the next card already: that the answer is stored, what waits now, and the card after.
    None if the card it shows does not wait, so that it must be told what does."""
    shown_id = number_in("showing")
    if shown_id is None or shown_card(db.connection, current_learner(), shown_id, now()) is None:
        return None
    queue, upcoming = _upcoming(shown_id)
    around = {"queue": queue, "where": carried(), "waiting": queue.counts.total + 1, "said": message}
    return render_template("study/confirmed.html", **around, **upcoming)


def _what_to_know(card: NextCard, queue: Queue) -> str | None:
    """The line above a card: why it is here again, or for a beginner how to grade."""
    if card.early and current_learner().drill_after > DRILL_SOON:
        return _("Nothing else waits, so this one comes back before its ten minutes are over.")
    if card.early:
        return _("Nothing else waits, so this one comes back at once.")
    lapses = card.state.lapses
    if card.state.is_leech and (lapses - LEECH_LAPSES) % LEECH_AGAIN == 0:
        advice = N_("Forgotten %(n)s times by now. Making this card shorter, or two of it, helps more than repeating.")
        return _(advice, n=lapses)
    if card.reason == "drill":
        return _("Once more: you did not quite have it earlier today.")
    if queue.is_beginner:
        return _("Vague still counts as remembered; forgotten is Again.")
    return None


def _showing(card: NextCard, day: int, typed: str | None = None) -> Showing:
    shown, moment, review_id = card.card, now(), uuid4()
    sides = sides_of_card(shown)
    grades = [button.grade for button in _buttons()]
    outlooks = preview(card.state, Answer(review_id, day, moment, GOOD), grades, card.settings, shown.id)
    return Showing(card, sides, outlooks, review_id, uuid4(), milliseconds_of(moment), typed)
