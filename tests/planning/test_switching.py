"""Changing how a deck is scheduled: what the plan says, what comes of it, and what it leaves alone."""

from dataclasses import replace
from itertools import count
from uuid import UUID

import pytest
import sqlalchemy as sa
from sqlalchemy.orm import Session

from app.errors import NotFound, Refused, Stale
from app.models import Card, Deck, Follow, Memory, Review, User
from app.planning.choosing import Choice, choice_from, scheduled
from app.planning.switching import carry_out, plan_switch, plan_undo
from app.scheduling import MemoryState, Scheduler, preview
from app.study import AnswerGiven, answer_card, queue_of, undo_last_act
from app.study.queue import next_card
from app.study.rebuilding import compare
from tests.factories import a_deck, a_follow, a_learner, a_parameter_set, at

_ids = count(1)
FSRS = Choice(Scheduler.FSRS)


@pytest.fixture
def ada(session: Session) -> User:
    return a_learner(session)


@pytest.fixture
def deck(session: Session, ada: User) -> Deck:
    """Four cards met on the first day and three of them again a week later, with somebody else's answers around."""
    deck, noise = a_deck(session, cards=5), a_learner(session)
    for learner in (ada, noise):
        a_follow(session, learner, deck)
        for card, grade in zip(cards_of(session, deck), (2, 3, 4, 5), strict=False):
            answer(session, learner, card, grade, day=0)
        for card in cards_of(session, deck)[:3]:
            answer(session, learner, card, 4, day=8)
    return deck


def cards_of(session: Session, deck: Deck) -> list[Card]:
    return list(session.scalars(sa.select(Card).where(Card.deck_id == deck.id).order_by(Card.position)))


def answer(session: Session, learner: User, card: Card, grade: int, day: int) -> UUID:
    memory = session.get(Memory, (learner.id, card.id))
    given = AnswerGiven(UUID(int=next(_ids)), grade, memory.answers if memory else 0)
    answer_card(session, learner, card.id, given, at(day, second=next(_ids) % 60))
    return given.review_id


def states(session: Session, learner: User) -> dict[int, MemoryState]:
    session.expire_all()
    return {m.card_id: m.state for m in session.scalars(sa.select(Memory).where(Memory.user_id == learner.id))}


def switch(session: Session, learner: User, deck: Deck, choice: Choice, day: int = 8) -> None:
    carry_out(session, learner, plan_switch(session, learner, deck.id, choice), at(day))


def test_the_plan_counts_what_then_happens(session: Session, ada: User, deck: Deck) -> None:
    today, before = ada.today(at(8)), states(session, ada)
    planned = plan_switch(session, ada, deck.id, FSRS)
    assert states(session, ada) == before
    forecast_before, forecast_after = planned.forecast(today, 30)
    due_before, due_after = planned.due_by(today)
    carry_out(session, ada, planned, at(8))
    after = states(session, ada)
    assert len(planned.memories) == len(after) == 4
    assert planned.moved == sum(after[card].due_day != before[card].due_day for card in after) > 0
    for states_then, forecast, due in ((before, forecast_before, due_before), (after, forecast_after, due_after)):
        days = [state.due_day or 0 for state in states_then.values()]
        assert due == forecast[0] == sum(day <= today for day in days)
        assert forecast[1:] == [days.count(today + ahead) for ahead in range(1, 30)]
    assert all(state.stability is not None for state in after.values())
    assert compare(session, ada.id).agrees


def test_nobody_elses_memories_move(session: Session, ada: User, deck: Deck) -> None:
    noise = session.scalars(sa.select(User).where(User.id != ada.id, User.id.in_(sa.select(Follow.user_id)))).one()
    before = states(session, noise)
    switch(session, ada, deck, FSRS)
    assert states(session, noise) == before
    assert session.get_one(Follow, (noise.id, deck.id)).scheduler_version is None


def test_there_and_back_is_where_it_began(session: Session, ada: User, deck: Deck) -> None:
    before = states(session, ada)
    switch(session, ada, deck, FSRS)
    assert states(session, ada) != before
    switch(session, ada, deck, Choice())
    assert states(session, ada) == before
    assert scheduled(session, ada, deck.id).version == 2


def test_undoing_goes_back_step_by_step_and_keeps_what_was_answered_since(
    session: Session, ada: User, deck: Deck
) -> None:
    before = states(session, ada)
    switch(session, ada, deck, FSRS)
    switch(session, ada, deck, Choice(Scheduler.FSRS, retention=0.8))
    first, *_, untouched = cards_of(session, deck)[:4]
    answer(session, ada, first, 4, day=30)
    carry_out(session, ada, plan_undo(session, ada, deck.id), at(30))
    assert scheduled(session, ada, deck.id).choice == FSRS
    carry_out(session, ada, plan_undo(session, ada, deck.id), at(30))
    assert scheduled(session, ada, deck.id).choice == Choice()
    after = states(session, ada)
    assert after[untouched.id] == before[untouched.id]
    assert after[first.id].answers == before[first.id].answers + 1
    assert compare(session, ada.id).agrees
    with pytest.raises(Refused, match="no change"):
        plan_undo(session, ada, deck.id)


def test_answers_after_a_switch_are_scheduled_as_their_buttons_said(session: Session, ada: User, deck: Deck) -> None:
    switch(session, ada, deck, Choice(Scheduler.FSRS, fuzz=True))
    shown = next_card(session, ada, queue_of(session, ada, deck.id, at(40)), at(40))
    assert shown is not None and shown.settings.scheduler is Scheduler.FSRS
    event = session.scalars(sa.select(Review).limit(1)).one().event
    asked = type(event)(UUID(int=1), ada.today(at(40)), at(40), 4)
    promised = preview(shown.state, asked, (2, 3, 4, 5), shown.settings, shown.card.id)
    answer(session, ada, session.get_one(Card, shown.card.id), 5, day=40)
    assert states(session, ada)[shown.card.id].interval == promised[5].intervals[0]
    new = cards_of(session, deck)[4]
    answer(session, ada, new, 5, day=40)
    assert states(session, ada)[new.id].interval == pytest.approx(8, abs=2)
    undo_last_act(session, ada, at(40, minute=2))
    assert compare(session, ada.id).agrees


def test_an_answer_that_came_in_between_is_not_lost(session: Session, ada: User, deck: Deck) -> None:
    planned = plan_switch(session, ada, deck.id, FSRS)
    first, new = cards_of(session, deck)[0], cards_of(session, deck)[4]
    answer(session, ada, first, 5, day=20)
    answer(session, ada, new, 4, day=20)
    carry_out(session, ada, planned, at(20))
    after = states(session, ada)
    assert after[first.id].last_day == ada.today(at(20))
    assert all(state.stability is not None for state in after.values()) and len(after) == 5
    assert compare(session, ada.id).agrees


def test_a_change_made_meanwhile_stops_the_older_plan(session: Session, ada: User, deck: Deck) -> None:
    planned = plan_switch(session, ada, deck.id, FSRS)
    carry_out(session, ada, planned, at(8))
    before = states(session, ada)
    with pytest.raises(Stale):
        carry_out(session, ada, planned, at(8))
    assert states(session, ada) == before


def test_a_tree_of_decks_is_scheduled_as_one(session: Session, ada: User) -> None:
    root = a_deck(session, cards=1)
    inside = a_deck(session, cards=1, parent_id=root.id)
    a_follow(session, ada, root)
    a_follow(session, ada, inside, root_id=root.id)
    for one in (root, inside):
        answer(session, ada, cards_of(session, one)[0], 4, day=0)
    switch(session, ada, inside, FSRS)
    assert all(state.stability for state in states(session, ada).values())
    assert {follow.scheduler_version for follow in session.scalars(sa.select(Follow))} == {1}
    assert scheduled(session, ada, inside.id).deck.id == root.id


def test_a_card_that_moved_is_folded_under_its_decks_settings_at_its_next_answer(
    session: Session, ada: User, deck: Deck
) -> None:
    other = a_deck(session)
    a_follow(session, ada, other)
    switch(session, ada, other, FSRS)
    moved = cards_of(session, deck)[0]
    moved.deck_id = other.id
    session.flush()
    assert compare(session, ada.id).agrees
    shown = next_card(session, ada, queue_of(session, ada, deck.id, at(60)), at(60))
    assert shown is not None
    answer(session, ada, moved, 4, day=60)
    memory = session.get_one(Memory, (ada.id, moved.id))
    assert (memory.scheduler_version, memory.stability is not None) == (1, True)
    assert compare(session, ada.id).agrees


def test_a_longest_interval_holds_for_sm2_too(session: Session, ada: User, deck: Deck) -> None:
    switch(session, ada, deck, Choice(maximum_interval=3))
    assert max(state.interval for state in states(session, ada).values()) == 3


def test_only_a_follower_can_plan_and_only_with_their_own_parameters(session: Session, ada: User, deck: Deck) -> None:
    stranger = a_learner(session)
    session.add(a_parameter_set(stranger, deck.id))
    session.flush()
    with pytest.raises(NotFound):
        plan_switch(session, stranger, deck.id, FSRS)
    with pytest.raises(NotFound):
        plan_switch(session, ada, deck.id, Choice(Scheduler.FSRS, parameter_set=1))
    session.get_one(Follow, (ada.id, deck.id)).stopped_at = at(1)
    with pytest.raises(NotFound):
        plan_switch(session, ada, deck.id, FSRS)


@pytest.mark.parametrize(
    ("choice", "says"),
    [
        (Choice(Scheduler.FSRS, retention=0.5), "70 to 99"),
        (Choice(Scheduler.FSRS, retention=1.0), "70 to 99"),
        (Choice(maximum_interval=0), "1 to 36500"),
        (Choice(maximum_interval=36_501), "1 to 36500"),
        (Choice(), "already"),
    ],
)
def test_a_choice_out_of_range_is_refused(session: Session, ada: User, deck: Deck, choice: Choice, says: str) -> None:
    with pytest.raises(Refused, match=says):
        plan_switch(session, ada, deck.id, choice)


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        ({"scheduler": "fsrs", "retention": "85", "maximum_interval": "365", "fuzz": "on"}, (0.85, 365, True)),
        ({"scheduler": "fsrs", "retention": " 85 % "}, (0.85, 36_500, False)),
        ({"scheduler": "fsrs", "retention": "much"}, (-1, 36_500, False)),
        ({"scheduler": "fsrs", "maximum_interval": "1e9"}, (0.9, -1, False)),
        ({"scheduler": "fsrs", "maximum_interval": "-3"}, (0.9, -1, False)),
        ({"scheduler": "fsrs", "retention": "٩٠"}, (-1, 36_500, False)),
    ],
)
def test_a_form_is_read_as_it_was_meant(given: dict, expected: tuple) -> None:
    choice = choice_from(given, Choice())
    assert (choice.retention, choice.maximum_interval, choice.fuzz) == expected
    assert choice.scheduler is Scheduler.FSRS


def test_a_scheduler_nobody_knows_is_refused() -> None:
    with pytest.raises(Refused, match="two schedulers"):
        choice_from({"scheduler": "leitner"}, Choice())


def test_a_left_out_set_of_parameters_stays_and_an_odd_one_is_not_found() -> None:
    before = Choice(Scheduler.FSRS, parameter_set=3)
    assert choice_from({"scheduler": "fsrs", "retention": "80"}, before).parameter_set == 3
    assert choice_from({"scheduler": "fsrs", "parameter_set": ""}, before).parameter_set is None
    assert choice_from({"scheduler": "fsrs", "parameter_set": "4"}, before).parameter_set == 4
    for odd in ("abc", "-1", "99999999999", "٣"):
        with pytest.raises(NotFound):
            choice_from({"scheduler": "fsrs", "parameter_set": odd}, before)


def test_a_part_that_was_left_is_switched_too_and_not_counted(session: Session, ada: User) -> None:
    root = a_deck(session, cards=2)
    left = a_deck(session, cards=2, parent_id=root.id)
    a_follow(session, ada, root)
    a_follow(session, ada, left, root_id=root.id)
    for one in (root, left):
        answer(session, ada, cards_of(session, one)[0], 5, day=0)
    session.get_one(Follow, (ada.id, left.id)).stopped_at = at(1)
    planned = plan_switch(session, ada, root.id, FSRS)
    assert (len(planned.memories), len(planned.studied), sum(planned.forecast(ada.today(at(0)), 99)[1])) == (2, 1, 1)
    carry_out(session, ada, planned, at(1))
    assert all(state.stability for state in states(session, ada).values())


def test_an_answer_given_and_undone_while_a_switch_was_planned_is_in_no_fold(
    session: Session, ada: User, deck: Deck
) -> None:
    """Memories and logs are read one after the other: the plan may hold a log that its memory never was."""
    first = cards_of(session, deck)[0]
    planned = plan_switch(session, ada, deck.id, FSRS)
    wrong = [
        replace(one, after=replace(one.after, answers=one.after.answers + 1, interval=99))
        if one.card_id == first.id
        else one
        for one in planned.memories
    ]
    carry_out(session, ada, replace(planned, memories=wrong), at(8))
    assert states(session, ada)[first.id].interval != 99
    assert compare(session, ada.id).agrees


def test_the_present_choice_is_only_refused_where_nothing_is_left_behind(
    session: Session, ada: User, deck: Deck
) -> None:
    session.execute(sa.update(Memory).where(Memory.user_id == ada.id).values(scheduler_version=7))
    planned = plan_switch(session, ada, deck.id, Choice())
    carry_out(session, ada, planned, at(8))
    assert scheduled(session, ada, deck.id).version is None
    with pytest.raises(Refused, match="already"):
        plan_switch(session, ada, deck.id, Choice())
