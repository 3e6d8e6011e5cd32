"""What is found in the decks of others: as the learner is shown it, and no more than they are."""

from collections.abc import Callable
from contextlib import nullcontext

import pytest
import sqlalchemy as sa
from sqlalchemy.orm import Session

from app.library.bulk import move_cards
from app.library.editing import Wording, edit_note
from app.models import Audience, Card, Deck, Note, User
from app.models.audience import set_tree
from app.models.change import digest_of
from tests.factories import a_deck, a_follow, a_note, at
from tests.visitor import Visitor

Change = Callable[[Callable[[Session], object]], object]


@pytest.fixture
def bob(visitor: Callable[[], Visitor], change: Change) -> Visitor:
    """Bob follows Ada's deck of two notes, and has met one; she has a deck for herself beside it."""
    visitor().sign_up("Ada")
    bob = visitor().sign_up("Bob")

    def make(session: Session) -> None:
        ada, follower = session.scalars(sa.select(User).order_by(User.id)).all()
        deck = a_deck(session, owner=ada, name="Animals", audience=Audience.LINK)
        a_note(session, deck, fields=("What purrs?", "A tabby"))
        a_note(session, deck, fields=("What barks?", "A terrier"))
        a_deck(session, owner=ada, name="Diary")
        a_follow(session, follower, deck)

    change(make)
    bob.get("/study")
    bob.press(r"/cards/\d+/answers", grade=4)
    return bob


def found(bob: Visitor, query: str) -> list[str]:
    page = bob.get(f"/search?q={query}").text
    return [front for front in ("What purrs?", "What barks?", "What meows?") if front in page]


def of_ada(change: Change, act: Callable[[Session, User, Note], object]) -> None:
    def go(session: Session) -> None:
        ada = session.scalars(sa.select(User).order_by(User.id)).first()
        note = session.scalars(sa.select(Note).order_by(Note.id)).first()
        assert ada is not None and note is not None
        act(session, ada, note)

    change(go)


def word(session: Session, ada: User, note: Note) -> None:
    edit_note(session, ada, note.id, Wording(("What meows?", "A lion"), ()), digest_of(note), at(1))


def close(session: Session, ada: User, note: Note) -> None:
    deck = session.scalars(sa.select(Deck).where(Deck.name == "Animals")).one()
    set_tree(session, deck.id, Audience.OWNER)


def word_it(bob: Visitor, stored: Callable, words: str) -> None:
    note_id = stored(sa.select(Note.id).order_by(Note.id))[0][0]
    bob.get(f"/notes/{note_id}/mine?next=/study")
    bob.press(rf"/notes/{note_id}/mine", **{"field-0": words})


def test_the_authors_words_lead_to_the_learners_own(bob: Visitor, stored: Callable) -> None:
    word_it(bob, stored, "What meows?")
    assert found(bob, "purrs") == ["What meows?"] and found(bob, "tabby") == ["What meows?"]


@pytest.mark.parametrize(
    "query", ["meows", "meo", "deck:Animals meows -barks", "meows tabby", "zebra or meows", "猫咪", '"what meows"']
)
def test_a_learners_own_words_find_the_note_for_them_alone(
    bob: Visitor, stored: Callable, visitor: Callable, query: str
) -> None:
    assert found(bob, query) == []
    word_it(bob, stored, "What meows? 小猫咪")
    assert found(bob, query) == ["What meows?"]
    ada = visitor()
    ada.sign_in("Ada")
    assert found(ada, query) == [] and found(ada, "purrs") == ["What purrs?"]
    word_it(bob, stored, "What purrs?")
    assert found(bob, query) == []


def test_what_was_met_of_a_closed_deck_is_found_as_it_was(bob: Visitor, change: Change) -> None:
    assert found(bob, "what") == ["What purrs?", "What barks?"]
    of_ada(change, close)
    assert found(bob, "what") == ["What purrs?"] and found(bob, "deck:Animals") == ["What purrs?"]
    of_ada(change, word)
    assert found(bob, "lion") == [] and found(bob, "meows") == []
    assert found(bob, "deck:Animals") == ["What purrs?"]


def test_a_card_that_somebody_has_met_is_not_moved_away_from_them(bob: Visitor, change: Change) -> None:
    def away(session: Session, ada: User, note: Note) -> None:
        diary = session.scalars(sa.select(Deck.id).where(Deck.name == "Diary")).one()
        cards = session.scalars(sa.select(Card.id)).all()
        done = move_cards(lambda: nullcontext(session), ada, cards, diary, at(1))
        assert (done.changed, done.kept, done.others) == (1, 1, 0)

    of_ada(change, away)
    assert found(bob, "what") == ["What purrs?"]
    assert "What barks?" not in bob.get("/study").text
