"""Other words in the place of some, in all notes of one's own that a search finds: looked at first, then done."""

from dataclasses import dataclass
from datetime import datetime

from flask import Blueprint, render_template, request
from flask.typing import ResponseReturnValue

from app.clock import now
from app.database import db
from app.errors import NotFound, Refused
from app.library.finding import cards_meant
from app.library.replacing import Proposal, Wish, propose, replace_in_notes
from app.pages.access import current_learner
from app.pages.indexing import writing_notes
from app.pages.language import ngettext
from app.pages.many import MOST_AT_ONCE, TOO_MANY, tell
from app.pages.numbers import milliseconds_of, moment_in, number_in
from app.pages.words import error_words
from app.rendering.differences import Effort
from app.rendering.replacing import Replacement

bp = Blueprint("replacing", __name__)

A_PAGE = 20
LONGEST_FIND, LONGEST_BY = 200, 1_000


@dataclass(frozen=True, slots=True)
class _Asked:
    """What the form holds, and what would come of it; `moment`: when that was looked at."""

    query: str
    wish: Wish | None
    proposal: Proposal
    moment: datetime


@bp.get("/search/replacement")
def replacement_page() -> ResponseReturnValue:
    """The form, and below it page by page what would change."""
    try:
        asked = _asked()
    except Refused as error:
        return _page(None, error_words(error)), error.status
    return _page(asked)


def _page(asked: _Asked | None, problem: str | None = None) -> str:
    notes = asked.proposal.notes if asked else ()
    number, pages = number_in("page") or 1, max(1, -(-len(notes) // A_PAGE))
    if not 1 <= number <= pages:
        raise NotFound()
    return render_template(
        "searching/replace.html",
        query=request.args.get("q", ""),
        find=_words("find", LONGEST_FIND),
        by=_words("by", LONGEST_BY),
        field=request.args.get("field", ""),
        any_case=request.args.get("any_case") == "1",
        proposal=asked.proposal if asked else None,
        is_asked=asked is not None and asked.wish is not None,
        notes=notes[(number - 1) * A_PAGE : number * A_PAGE],
        effort=Effort(),
        page=number,
        pages=pages,
        seen=milliseconds_of(asked.moment) if asked else 0,
        problem=problem,
        longest=(LONGEST_FIND, LONGEST_BY),
    )


@bp.post("/search/replacement")
def create_replacement() -> ResponseReturnValue:
    learner, seen = current_learner(), moment_in("seen")
    asked = _asked()
    if asked.wish is None or seen is None:
        raise NotFound()
    note_ids = [one.card.row.note_id for one in asked.proposal.notes]
    done = replace_in_notes(writing_notes, learner, note_ids, asked.wish, seen, now())
    # What does not hold the words any more was changed meanwhile too.
    done.newer = max(done.newer, (number_in("notes") or 0) - done.changed)
    return tell(ngettext("%(num)s note reworded.", "%(num)s notes reworded.", done.changed), done)


def _asked() -> _Asked:
    """Raises Refused for a search that cannot be read or finds too much."""
    learner, moment, query = current_learner(), now(), request.values.get("q", "").strip()
    find, by, field = _words("find", LONGEST_FIND), _words("by", LONGEST_BY), request.values.get("field") or None
    exact = request.values.get("any_case") != "1"
    wish = Wish(Replacement(find, by, exact), field) if find and find != by else None
    cards, has_more = cards_meant(db.connection, learner, query, moment, MOST_AT_ONCE)
    if has_more:
        raise Refused(TOO_MANY, most=MOST_AT_ONCE)
    return _Asked(query, wish, propose(learner, cards, wish), moment)


def _words(name: str, longest: int) -> str:
    """As they were typed. PostgreSQL keeps no NUL."""
    return request.values.get(name, "")[:longest].replace("\r\n", "\n").replace("\x00", "")
