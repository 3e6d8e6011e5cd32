"""Notes that lie far apart in the index of words, with those of others between them."""

import pytest
from sqlalchemy.orm import Session

from app.library.finding import find_cards
from app.models import Card, Note, User
from app.models.note import set_tags
from app.models.posting import BLOCK
from tests.factories import a_deck, a_learner, a_note, at
from tests.library.test_finding import index_all

FAR = [90 * BLOCK + 5, 30 * BLOCK + 1, 2 * BLOCK, BLOCK - 1]


@pytest.fixture
def ada(session: Session) -> User:
    """Notes of Ada's with such ids, all indexed; a note of Bob's is the newest of all."""
    ada, bob = a_learner(session, "Ada"), a_learner(session, "Bob")
    deck, other = a_deck(session, owner=ada, name="Far"), a_deck(session, owner=bob)
    (one,) = a_note(session, deck, fields=("kubernetes", "first"))
    pattern = session.get_one(Note, one.note_id)
    kept = {column.key: getattr(pattern, column.key) for column in Note.__table__.columns}
    for number, id in enumerate([*FAR, 120 * BLOCK]):
        owner, lies_in = (ada, deck) if id in FAR else (bob, other)
        words = {"fields": [f"kubernetes 容器 {number}", "far"], "guid": f"far-{number}", "owner_id": owner.id}
        session.add(Note(**{**kept, **words, "id": id}))
        session.flush()
        session.add(Card(deck_id=lies_in.id, note_id=id, ordinal=0, position=number, retired=False))
        set_tags(session, owner.id, {id: []})
    session.flush()
    index_all(session)
    return ada


@pytest.mark.parametrize("query", ["kubernetes", "kube", "kubern", "容器", "deck:far 容器", "far -zebra"])
def test_all_are_found_the_newest_first(session: Session, ada: User, query: str) -> None:
    found = [card.row.note_id for card in find_cards(session, ada, query, at(1)).cards]
    assert [note_id for note_id in found if note_id in FAR] == FAR


def test_a_page_goes_on_below_a_note(session: Session, ada: User) -> None:
    for place, before in enumerate(FAR):
        found = find_cards(session, ada, "容器", at(1), before=before).cards
        assert [card.row.note_id for card in found] == FAR[place + 1 :]
