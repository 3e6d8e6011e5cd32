"""What learners of these tests live through."""

from itertools import count
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Session

from app.clock import day_of
from app.importing import ParsedDeck, import_deck
from app.library import follow
from app.models import Card, Deck, Import, Memory, User
from app.planning.choosing import Choice
from app.planning.switching import carry_out, plan_switch
from app.progress import Scope, scope_of
from app.scheduling import Scheduler
from app.study import AnswerGiven, answer_card
from tests.factories import a_deck, a_follow, a_learner, a_note, at
from tests.importing.collections import in_transaction_of

_ids = count(1)


def cards_of(session: Session, deck: Deck) -> list[Card]:
    return list(session.scalars(sa.select(Card).where(Card.deck_id == deck.id).order_by(Card.position)))


def answer(session: Session, learner: User, card: Card, grade: int, day: int) -> None:
    """One answer, so many days after MONDAY; a minute after the one before."""
    memory = session.get(Memory, (learner.id, card.id), populate_existing=True)
    given = AnswerGiven(UUID(int=next(_ids)), grade, memory.answers if memory else 0, 2_000)
    answer_card(session, learner, card.id, given, at(day, second=next(_ids) % 60))


Days = dict[Card, list[tuple[int, int]]]
"""Of each card, days and the grades of its answers on them."""


def live(session: Session, learner: User, days: Days) -> None:
    """All these answers, day by day: a learner's day never runs backwards."""
    answers = [(one, place, card, grade) for card, log in days.items() for place, (one, grade) in enumerate(log)]
    for number, _place, card, grade in sorted(answers, key=lambda one: one[:2]):
        answer(session, learner, card, grade, number)


def bob_studies(session: Session, *decks: Deck) -> User:
    """Somebody else, who knows every card of these decks well and forgets some."""
    bob = a_learner(session)
    for deck in decks:
        a_follow(session, bob, deck)
    log = [(0, 4), (1, 4), (7, 2), (8, 5), (14, 5), (30, 5)]
    live(session, bob, {card: log for deck in decks for card in cards_of(session, deck)})
    return bob


def three_decks(session: Session, ada: User) -> tuple[Deck, Deck, Deck]:
    """A deck, one inside it, and one apart, five cards each; the first two of each are tagged."""
    above = a_deck(session)
    decks = above, a_deck(session, parent_id=above.id), a_deck(session)
    for deck in decks:
        for number in range(5):
            a_note(session, deck, tags=("net::dns",) if number < 2 else ())
    a_follow(session, ada, decks[0])
    a_follow(session, ada, decks[1], root_id=above.id)
    a_follow(session, ada, decks[2], place=1)
    bob_studies(session, *decks)
    return decks


def all_of(session: Session, ada: User) -> Scope:
    return scope_of(session, ada)


def day(number: int) -> int:
    """The study day so many days after MONDAY."""
    return day_of(at(number).date())


def switch_to_fsrs(session: Session, ada: User, deck: Deck, day: int, retention: float = 0.9) -> None:
    planned = plan_switch(session, ada, deck.id, Choice(Scheduler.FSRS, retention))
    carry_out(session, ada, planned, at(day))
    session.expire_all()


def bring_in(session: Session, ada: User, parsed: ParsedDeck) -> list[int]:
    """An import on MONDAY; the ids of its decks, which she follows from then on."""
    row = Import(user_id=ada.id, file_name="collection.apkg", at=at(0), finished_at=at(0))
    session.add(row)
    session.flush()
    report = import_deck(parsed, ada.id, at(0), in_transaction_of(session), import_id=row.id)
    for deck_id in report.deck_ids:
        follow(session, ada, deck_id, at(0))
    session.expire_all()
    return list(report.deck_ids)
