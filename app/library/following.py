"""Following a deck, leaving it, and how much of it a day."""

from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Session

from app.errors import NotFound
from app.models import DailySummary, Deck, Follow, Learner, Stage
from app.models.deck import decks_inside
from app.models.follow import MOST_NEW_PER_DAY, NEW_PER_DAY, check_new_per_day, lock_follows, tree_of
from app.models.user import one_at_a_time


def follow(session: Session, learner: Learner, deck_id: int, now: datetime) -> Deck:
    """Follows a deck with the decks inside it and returns it; who followed it before goes on where they stopped.

    What was followed for itself and lies inside becomes a part of it, and shares its settings. A deck inside
    a followed one, which the learner had left, comes back as a part. Raises NotFound unless it is a starter deck or the
    learner's own.
    """
    deck = visible_deck(session, learner, deck_id)
    lock_follows(session, learner.id, [deck.id, *decks_inside(session, [deck.id])])
    one_at_a_time(session, learner)
    root, before = _root_above(session, learner, deck), session.get(Follow, (learner.id, deck.id))
    left_at = before.stopped_at if before is not None else None
    if root is None:
        place = (session.scalar(sa.select(sa.func.max(Follow.place)).where(Follow.user_id == learner.id)) or 0) + 1
        root = _followed(session, learner, deck.id, now)
        root.root_id, root.place, root.stopped_at = None, root.place or place, None
    for part_id in [deck.id, *decks_inside(session, [deck.id])]:
        part = _followed(session, learner, part_id, now)
        if part_id != root.deck_id:
            part.root_id, part.place, part.new_per_day = root.deck_id, root.place, root.new_per_day
            part.scheduler_version = root.scheduler_version
        # A part that was left by itself stays left when the whole is followed again.
        if part_id == deck.id or before is None or (left_at is not None and part.stopped_at == left_at):
            part.stopped_at = None
    session.flush()
    return deck


def _root_above(session: Session, learner: Learner, deck: Deck) -> Follow | None:
    """The follow that a deck lies inside of, if the learner follows one above it."""
    found, above_id = None, deck.parent_id
    while above_id is not None:
        above = session.get(Follow, (learner.id, above_id))
        if above is not None and above.stopped_at is None and above.root_id is None:
            found = above
        above_id = session.get_one(Deck, above_id).parent_id
    return found


def visible_deck(session: Session, learner: Learner, deck_id: int) -> Deck:
    """A deck the learner may look into and follow. Raises NotFound unless it is a starter deck or their own."""
    deck = session.get(Deck, deck_id)
    if deck is None or not deck.published or deck.owner_id not in {None, learner.id}:
        raise NotFound()
    return deck


def stop_following(session: Session, learner: Learner, deck_id: int, now: datetime) -> None:
    """Hides a deck from the learner's home and queue, with the decks inside it. What they know is kept."""
    own_follow(session, learner, deck_id)
    for inside in [deck_id, *decks_inside(session, [deck_id])]:
        one = session.get(Follow, (learner.id, inside))
        if one is not None and one.stopped_at is None:
            one.stopped_at = now
    session.flush()


def set_new_per_day(session: Session, learner: Learner, deck_id: int, limit: int) -> None:
    """Sets how many new cards the learner meets in a day, of the deck they followed and all inside it together.

    Refused outside 0 to 9,999.
    """
    check_new_per_day(limit)
    followed = own_follow(session, learner, deck_id)
    tree = tree_of(learner.id, followed.root_id or followed.deck_id)
    session.execute(sa.update(Follow).where(*tree).values(new_per_day=limit))


MORE_NEW = 10
"""New cards that come at one press beyond the day's limit."""


def ask_for_more(session: Session, learner: Learner, deck_id: int, today: int) -> None:
    """Lets ten more new cards come today, of the deck that was followed and all inside it; tomorrow the limit holds as
    before. Raises NotFound unless the learner follows it."""
    followed = own_follow(session, learner, deck_id)
    root_id = followed.root_id or followed.deck_id
    root, tree = own_follow(session, learner, root_id), tree_of(learner.id, root_id)
    met = (
        *(DailySummary.user_id == learner.id, DailySummary.day == today, DailySummary.stage == Stage.NEW),
        DailySummary.deck_id.in_(sa.select(Follow.deck_id).where(*tree)),
    )
    introduced = session.scalar(sa.select(sa.func.sum(DailySummary.answers)).where(*met)) or 0
    allowed = root.new_per_day + ((root.more_new or 0) if root.more_new_on == today else 0)
    # Beyond what was met already: the limit may have been higher this morning.
    more = max(allowed, int(introduced)) + MORE_NEW - root.new_per_day
    session.execute(sa.update(Follow).where(*tree).values(more_new=min(more, MOST_NEW_PER_DAY), more_new_on=today))


def own_follow(session: Session, learner: Learner, deck_id: int) -> Follow:
    """The learner's follow of a deck. Raises NotFound if there is none."""
    followed = session.get(Follow, (learner.id, deck_id))
    if followed is None or followed.stopped_at is not None:
        raise NotFound()
    return followed


def _followed(session: Session, learner: Learner, deck_id: int, now: datetime) -> Follow:
    """The learner's follow of a deck, made if there is none."""
    followed = session.get(Follow, (learner.id, deck_id))
    if followed is None:
        followed = Follow(user_id=learner.id, deck_id=deck_id, new_per_day=NEW_PER_DAY, place=0, followed_at=now)
        session.add(followed)
    return followed
