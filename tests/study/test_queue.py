"""Which card is next."""

from datetime import datetime, timedelta
from uuid import uuid4

import pytest
import sqlalchemy as sa
from sqlalchemy.orm import Session

from app.errors import NotFound
from app.models import Card, Deck, Memory, User
from app.models.waiting import due_cards, new_cards, new_cards_today
from app.study import (
    AnswerGiven,
    NextCard,
    answer_card,
    next_card,
    queue_of,
    rest_of_the_day,
    shown_card,
    undo_last_act,
)
from tests.factories import a_deck, a_follow, a_learner, a_note, at


@pytest.fixture
def ada(session: Session) -> User:
    """Ada; Bob, who has met every card there is, sits beside her."""
    return a_learner(session, "Ada")


def meet_all_as_somebody_else(session: Session, deck: Deck) -> None:
    bob = a_learner(session)
    a_follow(session, bob, deck, new_per_day=999)
    for card_id in session.scalars(sa.select(Card.id).where(Card.deck_id == deck.id)).all():
        answer_card(session, bob, card_id, AnswerGiven(uuid4(), 2, 0), at(0))


def next_for(session: Session, learner: User, now: datetime, deck: Deck | None = None) -> NextCard | None:
    queue = queue_of(session, learner, deck.id if deck else None, now)
    return next_card(session, learner, queue, now)


def grade(session: Session, learner: User, shown: NextCard, grade: int, now: datetime) -> None:
    answer_card(session, learner, shown.card.id, AnswerGiven(uuid4(), grade, shown.state.answers), now)


def test_new_cards_come_in_the_decks_order_up_to_the_days_limit(session: Session, ada: User) -> None:
    deck = a_deck(session, cards=5)
    a_follow(session, ada, deck, new_per_day=3)
    meet_all_as_somebody_else(session, deck)
    positions = []
    while (shown := next_for(session, ada, at(0))) is not None:
        positions.append(shown.card.position)
        grade(session, ada, shown, 4, at(0))
    assert positions == [0, 1, 2]


def test_due_cards_come_before_new_ones_the_longest_waiting_first(session: Session, ada: User) -> None:
    deck = a_deck(session, cards=4)
    a_follow(session, ada, deck, new_per_day=2)
    for day in (0, 1):
        shown = next_for(session, ada, at(day))
        grade(session, ada, shown, 4, at(day))
        if day == 0:
            later = next_for(session, ada, at(day))
            grade(session, ada, later, 4, at(day))
    shown = next_for(session, ada, at(5))
    assert (shown.reason, shown.card.id) == ("due", later.card.id)


def test_a_failed_card_comes_back_after_five_other_cards(session: Session, ada: User) -> None:
    deck = a_deck(session, cards=10)
    a_follow(session, ada, deck)
    failed = next_for(session, ada, at(0))
    grade(session, ada, failed, 2, at(0))
    for second in range(1, 6):
        shown = next_for(session, ada, at(0, second=second))
        assert shown.reason == "new"
        grade(session, ada, shown, 4, at(0, second=second))
    shown = next_for(session, ada, at(0, second=6))
    assert (shown.reason, shown.card.id, shown.early) == ("drill", failed.card.id, False)


def test_five_answers_to_one_other_card_are_one_other_card(session: Session, ada: User) -> None:
    deck = a_deck(session, cards=10)
    a_follow(session, ada, deck)
    failed = next_for(session, ada, at(0))
    grade(session, ada, failed, 2, at(0))
    other = next_for(session, ada, at(0, second=1))
    for second in range(1, 7):
        answer_card(session, ada, other.card.id, AnswerGiven(uuid4(), 2, second - 1), at(0, second=second))
    assert next_for(session, ada, at(0, second=8)).reason == "new"


def test_answers_that_were_undone_are_not_in_between(session: Session, ada: User) -> None:
    deck = a_deck(session, cards=10)
    a_follow(session, ada, deck)
    failed = next_for(session, ada, at(0))
    grade(session, ada, failed, 2, at(0))
    for second in range(1, 6):
        grade(session, ada, next_for(session, ada, at(0, second=second)), 4, at(0, second=second))
    undo_last_act(session, ada, at(0, second=6))
    assert next_for(session, ada, at(0, second=7)).reason == "new"


def test_a_failed_card_comes_back_after_five_minutes(session: Session, ada: User) -> None:
    deck = a_deck(session, cards=10)
    a_follow(session, ada, deck)
    failed = next_for(session, ada, at(0))
    grade(session, ada, failed, 3, at(0))
    assert next_for(session, ada, at(0, minute=4)).reason == "new"
    assert next_for(session, ada, at(0, minute=5)).card.id == failed.card.id


def test_a_failed_card_comes_back_at_once_when_nothing_else_waits(session: Session, ada: User) -> None:
    deck = a_deck(session, cards=1)
    a_follow(session, ada, deck)
    grade(session, ada, next_for(session, ada, at(0)), 2, at(0))
    shown = next_for(session, ada, at(0, second=1))
    assert (shown.reason, shown.early) == ("drill", True)
    grade(session, ada, shown, 4, at(0, second=2))
    assert next_for(session, ada, at(0, second=3)) is None


def test_the_drill_of_yesterday_is_over(session: Session, ada: User) -> None:
    deck = a_deck(session, cards=1)
    a_follow(session, ada, deck)
    grade(session, ada, next_for(session, ada, at(0)), 2, at(0))
    assert next_for(session, ada, at(1)).reason == "due"


def test_the_other_direction_of_a_note_waits_until_tomorrow(session: Session, ada: User) -> None:
    deck = a_deck(session)
    a_note(session, deck, kind="reversed")
    a_note(session, deck)
    a_follow(session, ada, deck)
    first = next_for(session, ada, at(0))
    grade(session, ada, first, 4, at(0))
    assert next_for(session, ada, at(0)).card.note_id != first.card.note_id
    grade(session, ada, next_for(session, ada, at(0)), 4, at(0))
    assert next_for(session, ada, at(0)) is None
    assert {next_for(session, ada, at(1)).reason} == {"due"}


def test_the_counts_are_what_the_session_then_shows(session: Session, ada: User) -> None:
    deck = a_deck(session, cards=3)
    for _ in range(3):
        a_note(session, deck, kind="reversed")
    a_follow(session, ada, deck)
    meet_all_as_somebody_else(session, deck)
    waiting = queue_of(session, ada, None, at(0)).counts
    shown_cards = 0
    while (shown := next_for(session, ada, at(0))) is not None:
        shown_cards += 1
        grade(session, ada, shown, 4, at(0))
    assert (waiting.due, waiting.new, waiting.drill) == (0, shown_cards, 0) == (0, 6, 0)


def test_a_deck_includes_the_decks_inside_it_and_no_other(session: Session, ada: User) -> None:
    above, other = a_deck(session), a_deck(session, cards=1)
    inside = a_deck(session, cards=1, parent_id=above.id)
    for deck in (above, inside, other):
        a_follow(session, ada, deck)
    assert [one.id for one in queue_of(session, ada, above.id, at(0)).decks] == [above.id, inside.id]
    assert next_for(session, ada, at(0), above).card.deck_id == inside.id


def test_a_deck_one_does_not_follow_cannot_be_studied(session: Session, ada: User) -> None:
    stranger = a_deck(session, cards=1)
    with pytest.raises(NotFound):
        queue_of(session, ada, stranger.id, at(0))
    with pytest.raises(NotFound):
        shown_card(session, ada, session.scalars(sa.select(Card.id)).one(), at(0))


def test_a_retired_card_is_kept_by_those_who_met_it_and_met_by_nobody_new(session: Session, ada: User) -> None:
    deck = a_deck(session, cards=2)
    a_follow(session, ada, deck)
    met = next_for(session, ada, at(0))
    grade(session, ada, met, 4, at(0))
    session.execute(sa.update(Card).values(retired=True))
    assert next_for(session, ada, at(0)) is None
    assert next_for(session, ada, at(1)).card.id == met.card.id


def test_cards_added_to_a_finished_deck_are_found(session: Session, ada: User) -> None:
    deck = a_deck(session, cards=1)
    a_follow(session, ada, deck)
    grade(session, ada, next_for(session, ada, at(0)), 4, at(0))
    (added,) = a_note(session, deck)
    assert next_for(session, ada, at(0)).card.id == added.id


def test_cards_moved_in_front_of_the_cursor_are_found(session: Session, ada: User) -> None:
    deck = a_deck(session, cards=2)
    a_follow(session, ada, deck)
    for _ in range(2):
        grade(session, ada, next_for(session, ada, at(0)), 4, at(0))
    (added,) = a_note(session, deck)
    session.execute(sa.update(Card).values(position=Card.position + 1))
    added.position, deck.order_version = 0, deck.order_version + 1
    session.flush()
    assert next_for(session, ada, at(0)).card.id == added.id


def test_the_finished_page_knows_when_the_next_card_comes(session: Session, ada: User) -> None:
    deck = a_deck(session, cards=30)
    a_follow(session, ada, deck, new_per_day=2)
    for _ in range(2):
        grade(session, ada, next_for(session, ada, at(0)), 4, at(0))
    rest = rest_of_the_day(session, ada, queue_of(session, ada, None, at(0)))
    today = ada.today(at(0))
    assert (rest.done.answers, rest.next_day, rest.due_tomorrow, rest.new_tomorrow) == (2, today + 1, 2, 2)
    assert (rest.done.met, rest.done.repeated, rest.held_back) == (2, 0, 0)


def test_with_a_limit_of_zero_tomorrow_brings_nothing_new(session: Session, ada: User) -> None:
    a_follow(session, ada, a_deck(session, cards=3), new_per_day=0)
    assert rest_of_the_day(session, ada, queue_of(session, ada, None, at(0))).new_tomorrow == 0


@pytest.mark.sqlite
def test_the_hot_statements_walk_an_index(session: Session, ada: User) -> None:
    fresh = new_cards_today(ada.id, 1, 0, 20_000).limit(1)
    for statement in (due_cards(ada.id, 1, 20_000).limit(1), new_cards(ada.id, 1, 0).limit(1), fresh):
        compiled = statement.compile(session.get_bind(), compile_kwargs={"literal_binds": True})
        plan = [row.detail for row in session.execute(sa.text(f"EXPLAIN QUERY PLAN {compiled}"))]
        assert not any(step.startswith("SCAN") for step in plan), plan
        assert not any("(user_id=?)" in step for step in plan), "all that the learner remembers is walked"


def test_drilling_waits_for_time_even_if_the_memory_is_old(session: Session, ada: User) -> None:
    deck = a_deck(session, cards=2)
    a_follow(session, ada, deck)
    shown = next_for(session, ada, at(0))
    grade(session, ada, shown, 2, at(0))
    memory = session.get_one(Memory, (ada.id, shown.card.id))
    assert memory.drill_at == at(0)
    assert next_for(session, ada, at(0) + timedelta(minutes=4, seconds=59)).card.id != shown.card.id
