"""What is added up stays what the log says, whatever happens to cards, decks, imports and settings; and doctor finds
and mends what does not."""

from typing import Any
from uuid import uuid4

import pytest
import sqlalchemy as sa
from sqlalchemy.orm import Session

from app.importing import undo_import
from app.library import follow, stop_following
from app.models import DayTotal, Deck, MemoryCount, PeriodTotal, User
from app.planning.choosing import Choice
from app.planning.switching import carry_out, plan_switch, plan_undo
from app.progress import Scope, Span, done_in
from app.scheduling import Scheduler
from app.study import mark_card, refold, undo_last_act
from app.study.marking import brought_back, buried, flagged, suspended
from app.study.rebuilding import compare, rebuild
from tests.factories import a_learner, at
from tests.importing.collections import TODAY, a_card, a_collection, a_parsed_note, a_review, in_transaction_of
from tests.importing.test_collections import bring_in
from tests.progress.lives import answer, cards_of


@pytest.fixture
def ada(session: Session) -> User:
    """Ada with a collection of three notes, and Bob with the same one."""
    bob, ada = a_learner(session), a_learner(session)
    for learner in (bob, ada):
        bring_in(session, learner, of_three())
    return ada


def of_three(*more_reviews: Any, deck: int = 0) -> Any:
    reviews = [a_review(days) for days in (40, 20)]
    return a_collection(
        a_parsed_note(1, a_card(deck=deck, reviews=[*more_reviews, *reviews])),
        a_parsed_note(2, a_card(deck=1, reviews=reviews)),
        a_parsed_note(3, a_card(deck=2)),
    )


def holds(session: Session, ada: User) -> None:
    session.flush()
    session.expire_all()
    found = compare(session, ada.id)
    assert found.counts == []
    assert found.agrees


def decks_of(session: Session, ada: User) -> list[Deck]:
    return list(session.scalars(sa.select(Deck).where(Deck.owner_id == ada.id).order_by(Deck.id)))


def test_a_file_that_knows_an_earlier_past_counts_the_card_as_met_then(session: Session, ada: User) -> None:
    """What is new comes before what was the card's first answer, and the same day's repetition."""
    learning = [a_review(60, last_interval=0, kind=0), a_review(41, last_interval=-600, kind=0)]
    bring_in(session, ada, of_three(*learning[1:]), day=1)
    holds(session, ada)
    before = done_in(session, Scope(ada.id, ()), Span(None, TODAY))
    _, import_id = bring_in(session, ada, of_three(*learning), day=2)
    holds(session, ada)
    after = done_in(session, Scope(ada.id, ()), Span(None, TODAY))
    assert (before.met, after.met) == (1, 1) and after.answers == before.answers + 1
    met = sa.select(DayTotal.day).where(DayTotal.user_id == ada.id, DayTotal.met > 0)
    assert session.scalars(met).all() == [TODAY - 60]
    undone = undo_import(ada.id, import_id, at(3), in_transaction_of(session))
    refold(session, ada.id, undone.card_ids)
    holds(session, ada)
    assert done_in(session, Scope(ada.id, ()), Span(None, TODAY)) == before


def test_a_card_that_moves_takes_its_memory_along(session: Session, ada: User) -> None:
    _, import_id = bring_in(session, ada, of_three(deck=2), day=1)
    holds(session, ada)
    undo_import(ada.id, import_id, at(2), in_transaction_of(session))
    holds(session, ada)


def test_imports_and_their_undoing(session: Session, ada: User) -> None:
    more = a_collection(
        a_parsed_note(7, a_card(reviews=[a_review(3)])), a_parsed_note(1, a_card(reviews=[a_review(2)]))
    )
    _, import_id = bring_in(session, ada, more, day=1)
    holds(session, ada)
    undone = undo_import(ada.id, import_id, at(1), in_transaction_of(session))
    refold(session, ada.id, undone.card_ids)
    holds(session, ada)


def test_switching_the_scheduler_there_and_back(session: Session, ada: User) -> None:
    deck = decks_of(session, ada)[0]
    for card_id in cards_of(session, deck):
        answer(session, ada, card_id, (0, 2), (0, 4))
    for choice in (Choice(Scheduler.FSRS), Choice(), Choice(Scheduler.FSRS, retention=0.8)):
        carry_out(session, ada, plan_switch(session, ada, deck.id, choice), at(1))
        holds(session, ada)
    carry_out(session, ada, plan_undo(session, ada, deck.id), at(1))
    holds(session, ada)


def test_marks_and_their_undoing(session: Session, ada: User) -> None:
    card_id = cards_of(session, decks_of(session, ada)[0])[0]
    for marking in (suspended, brought_back, buried, flagged(2), suspended):
        mark_card(session, ada, card_id, (uuid4(), marking), at(0))
        holds(session, ada)
    for _ in range(5):
        undo_last_act(session, ada, at(0))
        holds(session, ada)


def test_leaving_a_deck_and_coming_back(session: Session, ada: User) -> None:
    deck = decks_of(session, ada)[0]
    answer(session, ada, cards_of(session, deck)[0], (0, 4))
    for number in range(2):
        stop_following(session, ada, deck.id, at(number))
        holds(session, ada)
        follow(session, ada, deck.id, at(number))
        holds(session, ada)


@pytest.mark.parametrize("model", [DayTotal, PeriodTotal, MemoryCount])
@pytest.mark.parametrize("how", ["more", "fewer", "none", "one too many"])
def test_doctor_finds_and_mends_a_falsified_row(session: Session, ada: User, model: Any, how: str) -> None:
    holds(session, ada)
    column = "cards" if model is MemoryCount else "answers"
    row = session.scalars(sa.select(model).where(model.user_id == ada.id, getattr(model, column) > 0)).first()
    before = getattr(row, column)
    key = {name.key: getattr(row, name.key) for name in model.__table__.primary_key}
    table = model.__table__
    here = [table.c[name] == value for name, value in key.items()]
    if how == "none":
        session.execute(sa.delete(table).where(*here))
    elif how == "one too many":
        values = {column.key: 1 for column in table.c} | key | {"deck_id": key["deck_id"] + 1_000}
        session.execute(sa.insert(table).values(**values))
    else:
        session.execute(sa.update(table).where(*here).values(**{column: before + (1 if how == "more" else -1)}))
    session.expire_all()
    assert compare(session, ada.id).counts == [table.name]
    assert rebuild(session, ada.id).counts == [table.name]
    holds(session, ada)
    assert session.scalar(sa.select(table.c[column]).where(*here)) == before
