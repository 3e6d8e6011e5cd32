"""Opening a deck of one's own to others, and closing it again."""

import secrets
from dataclasses import dataclass

import sqlalchemy as sa
from sqlalchemy.orm import Session

from app.errors import N_, NotFound, Refused
from app.models import Audience, Deck, Learner
from app.models.across_learners import numbers_of_followers
from app.models.audience import hold_changes, is_given_out, set_tree
from app.models.deck import top_of, with_parents

TOKEN_BYTES = 18
ENDED = N_("This link does not lead to a deck any more. Ask whoever gave it to you for a new one.")


@dataclass(frozen=True, slots=True)
class Sharing:
    """Who can see a deck of one's own. `deck`: the one at the top, for which it is chosen; `token`: what its link ends
    with; `followers`: how many others follow it."""

    deck: Deck
    audience: Audience
    token: str | None
    followers: int


def sharing_of(session: Session, learner: Learner, deck_id: int) -> Sharing:
    """Who can see a deck. Raises NotFound unless it is the learner's own."""
    deck = _own_top(session, learner, deck_id)
    followers = numbers_of_followers(session, [deck.id]).get(deck.id, 0)
    return Sharing(deck, Audience(deck.audience), deck.link_token, followers)


def set_audience(session: Session, learner: Learner, deck_id: int, audience: Audience) -> Deck:
    """Opens a deck and all inside it to whoever has its link, or to everybody, or closes it. Closing ends the link; who
    follows the deck keeps what they have met, as it is now.

    Raises NotFound unless it is the learner's own, Refused for a guest: whom should it be from?
    """
    if audience is not Audience.OWNER and learner.name is None:
        raise Refused(N_("Choose a name first: whoever sees the deck sees whose it is."))
    if audience is Audience.OWNER:
        hold_changes(session, learner.id)
    deck = _own_top(session, learner, deck_id, lock=True)
    set_tree(session, deck.id, audience)
    if audience is Audience.OWNER:
        deck.link_token = None
    elif deck.link_token is None:
        deck.link_token = secrets.token_urlsafe(TOKEN_BYTES)
    session.flush()
    return deck


def renew_link(session: Session, learner: Learner, deck_id: int) -> Deck:
    """Gives a shared deck another link; the one before leads nowhere from now on. Who follows the deck stays. Raises
    NotFound unless it is the learner's own, Refused for one that is not shared."""
    deck = _own_top(session, learner, deck_id, lock=True)
    if deck.audience == Audience.OWNER:
        raise Refused(N_("This deck is not shared, so it has no link."))
    deck.link_token = secrets.token_urlsafe(TOKEN_BYTES)
    session.flush()
    return deck


def deck_of_link(session: Session, token: str) -> Deck:
    """The deck that a link leads to. Raises NotFound if it was closed, or the link renewed."""
    # PostgreSQL refuses a text with NUL in it.
    of_link = (Deck.link_token == token.replace("\x00", ""), Deck.link_token.is_not(None), is_given_out())
    deck = session.scalars(sa.select(Deck).where(*of_link)).first()
    if deck is None or not deck.published or deck.audience == Audience.OWNER:
        raise NotFound(ENDED)
    return deck


def _own_top(session: Session, learner: Learner, deck_id: int, *, lock: bool = False) -> Deck:
    """The deck at the top of the tree that a deck of the learner's lies in."""
    deck = session.get(Deck, deck_id)
    if deck is None or not deck.published or deck.owner_id != learner.id:
        raise NotFound()
    top = sa.select(Deck).where(Deck.id == top_of(session, deck_id))
    top = top.with_for_update() if lock else top
    return with_parents(session, [session.scalars(top, execution_options={"populate_existing": True}).one()])[0]
