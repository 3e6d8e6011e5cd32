"""Finding cards. What is done to many of them together is in `many`."""

from flask import Blueprint, render_template, request
from flask.typing import ResponseReturnValue

from app.clock import now
from app.database import db
from app.errors import N_
from app.library.finding import ORDERS, Found, Order, find_cards, own_decks
from app.library.found import FoundCard
from app.library.taking_back import latest_bulk
from app.pages.access import current_learner
from app.pages.numbers import number_in
from app.pages.words import error_words
from app.rendering import Content
from app.rendering.cards import render_sides
from app.rendering.text import plain_text
from app.searching.scanning import Misread

bp = Blueprint("searching", __name__)

LONGEST_FRONT = 160
COLUMNS = (
    ("deck", N_("Deck")),
    ("due", N_("Comes back")),
    ("interval", N_("Interval")),
    ("ease", N_("Ease")),
    ("lapses", N_("Forgotten")),
)
"""What the table can be sorted by, and the words above it."""


@bp.get("/search")
def search_page() -> ResponseReturnValue:
    return search_page_of(None, 200)


def search_page_of(problem: str | None, status: int) -> ResponseReturnValue:
    """The page: what was found, or where the query is wrong; `problem`: why what was asked of the cards was refused."""
    learner, moment, query = current_learner(), now(), request.values.get("q", "").strip()
    order = _order()
    error: Misread | None = None
    found: Found | None = None
    if query:
        try:
            before, offset = number_in("before"), max(0, number_in("offset") or 0)
            found = find_cards(db.connection, learner, query, moment, before=before, order=order, offset=offset)
        except Misread as misread:
            error, status = misread, misread.status
    is_first = number_in("before") is None and not number_in("offset")
    return render_template(
        "searching/search.html",
        query=query,
        order=order,
        columns=COLUMNS,
        found=found,
        cards=[(card, front_of(card)) for card in found.cards] if found else [],
        error=error,
        error_words=error_words(error) if error else None,
        problem=problem,
        # What was refused is asked once more of the same cards.
        ticked=request.form.getlist("chosen"),
        today=learner.today(moment),
        decks=own_decks(db.connection, learner) if found and found.cards else [],
        is_first=is_first,
        latest=latest_bulk(db.connection, learner, learner.today(moment)) if is_first else None,
    ), status


def _order() -> Order:
    by = request.values.get("sort", "")
    return Order(by if by in ORDERS else None, request.values.get("down") == "1")


def front_of(card: FoundCard) -> str:
    """What a card asks, in plain words and not too many of them."""
    kind, shape = card.note_type.kind, card.note_type.shape
    written = (card.fields, card.row.field_languages, card.row.format, shape, card.written_tags, card.place.path)
    sides = render_sides(Content(kind, *written), card.row.ordinal)
    words = " ".join(plain_text(sides.question).split())
    return words if len(words) <= LONGEST_FRONT else f"{words[:LONGEST_FRONT]}…"
