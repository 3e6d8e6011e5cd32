"""A deck that is closed again: what its followers keep, and what they get no more."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from uuid import uuid4

import pytest
import sqlalchemy as sa
from sqlalchemy.orm import Session

from app.errors import NotFound, Refused
from app.exporting import FORMATS, Export
from app.exporting.choosing import all_decks, one_deck
from app.importing import undo_import
from app.library import bulk, follow, stop_following, taking_back
from app.library.bulk import tag_notes
from app.library.contents import deck_page
from app.library.decks import shared_decks_left, shelf
from app.library.editing import Wording, edit_note, open_note
from app.library.taking_back import undo_bulk
from app.models import Audience, Card, Deck, Import, Note, Review, User
from app.models.bulk import chunks
from app.models.change import digest_of
from app.progress import mastery_of, maturity_of, scope_of
from app.scheduling import Answer
from app.sharing import set_audience
from app.study import mark_card, merge_answers, reset_card
from app.study.marking import suspended
from app.study.merging import LateAnswer
from app.study.queue import shown_card
from app.study.rebuilding import compare
from app.study.run import Run, cards_of
from app.study.showing import show
from app.study.tagged import tags_due
from tests.factories import a_deck, a_note, at
from tests.library.test_bulk import Parts, nothing_known
from tests.sharing.steps import DECK, FRANCE, ITALY, SPAIN, answer, card_of, memories, publish, waiting

HUSH = (("hush",), ())


def close(session: Session, ada: User, deck_id: int) -> tuple[Card, Card]:
    """Ada closes the deck, edits the card Bob has met and the one he has not; both cards."""
    set_audience(session, ada, deck_id, Audience.OWNER)
    met, unmet = card_of(session, "fr"), card_of(session, "es")
    for n, card in enumerate((met, unmet)):
        note = session.get_one(Note, card.note_id)
        edit_note(session, ada, note.id, Wording((f"Secret {n}", "?"), ("hush",)), digest_of(note), at(1))
        note = session.get_one(Note, card.note_id)
        edit_note(session, ada, note.id, Wording((f"Secret {n}", "!"), ("hush",)), digest_of(note), at(2))
    return met, unmet


def test_a_deck_that_was_closed_leaves_its_follower_what_they_have_met_as_it_was(
    session: Session, ada: User, bob: User, shared: int
) -> None:
    known = memories(session, bob)
    met, _ = close(session, ada, shared)
    assert memories(session, bob) == known
    assert waiting(session, bob, 0) is None and waiting(session, bob, 1) == "Capital of France?"
    assert [(deck.counts.due, deck.counts.new) for deck in shelf(session, bob, bob.today(at(1)))] == [(1, 0)]
    card, _, _ = show(session, bob, met.id)
    assert (card.fields, card.tags, card.is_closed, card.is_followed) == (
        ["Capital of France?", "Paris"],
        [],
        True,
        True,
    )
    assert open_note(session, bob, met.note_id).note.fields == ["Capital of France?", "Paris"]
    page = deck_page(session, bob, shared, 1)
    assert page.is_closed and [one.note.fields[0] for one in page.notes] == ["Capital of France?"]
    assert (page.card_count, page.note_count) == (1, 1)
    answer(session, bob, met.id, 1, seen=1)
    assert compare(session, bob.id).agrees
    own = deck_page(session, ada, shared, 1)
    assert not own.is_closed and [one.note.fields[0] for one in own.notes] == ["Secret 0", "Secret 1"]


def test_and_nothing_else_of_it(session: Session, ada: User, bob: User, eve: User, shared: int) -> None:
    met, unmet = close(session, ada, shared)
    for refused in (
        lambda: shown_card(session, bob, unmet.id, at(1)),
        lambda: answer(session, bob, unmet.id, 1),
        lambda: mark_card(session, bob, unmet.id, (uuid4(), suspended), at(1)),
        lambda: open_note(session, bob, unmet.note_id),
        lambda: follow(session, eve, shared, at(1)),
        lambda: deck_page(session, eve, shared, 1),
    ):
        with pytest.raises(NotFound):
            refused()
    with pytest.raises(Refused):
        reset_card(session, bob, met.id, uuid4(), at(1))
    for which in ("all", "new", "met"):
        run = Run(which, shared, None, 100, 7, bob.today(at(1)), at(1))
        assert cards_of(session, bob, run) == ([] if which == "new" else [met.id])
    late = [LateAnswer(card.id, Answer(uuid4(), bob.today(at(1)), at(1), 4)) for card in (met, unmet)]
    assert [one.card_id for one in merge_answers(session, bob, late)] == [unmet.id]
    assert not session.scalars(sa.select(Review).where(Review.card_id == unmet.id)).all()


def test_the_tags_it_has_been_given_since_are_not_told(
    session: Session, ada: User, bob: User, eve: User, shared: int
) -> None:
    kept = a_note(session, session.get_one(Deck, shared), tags=("kept",))[0]
    answer(session, bob, kept.id, 0, grade=2)
    met, _ = close(session, ada, shared)
    (other,) = a_note(session, a_deck(session, owner=eve, audience=Audience.EVERYBODY), tags=("hush",))
    follow(session, bob, other.deck_id, at(0))
    answer(session, bob, other.id, 0, grade=2)

    def seen(learner: User) -> tuple[set[str], int, set[tuple[str, int]]]:
        found = mastery_of(session, scope_of(session, learner, shared), 30_000)
        due = tags_due(session, learner, shared, 30_000)
        return set(found.tags), found.retrievability.all.cards, {(one.tag, one.cards) for one in due}

    assert seen(bob) == ({"kept::"}, 2, {("kept", 1)})
    follow(session, ada, shared, at(1))
    answer(session, ada, met.id, 1)
    assert seen(ada) == ({"kept::", "hush::"}, 3, {("hush", 1)})
    for tag, cards in (("hush", {other.id}), ("kept", {kept.id})):
        for which in ("all", "met", "mistakes"):
            run = Run(which, None, tag, 100, 7, bob.today(at(0)), at(0))
            assert set(cards_of(session, bob, run)) == cards


@pytest.mark.parametrize("act", ["tag", "undo"])
def test_closing_ends_what_is_done_to_many_in_parts(
    session: Session, ada: User, bob: User, eve: User, shared: int, monkeypatch: pytest.MonkeyPatch, act: str
) -> None:
    for module in (bulk, taking_back):
        monkeypatch.setattr(module, "chunks", lambda ids: chunks(ids, 1))
    spain = card_of(session, "es")
    answer(session, bob, spain.id, 0)
    note_ids = sorted(session.scalars(sa.select(Note.id).where(Note.owner_id == ada.id)))
    tag_notes(
        Parts(session), eve, session.scalars(sa.select(Note.id).where(Note.owner_id == eve.id)).all(), HUSH, at(0)
    )

    class Closing(Parts):
        @contextmanager
        def __call__(self) -> Iterator[Session]:
            if self.number == (1 if act == "tag" else 2):
                set_audience(session, ada, shared, Audience.OWNER)
            with super().__call__() as lent:
                yield lent

    def tags() -> list[list[str]]:
        return [show(session, bob, card_of(session, guid).id)[0].tags for guid in ("fr", "es")]

    if act == "tag":
        assert tag_notes(Closing(session), ada, note_ids, HUSH, at(1)).changed == 1
    else:
        done = tag_notes(Parts(session), ada, note_ids, HUSH, at(1))
        undone = undo_bulk(Closing(session), ada, done.change_id, at(1), nothing_known)
        assert (undone.restored, undone.left) == (1, len(note_ids) - 1)
    closed = tags()
    assert sorted(closed) == [[], ["hush"]], "what was done before stands, and nothing after it"
    if act == "tag":
        assert tag_notes(Parts(session), ada, note_ids, HUSH, at(2)).changed == len(note_ids) - 1
    else:
        assert undo_bulk(Parts(session), ada, done.change_id, at(2), nothing_known).left <= 1
    session.expire_all()
    assert tags() == closed


def test_whoever_stopped_following_can_come_back_to_what_they_know_even_if_it_is_closed(
    session: Session, ada: User, bob: User, shared: int
) -> None:
    known = memories(session, bob)
    stop_following(session, bob, shared, at(0))
    assert waiting(session, bob, 1) is None
    assert [tree.deck.id for tree in shared_decks_left(session, bob)] == [shared]
    follow(session, bob, shared, at(1))
    assert waiting(session, bob, 1) == "Capital of France?" and memories(session, bob) == known
    stop_following(session, bob, shared, at(1))
    close(session, ada, shared)
    follow(session, bob, shared, at(2))
    assert waiting(session, bob, 2) == "Capital of France?" and memories(session, bob) == known


def test_opened_again_it_goes_on_for_its_followers_as_it_is_by_then(
    session: Session, ada: User, bob: User, shared: int
) -> None:
    met, _ = close(session, ada, shared)
    set_audience(session, ada, shared, Audience.EVERYBODY)
    assert show(session, bob, met.id)[0].fields == ["Secret 0", "!"]
    answer(session, bob, met.id, 1, seen=1)
    assert waiting(session, bob, 1) == "Secret 1"


def test_closing_twice_changes_nothing_the_second_time(session: Session, ada: User, bob: User, shared: int) -> None:
    met, _ = close(session, ada, shared)
    set_audience(session, ada, shared, Audience.OWNER)
    assert show(session, bob, met.id)[0].fields == ["Capital of France?", "Paris"]


def test_an_edition_that_is_not_shared_is_not_told_of(session: Session, ada: User, bob: User, shared: int) -> None:
    from app.study import progress_elsewhere

    deck = session.get_one(Deck, shared)
    other = a_deck(session, owner=ada, guid=deck.guid, language="de", name="Geheim")
    assert [one.deck.id for one in progress_elsewhere(session, ada, deck)] == [other.id]
    assert progress_elsewhere(session, bob, deck) == []


@pytest.mark.parametrize("with_progress", [True, False])
def test_what_was_closed_goes_out_as_its_follower_has_it(
    session: Session, ada: User, bob: User, shared: int, tmp_path: Path, with_progress: bool
) -> None:
    close(session, ada, shared)
    assert shared in [deck.id for deck in all_decks(session, bob)]
    for format in FORMATS.values():
        out = Export(bob, one_deck(session, bob, shared), at(3), tmp_path, tmp_path, with_progress=with_progress)
        text = b"".join(format.write(session, out))
        assert b"Secret" not in text and b"Spain" not in text
        if format.type_of(out).startswith("text/"):
            assert b"Capital of France?" in text


def test_a_deck_that_moves_takes_the_audience_of_where_it_comes_to_lie(
    session: Session, ada: User, bob: User, shared: int
) -> None:
    known = memories(session, bob)
    publish(session, ada, DECK.replace("Capitals", "Private").replace("id: c", "id: private-c") + ITALY, 1)
    publish(session, ada, DECK.replace("Capitals", "Private::Capitals") + FRANCE + SPAIN, 1)
    deck = session.get_one(Deck, shared)
    assert (deck.audience, deck.link_token, deck.is_closed_to(bob.id)) == (Audience.OWNER, None, True)
    assert memories(session, bob) == known and waiting(session, bob, 1) == "Capital of France?"
    publish(session, ada, DECK + FRANCE + SPAIN, 2)
    assert session.get_one(Deck, shared).audience == Audience.OWNER, "moved out again, it is as it was there"
    assert memories(session, bob) == known
    found = maturity_of(session, scope_of(session, bob), bob.today(at(2)))
    assert [deck_id for deck_id, maturity in found.items() if maturity.new] == []


def test_undoing_an_import_leaves_what_a_follower_has_met(session: Session, ada: User, bob: User, shared: int) -> None:
    done = Import(user_id=ada.id, file_name="more.md", at=at(1), finished_at=at(1), report={})
    session.add(done)
    session.flush()
    deck = session.get_one(Deck, shared)
    met, unmet = (a_note(session, deck)[0] for _ in range(2))
    for card in (met, unmet):
        card.import_id = session.get_one(Note, card.note_id).import_id = done.id
    session.flush()
    answer(session, bob, met.id, 1)
    met_id, unmet_id = met.id, unmet.id

    @contextmanager
    def transaction() -> Iterator[Session]:
        yield session
        session.flush()

    undo_import(ada.id, done.id, at(2), transaction)
    session.expire_all()
    assert session.get(Card, met_id) is not None and session.get(Card, unmet_id) is None
