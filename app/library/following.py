"""Following a deck, leaving it, and how much of it a day."""

from dataclasses import asdict, replace
from datetime import datetime
from typing import Literal

import sqlalchemy as sa
from sqlalchemy.orm import Session

from app.errors import NotFound
from app.models import DailySummary, Deck, Follow, Kind, Learner, Stage, Standing, User
from app.models.audience import may_see
from app.models.deck import decks_inside
from app.models.follow import (
    MOST_A_DAY,
    Shape,
    check_new_per_day,
    check_reviews_per_day,
    lock_follows,
    tree_of,
)
from app.models.user import one_at_a_time


def follow(session: Session, learner: Learner, deck_id: int, now: datetime, *, invited: bool = False) -> Deck:
    """Follows a deck with the decks inside it and returns it; who followed it before goes on where they stopped.

    What was followed for itself and lies inside becomes a part of it, and shares its settings. A deck inside
    a followed one, which the learner had left, comes back as a part. Raises NotFound for a deck they may not see;
    `invited`: they came by its link.
    """
    deck = session.get_one(Deck, deck_id) if invited else visible_deck(session, learner, deck_id)
    _hold(session, deck)
    lock_follows(session, learner.id, [deck.id, *decks_inside(session, [deck.id])])
    one_at_a_time(session, learner)
    root, before = _root_above(session, learner, deck), session.get(Follow, (learner.id, deck.id))
    left_at = before.stopped_at if before is not None else None
    if root is None:
        place = (session.scalar(sa.select(sa.func.max(Follow.place)).where(Follow.user_id == learner.id)) or 0) + 1
        root = _followed(session, learner, deck.id, now)
        root.root_id, root.place, root.stopped_at = None, root.place or place, None
    tree = [deck.id, *decks_inside(session, [deck.id])]
    own = sa.select(Follow).where(Follow.user_id == learner.id, Follow.deck_id.in_(tree))
    known = {each.deck_id: each for each in session.scalars(own)}
    for part_id in tree:
        part = known.get(part_id) or _begun(session, learner, part_id, now)
        if part_id != root.deck_id:
            part.be_part_of(root)
        # A part that was left by itself stays left when the whole is followed again.
        if part_id == deck.id or before is None or (left_at is not None and part.stopped_at == left_at):
            part.stopped_at = None
    session.flush()
    return deck


def _hold(session: Session, deck: Deck) -> None:
    """Keeps the deck's owner from leaving to the end of the transaction: what they leave behind is what is followed by
    then. Raises NotFound if they leave already. Before anything else is locked, for whoever hands decks over locks the
    owner first."""
    owner = sa.select(User.standing).where(User.id == deck.owner_id).with_for_update(read=True, key_share=True)
    if deck.owner_id is not None and session.scalar(owner) == Standing.LEAVING:
        raise NotFound()


def follow_as(session: Session, learner_id: int, deck_id: int, now: datetime) -> Deck:
    """The same for a learner who is only known by their id."""
    return follow(session, session.get_one(User, learner_id), deck_id, now)


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
    """A deck the learner may look into and follow: a starter deck, their own, everybody's, or one they follow or have
    followed. Raises NotFound."""
    deck = session.scalars(sa.select(Deck).where(Deck.id == deck_id, may_see(learner.id))).first()
    if deck is None:
        raise NotFound()
    return deck


def stop_following(session: Session, learner: Learner, deck_id: int, now: datetime) -> None:
    """Hides a deck from the learner's home and queue, with the decks inside it that they follow with it. What they know
    is kept."""
    followed = own_follow(session, learner, deck_id)
    whole = {followed.deck_id, followed.root_id or followed.deck_id}
    for inside in [deck_id, *decks_inside(session, [deck_id])]:
        one = session.get(Follow, (learner.id, inside))
        if one is not None and one.stopped_at is None and (inside == deck_id or one.root_id in whole):
            one.stopped_at, one.shows_progress_at = now, None
    session.flush()


def set_shape(session: Session, learner: Learner, deck_id: int, shape: Shape) -> None:
    """Sets how the learner's sessions go, of the deck they followed and all inside it together.

    Refused, with the field, for a limit outside 0 to 9,999.
    """
    check_new_per_day(shape.new_per_day)
    check_reviews_per_day(shape.reviews_per_day)
    followed = own_follow(session, learner, deck_id)
    tree = tree_of(learner.id, followed.root_id or followed.deck_id)
    session.execute(sa.update(Follow).where(*tree).values(asdict(shape)))


def set_new_per_day(session: Session, learner: Learner, deck_id: int, limit: int) -> None:
    """Sets how many new cards the learner meets in a day, and leaves the rest as it is."""
    set_shape(session, learner, deck_id, replace(own_follow(session, learner, deck_id).shape, new_per_day=limit))


More = Literal["new", "reviews"]
MORE = 10
"""Cards that come at one press beyond the day's limit."""


def ask_for_more(session: Session, learner: Learner, deck_id: int, today: int, what: More = "new") -> None:
    """Lets ten more new cards, or ten more reviews, come today, of the deck that was followed and all inside it;
    tomorrow the limit holds as before. Without a limit nothing changes. Raises NotFound unless the learner follows it.
    """
    followed = own_follow(session, learner, deck_id)
    root_id = followed.root_id or followed.deck_id
    root, tree = own_follow(session, learner, root_id), tree_of(learner.id, root_id)
    asked = {"new": root.more_new or 0, "reviews": root.more_reviews or 0} if root.more_new_on == today else {}
    limit = root.new_per_day if what == "new" else root.reviews_per_day
    if limit is None:
        return
    # Beyond what was done already: the limit may have been higher this morning.
    done = _done_today(session, learner, tree, today, what)
    asked[what] = min(max(limit + asked.get(what, 0), done) + MORE - limit, MOST_A_DAY)
    values = {"more_new": asked.get("new"), "more_reviews": asked.get("reviews"), "more_new_on": today}
    session.execute(sa.update(Follow).where(*tree).values(values))


def _done_today(
    session: Session, learner: Learner, tree: tuple[sa.ColumnElement[bool], ...], today: int, what: More
) -> int:
    """How many cards of these decks were first met, or repeated, today."""
    first_met = DailySummary.stage == Stage.NEW
    done = (
        *(DailySummary.user_id == learner.id, DailySummary.day == today, DailySummary.kind == Kind.ANSWER),
        *(DailySummary.first, first_met if what == "new" else ~first_met),
        DailySummary.deck_id.in_(sa.select(Follow.deck_id).where(*tree)),
    )
    return int(session.scalar(sa.select(sa.func.sum(DailySummary.answers)).where(*done)) or 0)


def own_follow(session: Session, learner: Learner, deck_id: int) -> Follow:
    """The learner's follow of a deck. Raises NotFound if there is none."""
    followed = session.get(Follow, (learner.id, deck_id))
    if followed is None or followed.stopped_at is not None:
        raise NotFound()
    return followed


def _followed(session: Session, learner: Learner, deck_id: int, now: datetime) -> Follow:
    """The learner's follow of a deck, made if there is none, with the limits they want a deck to begin with."""
    return session.get(Follow, (learner.id, deck_id)) or _begun(session, learner, deck_id, now)


def _begun(session: Session, learner: Learner, deck_id: int, now: datetime) -> Follow:
    user = session.get_one(User, learner.id)
    shape = Shape(user.new_per_day, user.reviews_per_day)
    followed = Follow(user_id=learner.id, deck_id=deck_id, place=0, followed_at=now, **asdict(shape))
    session.add(followed)
    return followed
