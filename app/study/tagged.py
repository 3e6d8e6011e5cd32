"""Studying by tag: what waits of the cards whose notes have it, across the followed decks."""

from dataclasses import dataclass, replace
from datetime import datetime
from functools import cache, cached_property
from typing import Any

import sqlalchemy as sa

from app.database import Handle, connection_of
from app.models import Card, Deck, Follow, Learner, Mark, Memory, NoteTag
from app.models.audience import is_open_to
from app.models.mark import hidden
from app.models.portion import WaitingDeck, within_limits
from app.models.tagged import tag_named, tagged_cards, tags_are_shown
from app.models.waiting import COUNTED_UP_TO, DAY, LEARNER, at_most, followed
from app.study.queue import Head, Queue, queue_of

LOOKED_AT = 5_000
"""Cards of a tag that may be looked at for one page; those met come first."""
TAGS_SHOWN = 12


@cache
def _cards(dialect: str) -> sa.Select[Any]:
    """From the tag to its notes, their cards, and the learner's memory of each: no step walks what has another tag."""
    card: Any = tagged_cards(dialect)
    not_suspended = ~hidden(LEARNER, card.id)
    drill_at = sa.case((sa.and_(Memory.drill_day == DAY, not_suspended), Memory.drill_at))
    # A scalar: see `waiting._none`.
    buried_until = (
        sa.select(Mark.buried_until).where(Mark.user_id == LEARNER, Mark.card_id == card.id).scalar_subquery()
    )
    return (
        sa.select(card.id, card.deck_id, card.note_id, card.position)
        .add_columns(Memory.queue_day, drill_at, Memory.last_day, buried_until)
        .select_from(card)
        .join(Follow, sa.and_(Follow.user_id == LEARNER, Follow.deck_id == card.deck_id))
        .join(Deck, Deck.id == card.deck_id)
        .outerjoin(Memory, sa.and_(Memory.user_id == LEARNER, Memory.card_id == card.id))
        .where(Follow.stopped_at.is_(None))
        .where(
            sa.or_(
                *(Memory.queue_day <= DAY, Memory.drill_day == DAY),
                # Not for itself: its siblings wait for another day.
                Memory.last_day == DAY,
                sa.and_(Memory.card_id.is_(None), ~card.retired, not_suspended, is_open_to(LEARNER)),
            )
        )
        .order_by(Memory.card_id.is_(None), card.position, card.id)
        .limit(at_most(LOOKED_AT))
    )


def tagged_queue(
    handle: Handle, learner: Learner, tag: str, deck_id: int | None, now: datetime, without: int | None = None
) -> Queue:
    """What waits of a tag and the tags below it, in a deck or in all, `without` the card that is being answered; each
    deck's limits hold. Raises NotFound for a deck the learner does not follow."""
    queue, connection = queue_of(handle, learner, deck_id, now, without), connection_of(handle)
    named = {"learner_id": learner.id, "day": queue.day, **tag_named(tag)}
    answered: set[int] = set()
    found = {deck.id: _Waiting(queue.day, answered) for deck in queue.decks}
    for row in connection.execute(_cards(connection.dialect.name), named).all():
        if row[0] == without:
            answered.add(row[2])
        elif row[1] in found:
            found[row[1]].take(row)
    decks = within_limits(found[deck.id].counted(deck) for deck in queue.decks)
    return replace(
        queue,
        tag=tag,
        decks=decks,
        heads=[found[deck.id].head for deck in queue.decks],
        due=min(COUNTED_UP_TO, sum(deck.reviews for deck in decks)),
        drilled={deck_id: min(waiting.drill)[1] for deck_id, waiting in found.items() if waiting.drill},
    )


class _Waiting:
    """What waits in one deck. `answered`: the notes of which a card, in whatever deck, was answered that day."""

    def __init__(self, day: int, answered: set[int]) -> None:
        self.day, self.answered = day, answered
        self.due: list[tuple[int, int]] = []
        self.drill: list[tuple[datetime, int]] = []
        self.unmet: list[tuple[int, int, int, bool]] = []

    def take(self, row: Any) -> None:
        """Sorts a card in, by what the learner knows of it."""
        card_id, _, note_id, position, queue_day, drill_at, last_day, buried_until = row
        buried = buried_until is not None and buried_until > self.day
        if last_day is None:
            self.unmet.append((position, card_id, note_id, buried))
            return
        if queue_day is not None and queue_day <= self.day:
            self.due.append((queue_day, card_id))
        if drill_at is not None and not buried:
            self.drill.append((drill_at, card_id))
        if last_day == self.day:
            self.answered.add(note_id)

    @property
    def head(self) -> Head:
        return Head(min(self.due)[1] if self.due else None, self.new[0] if self.new else None)

    @cached_property
    def new(self) -> list[int]:
        """The new cards that may come today, as `waiting.new_cards_today` has it: of a note one after another, and none
        whose sibling was answered. Siblings are all here, for a note's cards have the same tags."""
        taken, cards = set(self.answered), []
        for _, card_id, note_id, buried in sorted(self.unmet):
            if note_id not in taken:
                taken.add(note_id)
                cards += [] if buried else [card_id]
        return cards

    def counted(self, deck: WaitingDeck) -> WaitingDeck:
        drilled_at = min(self.drill)[0] if self.drill else None
        return replace(deck, drill=len(self.drill), drilled_at=drilled_at, unmet=len(self.new), due=len(self.due))


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
    .where(tags_are_shown(LEARNER, Card))
    .group_by(NoteTag.key)
    .order_by(sa.func.count().desc(), NoteTag.key)
    .limit(at_most(TAGS_SHOWN))
)


def tags_due(handle: Handle, learner: Learner, deck_id: int, day: int) -> list[TagDue]:
    """The tags that most of what is due in a deck has, counted over the first thousand cards."""
    named = {"learner_id": learner.id, "day": day, "root_id": deck_id}
    return [TagDue(*row) for row in connection_of(handle).execute(_TAGS_DUE, named)]
