"""The topmost deck above many decks, in as many statements as there are levels."""

from sqlalchemy.orm import Session

from app.models.deck import top_of, tops_of
from tests.factories import a_deck
from tests.statements import recorded


def test_many_decks_are_asked_about_together(session: Session) -> None:
    top, alone = a_deck(session), a_deck(session)
    middle = a_deck(session, parent_id=top.id)
    inside = [a_deck(session, parent_id=middle.id) for _ in range(20)]
    ids = [deck.id for deck in (top, alone, middle, *inside)]
    with recorded() as asked:
        found = tops_of(session, ids)
    assert found == {deck_id: top_of(session, deck_id) for deck_id in ids}
    assert {found[deck.id] for deck in inside} == {top.id} and found[alone.id] == alone.id
    assert len(asked.statements) <= 3
