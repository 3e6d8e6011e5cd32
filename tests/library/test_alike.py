"""Notes that begin as one does that is being written."""

from collections.abc import Callable
from contextlib import nullcontext

import pytest
from sqlalchemy.orm import Session

from app.library.alike import same_beginning
from app.models import Deck, User
from app.models.indexing import index_what_waits
from app.models.note import set_tags
from tests.factories import a_deck, a_learner, a_note

BEGINNINGS = ("Pod", "école", "STRASSE", "The {{c1::Pod}} runs", "中文 Word", "What is `kubectl Get`?", "+", "sí", "")


@pytest.fixture
def ada(session: Session) -> User:
    return a_learner(session, "Ada")


@pytest.fixture
def write(session: Session, ada: User) -> Callable[..., Deck]:
    """Ada's deck of notes that begin so, beside Bob's, and another one of hers. `indexed`: the index knows them."""

    def written(*beginnings: str, indexed: bool) -> Deck:
        decks = [
            a_deck(session, owner=owner, name=name)
            for owner, name in ((a_learner(session, "Bob"), "Bob's"), (ada, "Other"), (ada, "Words"))
        ]
        for deck in decks:
            owner_id = deck.owner_id
            cards = [a_note(session, deck, fields=(text, "x"))[0] for text in beginnings]
            set_tags(session, owner_id, {card.note_id: () for card in cards})
        if indexed:
            index_what_waits(session, lambda: nullcontext(session))
        return decks[-1]

    return written


@pytest.mark.parametrize("indexed", [False, True])
def test_the_same_words_in_other_letters_are_the_same_beginning(
    session: Session, ada: User, write: Callable[..., Deck], indexed: bool
) -> None:
    deck = write(*BEGINNINGS, indexed=indexed)
    runs = "The {{c1::Pod}} runs"
    alike = {
        **dict.fromkeys(("pod", "POD"), "Pod"),
        **dict.fromkeys(("ÉCOLE", "E\u0301cole"), "école"),
        **dict.fromkeys(("the {{C1::pod}} RUNS", "<b>the</b> {{c1::pod}}  runs"), runs),
        "Straße": "STRASSE",
    }
    found = {text: [note.fields[0] for note in same_beginning(session, ada, deck.id, text)] for text in alike}
    assert found == {text: [beginning] for text, beginning in alike.items()}
    for text in ("中文 word", "WHAT IS `kubectl get`?", "+"):
        assert len(same_beginning(session, ada, deck.id, text)) == 1, text
    for text in ("pods", "ecole", "runs the {{c1::pod}}", "中文", "-", "SI", "?", "x"):
        assert same_beginning(session, ada, deck.id, text) == [], text


def test_what_is_the_same_to_the_letter_comes_first_and_few_are_told(
    session: Session, ada: User, write: Callable[..., Deck]
) -> None:
    deck = write("pod", "POD", "Pod", "pOd", "pod b", indexed=True)
    found = [note.fields[0] for note in same_beginning(session, ada, deck.id, "Pod")]
    assert found[0] == "Pod" and len(found) == 3
