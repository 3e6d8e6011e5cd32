"""How likely each card would be recalled today: the one figure here that reads memories row by row, in one pass.

FSRS knows a memory's stability. Under SM-2 the interval stands for it, for its intervals are taken to aim at recalling
nine cards of ten on the day they are due; what is forgotten by then is FSRS's curve in either case, with the parameters
of the deck.
"""

import operator
from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from app.database import connection_of
from app.models import Card, Deck, Follow, Mark, Memory, NoteTag
from app.models.audience import is_open_to
from app.models.scheduling import SETTINGS, versioned_from, with_settings
from app.models.tagged import tag_named, tagged_cards, tags_are_shown
from app.progress.scope import Scope

TWENTIETHS = 20
SHORTEST = 0.001
"""Days of stability, FSRS's lower bound."""
APART = "\x1f"
"""Between a note's tags: nobody writes it in one."""
AT_ONCE, MOST_GROUPS = 2_000, 10_000

Curve = Callable[[float, int], float]


@dataclass(frozen=True, slots=True)
class Share:
    """Of a number of cards, neither retired nor suspended: how many were met, and how many would be recalled today, as
    the sum of what each is likely to be; a card not met is recalled by nobody."""

    cards: int = 0
    met: int = 0
    recalled: float = 0.0

    @property
    def part(self) -> float:
        return self.recalled / self.cards if self.cards else 0.0

    def __add__(self, other: "Share") -> "Share":
        return Share(self.cards + other.cards, self.met + other.met, self.recalled + other.recalled)


@dataclass(frozen=True, slots=True)
class Retrievability:
    """`twentieths`: how many of the cards met would be recalled with a probability of 0 to 5 %, 5 to 10 % and so on.
    `decks`: by the deck they lie in."""

    twentieths: tuple[int, ...] = (0,) * TWENTIETHS
    decks: dict[int, Share] = field(default_factory=dict)

    @property
    def all(self) -> Share:
        return sum(self.decks.values(), Share())

    def __add__(self, other: "Retrievability") -> "Retrievability":
        twentieths = tuple(map(operator.add, self.twentieths, other.twentieths))
        decks = {deck_id: self.decks.get(deck_id, Share()) + share for deck_id, share in other.decks.items()}
        return Retrievability(twentieths, {**self.decks, **decks})


@dataclass(slots=True)
class Tally:
    """Cards added up by deck and by their notes' tags (the keys, APART): how many, how many of them met, how many would
    be recalled, and one of their notes. So a card costs one addition, however many tags its note has."""

    twentieths: list[int] = field(default_factory=lambda: [0] * TWENTIETHS)
    groups: dict[tuple[int, str | None], list[Any]] = field(default_factory=dict)

    def take(self, rows: Sequence[Any], curves: dict[int, Curve], today: int) -> None:
        groups, twentieths = self.groups, self.twentieths
        for deck_id, note_id, last_day, interval, stability, tags in rows:
            sums = groups.get((deck_id, tags))
            if sums is None:
                sums = groups[deck_id, tags] = [0, 0, 0.0, note_id]
            sums[0] += 1
            if last_day is not None:
                lasts = (interval or 1) if stability is None else stability
                chance = curves[deck_id](max(lasts, SHORTEST), max(0, today - last_day))
                sums[1] += 1
                sums[2] += chance
                twentieths[min(int(chance * TWENTIETHS), TWENTIETHS - 1)] += 1

    @property
    def retrievability(self) -> Retrievability:
        decks: dict[int, Share] = defaultdict(Share)
        for (deck_id, _), (cards, met, recalled, _) in self.groups.items():
            decks[deck_id] += Share(cards, met, recalled)
        return Retrievability(tuple(self.twentieths), dict(decks))


def retrievability_of(session: Session, scope: Scope, today: int) -> Retrievability:
    """How likely the cards of a scope would be recalled today."""
    return sum((tally.retrievability for tally in tallies_of(session, scope, today)), Retrievability())


def tallies_of(session: Session, scope: Scope, today: int, *, with_tags: bool = False) -> Iterator[Tally]:
    """Every card of the scope that the author has not retired and the learner not suspended, in tallies that together
    are all and none of which is large."""
    curves, tally = _curves(session, scope), Tally()
    rows = connection_of(session).execute(_cards(session, scope, list(curves), with_tags=with_tags), _named(scope))
    for some in rows.partitions(AT_ONCE):
        tally.take(some, curves, today)
        if len(tally.groups) > MOST_GROUPS:
            yield tally
            tally = Tally()
    yield tally


def _curves(session: Session, scope: Scope) -> dict[int, Curve]:
    """How the cards of each deck of the scope are forgotten."""
    follows = with_settings(sa.select(Follow.deck_id, *SETTINGS).select_from(Follow).join(Deck), scope.user_id)
    follows = follows.where(Follow.user_id == scope.user_id, Follow.deck_id.in_(scope.deck_ids), Deck.published)
    by_version: dict[int | None, Curve] = {}
    curves: dict[int, Curve] = {}
    for deck_id, *columns in connection_of(session).execute(follows):
        chosen = versioned_from(columns)
        if chosen.version not in by_version:
            by_version[chosen.version] = chosen.settings.fsrs.forgetting_curve()
        curves[deck_id] = by_version[chosen.version]
    return curves


def _cards(session: Session, scope: Scope, deck_ids: list[int], *, with_tags: bool) -> sa.Select[Any]:
    card: Any = Card if scope.tag is None else tagged_cards(session.get_bind().dialect.name)
    keys = sa.select(sa.func.aggregate_strings(NoteTag.key, APART)).where(NoteTag.note_id == card.note_id)
    shown = sa.case((tags_are_shown(scope.user_id, card), keys.scalar_subquery()))
    given = sa.select(Deck.id).where(Deck.id.in_(deck_ids), is_open_to(scope.user_id))
    suspended = sa.select(Mark.card_id).where(Mark.user_id == scope.user_id, Mark.suspended)
    memory = sa.and_(Memory.user_id == scope.user_id, Memory.card_id == card.id)
    return (
        sa.select(card.deck_id, card.note_id, Memory.last_day, Memory.interval, Memory.stability)
        .add_columns(shown if with_tags else sa.null())
        .select_from(card)
        .outerjoin(Memory, memory)
        .where(card.deck_id.in_(deck_ids), ~card.retired, card.id.not_in(suspended))
        # Of a deck that was closed nothing new is met.
        .where(sa.or_(card.deck_id.in_(given), Memory.card_id.is_not(None)))
    )


def _named(scope: Scope) -> dict[str, object]:
    return {} if scope.tag is None else {"learner_id": scope.user_id, **tag_named(scope.tag)}
