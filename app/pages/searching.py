"""Finding cards, and changing many of those that were found together."""

from typing import Any
from urllib.parse import urlencode
from uuid import uuid4

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from app.clock import now
from app.database import db, writing, writing_rows
from app.errors import N_, NotFound, Refused
from app.library.bulk import Done, move_cards, tag_notes, undo_bulk
from app.library.finding import ORDERS, Found, Order, cards_meant, find_cards, own_decks, visible_cards
from app.library.found import FoundCard
from app.pages.access import current_learner, safe_path
from app.pages.language import _, ngettext
from app.pages.numbers import LARGEST, number_in
from app.pages.words import error_words
from app.rendering import Content, render_sides
from app.rendering.text import plain_text
from app.searching import Misread
from app.study.marking import brought_back, mark_cards, suspended

bp = Blueprint("searching", __name__)

LONGEST_FRONT = 160
MOST_AT_ONCE = 1_000
COLUMNS = (
    ("deck", N_("Deck")),
    ("due", N_("Comes back")),
    ("interval", N_("Interval")),
    ("ease", N_("Ease")),
    ("lapses", N_("Forgotten")),
)
"""What the table can be sorted by, and the words above it."""
MARKINGS = {"suspend": suspended, "bring_back": brought_back}
NOTHING_CHOSEN = N_("Choose cards first, or say that all found are meant.")
TOO_MANY = N_("These are more than %(most)s cards. Narrow the search, or choose some of them.")


@bp.get("/search")
def search_page() -> ResponseReturnValue:
    return _search(None, 200)


def _search(problem: str | None, status: int) -> ResponseReturnValue:
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
        today=learner.today(moment),
        decks=own_decks(db.connection, learner) if found and found.cards else [],
        is_first=number_in("before") is None and not number_in("offset"),
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


@bp.post("/search/marks")
def create_marks() -> ResponseReturnValue:
    marking = MARKINGS.get(request.form.get("marking", ""))
    if marking is None:
        raise Refused(N_("A card cannot be marked like that."), field="marking")
    try:
        cards = _chosen()
    except Refused as error:
        return _search(error_words(error), error.status)
    card_ids = [card.id for card in cards if card.place.is_followed]
    marked = mark_cards(db.connection, current_learner(), card_ids, (uuid4(), marking), now(), writing_rows)
    return _back(ngettext("%(num)s card marked.", "%(num)s cards marked.", marked), "marking.create_undo", bool(marked))


@bp.post("/search/tags")
def create_tags() -> ResponseReturnValue:
    tags = list(dict.fromkeys(tag for tag in request.form.get("tags", "").replace(",", " ").split() if tag))
    try:
        cards = _chosen()
        if not tags:
            raise Refused(N_("Write a tag first."), field="tags")
        note_ids = list(dict.fromkeys(card.row.note_id for card in cards))
        change = (tags, ()) if request.form.get("act") == "add" else ((), tags)
        with writing() as transaction:
            done = tag_notes(transaction, current_learner(), note_ids, change, now())
    except Refused as error:
        return _search(error_words(error), error.status)
    words = ngettext("%(num)s note has other tags now.", "%(num)s notes have other tags now.", done.changed)
    return _done(words, done)


@bp.post("/search/moves")
def create_moves() -> ResponseReturnValue:
    try:
        cards = _chosen()
        with writing() as transaction:
            done = move_cards(
                *(transaction, current_learner(), [card.id for card in cards]), number_in("deck") or 0, now()
            )
    except Refused as error:
        return _search(error_words(error), error.status)
    return _done(ngettext("%(num)s card moved.", "%(num)s cards moved.", done.changed), done)


def _done(words: str, done: Done) -> ResponseReturnValue:
    left = []
    if done.others:
        left.append(ngettext("%(num)s is not yours to change.", "%(num)s are not yours to change.", done.others))
    if done.kept:
        left.append(
            ngettext(
                "%(num)s stays, for others have met it there.",
                "%(num)s stay, for others have met them there.",
                done.kept,
            )
        )
    for more in left:
        words = _("%(words)s %(more)s", words=words, more=more)
    return _back(words, "searching.create_bulk_undo", done.change_id is not None, change_id=done.change_id)


@bp.post("/changes/<id:change_id>/undo-all")
def create_bulk_undo(change_id: int) -> ResponseReturnValue:
    """Takes back what was done to many notes at once."""
    with writing() as transaction:
        undone = undo_bulk(transaction, current_learner(), change_id, now())
    words = _("Undone.")
    if undone.left:
        left = ngettext(
            "%(num)s was changed since and stays as it is.",
            "%(num)s were changed since and stay as they are.",
            undone.left,
        )
        words = _("%(words)s %(more)s", words=words, more=left)
    flash(words)
    return redirect(safe_path(request.form.get("next")) or url_for("searching.search_page"), 303)


def _chosen() -> list[FoundCard]:
    """The cards the form is about. Raises NotFound if one is not the learner's to see; Refused for none or too many."""
    learner, moment = current_learner(), now()
    if request.form.get("which") == "all":
        cards, has_more = cards_meant(db.connection, learner, request.form.get("q", ""), moment, MOST_AT_ONCE)
        if has_more:
            raise Refused(TOO_MANY, most=MOST_AT_ONCE)
    else:
        given = {int(one) for one in request.form.getlist("chosen") if one.isdecimal() and int(one) <= LARGEST}
        if len(given) > MOST_AT_ONCE:
            raise Refused(TOO_MANY, most=MOST_AT_ONCE)
        cards = visible_cards(db.connection, learner, sorted(given), moment)
        if len(cards) != len(given):
            raise NotFound()
    if not cards:
        raise Refused(NOTHING_CHOSEN)
    return cards


def _back(words: str, undo: str, can_undo: bool, **values: Any) -> ResponseReturnValue:
    """To the search the form came from, with what was done and what takes it back."""
    flash(words, url_for(undo, **values) if can_undo else "message")
    kept = {name: request.form[name] for name in ("q", "sort", "down") if request.form.get(name)}
    return redirect(f"{url_for('searching.search_page')}?{urlencode(kept)}", 303)
