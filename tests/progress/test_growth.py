"""Cards over time, against logs made by hand."""

import pytest
import sqlalchemy as sa
from sqlalchemy.orm import Session

from app.models import EVER, Deck, Memory, PeriodTotal, User
from app.progress import Growth, Range, growth_of, scope_of, span_of
from app.progress.sampled import FEWEST_CARDS, affordable, sampled_cards
from app.study import refold, undo_last_act
from tests.factories import a_deck, a_follow, a_learner, at
from tests.importing.collections import a_card, a_collection, a_parsed_note, a_review
from tests.progress.steps import all_of, bob_studies, bring_in, cards_of, day, live, switch_to_fsrs, three_decks

LAST = 30


@pytest.fixture
def ada(session: Session) -> User:
    return a_learner(session)


@pytest.fixture
def decks(session: Session, ada: User) -> tuple[Deck, Deck, Deck]:
    """A card of the first deck becomes mature on day 22 and is forgotten on day 29; one of the last is met on day 3."""
    decks = three_decks(session, ada)
    forgotten = [(0, 4), (1, 4), (7, 4), (22, 4), (29, 4), (30, 4)]
    tagged, other = cards_of(session, decks[0])[0], cards_of(session, decks[2])[4]
    live(session, ada, {tagged: forgotten[:4], other: [(3, 2), (3, 4)]})
    return decks


def month(session: Session, ada: User, **scope: object) -> Growth:
    span = span_of(Range.MONTH, day(LAST))
    return growth_of(session, scope_of(session, ada, **scope), span)


def test_each_day_knows_what_the_cards_were(session: Session, ada: User, decks: tuple[Deck, Deck, Deck]) -> None:
    growth = month(session, ada)
    assert growth.days == tuple(range(day(0), day(LAST) + 1))
    assert growth.young == (*[1] * 3, *[2] * 19, *[1] * 9)
    assert growth.mature == (*[0] * 22, *[1] * 9)
    assert (growth.sampled, growth.met, growth.is_estimate) == (2, 2, False)


def test_a_forgotten_card_is_young_again_and_what_is_undone_never_was(
    session: Session, ada: User, decks: tuple[Deck, Deck, Deck]
) -> None:
    card = cards_of(session, decks[1])[0]
    live(session, ada, {card: [(30, 2)]})
    assert month(session, ada).young[-1] == 2
    undo_last_act(session, ada, at(30))
    assert month(session, ada).young[-1] == 1


def test_a_deck_and_a_tag_have_their_own(session: Session, ada: User, decks: tuple[Deck, Deck, Deck]) -> None:
    assert month(session, ada, deck_id=decks[2].id).young == (*[0] * 3, *[1] * 28)
    assert month(session, ada, tag="net").mature[-1] == 1
    assert month(session, ada, tag="net").young[-1] == 0
    assert month(session, ada, deck_id=decks[1].id).met == 0


def test_weeks_and_months_end_today_and_all_time_begins_with_the_first_answer(
    session: Session, ada: User, decks: tuple[Deck, Deck, Deck]
) -> None:
    today, scope = day(60), all_of(session, ada)
    weeks = growth_of(session, scope, span_of(Range.QUARTER, today))
    assert weeks.days[-1] == today and len(weeks.days) == 14
    assert {later - one for one, later in zip(weeks.days, weeks.days[1:], strict=False)} == {7}
    months = growth_of(session, scope, span_of(Range.YEAR, today))
    assert len(months.days) == 13 and months.young[-1] == 1 and months.young[0] == 0
    ever = growth_of(session, scope, span_of(Range.ALL, today))
    assert ever.days[0] - day(0) < 7 and ever.mature[-1] == 1


def test_answers_given_elsewhere_count_by_the_interval_they_led_to(session: Session, ada: User) -> None:
    bob_studies(session, a_deck(session, cards=3))
    told = (a_review(25, interval=-600, kind=0), a_review(20, interval=4), a_review(10, interval=25, last_interval=4))
    bring_in(session, ada, a_collection(a_parsed_note(1, a_card(reviews=told))))
    growth = growth_of(session, all_of(session, ada), span_of(Range.MONTH, day(0)))
    assert growth.young == (*[0] * 5, *[1] * 15, *[0] * 10, 1), "the schedule it came with says ten days"
    assert growth.mature == (*[0] * 20, *[1] * 10, 0)


def test_fsrs_has_its_own_intervals(session: Session, ada: User, decks: tuple[Deck, Deck, Deck]) -> None:
    switch_to_fsrs(session, ada, decks[0], day=LAST, retention=0.7)
    assert month(session, ada).mature.index(1) < 22, "wanting less, it lets a card wait longer sooner"
    refold(session, ada.id, [cards_of(session, decks[0])[0].id])
    assert month(session, ada).mature[-1] == 1


def test_of_many_cards_some_stand_for_all(session: Session, ada: User) -> None:
    deck = a_deck(session, cards=90)
    a_follow(session, ada, deck)
    cards = cards_of(session, deck)
    mature = [(0, 4), (1, 4), (7, 4), (22, 4)]
    live(session, ada, {card: mature if place % 3 == 0 else [(20, 4)] for place, card in enumerate(cards)})
    scope, today = all_of(session, ada), day(LAST)
    growth = growth_of(session, scope, span_of(Range.MONTH, today), most=30)
    assert growth == growth_of(session, scope, span_of(Range.MONTH, today), most=30)
    assert (growth.sampled, growth.met, growth.is_estimate) == (30, 90, True)
    assert (growth.young[-1], growth.mature[-1]) == (60, 30), "today's numbers are known"
    assert growth.young[10] == 30, "and so is what became of these"


def test_where_logs_are_long_fewer_cards_are_read(session: Session, ada: User, decks: tuple[Deck, Deck, Deck]) -> None:
    assert affordable(session, all_of(session, ada), met=2, most=2_000) == 2_000
    own = sa.and_(PeriodTotal.user_id == ada.id, PeriodTotal.period == EVER)
    session.execute(sa.update(PeriodTotal).where(own).values(answers=100_000))
    assert affordable(session, all_of(session, ada), met=5_000, most=2_000) < 1_000
    assert affordable(session, all_of(session, ada), met=1, most=2_000) == FEWEST_CARDS


@pytest.mark.parametrize("every", [1, 2, 7])
def test_cards_are_chosen_evenly(session: Session, ada: User, every: int) -> None:
    deck = a_deck(session)
    a_follow(session, ada, deck)
    ids = range(1_000_000, 1_000_000 + 4_000 * every, every)
    columns = {"repetitions": 1, "interval": 1, "ease": 2500, "lapses": 0, "last_day": 1, "due_day": 2, "answers": 1}
    rows = [{"user_id": ada.id, "card_id": one, "deck_id": deck.id, **columns} for one in ids]
    session.execute(sa.insert(Memory), rows)
    chosen = [card.card_id for card in sampled_cards(session, all_of(session, ada), len(ids), 400)]
    assert len(set(chosen)) == 400
    places = [(one - ids[0]) // every for one in chosen]
    parts = [sum(place // 500 == part for place in places) for part in range(8)]
    assert max(parts) - min(parts) <= 8, "each eighth of the cards has an eighth of those chosen"
    odd = sum(place % 2 for place in places)
    assert 180 <= odd <= 220, "and of a note's two directions neither is left out"


def test_without_cards_there_is_nothing(session: Session, ada: User) -> None:
    growth = growth_of(session, all_of(session, ada), span_of(Range.ALL, day(0)))
    assert (growth.days[-1], sum(growth.young), sum(growth.mature)) == (day(0), 0, 0)
