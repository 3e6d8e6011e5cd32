"""A followed deck with decks inside: one follow, one limit, one place on the shelf."""

from datetime import datetime
from uuid import uuid4

import pytest
import sqlalchemy as sa
from sqlalchemy.orm import Session

from app.library import follow, set_new_per_day, stop_following
from app.library.contents import deck_page
from app.library.decks import followed_decks, other_starter_decks, shelf, starter_decks
from app.models import Deck, Follow, User
from app.study import AnswerGiven, answer_card, next_card, queue_of
from tests.factories import a_deck, a_learner, at


@pytest.fixture
def ada(session: Session) -> User:
    return a_learner(session, "Ada")


@pytest.fixture
def tree(session: Session) -> list[Deck]:
    """A deck without cards of its own, with two decks of three cards inside; the second was made first."""
    second = a_deck(session, cards=3, name="Second", place=2)
    above = a_deck(session, name="Above", place=0)
    first = a_deck(session, cards=3, name="First", place=1, parent_id=above.id)
    second.parent_id = above.id
    session.flush()
    return [above, first, second]


def follows_of(session: Session, learner: User) -> dict[int, Follow]:
    rows = session.scalars(sa.select(Follow).where(Follow.user_id == learner.id)).all()
    return {row.deck_id: row for row in rows if row.stopped_at is None}


def meet_all_there_is(session: Session, learner: User, now: datetime, deck: Deck | None = None) -> list[int]:
    """Answers whatever is shown until nothing is; the decks the cards came from."""
    decks = []
    while True:
        queue = queue_of(session, learner, deck.id if deck else None, now)
        shown = next_card(session, learner, queue, now)
        if shown is None:
            return decks
        decks.append(shown.card.deck_id)
        answer_card(session, learner, shown.card.id, AnswerGiven(uuid4(), 5, shown.state.answers), now)


def test_decks_inside_share_one_limit_in_the_decks_order(session: Session, ada: User, tree: list[Deck]) -> None:
    above, first, second = tree
    follow(session, ada, above.id, at(0))
    set_new_per_day(session, ada, above.id, 4)
    (item,) = shelf(session, ada, ada.today(at(0)))
    assert (item.counts.new, [(part.path, part.counts.new) for part in item.inside]) == (
        4,
        [("First", 3), ("Second", 1)],
    )
    assert queue_of(session, ada, None, at(0)).counts.new == 4
    assert meet_all_there_is(session, ada, at(0)) == [first.id] * 3 + [second.id]
    (item,) = shelf(session, ada, ada.today(at(0)))
    assert item.counts.new == 0
    assert meet_all_there_is(session, ada, at(1)).count(second.id) == 3


def test_a_part_studied_alone_counts_against_the_same_limit(session: Session, ada: User, tree: list[Deck]) -> None:
    above, first, second = tree
    follow(session, ada, above.id, at(0))
    set_new_per_day(session, ada, above.id, 2)
    assert meet_all_there_is(session, ada, at(0), second) == [second.id] * 2
    assert queue_of(session, ada, first.id, at(0)).counts.new == 0
    assert meet_all_there_is(session, ada, at(0)) == []


def test_the_limit_is_set_for_the_whole_from_any_part(session: Session, ada: User, tree: list[Deck]) -> None:
    above, first, _ = tree
    other = a_deck(session, cards=1)
    follow(session, ada, above.id, at(0))
    follow(session, ada, other.id, at(0))
    set_new_per_day(session, ada, first.id, 7)
    limits = {deck_id: one.new_per_day for deck_id, one in follows_of(session, ada).items()}
    assert limits == {**{deck.id: 7 for deck in tree}, other.id: 20}


def test_what_was_followed_for_itself_becomes_a_part(session: Session, ada: User, tree: list[Deck]) -> None:
    above, first, second = tree
    follow(session, ada, first.id, at(0))
    set_new_per_day(session, ada, first.id, 3)
    assert [one.deck.id for one in followed_decks(session, ada)] == [first.id]
    follow(session, ada, above.id, at(1))
    rows = follows_of(session, ada)
    assert {(rows[deck.id].root_id, rows[deck.id].place, rows[deck.id].new_per_day) for deck in (first, second)} == {
        (above.id, rows[above.id].place, 20)
    }
    (whole,) = followed_decks(session, ada)
    assert (whole.deck.id, [deck.id for deck in whole.inside]) == (above.id, [first.id, second.id])


def test_a_part_can_be_left_and_comes_back_as_a_part(session: Session, ada: User, tree: list[Deck]) -> None:
    above, first, second = tree
    follow(session, ada, above.id, at(0))
    stop_following(session, ada, first.id, at(0))
    assert follows_of(session, ada).keys() == {above.id, second.id}
    (offered,) = other_starter_decks(session, ada)
    assert offered.deck.id == first.id
    follow(session, ada, first.id, at(1))
    assert follows_of(session, ada)[first.id].root_id == above.id


def test_following_a_followed_tree_again_changes_nothing(session: Session, ada: User, tree: list[Deck]) -> None:
    follow(session, ada, tree[0].id, at(0))
    follow(session, ada, a_deck(session).id, at(0))
    before = {deck_id: (one.root_id, one.place) for deck_id, one in follows_of(session, ada).items()}
    for deck in tree:
        follow(session, ada, deck.id, at(1))
    assert {deck_id: (one.root_id, one.place) for deck_id, one in follows_of(session, ada).items()} == before


def test_starter_decks_are_offered_as_trees(session: Session, ada: User, tree: list[Deck]) -> None:
    above, first, second = tree
    (offered,) = starter_decks(session, "en")
    assert (offered.deck.id, [deck.id for deck in offered.inside]) == (above.id, [first.id, second.id])
    page = deck_page(session, ada, above.id, 1)
    assert (page.note_count, page.card_count, page.own_notes) == (6, 6, 0)
    assert [(part.deck.name, part.note_count) for part in page.inside] == [("First", 3), ("Second", 3)]
    follow(session, ada, above.id, at(0))
    session.expunge_all()
    assert deck_page(session, ada, first.id, 1).root.path == "Above"
    assert deck_page(session, ada, above.id, 1).root is None


def test_who_left_a_part_does_not_get_it_back_with_the_whole(session: Session, ada: User, tree: list[Deck]) -> None:
    above, first, second = tree
    follow(session, ada, above.id, at(0))
    stop_following(session, ada, first.id, at(1))
    follow(session, ada, above.id, at(2))
    assert follows_of(session, ada).keys() == {above.id, second.id}
    stop_following(session, ada, above.id, at(3))
    follow(session, ada, above.id, at(4))
    assert follows_of(session, ada).keys() == {above.id, second.id}


def test_the_whole_brings_what_was_once_followed_and_left_by_itself(
    session: Session, ada: User, tree: list[Deck]
) -> None:
    above, first, _ = tree
    follow(session, ada, first.id, at(0))
    stop_following(session, ada, first.id, at(1))
    follow(session, ada, above.id, at(2))
    assert follows_of(session, ada)[first.id].root_id == above.id
