"""Suspending, burying, flagging, another due day, a new beginning; and each of them undone and redone."""

from uuid import UUID, uuid4

import pytest
import sqlalchemy as sa
from sqlalchemy.orm import Session

from app.errors import NotFound, Refused, Stale
from app.models import Card, Follow, Mark, MarkChange, Memory, Review, User
from app.models.mark import Marks
from app.study import (
    AnswerGiven,
    answer_card,
    mark_card,
    next_card,
    queue_of,
    redo_last_act,
    reset_card,
    set_due,
    shown_card,
    undo_last_act,
)
from app.study.marking import Marking, brought_back, buried, flagged, suspended
from app.study.rebuilding import compare
from tests.factories import a_deck, a_follow, a_learner, at


@pytest.fixture
def ada(session: Session) -> User:
    return a_learner(session, "Ada")


@pytest.fixture
def cards(session: Session, ada: User) -> list[Card]:
    """Three unmet cards of Ada's, the first of which somebody else has met and suspended."""
    deck, noise = a_deck(session, cards=3), a_learner(session)
    for learner in (ada, noise):
        a_follow(session, learner, deck)
    cards = list(session.scalars(sa.select(Card).order_by(Card.position)))
    answer(session, noise, cards[0], 2)
    mark(session, noise, cards[1], suspended)
    return cards


def answer(session: Session, learner: User, card: Card, grade: int = 4, day: int = 0, minute: int = 0) -> None:
    memory = session.get(Memory, (learner.id, card.id))
    given = AnswerGiven(uuid4(), grade, memory.answers if memory else 0, 1000)
    answer_card(session, learner, card.id, given, at(day, minute=minute))


def mark(
    session: Session, learner: User, card: Card, marking: Marking, day: int = 0, minute: int = 0, by: UUID | None = None
) -> Marks:
    return mark_card(session, learner, card.id, (by or uuid4(), marking), at(day, minute=minute))


def waiting(session: Session, learner: User, day: int = 0, minute: int = 0) -> int | None:
    shown = next_card(
        session, learner, queue_of(session, learner, None, at(day, minute=minute)), at(day, minute=minute)
    )
    return shown.card.id if shown else None


def test_a_suspended_new_card_stays_away_until_it_is_brought_back(
    session: Session, ada: User, cards: list[Card]
) -> None:
    mark(session, ada, cards[0], suspended)
    assert waiting(session, ada) == cards[1].id
    assert queue_of(session, ada, None, at(0)).counts.new == 2
    answer(session, ada, cards[1])
    assert session.get_one(Follow, (ada.id, cards[0].deck_id)).new_from > cards[0].position
    assert waiting(session, ada, day=300) == cards[1].id
    mark(session, ada, cards[0], brought_back, minute=3)
    assert waiting(session, ada, minute=4) == cards[0].id
    assert session.get(Mark, (ada.id, cards[0].id)) is None


def test_a_suspended_due_card_is_never_due(session: Session, ada: User, cards: list[Card]) -> None:
    answer(session, ada, cards[0])
    mark(session, ada, cards[0], suspended, day=1)
    assert session.get_one(Memory, (ada.id, cards[0].id)).queue_day is None
    assert waiting(session, ada, day=9) == cards[1].id
    mark(session, ada, cards[0], brought_back, day=9)
    assert waiting(session, ada, day=9) == cards[0].id


def test_a_buried_card_comes_back_tomorrow(session: Session, ada: User, cards: list[Card]) -> None:
    answer(session, ada, cards[1])
    for card in cards[:2]:
        mark(session, ada, card, buried, day=1)
    assert waiting(session, ada, day=1) == cards[2].id
    assert waiting(session, ada, day=2) == cards[1].id
    answer(session, ada, cards[1], day=2)
    memory = session.get_one(Memory, (ada.id, cards[1].id))
    assert memory.queue_day == memory.due_day
    assert waiting(session, ada, day=2) == cards[0].id


def test_a_marked_card_leaves_the_drill(session: Session, ada: User, cards: list[Card]) -> None:
    for minute, (card, marking) in enumerate(zip(cards, (buried, suspended, flagged(1)), strict=True)):
        answer(session, ada, card, grade=2, minute=minute)
        mark(session, ada, card, marking, minute=minute + 10)
    queue = queue_of(session, ada, None, at(0, minute=30))
    assert queue.counts.drill == 1
    assert waiting(session, ada, minute=30) == cards[2].id
    assert shown_card(session, ada, cards[0].id, at(0, minute=30)) is None


def test_an_answer_to_a_card_that_was_marked_meanwhile_is_refused(
    session: Session, ada: User, cards: list[Card]
) -> None:
    for card, marking in zip(cards, (suspended, buried), strict=False):
        mark(session, ada, card, marking)
        with pytest.raises(Stale):
            answer(session, ada, card, minute=1)
    assert session.scalars(sa.select(Review).where(Review.user_id == ada.id)).all() == []


def test_a_flag_changes_nothing_else(session: Session, ada: User, cards: list[Card]) -> None:
    assert mark(session, ada, cards[0], flagged(3)) == Marks(flag=3)
    assert waiting(session, ada) == cards[0].id
    mark(session, ada, cards[0], suspended)
    assert mark(session, ada, cards[0], brought_back) == Marks(flag=3)
    with pytest.raises(Refused):
        flagged(8)


def test_the_same_change_twice_is_one(session: Session, ada: User, cards: list[Card]) -> None:
    one = uuid4()
    mark(session, ada, cards[0], suspended, by=one)
    mark(session, ada, cards[0], brought_back, minute=1)
    assert mark(session, ada, cards[0], suspended, minute=2, by=one) == Marks()
    mark(session, ada, cards[0], brought_back, minute=3)
    changes = session.scalars(sa.select(MarkChange).where(MarkChange.user_id == ada.id)).all()
    assert len(changes) == 2, "bringing back what is there is no change"


def test_everything_is_undone_in_turn_and_redone_in_turn(session: Session, ada: User, cards: list[Card]) -> None:
    states = [everything(session, ada)]
    acts = (
        lambda m: answer(session, ada, cards[0], 2, minute=m),
        lambda m: mark(session, ada, cards[0], flagged(1), minute=m),
        lambda m: set_due(session, ada, cards[0].id, (uuid4(), ada.today(at(0)) + 9), at(0, minute=m)),
        lambda m: mark(session, ada, cards[1], buried, minute=m),
        lambda m: reset_card(session, ada, cards[0].id, uuid4(), at(0, minute=m)),
        lambda m: answer(session, ada, cards[0], 5, minute=m),
        lambda m: mark(session, ada, cards[0], suspended, minute=m),
    )
    for minute, act in enumerate(acts, 1):
        act(minute)
        states.append(everything(session, ada))
        assert compare(session, ada.id).agrees
    for minute, before in enumerate(reversed(states[:-1]), 10):
        undo_last_act(session, ada, at(0, minute=minute))
        assert everything(session, ada) == before
        assert compare(session, ada.id).agrees
    assert not queue_of(session, ada, None, at(0, minute=20)).can_undo
    for minute, after in enumerate(states[1:], 20):
        assert queue_of(session, ada, None, at(0, minute=minute)).can_redo
        redo_last_act(session, ada, at(0, minute=minute))
        assert everything(session, ada) == after
    with pytest.raises(Refused):
        redo_last_act(session, ada, at(0, minute=40))


def everything(session: Session, learner: User) -> tuple[object, ...]:
    session.expire_all()
    memories = session.scalars(sa.select(Memory).where(Memory.user_id == learner.id).order_by(Memory.card_id)).all()
    marks = session.scalars(sa.select(Mark).where(Mark.user_id == learner.id).order_by(Mark.card_id)).all()
    return (
        [(m.card_id, m.queue_day, m.state) for m in memories],
        [(m.card_id, m.suspended, m.buried_until, m.flag) for m in marks],
    )


def test_what_is_done_after_an_undo_leaves_nothing_to_redo(session: Session, ada: User, cards: list[Card]) -> None:
    answer(session, ada, cards[0])
    undo_last_act(session, ada, at(0, minute=1))
    mark(session, ada, cards[1], flagged(1), minute=2)
    assert not queue_of(session, ada, None, at(0, minute=3)).can_redo
    with pytest.raises(Refused):
        redo_last_act(session, ada, at(0, minute=3))


def test_another_day_moves_the_due_day_and_ends_the_drill(session: Session, ada: User, cards: list[Card]) -> None:
    today = ada.today(at(0))
    answer(session, ada, cards[0], 2)
    set_due(session, ada, cards[0].id, (uuid4(), today + 30), at(0, minute=1))
    memory = session.get_one(Memory, (ada.id, cards[0].id))
    assert (memory.due_day, memory.queue_day, memory.interval, memory.drill_day) == (today + 30, today + 30, 1, None)
    set_due(session, ada, cards[0].id, (uuid4(), today), at(0, minute=2))
    session.expire_all()
    assert memory.due_day == today + 1, "today has had its repetition"
    set_due(session, ada, cards[1].id, (uuid4(), today + 4), at(0, minute=3))
    assert waiting(session, ada, minute=4) == cards[2].id, "a new card that is put on a day is met by that"
    for day in (today - 1, today + 40_000):
        with pytest.raises(Refused):
            set_due(session, ada, cards[0].id, (uuid4(), day), at(0, minute=5))


def test_a_reset_card_is_new_and_keeps_its_history(session: Session, ada: User, cards: list[Card]) -> None:
    for card in cards:
        answer(session, ada, card)
    one = uuid4()
    for _ in range(2):
        reset_card(session, ada, cards[1].id, one, at(0, minute=1))
    assert session.get(Memory, (ada.id, cards[1].id)) is None
    assert waiting(session, ada, minute=2) == cards[1].id
    reset_card(session, ada, cards[1].id, uuid4(), at(0, minute=3))
    own = sa.select(sa.func.count()).select_from(Review).where(Review.user_id == ada.id, Review.card_id == cards[1].id)
    assert session.scalar(own) == 2
    answer(session, ada, cards[1], 5, minute=4)
    assert session.get_one(Memory, (ada.id, cards[1].id)).answers == 1
    assert compare(session, ada.id).agrees


def test_nobody_marks_a_card_they_do_not_follow(session: Session, ada: User, cards: list[Card]) -> None:
    (strange,) = session.scalars(sa.select(Card).where(Card.deck_id == a_deck(session, cards=1).id))
    for act in (
        lambda: mark(session, ada, strange, suspended),
        lambda: set_due(session, ada, strange.id, (uuid4(), ada.today(at(0))), at(0)),
        lambda: reset_card(session, ada, strange.id, uuid4(), at(0)),
    ):
        with pytest.raises(NotFound):
            act()
