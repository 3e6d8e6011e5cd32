"""What a deck's owner sees of those who agreed, and of nobody else."""

import pytest
import sqlalchemy as sa
from sqlalchemy.orm import Session

from app.errors import NotFound
from app.library import follow, set_new_per_day, stop_following
from app.library.decks import shelf
from app.library.own_decks import make_deck, place_deck
from app.models import Audience, Deck, Follow, MemoryCount, User
from app.sharing import class_of, set_agreement, set_audience
from app.sharing.class_view import MEMBERS_A_PAGE, ClassView
from tests.factories import a_deck, a_follow, a_learner, at
from tests.sharing.steps import DECK, FRANCE, ITALY, SPAIN, answer, card_of, part_of_it, publish


def agree(session: Session, learner: User, deck_id: int, *, agrees: bool = True) -> None:
    set_agreement(session, learner, deck_id, at(0), agrees=agrees)


def seen(session: Session, owner: User, deck_id: int, day: int = 1) -> ClassView:
    return class_of(session, owner, deck_id, owner.today(at(day)), 1)


def test_nobody_is_seen_who_did_not_agree_or_does_no_more(session: Session, ada: User, bob: User, shared: int) -> None:
    assert seen(session, ada, shared).members == [] and seen(session, ada, shared).failed == []
    agree(session, bob, shared)
    assert [one.name for one in seen(session, ada, shared).members] == ["Bob"]
    agree(session, bob, shared, agrees=False)
    assert seen(session, ada, shared).members == []
    agree(session, bob, shared)
    stop_following(session, bob, shared, at(0))
    assert seen(session, ada, shared).members == []
    follow(session, bob, shared, at(0))
    assert seen(session, ada, shared).members == [], "who comes back is asked again"


def test_it_says_how_far_each_is_with_this_deck_alone(
    session: Session, ada: User, bob: User, eve: User, shared: int
) -> None:
    answer(session, bob, card_of(session, "es").id, 0, grade=4)
    answer(session, bob, card_of(session, "fr").id, 1, grade=4, seen=1)
    answer(session, bob, card_of(session, "es").id, 1, grade=2, seen=1)
    other = a_deck(session, owner=bob, cards=1)
    a_follow(session, bob, other)
    answer(session, bob, session.scalar(sa.text(f"SELECT id FROM cards WHERE deck_id = {other.id}")), 2)
    count = sa.update(MemoryCount).where(MemoryCount.user_id == bob.id, MemoryCount.figure == 2)
    session.execute(count.where(MemoryCount.bucket > 1, MemoryCount.deck_id == shared).values(bucket=21))
    follow(session, eve, set_audience(session, ada, shared, Audience.EVERYBODY).id, at(0))
    agree(session, eve, shared)
    agree(session, bob, shared)
    view = seen(session, ada, shared, day=3)
    bobs, eves = view.members
    assert (bobs.name, bobs.met, bobs.mature, bobs.retention) == ("Bob", 2, 1, 0.5)
    assert bobs.last_day == bob.today(at(2)) - 1, "what he did with his own deck is not told"
    assert (eves.name, eves.met, eves.mature, eves.retention, eves.last_day) == ("Eve", 0, 0, None, None)
    (card,) = view.failed
    assert (card.card.id, card.answers, card.fails, card.learners) == (card_of(session, "es").id, 2, 1, 1)
    assert seen(session, ada, shared, day=40).members[0].retention is None
    assert seen(session, ada, shared, day=140).failed == []


def test_only_the_owner_sees_it_and_only_a_follower_agrees(
    session: Session, ada: User, bob: User, eve: User, shared: int
) -> None:
    for refused in (
        lambda: seen(session, bob, shared),
        lambda: seen(session, eve, shared),
        lambda: agree(session, eve, shared),
        lambda: agree(session, bob, a_deck(session).id),
    ):
        with pytest.raises(NotFound):
            refused()
    follow(session, ada, shared, at(0))
    with pytest.raises(NotFound):
        agree(session, ada, shared)


def test_it_is_agreed_to_for_the_whole_that_is_followed(session: Session, ada: User, bob: User) -> None:
    whole = publish(session, ada, DECK + FRANCE)
    part = publish(session, ada, part_of_it("Part") + SPAIN)
    set_audience(session, ada, whole, Audience.EVERYBODY)
    follow(session, bob, part, at(0))
    agree(session, bob, part)
    assert [len(seen(session, ada, deck_id).members) for deck_id in (whole, part)] == [1, 1]
    follow(session, bob, whole, at(0))
    assert not session.scalars(sa.select(Follow).where(Follow.shows_progress_at.is_not(None))).all()
    agree(session, bob, part)
    assert {row.deck_id for row in session.scalars(sa.select(Follow).where(Follow.shows_progress_at.is_not(None)))} == {
        *(whole, part)
    }


def test_of_each_deck_is_seen_what_was_agreed_to_for_it(session: Session, ada: User, bob: User, eve: User) -> None:
    whole, shown, own = (
        publish(session, ada, text) for text in (DECK + FRANCE, part_of_it("A") + SPAIN, part_of_it("B") + ITALY)
    )
    set_audience(session, ada, whole, Audience.EVERYBODY)
    for deck_id, guid, grade in ((shown, "es", 4), (own, "it", 2)):
        follow(session, bob, deck_id, at(0))
        answer(session, bob, card_of(session, guid).id, 0, grade=grade)
    agree(session, bob, shown)
    view, monday = seen(session, ada, whole), bob.today(at(0))
    assert ([(one.name, one.met, one.last_day) for one in view.members], view.failed) == ([("Bob", 1, monday)], [])
    answer(session, bob, card_of(session, "it").id, 1, grade=2, seen=1)
    assert seen(session, ada, whole).members[0].last_day == monday, "what he does in the other is not told"
    agree(session, bob, own)
    view = seen(session, ada, whole)
    assert ([one.met for one in view.members], [card.fails for card in view.failed]) == ([2], [2])


def test_a_deck_that_its_owner_lays_into_a_shown_one_is_not_shown_by_it(session: Session, ada: User, bob: User) -> None:
    whole, apart = (make_deck(session, ada, [name], "en", at(0)).id for name in ("Whole", "Diary"))
    inside = make_deck(session, ada, ["Diary", "May"], "en", at(0)).id
    for deck_id in (whole, apart):
        set_audience(session, ada, deck_id, Audience.EVERYBODY)
        follow(session, bob, deck_id, at(0))
    set_new_per_day(session, bob, apart, 3)
    agree(session, bob, whole)
    place_deck(session, ada, apart, ["Whole", "Diary"], at(0))
    assert [seen(session, ada, deck_id).count for deck_id in (whole, apart, inside)] == [1, 0, 0]
    rows = {row.deck_id: row for row in session.scalars(sa.select(Follow).where(Follow.user_id == bob.id))}
    assert [(rows[id].root_id, rows[id].new_per_day) for id in (whole, apart, inside)] == [
        *((None, 20), (None, 3), (apart, 3))
    ]
    new = make_deck(session, ada, ["Whole", "New"], "en", at(0)).id
    assert seen(session, ada, new).count == 1, "what is new in the whole is shown with it"
    follow(session, bob, whole, at(1))
    assert rows[apart].root_id == whole and rows[apart].new_per_day == 20, "his own act makes one of both"
    assert seen(session, ada, apart).count == 0
    agree(session, bob, whole)
    assert seen(session, ada, apart).count == 1


def test_what_is_followed_for_itself_inside_a_whole_outlasts_it(session: Session, ada: User, bob: User) -> None:
    whole, apart = (make_deck(session, ada, [name], "en", at(0)).id for name in ("Whole", "Apart"))
    inside = make_deck(session, ada, ["Apart", "Inside"], "en", at(0)).id
    for deck_id in (whole, apart):
        set_audience(session, ada, deck_id, Audience.EVERYBODY)
        follow(session, bob, deck_id, at(0))
    place_deck(session, ada, apart, ["Whole", "Apart"], at(0))
    assert [deck.id for deck in shelf(session, bob, bob.today(at(0)))] == [whole, apart]
    stop_following(session, bob, whole, at(0))
    assert [(deck.id, [one.id for one in deck.inside]) for deck in shelf(session, bob, bob.today(at(0)))] == [
        (apart, [inside])
    ]


def test_a_large_class_comes_page_by_page_in_the_order_of_names(session: Session, ada: User) -> None:
    deck = a_deck(session, owner=ada, cards=1)
    for n in range(MEMBERS_A_PAGE + 1):
        a_follow(session, a_learner(session, f"Learner {n:03}"), deck, shows_progress_at=at(0))
    first, second = (class_of(session, ada, deck.id, 20_000, page) for page in (1, 2))
    assert (len(first.members), len(second.members), first.pages) == (MEMBERS_A_PAGE, 1, 2)
    assert (first.members[0].name, second.members[0].name) == ("Learner 000", f"Learner {MEMBERS_A_PAGE:03}")
    assert session.get_one(Deck, deck.id)
    with pytest.raises(NotFound):
        class_of(session, ada, deck.id, 20_000, 3)
