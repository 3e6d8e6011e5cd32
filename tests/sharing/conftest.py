"""What the tests of sharing stand on: Ada's deck, Bob who follows it, Eve who does not."""

import pytest
from sqlalchemy.orm import Session

from app.library import follow
from app.models import Audience, User
from app.sharing import deck_of_link, set_audience
from tests.factories import a_deck, a_follow, a_learner, at
from tests.sharing.steps import DECK, FRANCE, SPAIN, answer, card_of, publish


@pytest.fixture
def ada(session: Session) -> User:
    return a_learner(session, "Ada")


@pytest.fixture
def bob(session: Session) -> User:
    return a_learner(session, "Bob")


@pytest.fixture
def eve(session: Session) -> User:
    """Somebody who has a deck of her own, and nothing to do with Ada's."""
    eve = a_learner(session, "Eve")
    a_follow(session, eve, a_deck(session, cards=2, owner=eve))
    return eve


@pytest.fixture
def shared(session: Session, ada: User, bob: User, eve: User) -> int:
    """Ada's deck with France and Spain, shared by link; Bob has come by it, and answered France."""
    deck_id = publish(session, ada, DECK + FRANCE + SPAIN)
    deck = set_audience(session, ada, deck_id, Audience.LINK)
    follow(session, bob, deck_of_link(session, deck.link_token).id, at(0), invited=True)
    answer(session, bob, card_of(session, "fr").id, 0)
    return deck_id
