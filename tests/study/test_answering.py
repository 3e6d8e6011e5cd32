"""Answering a card: what is stored, and what is refused."""

from uuid import UUID, uuid4

import pytest
import sqlalchemy as sa
from sqlalchemy.orm import Session

from app.errors import NotFound, Refused, Stale
from app.models import Card, DailySummary, Deck, Follow, Kind, Memory, Review, Stage, User
from app.scheduling import replay
from app.study import AnswerGiven, answer_card, undo_last_act
from tests.factories import a_deck, a_follow, a_learner, at


@pytest.fixture
def ada(session: Session) -> User:
    return a_learner(session, "Ada")


@pytest.fixture
def deck(session: Session, ada: User) -> Deck:
    """Ada's deck of three cards; Bob follows it too, so that a query that forgets the learner is found out."""
    deck = a_deck(session, cards=3)
    a_follow(session, ada, deck)
    bob = a_learner(session, "Bob")
    a_follow(session, bob, deck)
    answer_card(session, bob, cards_of(session, deck)[0].id, AnswerGiven(uuid4(), 5, 0, 3000), at(0))
    return deck


def cards_of(session: Session, deck: Deck) -> list[Card]:
    return list(session.scalars(sa.select(Card).where(Card.deck_id == deck.id).order_by(Card.position)))


def give(grade: int, seen: int = 0, review_id: UUID | None = None, took_ms: int = 4000) -> AnswerGiven:
    return AnswerGiven(review_id or uuid4(), grade, seen, took_ms)


def test_an_answer_is_one_review_one_memory_and_one_more_in_the_day(session: Session, ada: User, deck: Deck) -> None:
    card = cards_of(session, deck)[0]
    answer_card(session, ada, card.id, give(4), at(0))
    review = session.scalars(sa.select(Review).where(Review.user_id == ada.id)).one()
    memory = session.get_one(Memory, (ada.id, card.id))
    day = session.scalars(sa.select(DailySummary).where(DailySummary.user_id == ada.id)).one()
    assert (review.grade, review.took_ms, review.at) == (4, 4000, at(0))
    assert (memory.repetitions, memory.interval, memory.queue_day) == (1, 1, review.day + 1)
    where = (day.day, day.deck_id, day.hour, day.kind, day.grade, day.stage, day.first)
    assert where == (review.day, deck.id, 9, Kind.ANSWER, 4, Stage.NEW, True)
    assert (day.answers, day.took_ms) == (1, 4000)


@pytest.mark.parametrize("grade", [0, 1, 2, 3, 4, 5])
def test_the_raw_grade_is_stored(session: Session, ada: User, deck: Deck, grade: int) -> None:
    answer_card(session, ada, cards_of(session, deck)[0].id, give(grade), at(0))
    assert session.scalars(sa.select(Review.grade).where(Review.user_id == ada.id)).one() == grade


def test_the_same_review_id_again_is_the_same_review(session: Session, ada: User, deck: Deck) -> None:
    card, review_id = cards_of(session, deck)[0], uuid4()
    first = answer_card(session, ada, card.id, give(4, review_id=review_id), at(0))
    again = answer_card(session, ada, card.id, give(2, review_id=review_id), at(0, minute=1))
    assert (first.grade, again.grade, again.repeated) == (4, 4, True)
    assert session.scalar(sa.select(sa.func.count()).where(Review.user_id == ada.id)) == 1


def test_the_id_of_an_undone_answer_is_not_taken_for_a_stored_one(session: Session, ada: User, deck: Deck) -> None:
    card, review_id = cards_of(session, deck)[0], uuid4()
    answer_card(session, ada, card.id, give(4, review_id=review_id), at(0))
    undo_last_act(session, ada, at(0, minute=1))
    with pytest.raises(Stale):
        answer_card(session, ada, card.id, give(5, review_id=review_id), at(0, minute=2))


def test_a_retry_after_leaving_the_deck_still_tells_what_was_stored(session: Session, ada: User, deck: Deck) -> None:
    card, review_id = cards_of(session, deck)[0], uuid4()
    answer_card(session, ada, card.id, give(4, review_id=review_id), at(0))
    session.get_one(Follow, (ada.id, deck.id)).stopped_at = at(0)
    assert answer_card(session, ada, card.id, give(4, review_id=review_id), at(0)).repeated


def test_a_clock_that_is_put_back_keeps_memory_and_log_alike(session: Session, ada: User, deck: Deck) -> None:
    card = cards_of(session, deck)[0]
    answer_card(session, ada, card.id, give(2), at(0, second=5))
    answer_card(session, ada, card.id, give(4, seen=1), at(0, second=4))
    log = session.scalars(sa.select(Review).where(Review.user_id == ada.id)).all()
    assert session.get_one(Memory, (ada.id, card.id)).state == replay(review.event for review in log)
    assert session.get_one(Memory, (ada.id, card.id)).drill_day is None


def test_an_answer_to_an_older_state_is_stale(session: Session, ada: User, deck: Deck) -> None:
    card = cards_of(session, deck)[0]
    answer_card(session, ada, card.id, give(2), at(0))
    with pytest.raises(Stale):
        answer_card(session, ada, card.id, give(4, seen=0), at(0, minute=1))


def test_a_card_that_does_not_wait_takes_no_answer(session: Session, ada: User, deck: Deck) -> None:
    card = cards_of(session, deck)[0]
    answer_card(session, ada, card.id, give(4), at(0))
    with pytest.raises(Stale):
        answer_card(session, ada, card.id, give(4, seen=1), at(0, hour=10))


@pytest.mark.parametrize("grade", [-1, 6])
def test_a_grade_that_is_none_is_refused(session: Session, ada: User, deck: Deck, grade: int) -> None:
    with pytest.raises(Refused):
        answer_card(session, ada, cards_of(session, deck)[0].id, give(grade), at(0))


def test_a_card_of_a_deck_one_does_not_follow_is_not_found(session: Session, ada: User) -> None:
    stranger = a_deck(session, cards=1)
    with pytest.raises(NotFound):
        answer_card(session, ada, cards_of(session, stranger)[0].id, give(4), at(0))


def test_repeats_in_the_drill_move_no_schedule(session: Session, ada: User, deck: Deck) -> None:
    card = cards_of(session, deck)[0]
    answer_card(session, ada, card.id, give(2), at(0))
    after_first = session.get_one(Memory, (ada.id, card.id)).due_day
    answer_card(session, ada, card.id, give(3, seen=1), at(0, minute=6))
    memory = session.get_one(Memory, (ada.id, card.id))
    assert (memory.drill_day, memory.due_day, memory.ease) == (ada.today(at(0)), after_first, 2180)
    answer_card(session, ada, card.id, give(4, seen=2), at(0, minute=12))
    assert session.get_one(Memory, (ada.id, card.id)).drill_day is None


def test_the_cursor_moves_behind_the_cards_that_are_met(session: Session, ada: User, deck: Deck) -> None:
    for number, card in enumerate(cards_of(session, deck)):
        answer_card(session, ada, card.id, give(4), at(0, minute=number))
        assert session.get_one(Follow, (ada.id, deck.id)).new_from == number + 1


def test_time_taken_is_capped_at_a_minute_and_never_negative(session: Session, ada: User, deck: Deck) -> None:
    first, second, _ = cards_of(session, deck)
    answer_card(session, ada, first.id, give(4, took_ms=10**9), at(0))
    answer_card(session, ada, second.id, give(4, took_ms=-5), at(0))
    assert set(session.scalars(sa.select(Review.took_ms).where(Review.user_id == ada.id))) == {60_000, 0}


def test_the_study_day_never_runs_backwards(session: Session, ada: User, deck: Deck) -> None:
    ada.time_zone = "Pacific/Kiritimati"
    answer_card(session, ada, cards_of(session, deck)[0].id, give(4), at(0, hour=20))
    day = ada.today(at(0, hour=20))
    ada.time_zone = "Pacific/Honolulu"
    assert ada.today(at(0, hour=21)) == day
