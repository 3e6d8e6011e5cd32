"""Who may see a deck, and what of a deck that was closed to its followers."""

from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from app.models.change import Change
from app.models.deck import Audience, Deck, decks_inside
from app.models.follow import Follow
from app.models.user import Standing, User

Id = int | sa.SQLColumnExpression[int]
UNSEEN = {"synchronize_session": False}


def is_given_out() -> sa.ColumnElement[bool]:
    """Whether a learner's deck is there for whom it is shared with: not while its owner's account is shut or goes."""
    here = User.standing.in_((Standing.WELCOME, Standing.NOBODY))
    return sa.exists().where(User.id == Deck.owner_id, here)


def may_see(user_id: Id) -> sa.ColumnElement[bool]:
    """Whether a learner may look into a deck: one of the server's, their own, one that is everybody's, or one they
    follow or have followed, and so were let in."""
    let_in = sa.exists().where(Follow.user_id == user_id, Follow.deck_id == Deck.id)
    everybodys = sa.and_(Deck.audience == Audience.EVERYBODY, is_given_out())
    return sa.and_(Deck.published, sa.or_(Deck.owner_id.is_(None), Deck.owner_id == user_id, everybodys, let_in))


def is_open_to(user_id: Id) -> sa.ColumnElement[bool]:
    """Whether a deck that a learner follows gives them new cards, and what its author changes."""
    return sa.or_(Deck.closed_after.is_(None), Deck.owner_id == user_id)


def set_tree(session: Session, deck_id: int, audience: Audience) -> None:
    """Gives a deck and those inside it an audience. Whoever follows a deck that this closes keeps what they have met,
    as it is now."""
    ids = [deck_id, *decks_inside(session, [deck_id])]
    closed_after: Any = sa.null()
    if audience is Audience.OWNER:
        # The author's own: nobody else's tell anything of what is theirs, and one that is begun now has a later id.
        own = Change.user_id == session.get_one(Deck, deck_id).owner_id
        latest = sa.select(sa.func.coalesce(sa.func.max(Change.id), 0)).where(own).scalar_subquery()
        # What was closed before stays as it was then, and what was never open has nobody to be closed to.
        was_open = Deck.audience != Audience.OWNER
        closed_after = sa.case((was_open, latest), else_=Deck.closed_after)
    tree = sa.update(Deck).where(Deck.id.in_(ids))
    session.execute(tree.values(audience=audience, closed_after=closed_after), execution_options=UNSEEN)
    session.expire_all()


def hold_changes(session: Session, owner_id: int) -> None:
    """Waits for what a learner is changing at this moment, and keeps them from more to the end of the transaction: a
    change holds its learner's row. Before any deck is locked. On SQLite there is one writer anyway."""
    session.execute(sa.select(User.id).where(User.id == owner_id).with_for_update())


def was_closed_since(session: Session, change: Change) -> bool:
    """Whether its learner has closed a deck since a change was begun: what it still did would count as done before.
    None is closed to the end of the transaction."""
    owner = sa.select(User.id).where(User.id == change.user_id)
    session.execute(owner.with_for_update(read=True, key_share=True))
    closed = sa.select(Deck.id).where(Deck.owner_id == change.user_id, Deck.closed_after >= change.id)
    return session.scalar(closed.limit(1)) is not None


def take_audience(session: Session, deck_id: int) -> None:
    """Gives a deck, and those inside it, the audience of the deck that it has come to lie in. One at the top keeps
    its own."""
    deck = session.get_one(Deck, deck_id)
    above = None if deck.parent_id is None else session.get_one(Deck, deck.parent_id)
    if above is not None and above.owner_id == deck.owner_id and deck.owner_id is not None:
        deck.link_token = None
        session.flush()
        if above.audience != deck.audience:
            set_tree(session, deck_id, Audience(above.audience))
        if above.closed_after is not None:
            tree = Deck.id.in_([deck_id, *decks_inside(session, [deck_id])])
            never_open = sa.update(Deck).where(tree, Deck.closed_after.is_(None))
            session.execute(never_open.values(closed_after=above.closed_after), execution_options=UNSEEN)
            session.expire_all()
