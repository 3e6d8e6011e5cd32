"""Cards by what they are, deck by deck, against cards that were lived through."""

from uuid import uuid4

import pytest
import sqlalchemy as sa
from sqlalchemy.orm import Session

from app.models import Card, Deck, Memory, User
from app.models.memory_count import counting
from app.progress import Maturity, maturity_of, scope_of
from app.study import mark_card
from app.study.marking import Marking, buried, flagged, suspended
from tests.factories import a_learner, at
from tests.progress.steps import all_of, cards_of, day, live, three_decks

DAY = 22


@pytest.fixture
def ada(session: Session) -> User:
    return a_learner(session)


@pytest.fixture
def decks(session: Session, ada: User) -> tuple[Deck, Deck, Deck]:
    return three_decks(session, ada)


def learn(session: Session, ada: User, deck: Deck) -> list[Card]:
    """The first card of a deck becomes mature, the second and the third are young."""
    cards = cards_of(session, deck)
    mature = [(0, 4), (1, 4), (7, 4), (DAY, 4)]
    live(session, ada, {cards[0]: mature, cards[1]: [(DAY - 1, 4)], cards[2]: [(DAY, 4)]})
    return cards


def mark(session: Session, ada: User, card: Card, marking: Marking) -> None:
    mark_card(session, ada, card.id, (uuid4(), marking), at(DAY))


def of(session: Session, ada: User, **scope: object) -> dict[int, Maturity]:
    return maturity_of(session, scope_of(session, ada, **scope), day(DAY))


def test_each_deck_is_new_young_and_mature(session: Session, ada: User, decks: tuple[Deck, Deck, Deck]) -> None:
    learn(session, ada, decks[1])
    untouched = Maturity(new=5)
    assert of(session, ada) == {
        decks[0].id: untouched,
        decks[1].id: Maturity(new=2, young=2, mature=1),
        decks[2].id: untouched,
    }


def test_a_deck_takes_in_what_lies_inside_it(session: Session, ada: User, decks: tuple[Deck, Deck, Deck]) -> None:
    assert of(session, ada, deck_id=decks[0].id).keys() == {decks[0].id, decks[1].id}
    assert of(session, ada, deck_id=decks[2].id).keys() == {decks[2].id}


def test_what_is_suspended_or_put_off_is_nothing_else(
    session: Session, ada: User, decks: tuple[Deck, Deck, Deck]
) -> None:
    mature, young, other, new, last = learn(session, ada, decks[1])
    for card, marking in ((mature, suspended), (young, buried), (new, suspended), (last, buried), (other, flagged(2))):
        mark(session, ada, card, marking)
    assert of(session, ada)[decks[1].id] == Maturity(young=1, suspended=2, buried=2)
    assert maturity_of(session, all_of(session, ada), day(DAY + 1))[decks[1].id] == Maturity(
        new=1, young=2, suspended=2
    ), "the day after, what was put off is back"


def test_a_tag_counts_its_own_cards_alike(session: Session, ada: User, decks: tuple[Deck, Deck, Deck]) -> None:
    _, young, *_ = learn(session, ada, decks[1])
    mark(session, ada, young, suspended)
    mark(session, ada, cards_of(session, decks[2])[0], buried)
    assert of(session, ada, tag="net") == {
        decks[0].id: Maturity(new=2),
        decks[1].id: Maturity(mature=1, suspended=1),
        decks[2].id: Maturity(new=1, buried=1),
    }
    assert of(session, ada, tag="net::dns", deck_id=decks[2].id) == {decks[2].id: Maturity(new=1, buried=1)}
    assert of(session, ada, tag="dns") == {}


def test_mature_begins_at_an_interval_of_21_days(session: Session, ada: User, decks: tuple[Deck, Deck, Deck]) -> None:
    cards = learn(session, ada, decks[1])[:3]
    with counting(session.connection(), ada.id):
        for card, interval in zip(cards, (20, 21, 22), strict=True):
            own = (Memory.user_id == ada.id, Memory.card_id == card.id)
            session.execute(sa.update(Memory).where(*own).values(interval=interval))
    maturity = of(session, ada)[decks[1].id]
    assert (maturity.young, maturity.mature) == (1, 2)


@pytest.mark.parametrize("scope", [{}, {"tag": "net"}])
def test_what_an_author_retired_counts_for_those_who_met_it(
    session: Session, ada: User, decks: tuple[Deck, Deck, Deck], scope: dict[str, str]
) -> None:
    cards = learn(session, ada, decks[1])
    mark(session, ada, cards[1], suspended)
    mark(session, ada, cards[4], suspended)
    session.execute(sa.update(Card).where(Card.deck_id == decks[1].id).values(retired=True))
    young = 0 if scope else 1
    assert of(session, ada, **scope)[decks[1].id] == Maturity(mature=1, young=young, suspended=1)


def test_a_deck_without_cards_is_left_out(session: Session, ada: User, decks: tuple[Deck, Deck, Deck]) -> None:
    session.execute(sa.update(Card).where(Card.deck_id == decks[2].id).values(retired=True))
    assert decks[2].id not in of(session, ada)
