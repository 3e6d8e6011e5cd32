"""What the people of these tests do."""

from collections.abc import Iterator
from contextlib import contextmanager
from uuid import UUID, uuid4

import sqlalchemy as sa
from sqlalchemy.orm import Session

from app.importing import Source, import_deck, read_deck
from app.models import Card, Memory, Note, User
from app.study import AnswerGiven, answer_card
from app.study.queue import next_card, queue_of
from tests.factories import at

DECK = "---\ndeck: Capitals\nid: capitals\n---\n"
FRANCE = "## Capital of France? {#fr}\n\nParis\n\n"
SPAIN = "## Capital of Spain? {#es}\n\nMadrid\n\n"
ITALY = "## Capital of Italy? {#it}\n\nRome\n\n"


def publish(session: Session, owner: User, text: str, day: int = 0) -> int:
    """The owner imports a deck; its id."""

    @contextmanager
    def transaction() -> Iterator[Session]:
        yield session
        session.flush()
        session.expire_all()

    deck = read_deck(Source("deck.md", content=text.encode()))
    return import_deck(deck, owner.id, at(day), transaction).deck_id


def answer(session: Session, learner: User, card_id: int, day: int, grade: int = 4, seen: int = 0) -> UUID:
    given = AnswerGiven(uuid4(), grade, seen)
    answer_card(session, learner, card_id, given, at(day))
    return given.review_id


def part_of_it(name: str) -> str:
    """The header of a deck inside."""
    return DECK.replace("Capitals", f"Capitals::{name}").replace("id: c", f"id: {name.lower()}-c")


def card_of(session: Session, guid: str) -> Card:
    return session.scalars(sa.select(Card).join(Note).where(Note.guid.endswith(guid))).one()


def waiting(session: Session, learner: User, day: int) -> str | None:
    """The question of the card that is next."""
    card = next_card(session, learner, queue_of(session, learner, None, at(day)), at(day))
    return None if card is None else card.card.fields[0]


def memories(session: Session, learner: User) -> list[tuple]:
    rows = sa.select(Memory.__table__).where(Memory.user_id == learner.id).order_by(Memory.card_id)
    return [tuple(row) for row in session.execute(rows)]
