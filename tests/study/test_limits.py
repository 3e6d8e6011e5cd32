"""How many reviews a day lets come: in the queue, on the shelf, and what the day's end says of the rest."""

import pytest
import sqlalchemy as sa
from sqlalchemy.orm import Session

from app.errors import NotFound
from app.library import ask_for_more, follow, set_shape
from app.library.decks import shelf
from app.models import Card, Deck, Follow, User
from app.models.follow import Shape
from app.study import next_card, queue_of, rest_of_the_day, undo_last_act
from tests.factories import a_deck, a_follow, a_learner, at
from tests.study.steps import answer_next, meet_all


@pytest.fixture
def ada(session: Session) -> User:
    return a_learner(session, "Ada")


def a_met_deck(session: Session, ada: User, cards: int, **columns: object) -> Deck:
    """A deck of which Ada met all cards on day 0, so that all are due on day 1; somebody else did too, and more."""
    deck, bob = a_deck(session, cards=cards, **columns), a_learner(session)
    for learner in (ada, bob):
        a_follow(session, learner, deck)
        meet_all(session, learner, deck, at(0))
    for _ in range(cards):
        answer_next(session, bob, at(1))
    return deck


def reasons(session: Session, ada: User, day: int, deck_id: int | None = None) -> list[str]:
    """Why each card came until none did."""
    found = []
    while (shown := answer_next(session, ada, at(day, second=len(found)), deck_id=deck_id)) is not None:
        found.append(shown.reason)
    return found


def test_no_more_reviews_come_than_the_limit_and_new_cards_do_not_count(session: Session, ada: User) -> None:
    deck = a_met_deck(session, ada, 5)
    a_deck_of_new = a_deck(session, cards=2)
    a_follow(session, ada, a_deck_of_new)
    set_shape(session, ada, deck.id, Shape(reviews_per_day=3))
    queue = queue_of(session, ada, None, at(1))
    assert (queue.counts.due, queue.counts.new, queue.has_more) == (3, 2, False)
    assert reasons(session, ada, 1) == ["due"] * 3 + ["new"] * 2
    assert next_card(session, ada, queue_of(session, ada, None, at(1)), at(1)) is None
    rest = rest_of_the_day(session, ada, queue_of(session, ada, None, at(1)))
    assert (rest.held_back, rest.due_tomorrow, rest.next_day) == (2, 4, ada.today(at(2))), "two held back, two new"
    assert (rest.done.met, rest.done.repeated, rest.done.remembered) == (2, 3, 3)
    assert len(reasons(session, ada, 2)) == 4


def test_a_failure_is_drilled_whatever_the_limit_and_counts_once(session: Session, ada: User) -> None:
    deck = a_met_deck(session, ada, 3)
    set_shape(session, ada, deck.id, Shape(reviews_per_day=1))
    assert answer_next(session, ada, at(1), 2).reason == "due"
    assert reasons(session, ada, 1) == ["drill"]
    rest = rest_of_the_day(session, ada, queue_of(session, ada, None, at(1)))
    assert (rest.held_back, rest.done.answers, rest.done.repeated, rest.done.remembered) == (2, 2, 1, 0)


def test_undone_a_review_has_its_place_again(session: Session, ada: User) -> None:
    deck = a_met_deck(session, ada, 3)
    set_shape(session, ada, deck.id, Shape(reviews_per_day=1))
    answer_next(session, ada, at(1))
    undo_last_act(session, ada, at(1))
    assert queue_of(session, ada, None, at(1)).counts.due == 1


def test_the_limit_is_one_for_the_whole_tree_and_holds_in_a_part_of_it(session: Session, ada: User) -> None:
    above = a_deck(session)
    parts = [a_met_deck(session, ada, 3, parent_id=above.id) for _ in range(2)]
    elsewhere = a_met_deck(session, ada, 2)
    follow(session, ada, above.id, at(0))
    set_shape(session, ada, parts[1].id, Shape(reviews_per_day=4))
    assert queue_of(session, ada, above.id, at(1)).counts.due == 4
    assert queue_of(session, ada, None, at(1)).counts.due == 4 + 2
    assert reasons(session, ada, 1, parts[1].id) == ["due"] * 3
    assert [queue_of(session, ada, deck_id, at(1)).counts.due for deck_id in (above.id, parts[0].id)] == [1, 1]
    assert reasons(session, ada, 1, above.id) == ["due"]
    assert queue_of(session, ada, parts[0].id, at(1)).counts.due == 0
    assert queue_of(session, ada, elsewhere.id, at(1)).counts.due == 2


def test_the_shelf_counts_what_comes_and_says_what_is_held_back(session: Session, ada: User) -> None:
    above = a_deck(session)
    for _ in range(2):
        a_met_deck(session, ada, 3, parent_id=above.id)
    follow(session, ada, above.id, at(0))
    set_shape(session, ada, above.id, Shape(reviews_per_day=4))
    (item,) = shelf(session, ada, ada.today(at(1)))
    assert (item.counts.due, item.held_back, [part.counts.due for part in item.inside]) == (4, 2, [3, 1])
    reasons(session, ada, 1)
    (item,) = shelf(session, ada, ada.today(at(1)))
    assert (item.counts.total, item.held_back, item.tomorrow) == (0, 2, 2)
    set_shape(session, ada, above.id, Shape(reviews_per_day=0))
    (item,) = shelf(session, ada, ada.today(at(1)))
    assert (item.counts.total, item.held_back, item.tomorrow) == (0, 2, 0)


def test_more_reviews_come_when_asked_for_and_tomorrow_the_limit_holds(session: Session, ada: User) -> None:
    deck = a_met_deck(session, ada, 30)
    set_shape(session, ada, deck.id, Shape(reviews_per_day=2))
    reasons(session, ada, 1)
    rest = rest_of_the_day(session, ada, queue_of(session, ada, None, at(1)))
    assert (rest.held_back, rest.more_reviews_in, rest.more_new_in) == (28, deck.id, None)
    ask_for_more(session, ada, deck.id, ada.today(at(1)), "reviews")
    session.expire_all()
    assert len(reasons(session, ada, 1)) == 10
    set_shape(session, ada, deck.id, Shape(reviews_per_day=1))
    ask_for_more(session, ada, deck.id, ada.today(at(1)), "reviews")
    session.expire_all()
    assert len(reasons(session, ada, 1)) == 10, "more than was done, whatever the limit is by now"
    assert queue_of(session, ada, None, at(2)).counts.due == 1


def test_asking_for_more_of_one_leaves_the_other_and_forgets_another_days(session: Session, ada: User) -> None:
    deck = a_deck(session, cards=1)
    followed = a_follow(session, ada, deck, new_per_day=1, reviews_per_day=1)
    for day, what in ((0, "new"), (0, "reviews"), (1, "reviews")):
        ask_for_more(session, ada, deck.id, ada.today(at(day)), what)
        session.expire_all()
        if (day, what) == (0, "reviews"):
            assert (followed.more_new, followed.more_reviews) == (10, 10)
    assert (followed.more_new, followed.more_reviews, followed.more_new_on) == (None, 10, ada.today(at(1)))


def test_without_a_limit_there_is_no_more_to_ask_for(session: Session, ada: User) -> None:
    deck = a_deck(session, cards=1)
    followed = a_follow(session, ada, deck)
    ask_for_more(session, ada, deck.id, ada.today(at(0)), "reviews")
    assert (followed.more_reviews, followed.more_new_on) == (None, None)
    with pytest.raises(NotFound):
        ask_for_more(session, a_learner(session), deck.id, 1, "reviews")


def test_a_part_takes_over_all_settings_of_the_whole(session: Session, ada: User) -> None:
    above = a_deck(session)
    followed = a_follow(session, ada, above, new_per_day=3, reviews_per_day=7, new_order=1, review_order=2)
    part = a_deck(session, cards=1, parent_id=above.id)
    follow(session, ada, part.id, at(0))
    assert session.get_one(Follow, (ada.id, part.id)).shape == followed.shape == Shape(3, 7, 1, 2)
    assert session.scalars(sa.select(Card.deck_id)).all() == [part.id]
