"""Editing notes: words change, cards and what is known of them stay."""

from uuid import uuid4

import pytest
import sqlalchemy as sa
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy.orm import Session

from app.errors import NotFound, Refused, Stale
from app.library.editing import Wording, edit_note, open_note
from app.library.history import bring_back, latest_change, latest_undone_change, redo_change, steps_of, undo_change
from app.models import Card, Change, Deck, Memory, Note, NoteVersion, User
from app.models.change import content_of, digest_of
from app.rendering import LONGEST_FIELD, cloze_numbers
from app.rendering.differences import Effort
from app.study import AnswerGiven, answer_card, next_card, queue_of
from tests.factories import a_deck, a_follow, a_learner, a_note, at

GAPS = ("{{c1::etcd}} keeps {{c2::all state}}", "")


@pytest.fixture
def ada(session: Session) -> User:
    """Ada, beside Bob, who has a deck, an edit and progress of his own."""
    bob = a_learner(session, "Bob")
    deck = a_deck(session, cards=2, owner=bob)
    a_follow(session, bob, deck)
    note = session.scalars(sa.select(Note).where(Note.owner_id == bob.id)).first()
    edit_note(session, bob, note.id, Wording(("Bob's", "own"), ()), digest_of(note), at(0))
    return a_learner(session, "Ada")


@pytest.fixture
def deck(session: Session, ada: User) -> Deck:
    deck = a_deck(session, owner=ada)
    a_follow(session, ada, deck)
    return deck


def edit(session: Session, learner: User, note_id: int, *fields: str, tags: tuple[str, ...] = (), day: int = 1) -> int:
    digest = digest_of(session.get_one(Note, note_id))
    change_id = edit_note(session, learner, note_id, Wording(fields, tags), digest, at(day))
    assert change_id is not None
    return change_id


def cloze(session: Session, deck: Deck) -> int:
    """A note with two gaps between two others; its id."""
    a_note(session, deck)
    (card,) = a_note(session, deck, kind="cloze", fields=GAPS)
    card.ordinal = 1
    session.add(Card(deck_id=deck.id, note_id=card.note_id, ordinal=2, position=card.position + 1))
    session.flush()
    a_note(session, deck)
    return card.note_id


def order(session: Session, deck: Deck) -> list[tuple[int, int]]:
    """The deck's cards that are not retired, in their order: note and ordinal."""
    rows = sa.select(Card.note_id, Card.ordinal).where(Card.deck_id == deck.id, ~Card.retired)
    return [tuple(row) for row in session.execute(rows.order_by(Card.position, Card.id))]


def test_an_edit_keeps_the_cards_and_what_is_known_of_them(session: Session, ada: User, deck: Deck) -> None:
    (card,) = a_note(session, deck)
    answer_card(session, ada, card.id, AnswerGiven(uuid4(), 4, 0), at(0))
    before = session.get_one(Memory, (ada.id, card.id)).state
    edit(session, ada, card.note_id, "Reworded", "Better", tags=("a", "b"))
    note = session.get_one(Note, card.note_id)
    assert (note.fields, note.tags, note.changed_at) == (["Reworded", "Better"], ["a", "b"], at(1))
    assert [one.id for one in session.scalars(sa.select(Card).where(Card.note_id == note.id))] == [card.id]
    session.expire_all()
    assert session.get_one(Memory, (ada.id, card.id)).state == before


def test_nothing_edited_is_no_change(session: Session, ada: User, deck: Deck) -> None:
    (card,) = a_note(session, deck, fields=("Q", "A"))
    note = session.get_one(Note, card.note_id)
    assert edit_note(session, ada, note.id, Wording(("Q", "A"), ()), digest_of(note), at(1)) is None
    assert steps_of(session, open_note(session, ada, note.id).note, Effort()) == []


def test_a_gap_that_is_gone_retires_its_card_and_undoing_brings_it_back(
    session: Session, ada: User, deck: Deck
) -> None:
    note_id = cloze(session, deck)
    (gone,) = session.scalars(sa.select(Card.id).where(Card.note_id == note_id, Card.ordinal == 2))
    answer_card(session, ada, gone, AnswerGiven(uuid4(), 4, 0), at(0))
    version, before = deck.order_version, order(session, deck)
    change_id = edit(session, ada, note_id, "{{c1::etcd}} keeps all state", "")
    assert session.get_one(Card, gone).retired
    assert session.get(Memory, (ada.id, gone)) is not None
    undo_change(session, ada, change_id, at(1))
    session.expire_all()
    assert not session.get_one(Card, gone).retired
    assert order(session, deck) == before
    assert session.get_one(Deck, deck.id).order_version == version + 2


def test_a_new_gap_is_a_card_after_its_siblings(session: Session, ada: User, deck: Deck) -> None:
    note_id = cloze(session, deck)
    first, _, _, last = (note for note, _ in order(session, deck))
    version = deck.order_version
    edit(session, ada, note_id, GAPS[0] + " of {{c4::a cluster}} and {{c3::more}}", "")
    session.expire_all()
    assert order(session, deck) == [(first, 0), (note_id, 1), (note_id, 2), (note_id, 3), (note_id, 4), (last, 0)]
    assert len(set(session.scalars(sa.select(Card.position).where(Card.deck_id == deck.id)))) == 6
    assert session.get_one(Deck, deck.id).order_version == version + 1


def test_a_new_gap_is_met_though_the_cursor_had_passed_it(session: Session, ada: User, deck: Deck) -> None:
    note_id = cloze(session, deck)
    for day in range(4):
        shown = next_card(session, ada, queue_of(session, ada, deck.id, at(day)), at(day))
        while shown is not None:
            answer_card(session, ada, shown.card.id, AnswerGiven(uuid4(), 5, shown.state.answers), at(day))
            shown = next_card(session, ada, queue_of(session, ada, deck.id, at(day)), at(day))
    edit(session, ada, note_id, GAPS[0] + " of {{c3::a cluster}}", "", day=4)
    shown = next_card(session, ada, queue_of(session, ada, deck.id, at(4)), at(4))
    while shown is not None and shown.reason != "new":
        answer_card(session, ada, shown.card.id, AnswerGiven(uuid4(), 5, shown.state.answers), at(4))
        shown = next_card(session, ada, queue_of(session, ada, deck.id, at(4)), at(4))
    assert shown is not None and (shown.card.note_id, shown.card.ordinal) == (note_id, 3)


@pytest.mark.parametrize(
    ("kind", "fields", "at_fault"),
    [
        ("basic", ("  \n", "A"), "field-0"),
        ("basic", ("Q", ""), "field-1"),
        ("cloze", ("no gap", ""), "field-0"),
        ("cloze", ("{{c0::none}}", ""), "field-0"),
        ("basic", ("Q", "x" * (LONGEST_FIELD + 1)), "field-1"),
        ("basic", ("Q",), None),
    ],
)
def test_what_gives_no_card_is_refused(
    session: Session, ada: User, deck: Deck, kind: str, fields: tuple[str, ...], at_fault: str | None
) -> None:
    card = a_note(session, deck, kind=kind, fields=GAPS if kind == "cloze" else None)[0]
    with pytest.raises(Refused) as refused:
        edit(session, ada, card.note_id, *fields)
    assert refused.value.field == at_fault


def test_html_without_words_is_empty(session: Session, ada: User, deck: Deck) -> None:
    (card,) = a_note(session, deck)
    session.get_one(Note, card.note_id).format = "html"
    with pytest.raises(Refused):
        edit(session, ada, card.note_id, "<br><p> </p>", "A")


def test_tags_have_limits_but_old_ones_may_stay(session: Session, ada: User, deck: Deck) -> None:
    (card,) = a_note(session, deck, fields=("Q", "A"))
    many = tuple(f"tag-{n}" for n in range(51))
    for tags in (many, ("x" * 101,)):
        with pytest.raises(Refused) as refused:
            edit(session, ada, card.note_id, "Q", "A", tags=tags)
        assert refused.value.field == "tags"
    session.get_one(Note, card.note_id).tags = list(many)
    edit(session, ada, card.note_id, "Q2", "A", tags=many)


def test_what_was_changed_meanwhile_is_not_written_over_unseen(session: Session, ada: User, deck: Deck) -> None:
    (card,) = a_note(session, deck)
    seen = digest_of(session.get_one(Note, card.note_id))
    edit(session, ada, card.note_id, "In the other tab", "A")
    with pytest.raises(Stale):
        edit_note(session, ada, card.note_id, Wording(("Here", "A"), ()), seen, at(1))
    assert session.get_one(Note, card.note_id).fields[0] == "In the other tab"


def test_others_notes_are_not_there_and_starter_notes_are_not_to_change(session: Session, ada: User) -> None:
    bobs = session.scalars(sa.select(Note.id).where(Note.owner_id.is_not(None))).first()
    starter = a_note(session, a_deck(session))[0].note_id
    hidden = a_note(session, a_deck(session, owner=ada, published=False))[0].note_id
    for note_id, error in ((bobs, NotFound), (starter, Refused), (hidden, NotFound), (999_999, NotFound)):
        with pytest.raises(error):
            edit_note(session, ada, note_id, Wording(("Q", "A"), ()), "", at(1))
        with pytest.raises(error):
            bring_back(session, ada, note_id, 1, at(1))
    assert not open_note(session, ada, starter).is_own
    bobs_change = session.scalars(sa.select(Change.id)).first()
    with pytest.raises(NotFound):
        undo_change(session, ada, bobs_change, at(1))


def test_edits_are_undone_one_after_another_the_latest_first(session: Session, ada: User, deck: Deck) -> None:
    (card,) = a_note(session, deck, fields=("Q", "A"))
    first, second = (edit(session, ada, card.note_id, "Q", text) for text in ("B", "C"))
    with pytest.raises(Stale, match="edited again"):
        undo_change(session, ada, first, at(1))
    for change_id, fields in ((second, ["Q", "B"]), (first, ["Q", "A"])):
        assert latest_change(session, ada, ada.today(at(1))).change_id == change_id
        for _twice in range(2):
            assert undo_change(session, ada, change_id, at(1)) == card.note_id
            assert session.get_one(Note, card.note_id).fields == fields
    assert latest_change(session, ada, ada.today(at(1))) is None
    assert [step.verb for step in steps_of(session, open_note(session, ada, card.note_id).note, Effort())] == [
        *("undo", "undo", "edit", "edit")
    ]


def test_what_was_undone_is_done_again_unless_something_came_since(session: Session, ada: User, deck: Deck) -> None:
    (card,) = a_note(session, deck, fields=("Q", "A"))
    today, (first, second) = ada.today(at(1)), (edit(session, ada, card.note_id, "Q", text) for text in ("B", "C"))
    for change_id in (second, first):
        undo_change(session, ada, change_id, at(1, minute=change_id))
    assert latest_undone_change(session, ada, today).change_id == second
    for change_id, fields in ((first, ["Q", "B"]), (second, ["Q", "C"])):
        for _twice in range(2):
            assert redo_change(session, ada, change_id, at(2)) == card.note_id
            assert session.get_one(Note, card.note_id).fields == fields
    assert latest_undone_change(session, ada, today) is None
    undo_change(session, ada, second, at(2))
    assert session.get_one(Note, card.note_id).fields == ["Q", "B"]
    edit(session, ada, card.note_id, "Q", "D")
    with pytest.raises(Stale):
        redo_change(session, ada, second, at(2))


def test_an_undo_is_undone_by_bringing_back_and_no_other_way(session: Session, ada: User, deck: Deck) -> None:
    (card,) = a_note(session, deck, fields=("Q", "A"))
    undo_change(session, ada, edit(session, ada, card.note_id, "Q", "B"), at(1))
    undo = session.scalars(sa.select(Change.id).where(Change.verb == "undo")).one()
    with pytest.raises(Refused):
        undo_change(session, ada, undo, at(1))
    brought = bring_back(session, ada, card.note_id, undo, at(1))
    assert session.get_one(Note, card.note_id).fields == ["Q", "B"]
    assert latest_change(session, ada, ada.today(at(1))).change_id == brought
    with pytest.raises(NotFound):
        bring_back(session, ada, card.note_id, 999_999, at(1))


def test_the_latest_change_is_one_of_the_study_day(session: Session, ada: User, deck: Deck) -> None:
    (card,) = a_note(session, deck)
    edit(session, ada, card.note_id, "Q", "B", day=1)
    assert latest_change(session, ada, ada.today(at(1))) is not None
    assert latest_change(session, ada, ada.today(at(2))) is None
    assert latest_change(session.connection(), ada, ada.today(at(2, hour=3))) is not None


def test_steps_say_what_changed(session: Session, ada: User, deck: Deck) -> None:
    (card,) = a_note(session, deck, fields=("The old question", "A"))
    edit(session, ada, card.note_id, "The new question", "A", tags=("tag",))
    (step,) = steps_of(session, open_note(session, ada, card.note_id).note, Effort())
    assert [part.name for part in step.differing] == ["Question", None]
    assert [piece.kind for piece in step.differing[0].pieces] == ["same", "gone", "new", "same"]


def test_history_goes_with_its_learner(session: Session, ada: User, deck: Deck) -> None:
    (card,) = a_note(session, deck)
    edit(session, ada, card.note_id, "Q", "B")
    session.execute(sa.delete(User).where(User.id == ada.id))
    assert session.scalars(sa.select(Change.user_id)).all() == [
        session.scalars(sa.select(User.id).where(User.name == "Bob")).one()
    ]
    assert session.scalar(sa.select(sa.func.count()).select_from(NoteVersion)) == 1


TEXTS = st.lists(st.integers(1, 4), min_size=1, max_size=4).map(lambda ns: " ".join(f"{{{{c{n}::x}}}}" for n in ns))


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=30, deadline=None)
@given(texts=st.lists(TEXTS, min_size=1, max_size=6))
def test_undoing_every_edit_leads_back_and_no_card_ever_changes_its_identity(
    session: Session, ada: User, deck: Deck, texts: list[str]
) -> None:
    note_id = cloze(session, deck)
    note, seen = session.get_one(Note, note_id), {}
    start, edits = content_of(note), []
    for text in texts:
        change_id = edit_note(session, ada, note_id, Wording((text, ""), ()), digest_of(note), at(1))
        edits += [change_id] if change_id is not None else []
        cards = session.execute(sa.select(Card.ordinal, Card.id, Card.retired).where(Card.note_id == note_id)).all()
        assert all(seen.setdefault(ordinal, card_id) == card_id for ordinal, card_id, _ in cards)
        assert sorted(ordinal for ordinal, _, retired in cards if not retired) == cloze_numbers(text)
    end = content_of(note)
    for change_id in reversed(edits):
        undo_change(session, ada, change_id, at(1))
    for change_id in edits:
        redo_change(session, ada, change_id, at(1))
    assert content_of(note) == end
    for change_id in reversed(edits):
        undo_change(session, ada, change_id, at(1))
    assert content_of(note) == start
    standing = sa.select(Card.ordinal).where(Card.note_id == note_id, ~Card.retired)
    assert sorted(session.scalars(standing)) == [1, 2]
