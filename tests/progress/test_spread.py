"""What cards are, counted."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy.orm import Session

from app.models import Deck, Figure, User
from app.progress import Spread, difficulties_of, eases_of, intervals_of, scope_of, stabilities_of
from tests.factories import a_learner
from tests.progress.steps import all_of, cards_of, live, switch_to_fsrs, three_decks


@pytest.fixture
def ada(session: Session) -> User:
    return a_learner(session)


@pytest.fixture
def decks(session: Session, ada: User) -> tuple[Deck, Deck, Deck]:
    """Ada has met three cards of the first deck and two of the last, which FSRS schedules."""
    decks = three_decks(session, ada)
    switch_to_fsrs(session, ada, decks[2], day=0)
    first, second, third, *_ = cards_of(session, decks[0])
    live(session, ada, {first: [(0, 4), (1, 4), (7, 5)], second: [(0, 4), (1, 4)], third: [(0, 2)]})
    live(session, ada, {card: [(7, 4)] for card in cards_of(session, decks[2])[:2]})
    return decks


def test_intervals_are_those_of_all_cards(session: Session, ada: User, decks: tuple[Deck, Deck, Deck]) -> None:
    intervals = intervals_of(session, scope_of(session, ada, decks[0].id))
    assert intervals.cards == {1: 1, 6: 1, 15: 1}
    assert intervals.median == 6
    assert intervals_of(session, all_of(session, ada)).total == 5
    assert intervals_of(session, scope_of(session, ada, tag="net::dns")).total == 4


def test_ease_is_sm2s_and_difficulty_and_stability_are_fsrs(
    session: Session, ada: User, decks: tuple[Deck, Deck, Deck]
) -> None:
    eases = eases_of(session, all_of(session, ada))
    assert eases.cards == {44: 1, 50: 1, 52: 1}, "2.18, 2.5 and 2.6, in twentieths, to the nearest"
    assert difficulties_of(session, all_of(session, ada)).total == 2
    assert stabilities_of(session, all_of(session, ada)).cards == {2: 2}
    assert stabilities_of(session, scope_of(session, ada, decks[0].id)).cards == {}


@given(st.dictionaries(st.integers(0, 50), st.integers(0, 9), max_size=12))
def test_half_the_cards_are_at_the_median_or_above_it(cards: dict[int, int]) -> None:
    spread = Spread(Figure.INTERVAL, cards)
    values = sorted(bucket for bucket, number in cards.items() for _ in range(number))
    assert spread.median == (values[len(values) // 2] if values else 0)
    assert spread.between(0, 10) + spread.between(11, None) == spread.total == len(values)
