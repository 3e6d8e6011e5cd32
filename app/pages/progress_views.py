"""What the pages of progress share: which decks, tag and range they were asked for."""

from dataclasses import dataclass
from typing import Any

from flask import request
from sqlalchemy.orm import joinedload

from app.clock import now
from app.database import db
from app.errors import N_, NotFound
from app.models import Follow, Learner
from app.models.deck import with_parents
from app.models.waiting import follows_of
from app.pages.access import current_learner
from app.pages.numbers import number_in
from app.progress import Range, Scope, Span, first_day, range_since, scope_of, span_of

NAMES = {Range.MONTH: N_("1 month"), Range.QUARTER: N_("3 months"), Range.YEAR: N_("1 year"), Range.ALL: N_("All time")}


@dataclass(frozen=True, slots=True)
class View:
    """What a page shows: whose progress, of which decks or tag, over which days. `is_chosen`: whether the address names
    the range, or it is the one that fits. `decks`: those to choose from."""

    learner: Learner
    today: int
    scope: Scope
    range: Range
    is_chosen: bool
    span: Span
    decks: list[Any]

    @property
    def parameters(self) -> dict[str, Any]:
        """What the addresses of the same view carry."""
        chosen = {"range": self.range.value if self.is_chosen else None, "deck": self.scope.deck_id}
        return {name: value for name, value in {**chosen, "tag": self.scope.tag}.items() if value is not None}


def current_view() -> View:
    """The view that the request's address names. Raises NotFound for decks not followed and ranges there are not."""
    learner = current_learner()
    today = learner.today(now())
    scope = scope_of(db.session, learner, number_in("deck"), request.args.get("tag", "").strip())
    named = request.args.get("range")
    try:
        chosen = Range(named) if named else range_since(first_day(db.session, scope), today)
    except ValueError:
        raise NotFound() from None
    follows = db.session.scalars(follows_of(learner.id).options(joinedload(Follow.deck))).all()
    decks = list(with_parents(db.session, [follow.deck for follow in follows]))
    return View(learner, today, scope, chosen, bool(named), span_of(chosen, today), decks)
