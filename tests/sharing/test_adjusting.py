"""A follower's own wording of a note: shown to them alone, beside the author's, and marked when that changes."""

import pytest
import sqlalchemy as sa
from sqlalchemy.orm import Session

from app.errors import NotFound, Refused, Stale
from app.library.contents import deck_page
from app.library.editing import Wording, edit_note, open_note
from app.models import Adjustment, Audience, Card, Deck, Note, NoteType, User
from app.models.change import digest_of
from app.models.shown import ShownNote
from app.sharing import adjust_note, give_up_own, keep_own, set_audience, state_of
from app.study.showing import ShownCard, show
from tests.factories import a_note, at
from tests.sharing.steps import card_of, memories, waiting
from tests.statements import recorded

MINE = ("What is the capital of France?", "Paris, on the Seine")


def seen_by(session: Session, learner: User, guid: str = "fr") -> ShownNote:
    return open_note(session, learner, card_of(session, guid).note_id).shown


def adjust(session: Session, learner: User, fields: tuple[str, ...] = MINE, guid: str = "fr") -> bool:
    shown = seen_by(session, learner, guid)
    return adjust_note(session, learner, shown, fields, state_of(shown), at(1))


def edit(session: Session, author: User, *fields: str) -> None:
    note = session.get_one(Note, card_of(session, "fr").note_id)
    edit_note(session, author, note.id, Wording(fields, ()), digest_of(note), at(1))


def shown(session: Session, learner: User, guid: str = "fr") -> ShownCard:
    return show(session, learner, card_of(session, guid).id)[0]


def test_it_is_shown_to_who_wrote_it_and_to_nobody_else(
    session: Session, ada: User, bob: User, eve: User, shared: int
) -> None:
    known = memories(session, bob)
    assert adjust(session, bob)
    assert shown(session, bob).content.fields == list(MINE) and shown(session, bob).is_adjusted
    for other in (ada, eve):
        assert shown(session, other).content.fields == ["Capital of France?", "Paris"]
    page = deck_page(session, bob, shared, 1)
    assert [one.content("").fields[0] for one in page.notes] == [MINE[0], "Capital of Spain?"]
    assert memories(session, bob) == known and waiting(session, bob, 1) == "Capital of France?"


def test_a_card_in_ones_own_wording_costs_no_statement_more(session: Session, bob: User, shared: int) -> None:
    counts = []
    shown(session, bob)
    for _ in range(2):
        with recorded(session.get_bind().engine) as recording:
            shown(session, bob)
        counts.append(len(recording.statements))
        adjust(session, bob)
    assert counts[0] == counts[1]


def test_when_the_author_changes_the_note_both_are_there_to_choose_from(
    session: Session, ada: User, bob: User, shared: int
) -> None:
    adjust(session, bob)
    assert not shown(session, bob).is_changed_since
    edit(session, ada, "Capital of France, please?", "Paris")
    both = seen_by(session, bob)
    assert both.is_changed_since and shown(session, bob).is_changed_since
    assert (both.own_fields, both.seen_fields) == (list(MINE), ["Capital of France?", "Paris"])
    keep_own(session, bob, both, state_of(both))
    assert not shown(session, bob).is_changed_since and shown(session, bob).content.fields == list(MINE)
    edit(session, ada, "Capital of France?", "Paris!")
    assert give_up_own(session, bob, seen_by(session, bob)) == list(MINE)
    assert shown(session, bob).content.fields == ["Capital of France?", "Paris!"]
    assert not session.scalars(sa.select(Adjustment)).all()


def test_the_authors_own_words_are_no_wording_of_ones_own(session: Session, bob: User, shared: int) -> None:
    adjust(session, bob)
    assert not adjust(session, bob, ("Capital of France?", "Paris"))
    assert not shown(session, bob).is_adjusted
    with pytest.raises(NotFound):
        give_up_own(session, bob, seen_by(session, bob))


def test_what_is_written_over_something_newer_is_not_saved(session: Session, ada: User, bob: User, shared: int) -> None:
    before = state_of(seen_by(session, bob))
    edit(session, ada, "Capital of France, please?", "Paris")
    with pytest.raises(Stale):
        adjust_note(session, bob, seen_by(session, bob), MINE, before, at(1))
    adjust(session, bob)
    with pytest.raises(Stale):
        keep_own(session, bob, seen_by(session, bob), before)


def test_ones_own_note_is_edited_and_a_note_one_does_not_see_is_not_there(
    session: Session, ada: User, eve: User, shared: int
) -> None:
    with pytest.raises(NotFound):
        adjust(session, ada)
    with pytest.raises(NotFound):
        adjust(session, eve)


def test_gaps_stay_the_authors(session: Session, ada: User, bob: User, shared: int) -> None:
    deck = session.get_one(Deck, shared)
    cloze = a_note(session, deck, kind="cloze", guid="gap/cl", fields=("{{c1::Oslo}} is in {{c2::Norway}}", ""))
    note_id = cloze[0].note_id
    for fields in (("{{c1::Oslo}} is in Norway", ""), ("{{c1::Oslo}} {{c2::is}} {{c3::in}}", "")):
        with pytest.raises(Refused):
            adjust(session, bob, fields, "cl")
    assert adjust(session, bob, ("{{c1::Oslo}} lies in {{c2::Norway}}", ""), "cl")
    note = session.get_one(Note, note_id)
    wording = Wording(("{{c1::Oslo}}, {{c2::Norway}}, {{c3::Europe}}", ""), ())
    edit_note(session, ada, note_id, wording, digest_of(note), at(1))
    cards = dict(session.execute(sa.select(Card.ordinal, Card.id).where(Card.note_id == note_id)).all())
    for card_id, words in ((cards[1], "lies in"), (cards[3], "Europe")):
        assert words in show(session, bob, card_id)[0].content.fields[0]


def test_another_type_of_the_note_is_another_note(session: Session, bob: User, shared: int) -> None:
    adjust(session, bob)
    reversed_type = session.scalars(sa.select(NoteType).where(NoteType.kind == "reversed")).one()
    session.get_one(Note, card_of(session, "fr").note_id).note_type_id = reversed_type.id
    session.flush()
    assert not shown(session, bob).is_adjusted and seen_by(session, bob).own_fields is None


def test_it_stays_when_the_deck_is_closed_and_nothing_of_the_author_is_told(
    session: Session, ada: User, bob: User, shared: int
) -> None:
    adjust(session, bob)
    set_audience(session, ada, shared, Audience.OWNER)
    edit(session, ada, "Secret?", "Secret!")
    card = shown(session, bob)
    assert card.content.fields == list(MINE) and not card.is_changed_since
    assert adjust(session, bob, ("Mine again", "Paris"))
    assert seen_by(session, bob).seen_fields == ["Capital of France?", "Paris"]
