"""Where a deck lies, and what becomes of those who follow it when it comes to lie elsewhere."""

from collections.abc import Collection, Sequence
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Session

from app.models.across_learners import followers_of
from app.models.deck import Deck, decks_inside
from app.models.follow import Follow

LONGEST_NAME = 150
"""Characters of a deck's whole name, `A::B::C`."""


def name_guid(path: Sequence[str]) -> str:
    """A deck without an id is known by its name."""
    return f"name:{'::'.join(path)}"


def longest_name_inside(session: Session, deck_id: int, but: Collection[int] = ()) -> int:
    """How many characters the longest whole name of a deck inside has beyond the deck's own; without some decks, and
    what lies inside them."""
    level, longest = {deck_id: 0}, 0
    while level:
        longest = max(longest, *level.values())
        below = session.execute(sa.select(Deck.id, Deck.parent_id, Deck.name).where(Deck.parent_id.in_(level)))
        level = {row.id: level[row.parent_id] + len(f"::{row.name}") for row in below if row.id not in but}
    return longest


def fit_into_trees(session: Session, placed: Sequence[int], deck_id: int, parent_id: int | None, now: datetime) -> None:
    """Makes decks that came to lie somewhere, and what lies inside them, parts of the trees they lie in now. `placed`:
    those that were made on the way, and `deck_id`, the innermost, below `parent_id`.

    A learner's deck that somebody else follows for itself they go on following for itself: no author's act ends
    another's limits, schedule, or what they agreed to show.
    """
    owner_id = session.get_one(Deck, deck_id).owner_id
    moved = [*dict.fromkeys((*placed, *decks_inside(session, [deck_id])))]
    above = [above_id for above_id in decks_above(session, parent_id) if above_id not in moved]
    apart: set[tuple[int, int]] = set()
    for moved_id in moved:
        for part in session.scalars(followers_of(moved_id)).all():
            if part.root_id in {None, *moved}:
                apart |= {(part.user_id, moved_id)} if owner_id not in {None, part.user_id} else set()
            elif part.root_id not in above:
                # It lies in that tree no more.
                part.root_id = None if moved_id == deck_id else deck_id
    # Held to the end, so that a change of the whole's settings comes to all its parts or waits.
    for whole in session.scalars(followers_of(above[0]).with_for_update()).all() if above else []:
        for moved_id in moved:
            if (whole.user_id, moved_id) not in apart:
                _make_part(session, whole, moved_id, now)


def decks_above(session: Session, deck_id: int | None) -> list[int]:
    """A deck's id and those of the decks above it, upwards."""
    found: list[int] = []
    while deck_id is not None:
        found.append(deck_id)
        deck_id = session.scalar(sa.select(Deck.parent_id).where(Deck.id == deck_id))
    return found


def _make_part(session: Session, whole: Follow, deck_id: int, now: datetime) -> None:
    """Makes a deck a part of what somebody follows; one they have left stays left."""
    part = session.get(Follow, (whole.user_id, deck_id))
    if part is None:
        agreed = whole.shows_progress_at
        part = Follow(user_id=whole.user_id, deck_id=deck_id, followed_at=now, shows_progress_at=agreed)
        session.add(part)
    if part.stopped_at is None:
        part.be_part_of(whole)
