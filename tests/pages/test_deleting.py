"""Deleting one note: from its editor, in the middle of a session, or right after it was written."""

from collections.abc import Callable

import pytest
import sqlalchemy as sa
from sqlalchemy.orm import Session

from app.models import Audience, Card, Change, Deck, Memory, Note, User
from app.study.rebuilding import compare
from tests.factories import a_deck, a_follow, a_note, at
from tests.visitor import Visitor, forms_of

UNDO = r"/changes/\d+/undo-all"


@pytest.fixture
def ada(visitor: Callable[[], Visitor], change: Callable) -> Visitor:
    """Ada follows her deck of three notes; Bob, who follows it too, has met the first, and has a deck of his own."""
    ada, bob = visitor().sign_up("Ada"), visitor().sign_up("Bob")

    def make(session: Session) -> None:
        owner, follower = session.scalars(sa.select(User).order_by(User.id)).all()
        deck = a_deck(session, owner=owner, name="Animals", audience=Audience.LINK)
        for n in range(3):
            a_note(session, deck, fields=(f"Animal {n}", "An answer"))
        for learner in (owner, follower):
            a_follow(session, learner, deck)
        a_note(session, a_deck(session, owner=follower), fields=("Bob's", "own"))

    change(make)
    bob.get("/study")
    bob.answer(4)
    return ada


@pytest.fixture
def note_ids(ada: Visitor, stored: Callable) -> list[int]:
    adas = sa.select(Note.id).join(User, User.id == Note.owner_id).where(User.name == "Ada")
    return [row.id for row in stored(adas.order_by(Note.id))]


def retired(stored: Callable) -> list[int]:
    return [row.note_id for row in stored(sa.select(Card.note_id).where(Card.retired).order_by(Card.note_id))]


def known(stored: Callable) -> list[tuple[int, int]]:
    memories = sa.select(Memory.user_id, Memory.card_id).order_by(Memory.user_id, Memory.card_id)
    return [tuple(row) for row in stored(memories.execution_options(across_learners=True))]


def delete(ada: Visitor, note_id: int, came_from: str | None = None) -> int:
    ada.get(f"/notes/{note_id}/edit", query_string={"next": came_from} if came_from else None)
    return ada.press(f"/notes/{note_id}/deletions").status_code


def test_a_note_is_deleted_from_its_editor_and_the_notice_on_its_deck_brings_it_back(
    ada: Visitor, note_ids: list[int], stored: Callable, change: Callable
) -> None:
    for _ in range(2):
        ada.get("/study")
        ada.answer(4)
    before = known(stored)
    assert delete(ada, note_ids[1]) == 200
    assert "<h1" in ada.page and "Animals" in ada.page and "Deleted: Animal 1" in ada.page
    assert "stays with others" not in ada.page and "Animal 2" in ada.page
    assert retired(stored) == [note_ids[1]] and len(known(stored)) == len(before) - 1
    assert ada.press(UNDO).status_code == 200
    assert "Undone." in ada.page and "Animal 1" in ada.page
    assert retired(stored) == [] and known(stored) == before
    learners = change(lambda session: session.scalars(sa.select(User.id)).all())
    assert all(change(lambda session, one=one: compare(session, one).agrees) for one in learners)


def test_what_others_have_met_stays_with_them_and_the_notice_says_so(
    ada: Visitor, visitor: Callable[[], Visitor], note_ids: list[int], stored: Callable
) -> None:
    delete(ada, note_ids[0])
    assert "Deleted: Animal 0 1 card stays with others who have met it." in ada.page
    assert len(known(stored)) == 1


def test_in_a_session_the_next_card_comes_and_the_line_above_it_brings_the_note_back(
    ada: Visitor, note_ids: list[int], stored: Callable
) -> None:
    (card_id,) = stored(sa.select(Card.id).where(Card.note_id == note_ids[0]))[0]
    assert "Animal 0" in ada.get("/study").text
    delete(ada, note_ids[0], f"/study?card={card_id}")
    assert "Deleted: Animal 0" in ada.page and "Animal 1" in ada.page.split('class="question')[1]
    assert ada.press(UNDO).status_code == 200
    assert "Animal 0" in ada.page.split('class="question')[1] and retired(stored) == []
    assert not any("undo-all" in form.action for form in forms_of(ada.get("/study").text))


def test_undoing_one_after_another_begins_with_a_deletion_and_redoing_ends_with_it(
    ada: Visitor, note_ids: list[int], stored: Callable
) -> None:
    """Nobody has met the card that is deleted, so that no answer and no mark tells of it."""
    ada.get("/study")
    ada.answer(4)
    before, met = known(stored), note_ids[0]
    assert "Animal 1" in ada.page
    delete(ada, note_ids[1], "/study")
    assert "Animal 2" in ada.page.split('class="question')[1]
    assert ada.press("/undos").status_code == 200
    assert "Undone. The notes are back." in ada.page and "Animal 1" in ada.page.split('class="question')[1]
    assert (retired(stored), known(stored)) == ([], before)
    ada.press("/undos")
    assert f"Animal {note_ids.index(met)}" in ada.page.split('class="question')[1] and len(known(stored)) == 1
    for acts in (("/redos", before, []), ("/redos", before, [note_ids[1]]), ("/undos", before, [])):
        assert ada.press(acts[0]).status_code == 200
        assert (known(stored), retired(stored)) == (acts[1], acts[2])


def test_a_deletion_can_be_undone_where_nothing_else_was_done(
    ada: Visitor, note_ids: list[int], stored: Callable
) -> None:
    assert not any(form.action == "/undos" for form in forms_of(ada.get("/study").text))
    for note_id in note_ids[:2]:
        delete(ada, note_id, "/study")
    ada.get("/study")
    for left in ([note_ids[0]], []):
        ada.press("/undos")
        assert retired(stored) == left
    assert not any(form.action == "/undos" for form in forms_of(ada.page))
    assert ada.press("/redos").status_code == 200 and retired(stored) == [note_ids[0]]


@pytest.mark.parametrize(
    "came_from",
    [
        "/cards/{card}",
        "/notes/{note}/edit",
        "/decks/{deck}?page=2#note-9",
        "/decks/{deck}?page=x",
        f"/decks/{{deck}}?page={'9' * 5000}",
        "//elsewhere.example/",
    ],
)
def test_whoever_came_from_what_is_gone_lands_on_the_deck(
    ada: Visitor, note_ids: list[int], stored: Callable, change: Callable, came_from: str
) -> None:
    change(lambda session: [a_note(session, session.get_one(Deck, 1), fields=(f"More {n}", "x")) for n in range(48)])
    ((card, note, deck),) = stored(sa.select(Card.id, Card.note_id, Card.deck_id).where(Card.note_id == note_ids[2]))
    assert ada.get(f"/decks/{deck}?page=2").status_code == 200
    assert delete(ada, note, came_from.format(card=card, note=note, deck=deck)) == 200
    assert retired(stored) == [note_ids[2]]
    assert "Deleted: Animal 2" in ada.page and 'id="note-' in ada.page


def test_deleted_twice_is_deleted_once(ada: Visitor, note_ids: list[int], stored: Callable) -> None:
    ada.get(f"/notes/{note_ids[0]}/edit")
    form = ada.form(f"/notes/{note_ids[0]}/deletions").fields
    for _ in range(2):
        assert ada.client.post(f"/notes/{note_ids[0]}/deletions", data=form).status_code == 303
    assert "Nothing was changed." in ada.get("/decks").text
    assert len(stored(sa.select(Change))) == 1 and retired(stored) == [note_ids[0]]


def test_nobody_deletes_a_note_of_somebody_elses(
    ada: Visitor, visitor: Callable[[], Visitor], note_ids: list[int], stored: Callable
) -> None:
    bob = visitor()
    bob.sign_in("Bob")
    assert "Delete this note" not in bob.get(f"/notes/{note_ids[0]}/edit").text
    answer = bob.client.post(f"/notes/{note_ids[0]}/deletions", data={"csrf_token": bob.token()})
    assert answer.status_code == 404 and retired(stored) == []


def write(ada: Visitor, deck_id: int, question: str, **fields: str) -> None:
    ada.get(f"/decks/{deck_id}/notes/new")
    assert ada.press(f"/decks/{deck_id}/notes", **{"field-0": question, "field-1": "x", **fields}).status_code == 200


def test_what_was_just_written_is_taken_back_beside_it_and_the_form_goes_on_as_it_was(
    ada: Visitor, note_ids: list[int], stored: Callable, change: Callable
) -> None:
    deck_id = stored(sa.select(Card.deck_id).where(Card.note_id == note_ids[0]))[0].deck_id
    change(lambda session: session.execute(sa.update(Note).values(created_at=at(0))) and None)
    for question in ("Wrong", "Right"):
        write(ada, deck_id, question, type="reversed", tags="zoo")
    ids = {fields[0]: id for id, fields in stored(sa.select(Note.id, Note.fields).where(Note.id > max(note_ids)))}
    shown = [form.action for form in forms_of(ada.page) if form.action.endswith("/deletions")]
    assert shown == [f"/notes/{ids['Right']}/deletions", f"/notes/{ids['Wrong']}/deletions"]
    assert ada.press(f"/notes/{ids['Wrong']}/deletions").status_code == 200
    assert "Deleted: Wrong" in ada.page and set(retired(stored)) == {ids["Wrong"]}
    form = ada.form(f"/decks/{deck_id}/notes").fields
    assert (form["type"], form["tags"], form["field-0"]) == ("reversed", "zoo", "")
    assert ada.press(UNDO).status_code == 200
    assert "Write cards" in ada.page and retired(stored) == []


def test_a_form_that_is_sent_again_after_its_note_was_taken_back_adds_it(
    ada: Visitor, note_ids: list[int], stored: Callable
) -> None:
    deck_id = stored(sa.select(Card.deck_id).where(Card.note_id == note_ids[0]))[0].deck_id
    ada.get(f"/decks/{deck_id}/notes/new")
    form = {**ada.form(f"/decks/{deck_id}/notes").fields, "field-0": "Again", "field-1": "x"}
    ada.client.post(f"/decks/{deck_id}/notes", data=form)
    note_id = stored(sa.select(sa.func.max(Note.id)))[0][0]
    ada.get(f"/decks/{deck_id}/notes/new")
    ada.press(f"/notes/{note_id}/deletions")
    assert retired(stored) == [note_id]
    ada.client.post(f"/decks/{deck_id}/notes", data=form)
    assert retired(stored) == [] and stored(sa.select(sa.func.max(Note.id)))[0][0] == note_id
