"""How likely each card would be recalled today: the one figure here that reads memories row by row, in one pass.

FSRS knows a memory's stability. Under SM-2 the interval stands for it, for its intervals are taken to aim at recalling
nine cards of ten on the day they are due; what is forgotten by then is FSRS's curve in either case, with the parameters
of the deck.
"""

from collections import defaultdict
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any, NamedTuple

import sqlalchemy as sa
from sqlalchemy.orm import Session

from app.database import connection_of
from app.models import Card, Deck, Follow, Mark, Memory, NoteTag
from app.models.scheduling import SETTINGS, versioned_from, with_settings
from app.models.tagged import tag_named, tagged_cards
from app.progress.scope import Scope

TWENTIETHS = 20
SHORTEST = 0.001
"""Days of stability, FSRS's lower bound."""
APART = "\x1f"
"""Between a note's tags: nobody writes it in one."""
AT_ONCE = 5_000

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

    twentieths: tuple[int, ...]
    decks: dict[int, Share]

    @property
    def all(self) -> Share:
        return sum(self.decks.values(), Share())


class Recall(NamedTuple):
    """A card. `chance`: of recalling it today; None: it was not met. `tags`: the keys of its note's, APART."""

    deck_id: int
    note_id: int
    chance: float | None
    tags: str | None


class Tally:
    """Adds cards up."""

    def __init__(self) -> None:
        self.twentieths = [0] * TWENTIETHS
        self.decks: dict[int, list[Any]] = defaultdict(no_cards)

    def take(self, card: Recall) -> None:
        add(self.decks[card.deck_id], card.chance)
        if card.chance is not None:
            self.twentieths[min(TWENTIETHS - 1, int(card.chance * TWENTIETHS))] += 1

    @property
    def sums(self) -> Retrievability:
        return Retrievability(tuple(self.twentieths), {deck: Share(*sums) for deck, sums in self.decks.items()})


def no_cards() -> list[Any]:
    return [0, 0, 0.0]


def add(sums: list[Any], chance: float | None) -> None:
    """Adds a card to the numbers of a Share."""
    sums[0] += 1
    if chance is not None:
        sums[1] += 1
        sums[2] += chance


def retrievability_of(session: Session, scope: Scope, today: int) -> Retrievability:
    """How likely the cards of a scope would be recalled today."""
    tally = Tally()
    for card in recalls_of(session, scope, today):
        tally.take(card)
    return tally.sums


def recalls_of(session: Session, scope: Scope, today: int, *, with_tags: bool = False) -> Iterator[Recall]:
    """Every card of the scope that the author has not retired and the learner not suspended."""
    curves = _curves(session, scope)
    rows = connection_of(session).execute(_cards(session, scope, list(curves), with_tags=with_tags), _named(scope))
    for some in rows.partitions(AT_ONCE):
        for deck_id, note_id, last_day, interval, stability, tags in some:
            chance = None
            if last_day is not None:
                lasts = max(SHORTEST, interval or 1) if stability is None else max(SHORTEST, stability)
                chance = curves[deck_id](lasts, max(0, today - last_day))
            yield Recall(deck_id, note_id, chance, tags)


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
    suspended = sa.select(Mark.card_id).where(Mark.user_id == scope.user_id, Mark.suspended)
    memory = sa.and_(Memory.user_id == scope.user_id, Memory.card_id == card.id)
    return (
        sa.select(card.deck_id, card.note_id, Memory.last_day, Memory.interval, Memory.stability)
        .add_columns(keys.scalar_subquery() if with_tags else sa.null())
        .select_from(card)
        .outerjoin(Memory, memory)
        .where(card.deck_id.in_(deck_ids), ~card.retired, card.id.not_in(suspended))
    )


def _named(scope: Scope) -> dict[str, object]:
    return {} if scope.tag is None else {"learner_id": scope.user_id, **tag_named(scope.tag)}
