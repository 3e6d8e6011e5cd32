"""Studying by tag: what waits of the cards whose notes have it, across the followed decks."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import datetime

import sqlalchemy as sa

from app.database import Handle, connection_of
from app.models import Card, Deck, Follow, Learner, Mark, Memory, NoteTag
from app.models.note import tag_named, tagged_notes
from app.models.waiting import COUNTED_UP_TO, DAY, LEARNER, WaitingDeck, at_most, followed
from app.study.queue import Head, Queue, queue_of

LOOKED_AT = 5_000
"""Cards of a tag that may be looked at for one page; those met come first."""
TAGS_SHOWN = 12


@dataclass(frozen=True, slots=True)
class _Card:
    id: int
    deck_id: int
    note_id: int
    position: int
    queue_day: int | None
    drill_day: int | None
    drill_at: datetime | None
    # NULL: not met.
    last_day: int | None
    buried_until: int | None

    def is_buried(self, day: int) -> bool:
        return self.buried_until is not None and self.buried_until > day


_NOT_SUSPENDED = sa.or_(Mark.card_id.is_(None), ~Mark.suspended)
# From the tag to its notes, their cards, and the learner's memory of each: no step walks what has another tag.
_CARDS = (
    sa.select(Card.id, Card.deck_id, Card.note_id, Card.position)
    .add_columns(Memory.queue_day, Memory.drill_day, Memory.drill_at, Memory.last_day)
    .add_columns(Mark.buried_until)
    .select_from(Card)
    .join(Follow, sa.and_(Follow.user_id == LEARNER, Follow.deck_id == Card.deck_id))
    .outerjoin(Memory, sa.and_(Memory.user_id == LEARNER, Memory.card_id == Card.id))
    .outerjoin(Mark, sa.and_(Mark.user_id == LEARNER, Mark.card_id == Card.id))
    .where(Card.note_id.in_(tagged_notes()), Follow.stopped_at.is_(None))
    .where(
        sa.or_(
            *(Memory.queue_day <= DAY, sa.and_(Memory.drill_day == DAY, _NOT_SUSPENDED)),
            # Not for itself: its siblings wait for another day.
            Memory.last_day == DAY,
            sa.and_(Memory.card_id.is_(None), ~Card.retired, _NOT_SUSPENDED),
        )
    )
    .order_by(Memory.card_id.is_(None), Card.position, Card.id)
    .limit(at_most(LOOKED_AT))
)


def tagged_queue(handle: Handle, learner: Learner, tag: str, deck_id: int | None, now: datetime) -> Queue:
    """What waits of a tag and the tags below it, in a deck or in all; each deck's limit of new cards holds. Raises
    NotFound for a deck the learner does not follow."""
    queue = queue_of(handle, learner, deck_id, now)
    named = {"learner_id": learner.id, "day": queue.day, **tag_named(tag)}
    cards = [_Card(*row) for row in connection_of(handle).execute(_CARDS, named)]
    answered = {card.note_id for card in cards if card.last_day == queue.day}
    by_deck: dict[int, list[_Card]] = {deck.id: [] for deck in queue.decks}
    for card in cards:
        by_deck.get(card.deck_id, []).append(card)
    found = {deck_id: _Waiting(inside, queue.day, answered) for deck_id, inside in by_deck.items()}
    heads = [found[deck.id].head for deck in queue.decks]
    due = min(COUNTED_UP_TO, sum(len(waiting.due) for waiting in found.values()))
    decks = _within_limits([found[deck.id].counted(deck) for deck in queue.decks])
    drilled = {deck_id: waiting.drill[0].id for deck_id, waiting in found.items() if waiting.drill}
    return replace(queue, tag=tag, decks=decks, heads=heads, due=due, drilled=drilled)


class _Waiting:
    """What waits in one deck, each in the order in which it is shown."""

    def __init__(self, cards: list[_Card], day: int, answered: set[int]) -> None:
        drilled = (card for card in cards if card.drill_day == day and not card.is_buried(day))
        self.drill = sorted(drilled, key=_by_drill)
        self.due = sorted((card for card in cards if card.queue_day is not None and card.queue_day <= day), key=_by_day)
        self.new = [card for card in _one_of_each_note(cards, answered) if not card.is_buried(day)]

    @property
    def head(self) -> Head:
        return Head(next((card.id for card in self.due), None), next((card.id for card in self.new), None))

    def counted(self, deck: WaitingDeck) -> WaitingDeck:
        drilled_at = self.drill[0].drill_at if self.drill else None
        return replace(deck, drill=len(self.drill), drilled_at=drilled_at, unmet=len(self.new))


def _by_drill(card: _Card) -> tuple[datetime, int]:
    assert card.drill_at is not None, "a card in the drill was seen in it"
    return card.drill_at, card.id


def _by_day(card: _Card) -> tuple[int, int]:
    return card.queue_day or 0, card.id


def _one_of_each_note(cards: Iterable[_Card], answered: set[int]) -> Iterator[_Card]:
    """The new cards that may come today, as `waiting.new_cards_today` has it: of a note one after another, and none
    whose sibling was answered. Siblings are all here, for a note's cards have the same tags."""
    taken = set(answered)
    unmet = (card for card in cards if card.last_day is None)
    for card in sorted(unmet, key=lambda card: (card.position, card.id)):
        if card.note_id not in taken:
            taken.add(card.note_id)
            yield card


def _within_limits(decks: list[WaitingDeck]) -> list[WaitingDeck]:
    """The decks with as many new cards as the limit of the followed deck leaves to each."""
    left = {deck.root_id: max(0, deck.new_per_day - deck.introduced) for deck in decks}
    allowed = []
    for deck in decks:
        new = min(left[deck.root_id], deck.unmet)
        left[deck.root_id] -= new
        allowed.append(replace(deck, new=new))
    return allowed


@dataclass(frozen=True, slots=True)
class TagDue:
    """A tag as somebody wrote it, and how many of the cards counted have it."""

    tag: str
    cards: int


_DUE_NOW = (
    followed(sa.select(Memory.card_id).select_from(Follow).join(Deck), inside=True)
    .join(Memory, sa.and_(Memory.user_id == LEARNER, Memory.deck_id == Follow.deck_id))
    .where(Memory.queue_day <= DAY)
    .limit(at_most(COUNTED_UP_TO))
    .subquery()
)
_TAGS_DUE = (
    sa.select(sa.func.min(NoteTag.tag), sa.func.count())
    .select_from(_DUE_NOW)
    .join(Card, Card.id == _DUE_NOW.c.card_id)
    .join(NoteTag, NoteTag.note_id == Card.note_id)
    .group_by(NoteTag.key)
    .order_by(sa.func.count().desc(), NoteTag.key)
    .limit(at_most(TAGS_SHOWN))
)


def tags_due(handle: Handle, learner: Learner, deck_id: int, day: int) -> list[TagDue]:
    """The tags that most of what is due in a deck has, counted over the first thousand cards."""
    named = {"learner_id": learner.id, "day": day, "root_id": deck_id}
    return [TagDue(*row) for row in connection_of(handle).execute(_TAGS_DUE, named)]
