"""Taking back what was done to many while it is still being done, or while somebody edits: neither is lost."""

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from threading import Event

import pytest
import sqlalchemy as sa
from flask import Flask
from sqlalchemy.orm import Session

from app.database import db, writing
from app.importing.as_text import undo_text
from app.library.bulk import move_cards, tag_notes
from app.library.editing import Wording, edit_note
from app.library.taking_back import undo_bulk
from app.models import Card, Change, Deck, Note, User
from app.models.bulk import AT_ONCE
from app.models.change import begin_change, digest_of, keep_versions
from tests.factories import a_deck, a_learner, a_note, at

MANY = AT_ONCE + 5
WAIT = 20


def notes(change: Callable, number: int) -> list[int]:
    """The ids of Ada's notes; there is one of Bob's too."""

    def make(session: Session) -> list[int]:
        ada = a_learner(session, "Ada")
        a_note(session, a_deck(session, owner=a_learner(session, "Bob")))
        deck = a_deck(session, owner=ada, cards=number, name="Many")
        a_deck(session, owner=ada, name="Elsewhere")
        return list(session.scalars(sa.select(Card.note_id).where(Card.deck_id == deck.id)))

    return change(make)


def ada_of(session: Session) -> User:
    return session.scalars(sa.select(User).where(User.name == "Ada")).one()


def nothing(*_: object) -> None:
    """Nobody has met a card here."""


class InTurn:
    """Two who work in parts: the first stops behind its first part until the second has begun with what it saw by then,
    and that one waits until the first is ready."""

    def __init__(self) -> None:
        self.begun, self.go_on, self.ready = Event(), Event(), Event()

    @contextmanager
    def first(self) -> Iterator[Session]:
        with writing() as session:
            yield session
        self.begun.set()
        assert self.go_on.wait(WAIT)

    @contextmanager
    def second(self) -> Iterator[Session]:
        with writing() as session:
            yield session
        self.go_on.set()
        assert self.ready.wait(WAIT)


@pytest.mark.parametrize("act", ["tags", "moves"])
def test_what_is_still_done_while_it_is_taken_back_is_taken_back_too(
    app: Flask, change: Callable, stored: Callable, act: str
) -> None:
    note_ids, turns = notes(change, MANY), InTurn()

    def do() -> None:
        with app.app_context():
            ada = ada_of(db.session)
            if act == "tags":
                tag_notes(turns.first, ada, note_ids, (["new"], []), at(1))
            else:
                cards = sa.select(Card.id).where(Card.note_id.in_(note_ids)).order_by(Card.id)
                there = sa.select(Deck.id).where(Deck.name == "Elsewhere")
                move_cards(turns.first, ada, db.session.scalars(cards).all(), db.session.scalars(there).one(), at(1))
        turns.ready.set()

    with ThreadPoolExecutor(1) as pool, app.app_context():
        doing = pool.submit(do)
        assert turns.begun.wait(WAIT)
        change_id = db.session.scalars(sa.select(sa.func.max(Change.id))).one()
        undone = undo_bulk(turns.second, ada_of(db.session), change_id, at(1), nothing)
        doing.result()
        assert (undone.restored, undone.left) == (MANY, 0)
        assert undo_bulk(writing, ada_of(db.session), change_id, at(1), nothing).restored == 0
    assert {tuple(row.tags) for row in stored(sa.select(Note.tags))} == {()}
    assert stored(sa.select(Card.id).join(Deck).where(Deck.name == "Elsewhere")) == []


@pytest.mark.parametrize("verb", ["bulk", "text"])
def test_an_edit_that_comes_in_between_stays(app: Flask, change: Callable, stored: Callable, verb: str) -> None:
    few = notes(change, 3)

    def done(session: Session) -> int:
        ada = ada_of(session)
        one = begin_change(session, Change(user_id=ada.id, day=ada.today(at(1)), at=at(1), verb=verb))
        keep_versions(session, one, few)
        for note in session.scalars(sa.select(Note).where(Note.id.in_(few))):
            note.fields = ["reworded", "as others"]
        return one.id

    change_id, edited = change(done), Event()

    def edit() -> None:
        with app.app_context(), writing() as session:
            seen = digest_of(session.get_one(Note, few[0]))
            edit_note(session, ada_of(session), few[0], Wording(["edited", "since"], []), seen, at(2))
            edited.set()
            # Long enough for whoever takes the other back to look for changes since and to see none.
            Event().wait(0.5)

    with ThreadPoolExecutor(1) as pool, app.app_context():
        editing = pool.submit(edit)
        assert edited.wait(WAIT)
        if verb == "bulk":
            undone = undo_bulk(writing, ada_of(db.session), change_id, at(3), nothing)
        else:
            with writing() as session:
                undone = undo_text(session, ada_of(session), change_id, at(3))
        editing.result()
    assert (undone.restored, undone.left) == (2, 1)
    words = dict(tuple(row) for row in stored(sa.select(Note.id, Note.fields).where(Note.id.in_(few))))
    assert words.pop(few[0]) == ["edited", "since"]
    assert all(fields[0] != "reworded" for fields in words.values())
