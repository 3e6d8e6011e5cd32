"""Following decks, and leaving them."""

from uuid import uuid4

import pytest
import sqlalchemy as sa
from sqlalchemy.orm import Session

from app.errors import NotFound, Refused
from app.library import ask_for_more, follow, set_new_per_day, stop_following
from app.library.contents import deck_page
from app.library.decks import other_starter_decks, own_decks_left, shelf, starter_decks
from app.models import Card, Follow, Memory, User
from app.study import AnswerGiven, answer_card, queue_of
from tests.factories import a_deck, a_learner, at
from tests.statements import recorded


@pytest.fixture
def ada(session: Session) -> User:
    return a_learner(session, "Ada")


def test_following_again_goes_on_where_one_stopped(session: Session, ada: User) -> None:
    deck = a_deck(session, cards=1)
    follow(session, ada, deck.id, at(0))
    set_new_per_day(session, ada, deck.id, 7)
    card_id = session.scalars(sa.select(Card.id)).one()
    answer_card(session, ada, card_id, AnswerGiven(uuid4(), 4, 0), at(0))
    stop_following(session, ada, deck.id, at(0))
    assert shelf(session, ada, ada.today(at(1))) == []
    follow(session, ada, deck.id, at(1))
    (item,) = shelf(session, ada, ada.today(at(1)))
    assert (item.counts.due, session.get_one(Follow, (ada.id, deck.id)).new_per_day) == (1, 7)
    assert session.get_one(Memory, (ada.id, card_id)).repetitions == 1


def test_following_a_deck_follows_the_decks_inside_it(session: Session, ada: User) -> None:
    above = a_deck(session)
    inside = a_deck(session, parent_id=above.id)
    follow(session, ada, above.id, at(0))
    assert session.get(Follow, (ada.id, inside.id)) is not None
    stop_following(session, ada, above.id, at(1))
    assert session.get_one(Follow, (ada.id, inside.id)).stopped_at == at(1)


def test_following_costs_as_much_whatever_lies_inside(session: Session, ada: User) -> None:
    sent = []
    for number in (2, 8):
        top = a_deck(session, name=f"Top {number}")
        for place in range(number):
            a_deck(session, name=f"Part {place}", parent_id=top.id)
        session.flush()
        with recorded() as recording:
            follow(session, ada, top.id, at(0))
        sent.append(len(recording.statements))
    assert sent[0] == sent[1]


def test_somebody_elses_deck_and_an_unfinished_one_are_not_found(session: Session, ada: User) -> None:
    bobs = a_deck(session, owner=a_learner(session, "Bob"))
    unfinished = a_deck(session, published=False)
    for deck_id in (bobs.id, unfinished.id, 999):
        with pytest.raises(NotFound):
            follow(session, ada, deck_id, at(0))
        with pytest.raises(NotFound):
            deck_page(session, ada, deck_id, 1)


@pytest.mark.parametrize("limit", [-1, 10_000])
def test_a_limit_that_is_none_is_refused(session: Session, ada: User, limit: int) -> None:
    deck = a_deck(session)
    follow(session, ada, deck.id, at(0))
    with pytest.raises(Refused):
        set_new_per_day(session, ada, deck.id, limit)


def test_starter_decks_are_offered_by_language_until_they_are_followed(session: Session, ada: User) -> None:
    english, chinese = a_deck(session), a_deck(session, language="zh-Hans")
    own = a_deck(session, owner=ada, cards=1)
    holds_a_followed_one = a_deck(session, owner=ada)
    follow(session, ada, a_deck(session, owner=ada, parent_id=holds_a_followed_one.id).id, at(0))
    assert [tree.deck.id for tree in starter_decks(session, "zh-Hans")] == [chinese.id]
    follow(session, ada, english.id, at(0))
    assert [tree.deck.id for tree in other_starter_decks(session, ada)] == [chinese.id]
    assert [tree.deck.id for tree in own_decks_left(session, ada)] == [own.id]


def test_a_deck_is_looked_into_page_by_page(session: Session, ada: User) -> None:
    deck = a_deck(session, cards=51)
    first, second = (deck_page(session, ada, deck.id, page) for page in (1, 2))
    assert (len(first.notes), len(second.notes), first.pages, first.note_count) == (50, 1, 2, 51)
    for page in (0, 3):
        with pytest.raises(NotFound):
            deck_page(session, ada, deck.id, page)


def test_more_new_cards_are_for_that_day_and_the_whole_tree(session: Session, ada: User) -> None:
    above = a_deck(session, cards=1)
    inside = a_deck(session, cards=30, parent_id=above.id)
    follow(session, ada, above.id, at(0))
    set_new_per_day(session, ada, above.id, 2)
    today = ada.today(at(0))
    ask_for_more(session, ada, inside.id, today)
    assert queue_of(session, ada, None, at(0)).counts.new == 12
    ask_for_more(session, ada, above.id, today)
    assert queue_of(session, ada, None, at(0)).counts.new == 22
    assert queue_of(session, ada, None, at(1)).counts.new == 2
    stop_following(session, ada, above.id, at(0))
    with pytest.raises(NotFound):
        ask_for_more(session, ada, above.id, today)
