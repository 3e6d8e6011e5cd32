"""Practice: cards of one's choice, one after another, while the schedule stays as it is."""

from datetime import timedelta
from typing import Any
from uuid import uuid4

from flask import Blueprint, flash, get_flashed_messages, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from app.clock import now
from app.database import db, writing_rows
from app.errors import N_, NotFound, Refused, Stale
from app.library.decks import DeckTree, followed_decks
from app.models import Deck
from app.pages.access import current_learner
from app.pages.errors import wants_fragment
from app.pages.language import _
from app.pages.numbers import milliseconds_of, moment_in, number_in
from app.pages.sides import sides_of_card
from app.pages.study import TWO, Showing, graded
from app.pages.words import error_words
from app.scheduling import Outlook
from app.study import NextCard, PracticeGiven, Run, practice_card, run_state, undo_practice
from app.study.run import MOST_CARDS, MOST_DAYS, WHICH, Which
from app.study.showing import show

bp = Blueprint("practice", __name__)

CARDS, DAYS = 20, 3
RUN_LASTS = timedelta(days=2)
"""An address older than that begins a new run: of an old one too much has been answered since."""
NAMES: dict[Which, str] = {
    "all": N_("All, mixed"),
    "met": N_("Met already, mixed"),
    "new": N_("Not met yet, in their order"),
    "hard": N_("Forgotten before, the most often forgotten first"),
    "ahead": N_("Due in the next days, the soonest first"),
    "mistakes": N_("Today's mistakes: Again or Hard"),
}


@bp.get("/practice")
def practice_page() -> ResponseReturnValue:
    return render_template(
        "practice/choose.html",
        decks=_flat(followed_decks(db.session, current_learner())),
        names=NAMES,
        chosen={"cards": _which() or "all", "deck": _deck_id(), "tag": _tag() or "", "most": _most(), "days": _days()},
        most_cards=MOST_CARDS,
        most_days=MOST_DAYS,
    )


@bp.get("/practice/run")
def run_page() -> ResponseReturnValue:
    run = _run()
    if run is None:
        return redirect(url_for("practice.practice_page", **_choice()), 303)
    if _is_to_begin(run):
        return redirect(url_for("practice.run_page", **{**_choice(), **_begun()}), 303)
    card_id = (number_in("card") or 0) if request.args.get("card") else None
    return _page(run, " ".join(map(str, get_flashed_messages())) or None, card_id)


@bp.post("/cards/<id:card_id>/practices")
def create_practice(card_id: int) -> ResponseReturnValue:
    try:
        practice_card(db.connection, current_learner(), card_id, PracticeGiven(*graded()), now(), writing_rows)
    except Stale as error:
        return _again(error_words(error), error.status)
    return _again(None)


@bp.post("/practice/undos")
def create_practice_undo() -> ResponseReturnValue:
    run = _run()
    if run is None:
        raise Refused(N_("There is nothing to undo in this run."))
    try:
        card_id = undo_practice(db.connection, current_learner(), run, now(), writing_rows)
    except Stale as error:
        return _again(error_words(error), error.status)
    return _again(_("Undone. Here is the card again."), card_id=card_id)


def _again(message: str | None, status: int = 200, card_id: int | None = None) -> ResponseReturnValue:
    """The run's next page: its inside for a script, the way to it for a browser."""
    run = _run()
    if run is not None and (wants_fragment() or status >= 400):
        return _page(run, message, card_id), status
    if message:
        flash(message)
    return redirect(url_for("practice.run_page", **_carried(), card=card_id), 303)


@bp.post("/practice/cards/<id:card_id>/typed")
def compare_typed(card_id: int) -> ResponseReturnValue:
    """The card with its answer shown beside what was typed, for browsers without scripts. Changes nothing."""
    if not show(db.connection, current_learner(), card_id)[0].is_followed:
        raise NotFound()
    run = _run()
    if run is None:
        return redirect(url_for("practice.practice_page"), 303)
    return _page(run, None, card_id, request.form.get("typed", ""))


def _page(run: Run, message: str | None, card_id: int | None, typed: str | None = None) -> str:
    state = run_state(db.connection, current_learner(), run, card_id)
    whole = "" if wants_fragment() else "page_"
    common = {"run": run, "state": state, "where": _carried(), "choice": _choice(), "message": message}
    if state.next is None:
        return render_template(f"practice/{whole}done.html", buttons=TWO, **common)
    return render_template(f"practice/{whole}card.html", buttons=TWO, showing=_showing(state.next, typed), **common)


def _showing(card: NextCard, typed: str | None) -> Showing:
    shown, outlooks = card.card, dict[int, Outlook]()
    sides = sides_of_card(shown)
    return Showing(card, sides, outlooks, uuid4(), uuid4(), milliseconds_of(now()), typed)


def _run() -> Run | None:
    """The run the request is about; None if it does not say which cards. One that has not begun begins now."""
    which = _which()
    if which is None:
        return None
    moment = now()
    day, today = number_in("day"), current_learner().today(moment)
    day = day if day is not None and today - RUN_LASTS.days <= day <= today else today
    return Run(which, _deck_id(), _tag(), _most(), _days(), day, moment_in("since") or moment)


def _is_to_begin(run: Run) -> bool:
    """Whether the address does not say when it began, or something that cannot be."""
    return number_in("day") != run.day or run.since != moment_in("since") or now() - run.since > RUN_LASTS


def _begun() -> dict[str, int]:
    moment = now()
    return {"day": current_learner().today(moment), "since": milliseconds_of(moment)}


def _carried() -> dict[str, Any]:
    """What goes on with the learner from card to card: the choice, and when the run began."""
    day, since = number_in("day"), moment_in("since")
    begun = {} if day is None or since is None else {"day": day, "since": milliseconds_of(since)}
    return {**_choice(), **begun}


def _choice() -> dict[str, Any]:
    named = {"cards": _which(), "deck": _deck_id(), "tag": _tag(), "most": _most(), "days": _days()}
    return {name: value for name, value in named.items() if value is not None}


def _which() -> Which | None:
    named = request.values.get("cards")
    return next((which for which in WHICH if which == named), None)


def _deck_id() -> int | None:
    return (number_in("deck") or 0) if request.values.get("deck") else None


def _tag() -> str | None:
    return request.values.get("tag", "").strip().removeprefix("#") or None


def _most() -> int:
    return min(MOST_CARDS, max(1, number_in("most") or CARDS))


def _days() -> int:
    return min(MOST_DAYS, max(1, number_in("days") or DAYS))


def _flat(trees: list[DeckTree]) -> list[Deck]:
    return [deck for tree in trees for deck in (tree.deck, *tree.inside)]
