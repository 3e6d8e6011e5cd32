"""From a tag to the cards of the notes that have it."""

from functools import cache
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import aliased

from app.models.change import NoteVersion
from app.models.deck import Deck
from app.models.follow import Follow
from app.models.note import Card, NoteTag, tag_key
from app.models.waiting import LEARNER, at_most

CARDS_OF_A_NOTE = 1_000
"""More than any note has; see `tagged_cards`."""
_FROM = sa.bindparam("tag_from", type_=NoteTag.key.type)
_UP_TO = sa.bindparam("tag_up_to", type_=NoteTag.key.type)


def tag_named(tag: str) -> dict[str, str]:
    """The parameters that say which tag."""
    key = tag_key(tag)
    # The character after the colon ends the range.
    return {"tag_from": key, "tag_up_to": f"{key[:-1]};" if key else ""}


def tagged_notes() -> sa.Select[int]:
    """Ids of the notes with a tag or one below it that belong to an owner of whom LEARNER follows a deck."""
    owners = sa.select(sa.func.coalesce(Deck.owner_id, 0)).join(Follow, Follow.deck_id == Deck.id)
    owners = owners.where(Follow.user_id == LEARNER, Follow.stopped_at.is_(None))
    own = NoteTag.owner_id.in_(owners)
    return sa.select(NoteTag.note_id).where(own, NoteTag.key >= _FROM, NoteTag.key < _UP_TO)


def tags_are_shown(user_id: int | sa.ColumnElement[int], card: Any) -> sa.ColumnElement[bool]:
    """Whether the tags that a card's note has now are such as the learner is shown: in a deck that was closed to them
    not those of a note that was changed since."""
    closed, its_own, followed = aliased(Deck), aliased(Deck), aliased(Follow)
    decks = sa.select(closed.id).join(followed, followed.deck_id == closed.id).where(followed.user_id == user_id)
    # Put together once, and mostly empty.
    decks = decks.where(closed.closed_after.is_not(None), closed.owner_id.is_distinct_from(user_id))
    later = sa.select(sa.true()).select_from(NoteVersion).join(its_own, its_own.id == card.deck_id).correlate(card)
    later = later.where(NoteVersion.note_id == card.note_id, NoteVersion.change_id > its_own.closed_after)
    return sa.or_(card.deck_id.not_in(decks), ~later.exists())


@cache
def tagged_cards(dialect: str) -> type[Card]:
    """The cards of those notes, in whatever deck, to select from as from `Card`."""
    shown = tags_are_shown(LEARNER, Card)
    if dialect != "postgresql":
        return aliased(Card, sa.select(Card).where(Card.note_id.in_(tagged_notes()), shown).subquery())
    # Note by note: PostgreSQL would rather read all cards there are than look up two thousand of them.
    notes = tagged_notes().distinct().subquery()
    cards = sa.select(Card).where(Card.note_id == notes.c.note_id, shown).limit(at_most(CARDS_OF_A_NOTE)).lateral()
    return aliased(Card, sa.select(cards).select_from(notes).join(cards, sa.true()).subquery())
