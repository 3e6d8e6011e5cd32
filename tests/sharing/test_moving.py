"""A card that somebody else has met is not taken from where they study it, by a move or by taking one back."""

from collections.abc import Iterator
from contextlib import contextmanager
from uuid import uuid4

import pytest
import sqlalchemy as sa
from sqlalchemy.orm import Session

from app.database import Handle
from app.errors import NotFound
from app.library import follow
from app.library.bulk import move_cards
from app.library.editing import open_note
from app.library.own_decks import make_deck
from app.library.taking_back import undo_bulk
from app.models import Audience, Card, Deck, Memory, User
from app.study import AnswerGiven, answer_card
from tests.factories import a_deck, a_note, at
from tests.library.test_bulk import Parts, nothing_known
from tests.sharing.steps import answer


@pytest.fixture
def private(session: Session, ada: User) -> int:
    return make_deck(session, ada, ["Private"], "en", at(0)).id


@pytest.fixture
def moved(session: Session, ada: User, shared: int, private: int) -> tuple[Card, Card, int]:
    """Two private cards that Ada has laid into the deck Bob follows, and the move's id."""
    one, other = (a_note(session, session.get_one(Deck, private))[0] for _ in range(2))
    done = move_cards(Parts(session), ada, [one.id, other.id], shared, at(0))
    assert done.changed == 2 and done.change_id is not None
    return one, other, done.change_id


def test_undoing_a_move_leaves_what_a_follower_has_met_meanwhile(
    session: Session, ada: User, bob: User, shared: int, private: int, moved: tuple[Card, Card, int]
) -> None:
    met, unmet, change_id = moved
    answer(session, bob, met.id, 0)
    undone = undo_bulk(Parts(session), ada, change_id, at(0), nothing_known)
    assert (undone.restored, undone.left) == (1, 1)
    assert (met.deck_id, unmet.deck_id) == (shared, private)
    answer(session, bob, met.id, 1, seen=1)
    with pytest.raises(NotFound):
        open_note(session, bob, unmet.note_id)


def test_undoing_a_move_that_nobody_else_has_met_takes_it_back_with_what_the_author_knows(
    session: Session, ada: User, bob: User, shared: int, private: int, moved: tuple[Card, Card, int]
) -> None:
    one, other, change_id = moved
    follow(session, ada, shared, at(0))
    answer(session, ada, one.id, 0)
    undone = undo_bulk(Parts(session), ada, change_id, at(0), nothing_known)
    assert (undone.restored, undone.left, one.deck_id, other.deck_id) == (2, 0, private, private)
    assert session.scalars(sa.select(Memory.deck_id).where(Memory.user_id == ada.id)).all() == [private]
    answer(session, ada, one.id, 1, seen=1)


@pytest.mark.parametrize("followed", [True, False])
def test_a_first_answer_finds_the_card_where_it_was_laid_while_it_was_written(
    session: Session, ada: User, bob: User, shared: int, moved: tuple[Card, Card, int], followed: bool
) -> None:
    card, _, _ = moved
    there = a_deck(session, owner=ada, audience=Audience.EVERYBODY if followed else Audience.OWNER)
    if followed:
        follow(session, bob, there.id, at(0))

    @contextmanager
    def once_it_was_moved(*, one_statement: bool = False) -> Iterator[Handle]:
        move_cards(Parts(session), ada, [card.id], there.id, at(0))
        yield session

    given = AnswerGiven(uuid4(), 4, 0)
    known = sa.select(Memory.deck_id).where(Memory.user_id == bob.id, Memory.card_id == card.id)
    if followed:
        answer_card(session, bob, card.id, given, at(0), once_it_was_moved)
        assert session.scalars(known).all() == [there.id]
    else:
        with pytest.raises(NotFound):
            answer_card(session, bob, card.id, given, at(0), once_it_was_moved)
        assert session.scalars(known).all() == []
