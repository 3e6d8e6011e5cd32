"""What is done to many notes leaves little for searches to look at one by one."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from random import Random

import pytest
import sqlalchemy as sa
from sqlalchemy.orm import Session

from app.library.bulk import Done, move_cards, tag_notes
from app.library.finding import find_cards
from app.library.replacing import Wish, replace_in_notes
from app.library.taking_back import undo_bulk
from app.models import Card, Deck, Note, Posting, Unindexed, User
from app.models.indexing import LONG, MANY, MANY_NOTES, index_if_many, index_what_waits
from app.models.posting import to_be_indexed
from app.rendering.replacing import Replacement
from tests.factories import a_deck, a_learner, a_note, at
from tests.visitor import forms_of


class Library:
    """Three notes of Ada's in a deck, which are indexed, an empty deck of hers, and the same of Bob's."""

    def __init__(self, session: Session) -> None:
        self.session = session
        for owner in (a_learner(session, "Bob"), a_learner(session, "Ada")):
            deck, self.elsewhere = (a_deck(session, owner=owner, name=name) for name in ("Net", "Elsewhere"))
            self.note_ids = [
                a_note(session, deck, fields=(f"word {n}", "answer"), tags=("old",) if n else ())[0].note_id
                for n in range(3)
            ]
        self.ada = owner
        index_what_waits(session, self.transaction)

    @contextmanager
    def transaction(self) -> Iterator[Session]:
        yield self.session
        self.session.flush()

    def found(self, query: str) -> int:
        return len(find_cards(self.session, self.ada, query, at(1)).cards)

    def undo(self, done: Done) -> None:
        assert done.change_id is not None
        assert undo_bulk(self.transaction, self.ada, done.change_id, at(1), lambda *_: None).left == 0

    @property
    def waiting(self) -> list[tuple[int, int]]:
        ranges = sa.select(Unindexed.first_id, Unindexed.last_id).where(Unindexed.owner_id == self.ada.id)
        return [(first, last) for first, last in self.session.execute(ranges)]


@pytest.fixture
def library(session: Session) -> Library:
    return Library(session)


def test_tags_are_found_at_once_and_no_word_is_read_again(library: Library) -> None:
    added = tag_notes(library.transaction, library.ada, library.note_ids, (["New::one"], []), at(1))
    assert (library.found("tag:new word"), library.found("tag:new::one"), library.found("tag:old")) == (3, 3, 2)
    removed = tag_notes(library.transaction, library.ada, library.note_ids, ([], ["old", "New::one"]), at(1))
    assert (library.found("tag:none"), library.found("tag:new")) == (3, 0)
    library.undo(removed)
    library.undo(added)
    assert (library.found("tag:none"), library.found("tag:old"), library.found("tag:new")) == (1, 2, 0)
    assert library.waiting == []


def test_cards_are_found_where_they_were_laid_at_once(library: Library, session: Session) -> None:
    cards = session.scalars(sa.select(Card.id).where(Card.note_id.in_(library.note_ids))).all()
    moved = move_cards(library.transaction, library.ada, cards, library.elsewhere.id, at(1))
    assert (library.found("deck:elsewhere word"), library.found("deck:net")) == (3, 0)
    library.undo(moved)
    assert (library.found("deck:elsewhere"), library.found("deck:net word")) == (0, 3)
    assert library.waiting == []


@pytest.mark.parametrize("seed", range(12))
def test_whatever_is_done_and_undone_everything_is_found(library: Library, session: Session, seed: int) -> None:
    """In any order, whether the index knew of it by then or not."""
    chance = Random(seed)  # noqa: S311 - it guards nothing, and has to come out alike every time
    done: list[Done] = []
    ids = (library.transaction, library.ada, library.note_ids)
    for _ in range(8):
        one, other = chance.sample(["word", "thing", "a::b", "old", "c"], 2)
        match chance.choice(["reword", "reword", "tag", "undo", "index"]):
            case "reword":
                done.append(replace_in_notes(*ids, Wish(Replacement(one, other, True)), at(9), at(1)))
            case "tag":
                done.append(tag_notes(*ids, ([one], [other]), at(1)))
            case "undo" if done and done[-1].change_id is not None:
                library.undo(done.pop())
            case "index":
                index_what_waits(session, library.transaction)
        session.expire_all()
    notes = session.scalars(sa.select(Note).where(Note.id.in_(library.note_ids))).all()
    for word in ("word", "thing", "answer", "old", "c"):
        assert library.found(f'"{word}"') == sum(word in " ".join(note.fields).split() for note in notes), word
    for tag in ("a", "a::b", "old", "c", "word", "thing"):
        assert library.found(f"tag:{tag}") == sum(f"{tag}::" in f"{one}::" for note in notes for one in note.tags), tag
    assert library.found("tag:none") == sum(not note.tags for note in notes)


def test_long_notes_that_were_reworded_wait(library: Library, session: Session) -> None:
    """Nobody who writes shall wait until they are read."""
    deck = session.get_one(Deck, library.elsewhere.id)
    (card,) = a_note(session, deck, fields=("short", "long " * LONG))
    index_what_waits(session, library.transaction)
    wish = Wish(Replacement("short", "brief", True))
    replace_in_notes(library.transaction, library.ada, [card.note_id], wish, at(9), at(1))
    assert library.waiting == [(card.note_id, card.note_id)]
    assert (library.found("brief"), library.found("short")) == (1, 0)


def test_notes_that_wait_are_still_indexed_after_they_were_tagged(library: Library, session: Session) -> None:
    """Their words are not known yet: a tag alone must not make the index believe so."""
    (card,) = a_note(session, session.scalars(sa.select(Deck).where(Deck.id == library.elsewhere.id)).one())
    tag_notes(library.transaction, library.ada, [card.note_id], (["new"], []), at(1))
    assert library.waiting == [(card.note_id, card.note_id)]
    index_what_waits(session, library.transaction)
    assert session.scalars(sa.select(Posting.notes).where(Posting.owner_id == library.ada.id)).all()
    assert library.found("tag:new deck:elsewhere") == 1


def test_many_edits_are_put_into_the_index_by_themselves(library: Library, session: Session) -> None:
    deck = session.get_one(Deck, library.elsewhere.id)
    for _ in range(MANY - 1):
        a_note(session, deck)
    index_if_many(session, library.transaction, library.ada.id)
    assert len(library.waiting) == MANY - 1
    a_note(session, deck)
    index_if_many(session, library.transaction, library.ada.id)
    assert library.waiting == []


@pytest.mark.parametrize(
    ("number", "left"), [(MANY_NOTES - 1, MANY_NOTES - 1), (MANY_NOTES, 0), (3_000, 3_000 - 1_024)]
)
def test_many_notes_in_one_range_are_put_into_the_index_some_at_a_time(
    library: Library, session: Session, number: int, left: int
) -> None:
    to_be_indexed(session, library.ada.id, range(1, number + 1))
    index_if_many(session, library.transaction, library.ada.id)
    assert sum(last - first + 1 for first, last in library.waiting) == left


def test_many_notes_reworded_by_a_page_do_not_wait(visitor: Callable, change: Callable, stored: Callable) -> None:
    ada = visitor().sign_up("Ada")

    def make(session: Session) -> None:
        owner = session.scalars(sa.select(User)).one()
        deck = a_deck(session, owner=owner)
        for n in range(MANY_NOTES + 9):
            a_note(session, deck, fields=(f"word {n}", "answer"))

    change(make)
    for find, by in (("word", "thing"), ("thing", "matter")):
        ada.get(f"/search/replacement?find={find}&by={by}")
        form = next(one for one in forms_of(ada.page) if "seen" in one.fields)
        assert ada.client.post(form.action, data=form.fields).status_code == 303
        assert len(stored(sa.select(Unindexed))) == 0
    ada.get("/search")
    assert ada.press(r"/changes/\d+/undo-all").status_code == 200
    assert len(stored(sa.select(Unindexed))) == 0
    assert {row.fields[0].split()[0] for row in stored(sa.select(Note.fields))} == {"thing"}
    assert "Nothing so far" not in ada.get("/search?q=thing").text
