"""As much of a query as the database can tell by itself, and where what a learner knows is the quicker way to begin."""

from collections.abc import Callable, Iterable
from datetime import datetime, timedelta
from typing import Any, cast

import sqlalchemy as sa

from app.database import EPOCH
from app.library.found import ANSWERED
from app.models import Card, Follow, Mark, Memory, Note, Review
from app.models.posting import SELECTIVE
from app.models.review import GIVEN_HERE
from app.models.waiting import DAY as STUDY_DAY
from app.models.waiting import LEARNER, at_most
from app.scheduling import MATURE_INTERVAL
from app.scheduling.memory import LEECH_LAPSES
from app.searching.meaning import COMPARISONS, Added, All, Flagged, InDeck, Is, Meaning, Prop, Rated

DAY = timedelta(days=1)
MOST_MARKS = 5_000
"""Marks of a learner that are read to see which are such."""
_FIGURES: dict[str, Any] = {
    "due": Memory.due_day,
    "ease": Memory.ease,
    "interval": Memory.interval,
    "lapses": Memory.lapses,
    "reps": Memory.answers,
    "stability": Memory.stability,
    "difficulty": Memory.difficulty,
}
Condition = sa.ColumnElement[bool]


def _if_known(condition: Condition) -> Condition:
    # A planner that saw that no card without a memory or a mark is meant would begin with all of those there are.
    return sa.func.coalesce(condition, sa.false())


# Written once, for a day that is a parameter: the database layer knows again what it has seen.
_STATES: dict[str, Condition] = {
    "new": _if_known(Memory.card_id.is_(None)),
    "due": _if_known(Memory.queue_day <= STUDY_DAY),
    "learning": _if_known(Memory.drill_day == STUDY_DAY),
    "mature": _if_known(Memory.interval >= MATURE_INTERVAL),
    "suspended": _if_known(sa.and_(Mark.suspended)),
    "buried": _if_known(Mark.buried_until > STUDY_DAY),
    "leech": _if_known(Memory.lapses >= LEECH_LAPSES),
    "flagged": _if_known(Mark.flag > 0),
}


def conjuncts(meaning: Meaning) -> tuple[Meaning, ...]:
    """What must hold all together."""
    return meaning.inner if isinstance(meaning, All) else (meaning,)


RARE = {Is(state) for state in ("due", "learning", "suspended", "buried", "leech", "flagged")}


def leaves_few(meaning: Meaning) -> bool:
    """Whether the database by itself leaves out most cards of most learners."""
    return any(one in RARE or isinstance(one, Flagged) for one in conjuncts(meaning))


def narrowed(
    meaning: Meaning, now: datetime, today: int, decks_called: Callable[[InDeck], Iterable[int]]
) -> list[Condition]:
    """Conditions on cards, their notes, memories and marks, as of STUDY_DAY; what they leave in is looked at."""
    found: list[Condition] = []
    for one in conjuncts(meaning):
        match one:
            case Is(state):
                found.append(_STATES[state])
            case Flagged(flag) if flag:
                found.append(_if_known(Mark.flag == flag))
            case Added(days):
                found.append(Note.created_at >= max(now - (days + 1) * DAY, EPOCH))
            case InDeck():
                found.append(Card.deck_id.in_(list(decks_called(one))))
            case Prop():
                found.append(_if_known(_of_figure(one, today)))
    return found


def _of_figure(prop: Prop, today: int) -> Condition:
    figure, value = _FIGURES[prop.figure], prop.value
    if prop.figure == "due":
        value += today
    if prop.figure == "ease":
        # In thousandths a float may miss what it is equal to: 2.01 * 1000 is less than 2010.
        value = round(value * 1000, 6)
    compared: Callable[[Any, Any], Any] = COMPARISONS[prop.comparison]
    return cast("Condition", compared(figure, value))


def few_that_are(connection: sa.Connection, meaning: Meaning, user_id: int, today: int) -> list[int] | None:
    """Ids of the learner's cards of which a part of the query holds that an index knows, if they are few; else None."""
    for one in conjuncts(meaning):
        card_ids = _that_are(connection, one, user_id, today)
        if card_ids is not None:
            return card_ids
    return None


def _that_are(connection: sa.Connection, meaning: Meaning, user_id: int, today: int) -> list[int] | None:
    match meaning:
        case Is("due"):
            due = list(connection.scalars(_DUE, {"learner_id": user_id, "day": today}).all())
            return due if len(due) <= SELECTIVE else None
        case Is("learning"):
            return _some(
                connection, sa.select(Memory.card_id).where(Memory.user_id == user_id, Memory.drill_day == today)
            )
        case Rated(days):
            answered = sa.select(Review.card_id).where(Review.user_id == user_id, Review.day > today - days)
            return _some(connection, answered.where(*ANSWERED, GIVEN_HERE))
        case Is("suspended" | "buried" | "flagged") | Flagged(1 | 2 | 3 | 4 | 5 | 6 | 7):
            return _marked(connection, meaning, user_id, today)
    return None


# Written once: the everyday question, and putting it together would take longer than it.
_DUE = (
    sa.select(Memory.card_id)
    .select_from(Follow)
    .join(Memory, sa.and_(Memory.user_id == LEARNER, Memory.deck_id == Follow.deck_id, Memory.queue_day <= STUDY_DAY))
    .where(Follow.user_id == LEARNER, Follow.stopped_at.is_(None))
    .limit(at_most(SELECTIVE + 1))
)


def _some(connection: sa.Connection, cards: sa.Select[int]) -> list[int] | None:
    # All at once: one by one a thousand take as long as the search for them.
    card_ids = list(connection.scalars(cards.limit(at_most(SELECTIVE + 1))).all())
    return card_ids if len(card_ids) <= SELECTIVE else None


def _marked(connection: sa.Connection, meaning: Is | Flagged, user_id: int, today: int) -> list[int] | None:
    own = sa.select(Mark.card_id, Mark.suspended, Mark.buried_until, Mark.flag).where(Mark.user_id == user_id)
    marks = connection.execute(own.limit(at_most(MOST_MARKS + 1))).all()
    if len(marks) > MOST_MARKS:
        return None
    if isinstance(meaning, Flagged):
        return [mark.card_id for mark in marks if mark.flag == meaning.flag]
    is_so: dict[str, Callable[[Any], bool]] = {
        "suspended": lambda mark: mark.suspended,
        "buried": lambda mark: (mark.buried_until or 0) > today,
        "flagged": lambda mark: mark.flag > 0,
    }
    return [mark.card_id for mark in marks if is_so[meaning.state](mark)]
