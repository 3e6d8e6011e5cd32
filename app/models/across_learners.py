"""The few queries on learners' own tables that do not name one learner. Every other one does, so that those tables can
be split by learner; a guardian in the tests knows these by their option."""

from collections.abc import Sequence
from datetime import datetime
from typing import NamedTuple

import sqlalchemy as sa
from sqlalchemy.orm import Session, aliased

from app.models.deck import Deck
from app.models.follow import Follow
from app.models.memory import Memory
from app.models.note import Card
from app.models.user import User

ACROSS = {"across_learners": True}


def followers_of(deck_id: int) -> sa.Select[Follow]:
    """Everybody's follow of a deck."""
    follows = sa.select(Follow).where(Follow.deck_id == deck_id, Follow.stopped_at.is_(None))
    return follows.execution_options(**ACROSS)


def numbers_of_followers(session: Session, deck_ids: Sequence[int]) -> dict[int, int]:
    """How many others than their owners follow each of these decks; one that nobody follows is left out."""
    followers = sa.select(Follow.deck_id, sa.func.count()).join(Deck, Deck.id == Follow.deck_id)
    others = (Follow.deck_id.in_(deck_ids), Follow.stopped_at.is_(None), Follow.user_id.is_distinct_from(Deck.owner_id))
    counted = followers.where(*others).group_by(Follow.deck_id).execution_options(**ACROSS)
    return dict(session.execute(counted).all())


def most_followed_first(decks: sa.Select[Deck]) -> sa.Select[Deck]:
    """Decks in the order of how many others than their owners follow each, then of their names."""
    other = (Follow.stopped_at.is_(None), Follow.user_id.is_distinct_from(Deck.owner_id))
    followers = sa.select(sa.func.count()).where(Follow.deck_id == Deck.id, *other).scalar_subquery()
    in_order = decks.order_by(followers.desc(), sa.func.lower(Deck.name), Deck.id)
    return in_order.execution_options(**ACROSS)


def met_by_followers(session: Session, owner_id: int) -> sa.ColumnElement[bool]:
    """Whether somebody else who follows or has followed a deck of an owner's has met a card."""
    follows = sa.select(Follow.user_id).join(Deck, Deck.id == Follow.deck_id)
    others = follows.where(Deck.owner_id == owner_id, Follow.user_id != owner_id).distinct()
    ids = session.scalars(others.execution_options(**ACROSS)).all()
    return sa.exists().where(Memory.user_id.in_(ids), Memory.card_id == Card.id) if ids else sa.false()


def who_agreed(session: Session, deck_ids: Sequence[int]) -> Sequence[int]:
    """Who lets the owner of these decks see how they get on with one of them, by name."""
    follows = sa.select(User.id).join(Follow, Follow.user_id == User.id)
    agreed = (Follow.deck_id.in_(deck_ids), Follow.stopped_at.is_(None), Follow.shows_progress_at.is_not(None))
    by_name = follows.where(*agreed).group_by(User.id).order_by(User.name_key, User.id)
    return session.scalars(by_name.execution_options(**ACROSS)).all()


def followers_of_trees(session: Session, owner_id: int) -> list[tuple[str, int]]:
    """An owner's decks at the top that others follow, or something inside, and how many they are."""
    top = sa.select(Deck.id, Deck.id.label("top_id")).where(Deck.owner_id == owner_id, Deck.parent_id.is_(None))
    tree = top.cte("tree", recursive=True)
    inside = sa.select(Deck.id, tree.c.top_id).join(tree, Deck.parent_id == tree.c.id)
    tree = tree.union_all(inside.where(Deck.owner_id == owner_id))
    first, deck = aliased(Deck), aliased(Deck)
    counted = sa.select(first.name, sa.func.count(Follow.user_id.distinct())).select_from(tree)
    counted = counted.join(first, first.id == tree.c.top_id).join(deck, deck.id == tree.c.id)
    counted = counted.join(Follow, Follow.deck_id == deck.id)
    others = (deck.published, Follow.stopped_at.is_(None), Follow.user_id != owner_id)
    by_tree = counted.where(*others).group_by(first.id, first.name)
    return [(name, followers) for name, followers in session.execute(by_tree.execution_options(**ACROSS))]


class FollowedBy(NamedTuple):
    """Who follows a deck, or did."""

    user_id: int
    deck_id: int
    stopped_at: datetime | None


def follows_of_owners_decks(session: Session, owner_id: int) -> list[FollowedBy]:
    """What others follow, or have followed, of an owner's decks that can be seen."""
    follows = sa.select(Follow.user_id, Follow.deck_id, Follow.stopped_at).join(Deck, Deck.id == Follow.deck_id)
    others = follows.where(Deck.owner_id == owner_id, Deck.published, Follow.user_id != owner_id)
    return [FollowedBy(*row) for row in session.execute(others.execution_options(**ACROSS))]


def has_followers(session: Session, owner_id: int) -> bool:
    """Whether anybody follows, or has followed, a deck of an owner's."""
    follows = sa.select(Follow.user_id).join(Deck, Deck.id == Follow.deck_id).where(Deck.owner_id == owner_id)
    return session.scalar(follows.limit(1).execution_options(**ACROSS)) is not None
