"""The orders a learner can choose, siblings kept apart, and when a failed card comes back."""

import pytest
import sqlalchemy as sa
from sqlalchemy.orm import Session

from app.library import follow, set_shape
from app.models import Card, Deck, Memory, User
from app.models.follow import NewOrder, ReviewOrder, Shape
from app.study import next_card, queue_of, undo_last_act
from app.study.ordering import LOOKED_THROUGH
from tests.factories import a_deck, a_follow, a_learner, a_note, at
from tests.study.steps import answer_next, meet_all


@pytest.fixture
def ada(session: Session) -> User:
    return a_learner(session, "Ada")


def order_of(session: Session, ada: User, day: int, number: int) -> list[int]:
    """Which cards come that day; asked twice each time, as after a reload."""
    found = []
    for second in range(number):
        moment = at(day, second=second)
        before = next_card(session, ada, queue_of(session, ada, None, moment), moment)
        found.append(answer_next(session, ada, moment).card.id)
        assert before.card.id == found[-1]
    return found


def due(session: Session, ada: User, deck: Deck, **columns: object) -> list[int]:
    """Makes all cards of the deck due on day 30; returns their ids."""
    meet_all(session, ada, deck, at(0))
    day = ada.today(at(30))
    session.execute(sa.update(Memory).values({"queue_day": day, "due_day": day, "interval": 20, **columns}))
    return list(session.scalars(sa.select(Card.id).where(Card.deck_id == deck.id).order_by(Card.position)))


def test_the_most_overdue_for_its_interval_comes_first(session: Session, ada: User) -> None:
    deck = a_deck(session, cards=3)
    a_follow(session, ada, deck, review_order=ReviewOrder.OVERDUE)
    cards, day = due(session, ada, deck), ada.today(at(30))
    for card_id, late, interval in zip(cards, (9, 4, 1), (90, 8, 1), strict=True):
        memory = session.get_one(Memory, (ada.id, card_id))
        memory.queue_day, memory.due_day, memory.interval = day - late, day - late, interval
    session.flush()
    assert order_of(session, ada, 30, 3) == [cards[2], cards[1], cards[0]]


def test_at_random_means_by_lot_for_the_day_over_all_decks_of_a_tree(session: Session, ada: User) -> None:
    above = a_deck(session)
    parts = [a_deck(session, cards=6, parent_id=above.id) for _ in range(2)]
    follow(session, ada, above.id, at(0))
    set_shape(session, ada, above.id, Shape(review_order=ReviewOrder.RANDOM))
    cards = [card_id for part in parts for card_id in due(session, ada, part)]
    days = [at(day) for day in range(30, 36)]
    firsts = {next_card(session, ada, queue_of(session, ada, None, day), day).card.id for day in days}
    assert len(firsts) > 1, "another day, another draw"
    order = order_of(session, ada, 30, 12)
    assert sorted(order) == cards != order
    decks = [card_id in cards[:6] for card_id in order]
    assert decks != sorted(decks, reverse=True), "the decks are mixed"


def test_new_cards_at_random_are_drawn_from_those_that_are_next(session: Session, ada: User) -> None:
    deck = a_deck(session, cards=LOOKED_THROUGH + 20)
    a_follow(session, ada, deck, new_per_day=12, new_order=NewOrder.RANDOM)
    cards = list(session.scalars(sa.select(Card.id).order_by(Card.position)))
    first = order_of(session, ada, 0, 12)
    assert first != sorted(first) and set(first) <= set(cards[: LOOKED_THROUGH + 12])
    assert next_card(session, ada, queue_of(session, ada, None, at(0)), at(0)) is None


def siblings_and_others(session: Session, ada: User, others: int) -> list[int]:
    """Two cards of one note, then some of other notes, all due on day 30."""
    deck = a_deck(session)
    a_note(session, deck, kind="reversed")
    for _ in range(others):
        a_note(session, deck)
    a_follow(session, ada, deck)
    return due(session, ada, deck)


def test_a_due_sibling_lets_five_others_go_first(session: Session, ada: User) -> None:
    one, other, *rest = siblings_and_others(session, ada, 7)
    assert order_of(session, ada, 30, 9) == [one, *rest[:5], other, *rest[5:]]


def test_a_due_sibling_comes_after_five_minutes_and_counts_all_the_while(session: Session, ada: User) -> None:
    one, other, *rest = siblings_and_others(session, ada, 7)
    assert order_of(session, ada, 30, 2) == [one, rest[0]]
    queue = queue_of(session, ada, None, at(30, minute=4))
    assert queue.counts.due == 7 and next_card(session, ada, queue, at(30, minute=4)).card.id == rest[1]
    assert next_card(session, ada, queue, at(30, minute=5)).card.id == other
    undo_last_act(session, ada, at(30, minute=1))
    undo_last_act(session, ada, at(30, minute=1))
    assert next_card(session, ada, queue_of(session, ada, None, at(30)), at(30)).card.id == one


def test_a_due_sibling_comes_at_once_where_nothing_else_is_due(session: Session, ada: User) -> None:
    one, other, last = siblings_and_others(session, ada, 1)
    assert order_of(session, ada, 30, 3) == [one, last, other]


def test_a_due_sibling_lets_another_deck_go_first(session: Session, ada: User) -> None:
    one, other = siblings_and_others(session, ada, 0)
    elsewhere = a_deck(session, cards=1)
    a_follow(session, ada, elsewhere, place=1)
    (third,) = due(session, ada, elsewhere)
    assert order_of(session, ada, 30, 3) == [one, third, other]


def test_after_ten_minutes_means_that_five_cards_or_minutes_are_not_enough(session: Session, ada: User) -> None:
    deck = a_deck(session, cards=20)
    a_follow(session, ada, deck)
    ada.drill_after = 10
    failed = answer_next(session, ada, at(0), 2).card.id
    for second in range(1, 8):
        assert answer_next(session, ada, at(0, second=second)).reason == "new"
    for minute, reason in ((9, "new"), (10, "drill")):
        shown = next_card(session, ada, queue_of(session, ada, None, at(0, minute=minute)), at(0, minute=minute))
        assert (shown.reason, shown.early) == (reason, False)
    assert shown.card.id == failed


def test_with_nothing_else_it_comes_before_the_ten_minutes_and_says_so(session: Session, ada: User) -> None:
    a_follow(session, ada, a_deck(session, cards=2))
    ada.drill_after = 10
    for second in range(2):
        answer_next(session, ada, at(0, second=second), 2)
    shown = next_card(session, ada, queue_of(session, ada, None, at(0, minute=1)), at(0, minute=1))
    assert (shown.reason, shown.early) == ("drill", True)
