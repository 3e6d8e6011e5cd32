"""Cards that are forgotten again and again."""

import pytest
import sqlalchemy as sa
from sqlalchemy.orm import Session

from app.models import Deck, Memory, User
from app.models.memory_count import counting
from app.progress import leeches_of, scope_of
from tests.factories import a_learner
from tests.progress.steps import all_of, cards_of, live, three_decks


@pytest.fixture
def ada(session: Session) -> User:
    return a_learner(session)


@pytest.fixture
def decks(session: Session, ada: User) -> tuple[Deck, Deck, Deck]:
    """Ada's cards of the last deck were forgotten 7 to 11 times, and one of the first 30 times; Bob's all 50 times."""
    decks = three_decks(session, ada)
    forget(session, ada, decks[2], [7, 8, 9, 10, 11])
    forget(session, ada, decks[0], [30])
    for bob in session.scalars(sa.select(User).where(User.id != ada.id)):
        with counting(session.connection(), bob.id):
            session.execute(sa.update(Memory).where(Memory.user_id == bob.id).values(lapses=50))
    return decks


def forget(session: Session, ada: User, deck: Deck, times: list[int]) -> None:
    for card, lapses in zip(cards_of(session, deck), times, strict=False):
        live(session, ada, {card: [(0, 4)]})
        own = (Memory.user_id == ada.id, Memory.card_id == card.id)
        with counting(session.connection(), ada.id, Memory.card_id == card.id):
            session.execute(sa.update(Memory).where(*own).values(lapses=lapses))


def lapses(session: Session, ada: User, most: int = 20, **scope: object) -> tuple[int, list[int]]:
    leeches = leeches_of(session, scope_of(session, ada, **scope), most)
    return leeches.count, [one.lapses for one in leeches.worst]


def test_the_worst_come_first_and_all_are_counted(session: Session, ada: User, decks: tuple[Deck, Deck, Deck]) -> None:
    assert lapses(session, ada) == (5, [30, 11, 10, 9, 8])
    assert lapses(session, ada, most=2) == (5, [30, 11])
    (worst, *_) = leeches_of(session, all_of(session, ada)).worst
    assert worst.card == cards_of(session, decks[0])[0]
    assert worst.card.note.fields[0].startswith("Question")


def test_those_of_a_deck_and_of_a_tag(session: Session, ada: User, decks: tuple[Deck, Deck, Deck]) -> None:
    assert lapses(session, ada, deck_id=decks[2].id) == (4, [11, 10, 9, 8])
    assert lapses(session, ada, tag="net") == (2, [30, 8])
    assert lapses(session, ada, deck_id=decks[1].id) == (0, [])
