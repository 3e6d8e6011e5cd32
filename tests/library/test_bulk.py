"""What is done to many notes is done in parts that hold nobody up for long, and is one change all the same."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager

import pytest
import sqlalchemy as sa
from sqlalchemy.orm import Session

from app.library.bulk import move_cards, tag_notes
from app.library.deleting import delete_notes, what_leaves
from app.library.taking_back import undo_bulk
from app.models import Card, Change, Deck, Note, User
from app.models.bulk import AT_ONCE
from tests.factories import a_deck, a_learner, a_note, at

MANY = 2 * AT_ONCE + 5


class Stopped(Exception):
    """The server was stopped."""


class Parts:
    """Lends transactions, counts them, and stops before one."""

    def __init__(self, session: Session, stop_before: int = 0) -> None:
        self.session, self.stop_before, self.number = session, stop_before, 0

    @contextmanager
    def __call__(self) -> Iterator[Session]:
        self.number += 1
        if self.number == self.stop_before:
            raise Stopped
        yield self.session
        self.session.flush()


def nothing_known(session: Session, change_id: int, card_ids: Sequence[int]) -> None:
    """Nobody has met a card here."""


@pytest.fixture
def many(session: Session) -> tuple[User, list[int]]:
    """Ada's notes, more than two parts hold; and one of Bob's."""
    ada, bob = a_learner(session, "Ada"), a_learner(session, "Bob")
    deck = a_deck(session, owner=ada, cards=MANY)
    a_note(session, a_deck(session, owner=bob))
    return ada, list(session.scalars(sa.select(Card.note_id).where(Card.deck_id == deck.id)))


def test_all_are_deleted_as_one_change_and_come_back(session: Session, many: tuple[User, list[int]]) -> None:
    ada, note_ids = many
    leaving = what_leaves(session, ada, note_ids)
    assert (leaving.notes, leaving.cards, leaving.met, leaving.others) == (MANY, MANY, 0, 0)
    parts = Parts(session)
    done = delete_notes(parts, ada, note_ids, at(1), nothing_known)
    assert (parts.number, done.changed, session.scalar(sa.select(sa.func.count(Change.id)))) == (3, MANY, 1)
    retired = sa.select(sa.func.count(Card.id)).where(Card.retired)
    assert session.scalar(retired) == MANY
    assert done.change_id is not None
    undone = undo_bulk(parts, ada, done.change_id, at(1), nothing_known)
    assert (undone.restored, undone.left, session.scalar(retired)) == (MANY, 0, 0)
    assert undo_bulk(parts, ada, done.change_id, at(1), nothing_known).restored == 0


def test_what_was_done_before_the_server_stopped_is_undone_and_so_is_a_half_undoing(
    session: Session, many: tuple[User, list[int]]
) -> None:
    ada, note_ids = many
    with pytest.raises(Stopped):
        tag_notes(Parts(session, stop_before=3), ada, note_ids, (("new",), ()), at(1))
    tagged = sa.select(Note.id).where(sa.cast(Note.tags, sa.Text).contains("new"))
    assert len(session.scalars(tagged).all()) == 2 * AT_ONCE
    change_id = session.scalars(sa.select(Change.id)).one()
    with pytest.raises(Stopped):
        undo_bulk(Parts(session, stop_before=3), ada, change_id, at(2), nothing_known)
    assert len(session.scalars(tagged).all()) == AT_ONCE
    undo_bulk(Parts(session), ada, change_id, at(3), nothing_known)
    assert session.scalars(tagged).all() == []


def test_a_move_that_was_taken_back_meanwhile_goes_no_further(session: Session, many: tuple[User, list[int]]) -> None:
    ada, _ = many
    card_ids = list(session.scalars(sa.select(Card.id).join(Deck).where(Deck.owner_id == ada.id)))
    there = a_deck(session, owner=ada)

    class TakenBack(Parts):
        @contextmanager
        def __call__(self) -> Iterator[Session]:
            if self.number == 1:
                session.execute(sa.update(Change).values(undone_at=at(1)))
            with super().__call__() as lent:
                yield lent

    assert move_cards(TakenBack(session), ada, card_ids, there.id, at(1)).changed == AT_ONCE
