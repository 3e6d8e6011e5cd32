"""Making many cards new again and deleting many notes: a question first, then one act that is undone as one."""

import re
from collections.abc import Callable

import pytest
import sqlalchemy as sa
from sqlalchemy.orm import Session

from app.models import Audience, Card, Change, Deck, Kind, Memory, MemoryCount, Note, Review, User
from app.models.audience import set_tree
from app.study.rebuilding import compare
from tests.factories import a_deck, a_follow, a_note
from tests.visitor import Visitor, forms_of


@pytest.fixture
def ada(visitor: Callable[[], Visitor], change: Callable) -> Visitor:
    """Ada knows the three cards of her deck and follows a starter deck; Bob follows hers and knows the first card."""
    ada, bob = visitor().sign_up("Ada"), visitor().sign_up("Bob")

    def make(session: Session) -> None:
        owner, follower = session.scalars(sa.select(User).order_by(User.id)).all()
        deck = a_deck(session, owner=owner, name="Animals", audience=Audience.LINK)
        for n in range(3):
            a_note(session, deck, fields=(f"Animal {n}", "An answer"))
        starter = a_deck(session, name="Starter")
        a_note(session, starter, fields=("Animal of everybody", "An answer"))
        for learner in (owner, follower):
            a_follow(session, learner, deck)
        a_follow(session, owner, starter)

    change(make)
    for person, times in ((ada, 3), (bob, 1)):
        person.get("/study")
        for _ in range(times):
            person.answer(4)
    return ada


def ids(stored: Callable) -> list[int]:
    return [row.id for row in stored(sa.select(Card.id).order_by(Card.id))]


def known(stored: Callable, name: str) -> list[int]:
    own = sa.select(Memory.card_id).join(User, User.id == Memory.user_id).where(User.name == name)
    return sorted(row.card_id for row in stored(own.execution_options(across_learners=True)))


def retired(stored: Callable) -> list[int]:
    return [row.id for row in stored(sa.select(Card.id).where(Card.retired).order_by(Card.id))]


def ask(ada: Visitor, what: str, **fields: object) -> str:
    response = ada.client.post(f"/search/{what}", data={"csrf_token": ada.token(), "q": "animal", **fields})
    assert response.status_code == 200, response.text
    ada.page = response.text
    return " ".join(re.sub("<[^>]*>", "", response.text).split())


def say_yes(ada: Visitor, what: str) -> str:
    assert ada.press(f"/search/{what}").status_code == 200
    return " ".join(ada.page.split())


def undo(ada: Visitor) -> str:
    form = next(form for form in forms_of(ada.page) if form.action.endswith(("/undo-all", "/undos")))
    assert ada.press(form.action).status_code == 200
    return ada.page


@pytest.fixture
def consistent(change: Callable) -> Callable[[], None]:
    """Fails unless what is kept of every learner is what their logs say."""

    def look(session: Session) -> None:
        for user_id in session.scalars(sa.select(User.id)):
            assert compare(session, user_id).agrees

    return lambda: change(look)


def test_cards_are_new_again_after_a_question_and_known_again_after_undoing(
    ada: Visitor, stored: Callable, consistent: Callable
) -> None:
    before = known(stored, "Ada")
    asked = ask(ada, "resets", which="all")
    assert "3 cards that you know become new again" in asked and "1 is new already" in asked
    assert known(stored, "Ada") == before
    assert "3 cards are new again." in say_yes(ada, "resets")
    assert known(stored, "Ada") == [] and known(stored, "Bob") == [ids(stored)[0]]
    assert len({row.id for row in stored(sa.select(Review.id).where(Review.kind == Kind.RESET))}) == 1
    consistent()
    undo(ada)
    assert known(stored, "Ada") == before
    consistent()
    ada.client.post("/redos", data={"csrf_token": ada.token()})
    assert known(stored, "Ada") == []
    consistent()


def test_what_others_closed_stays_known(ada: Visitor, change: Callable, stored: Callable, visitor: Callable) -> None:
    change(lambda session: set_tree(session, session.scalars(sa.select(Deck.id)).first(), Audience.OWNER))
    bob = visitor()
    bob.sign_in("Bob")
    assert "1 stays as it is: its author has closed the deck" in ask(bob, "resets", which="all")
    assert known(stored, "Bob") == [ids(stored)[0]]


def test_deleting_asks_how_many_and_leaves_others_what_they_know(
    ada: Visitor, stored: Callable, visitor: Callable, consistent: Callable
) -> None:
    first, *_ = every = ids(stored)
    asked = ask(ada, "deletions", which="all")
    assert "3 notes will be deleted, with all their cards: 3." in asked
    assert "1 of the cards was met by others." in asked and "1 note that was chosen is not yours" in asked
    assert retired(stored) == []
    page = say_yes(ada, "deletions")
    assert "3 notes deleted. 1 card stays with others who have met it. 1 is not yours to change." in page
    assert retired(stored) == every[:3] and known(stored, "Ada") == [] and known(stored, "Bob") == [first]
    assert "Animal 0" not in ada.get("/search?q=animal").text
    bob = visitor()
    bob.sign_in("Bob")
    found = bob.get("/search?q=animal").text
    assert "Animal 0" in found and "Animal 1" not in found
    consistent()


def test_a_deletion_is_undone_as_one(ada: Visitor, stored: Callable, consistent: Callable) -> None:
    before, counted = known(stored, "Ada"), sa.select(MemoryCount).where(MemoryCount.cards != 0)
    rows = sorted(map(repr, stored(sa.select(*MemoryCount.__table__.c).where(MemoryCount.cards != 0))))
    ask(ada, "deletions", which="all")
    say_yes(ada, "deletions")
    assert stored(counted)
    assert "Undone." in undo(ada)
    assert retired(stored) == [] and known(stored, "Ada") == before
    assert sorted(map(repr, stored(sa.select(*MemoryCount.__table__.c).where(MemoryCount.cards != 0)))) == rows
    assert "Animal 2" in ada.get("/search?q=animal").text
    consistent()


def test_a_mark_goes_and_comes_back_with_a_deleted_note(ada: Visitor, stored: Callable) -> None:
    suspend = {"csrf_token": ada.token(), "marking": "suspend", "chosen": ids(stored)[:1]}
    ada.client.post("/search/marks", data=suspend)
    assert "Animal 0" in ada.get("/cards/marked").text
    ask(ada, "deletions", which="all")
    say_yes(ada, "deletions")
    kept = ada.page
    assert "Animal 0" not in ada.get("/cards/marked").text
    ada.page = kept
    undo(ada)
    assert "Animal 0" in ada.get("/cards/marked").text


def test_undoing_while_studying_brings_deleted_notes_back_whole(
    ada: Visitor, stored: Callable, consistent: Callable
) -> None:
    before = known(stored, "Ada")
    ask(ada, "deletions", which="all")
    say_yes(ada, "deletions")
    ada.client.post("/undos", data={"csrf_token": ada.token()})
    assert retired(stored) == [] and known(stored, "Ada") == before
    ada.client.post("/redos", data={"csrf_token": ada.token()})
    assert len(retired(stored)) == 3 and known(stored, "Ada") == []
    consistent()
    ada.client.post("/undos", data={"csrf_token": ada.token()})
    assert retired(stored) == [] and known(stored, "Ada") == before
    consistent()


def test_a_note_that_came_back_by_itself_is_left_when_its_deletion_is_undone(
    ada: Visitor, stored: Callable, change: Callable
) -> None:
    ask(ada, "deletions", which="all")
    say_yes(ada, "deletions")
    change(lambda session: session.execute(sa.update(Card).where(Card.id == ids(stored)[1]).values(retired=False)))
    assert "1 stays as it is: changed since, or met by others where it lies." in undo(ada)
    assert retired(stored) == []


def test_a_yes_to_another_number_of_cards_is_asked_again(ada: Visitor, stored: Callable) -> None:
    for what in ("deletions", "resets"):
        assert "What was found is another by now." in ask(ada, what, which="all", confirmed=2)
    assert retired(stored) == [] and len(known(stored, "Ada")) == 3


def test_only_chosen_cards_are_meant_and_their_notes_go_whole(ada: Visitor, stored: Callable, change: Callable) -> None:
    def both_ways(session: Session) -> list[int]:
        deck = session.scalars(sa.select(Deck).where(Deck.name == "Animals")).one()
        return [card.id for card in a_note(session, deck, kind="reversed")]

    cards = change(both_ways)
    assert "1 note will be deleted, with all its cards: 2." in ask(ada, "deletions", chosen=cards[:1])
    say_yes(ada, "deletions")
    assert retired(stored) == cards


def test_nobody_deletes_what_is_somebody_elses(ada: Visitor, stored: Callable, visitor: Callable) -> None:
    bob = visitor()
    bob.sign_in("Bob")
    assert "None of these notes is yours." in ask(bob, "deletions", which="all")
    ask(bob, "deletions", which="all", confirmed=3)
    assert retired(stored) == []
    carol = visitor().sign_up("Carol")
    for what in ("deletions", "resets"):
        chosen = {"csrf_token": carol.token(), "chosen": ids(stored)[:1], "confirmed": 1}
        assert carol.client.post(f"/search/{what}", data=chosen).status_code == 404
    assert len(known(stored, "Ada")) == 3 and stored(sa.select(Note.id).where(Note.owner_id.is_not(None)))


def tag_all(ada: Visitor, tag: str) -> None:
    """And loses the answer."""
    data = {"csrf_token": ada.token(), "q": "animal", "which": "all", "tags": tag, "act": "add"}
    assert ada.client.post("/search/tags", data=data).status_code == 303


def tags(stored: Callable) -> set[str]:
    return {tag for row in stored(sa.select(Note.tags)) for tag in row.tags}


def test_whoever_lost_the_answer_can_take_back_all_the_same(ada: Visitor, stored: Callable, visitor: Callable) -> None:
    assert "Undo that change" not in ada.get("/search").text
    tag_all(ada, "first")
    assert "Undo that change" not in ada.get("/search?q=animal").text, "it is offered with what was done"
    tag_all(ada, "second")
    ada.get("/")
    for path in ("/search", "/search?q=animal", "/search?q=nothing", "/search?q=is:wrong"):
        assert ada.get(path).text.count("Undo that change") == 1, path
    assert "Undo that change" not in ada.get("/search?q=animal&before=2").text
    bob = visitor()
    bob.sign_in("Bob")
    assert "Undo that change" not in bob.get("/search?q=animal").text
    for left in ({"first"}, set()):
        ada.get("/search?q=animal")
        assert "Undone." in ada.press(r"/changes/\d+/undo-all").text
        assert tags(stored) == left
    assert "Undo that change" not in ada.get("/search").text


def test_an_old_change_of_many_is_not_offered_again(ada: Visitor, change: Callable) -> None:
    tag_all(ada, "first")
    ada.get("/")
    for days, offered in ((6, True), (1, False)):
        change(lambda session, days=days: session.execute(sa.update(Change).values(day=Change.day - days)))
        assert ("Undo that change" in ada.get("/search").text) is offered


@pytest.mark.parametrize("chosen", ["1" * 5_000, "9" * 19, "-1", "x"])
def test_what_is_no_card_cannot_be_chosen(ada: Visitor, chosen: str) -> None:
    data = {"csrf_token": ada.token(), "chosen": chosen, "tags": "x", "act": "add"}
    assert ada.client.post("/search/tags", data=data).status_code in {404, 422}
