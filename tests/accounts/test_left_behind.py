"""Which decks would stay with others if their author went, and how many these are."""

import sqlalchemy as sa
from sqlalchemy.orm import Session

from app.accounts import decks_left_behind
from app.models import Deck, User
from tests.factories import a_deck, a_follow, a_learner, at
from tests.statements import recorded


def decks_of(session: Session, owner: User) -> dict[str, Deck]:
    """A tree of two inside and one in there, one of one, and one that an import has not published yet."""
    tree, flat = (a_deck(session, owner=owner, name=name) for name in ("Tree", "Flat"))
    left, right = (a_deck(session, owner=owner, name=name, parent_id=tree.id) for name in ("Left", "Right"))
    deepest = a_deck(session, owner=owner, name="Deepest", parent_id=left.id)
    unpublished = a_deck(session, owner=owner, name="Half imported", published=False)
    return {deck.name: deck for deck in (tree, flat, left, right, deepest, unpublished)}


def test_each_person_counts_once_in_a_tree_whatever_they_follow_of_it(session: Session) -> None:
    ada, bob, eve = (a_learner(session, name) for name in ("Ada", "Bob", "Eve"))
    decks, bobs = decks_of(session, ada), decks_of(session, bob)
    for name in ("Tree", "Left", "Right", "Deepest"):
        a_follow(session, bob, decks[name])
    a_follow(session, eve, decks["Deepest"])
    a_follow(session, ada, decks["Flat"])
    a_follow(session, eve, decks["Half imported"])
    a_follow(session, eve, bobs["Flat"])
    assert [(deck.name, deck.followers) for deck in decks_left_behind(session, ada.id)] == [("Tree", 2)]
    a_follow(session, bob, decks["Flat"], stopped_at=at(1))
    a_follow(session, eve, decks["Flat"])
    assert [(deck.name, deck.followers) for deck in decks_left_behind(session, ada.id)] == [("Flat", 1), ("Tree", 2)]
    assert [(deck.name, deck.followers) for deck in decks_left_behind(session, bob.id)] == [("Flat", 1)]
    assert decks_left_behind(session, eve.id) == []


def test_however_many_follow_however_many_decks_it_is_one_statement(session: Session) -> None:
    ada = a_learner(session, "Ada")
    decks = [deck for _ in range(3) for deck in decks_of(session, ada).values()]
    followers = [a_learner(session, f"Learner {n}") for n in range(5)]
    for deck in decks:
        for learner in followers:
            a_follow(session, learner, deck)
    session.expire_all()
    with recorded() as recording:
        left = decks_left_behind(session, ada.id)
    assert recording.names == ["followers_of_trees"]
    assert [deck.followers for deck in left] == [5] * 6
    assert session.scalar(sa.select(sa.func.count()).select_from(Deck)) == 18
