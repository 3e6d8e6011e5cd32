"""What another type makes of a note is what was said before."""

from uuid import uuid4

import pytest
import sqlalchemy as sa
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy.orm import Session

from app.errors import Refused
from app.library.adding import desk
from app.library.history import undo_change
from app.library.retyping import change_type, foresee_type, type_called, usual_sources
from app.models import Card, Memory, Note, User
from app.models.change import content_of, digest_of
from app.study import AnswerGiven, answer_card
from tests.factories import a_deck, a_follow, a_learner, a_note, at

KINDS = ("basic", "reversed", "cloze", "typed")
TEXTS = st.sampled_from(["", " ", "Spain", "{{c1::Madrid}}", "{{c2::a}} {{c7::b}}", "{{c1::a}}{{c2::b}}"])


@pytest.fixture
def ada(session: Session) -> User:
    a_deck(session, cards=2, owner=a_learner(session, "Bob"))
    return a_learner(session, "Ada")


def standing(session: Session, note_id: int) -> dict[int, int]:
    """The cards that are not retired, by ordinal."""
    rows = sa.select(Card.ordinal, Card.id).where(Card.note_id == note_id, ~Card.retired)
    return dict(session.execute(rows).all())


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.sampled_from(KINDS), TEXTS, TEXTS, st.lists(st.sampled_from([None, 0, 1, 5]), max_size=3), st.booleans())
def test_what_is_foreseen_is_what_happens_and_undoing_is_exact(
    session: Session, ada: User, to: str, first: str, second: str, sources: list[int | None], met: bool
) -> None:
    deck = a_deck(session, owner=ada)
    a_follow(session, ada, deck)
    cards = a_note(session, deck, kind="reversed", fields=(first, second))
    note = session.get_one(Note, cards[0].note_id)
    if met:
        answer_card(session, ada, cards[0].id, AnswerGiven(uuid4(), 4, 0), at(0))
    new_type = type_called(desk(session, ada, deck.id).types, to)
    session.refresh(note, ["note_type"])
    foreseen = foresee_type(session, ada, note, new_type, sources)
    before, content = standing(session, note.id), content_of(note)
    known = session.execute(sa.select(Memory.__table__).where(Memory.user_id == ada.id)).all()
    if foreseen.problem is not None:
        with pytest.raises(Refused):
            change_type(session, ada, note.id, new_type, sources, digest_of(note), at(1))
        assert content_of(note) == content
        return
    change_id = change_type(session, ada, note.id, new_type, sources, digest_of(note), at(1))
    after = standing(session, note.id)
    stayed = before.items() & after.items()
    assert (len(stayed), len(after) - len(stayed)) == (foreseen.stay, foreseen.come)
    assert len(before) - len(stayed) == foreseen.go
    gone = {card_id for card_id in before.values() if card_id not in after.values()}
    assert foreseen.met == (met and cards[0].id in gone)
    assert session.execute(sa.select(Memory.__table__).where(Memory.user_id == ada.id)).all() == known
    if change_id is not None:
        undo_change(session, ada, change_id, at(2))
        session.expire_all()
        assert content_of(session.get_one(Note, note.id)) == content
        assert standing(session, note.id) == before


def test_fields_go_by_name_and_then_by_place(session: Session, ada: User) -> None:
    deck = a_deck(session, owner=ada)
    note = session.get_one(Note, a_note(session, deck)[0].note_id)
    session.refresh(note, ["note_type"])
    types = desk(session, ada, deck.id).types
    assert usual_sources(note, type_called(types, "reversed")) == [0, 1]
    assert usual_sources(note, type_called(types, "cloze")) == [0, 1]
