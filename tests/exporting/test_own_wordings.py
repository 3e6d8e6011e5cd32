"""A learner's own wording of somebody else's note goes out with all they have, and comes in again."""

import zipfile
from io import BytesIO
from pathlib import Path

import sqlalchemy as sa
from sqlalchemy.orm import Session

from app.exporting import FORMATS
from app.library.finding import find_cards
from app.models import Adjustment, Audience, Card, Deck, Note, User
from app.models.shown import shown_to
from app.sharing.adjusting import adjust_note, state_of
from tests.exporting.filled import an_export, answered
from tests.exporting.test_coming_back import brought_in, exported
from tests.factories import a_deck, a_follow, a_learner, a_note, at


def lines(content: bytes) -> str:
    return zipfile.ZipFile(BytesIO(content)).read("cardlet.jsonl").decode()


def reword(session: Session, learner: User, card: Card, fields: tuple[str, str]) -> None:
    note, deck = session.get_one(Note, card.note_id), session.get_one(Deck, card.deck_id)
    session.refresh(note, ["note_type"])
    (shown,) = shown_to(session, learner.id, [(note, deck)])
    assert adjust_note(session, learner, shown, fields, state_of(shown), at(3))


def a_follower(session: Session) -> tuple[User, Card, Card]:
    """Ada follows a starter deck and one of Bob's, and has worded a note of each for herself; Bob another."""
    ada, bob = a_learner(session, "Ada"), a_learner(session, "Bob")
    starter, bobs = a_deck(session, cards=1), a_deck(session, owner=bob, audience=Audience.LINK)
    (first,), (second,) = (a_note(session, deck, fields=("What purrs?", "A tabby")) for deck in (starter, bobs))
    for deck in (starter, bobs):
        a_follow(session, ada, deck)
    a_follow(session, bob, starter)
    for card in (first, second):
        answered(session, ada, card, 4)
        reword(session, ada, card, ("What meows?", "A tabby"))
    reword(session, bob, first, ("Bob's secret", "A tabby"))
    return ada, first, second


def test_it_comes_back_beside_a_starter_deck_and_as_the_text_of_what_is_ones_own(
    session: Session, data_dir: Path
) -> None:
    ada, first, _ = a_follower(session)
    content = exported(session, ada, None, data_dir, "cardlet")
    assert "meows" in lines(content) and "secret" not in lines(content)
    eve = a_learner(session, "Eve")
    brought_in(session, eve, content, "cardlet")
    own = session.get_one(Adjustment, (eve.id, first.note_id))
    assert (own.fields, own.seen_fields) == (["What meows?", "A tabby"], ["What purrs?", "A tabby"])
    assert [note.fields[0] for note in session.scalars(sa.select(Note).where(Note.owner_id == eve.id))] == [
        "What meows?"
    ]
    assert len(find_cards(session, eve, "meows", at(10)).cards) == 2


def test_what_is_worded_here_already_stays(session: Session, data_dir: Path) -> None:
    ada, first, _ = a_follower(session)
    content = exported(session, ada, None, data_dir, "cardlet")
    session.get_one(Adjustment, (ada.id, first.note_id)).fields = ["What roars?", "A tabby"]
    brought_in(session, ada, content, "cardlet")
    assert session.get_one(Adjustment, (ada.id, first.note_id)).fields == ["What roars?", "A tabby"]


def test_without_progress_it_stays_here(session: Session, data_dir: Path) -> None:
    ada, _, second = a_follower(session)
    deck = session.get_one(Deck, second.deck_id)
    content = b"".join(FORMATS["cardlet"].write(session, an_export(session, ada, deck, data_dir, with_progress=False)))
    assert "purrs" in lines(content) and "meows" not in lines(content)
