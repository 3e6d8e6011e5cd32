"""Many at the same time: one review where one is meant, and nobody is turned away."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from threading import Event
from typing import Any
from uuid import uuid4

import pytest
import sqlalchemy as sa
from flask import Flask
from sqlalchemy.orm import Session

from app.clock import now
from app.database import db, writing, writing_rows
from app.errors import NotFound
from app.library import bulk, following
from app.models import Change, Follow, Mark, Memory, Note, Review, User
from app.planning import switching
from app.study import AnswerGiven, answer_card, marking
from app.study.rebuilding import compare, rebuild
from tests.factories import a_deck, a_follow, a_note
from tests.visitor import Form, Visitor

AT_ONCE = 8


@pytest.fixture
def learners(visitor: Callable[[], Visitor], change: Callable) -> list[Visitor]:
    """Learners at their browsers, each looking at the first of six cards of the same deck."""
    people = [visitor().sign_up(f"learner {number}") for number in range(AT_ONCE)]

    def make(session: Session) -> None:
        deck = a_deck(session, cards=6)
        for user in session.scalars(sa.select(User)):
            a_follow(session, user, deck)

    change(make)
    for person in people:
        person.get("/study")
    return people


def at_once(acts: list[Callable[[], int]]) -> list[int]:
    with ThreadPoolExecutor(len(acts)) as pool:
        return [future.result() for future in [pool.submit(act) for act in acts]]


def sending(
    person: Visitor, action: str = r"/cards/\d+/answers", form_of: Form | None = None, **fields: object
) -> Callable[[], int]:
    """Sends a form of the person's page, the answer's unless another is named or given, from one more tab."""
    form = form_of or person.form(action)
    tab = person.client.application.test_client()
    tab.set_cookie("cardlet", person.client.get_cookie("cardlet").value)
    return lambda: tab.post(form.action, data={**form.fields, "grade": 4, **fields}).status_code


def test_one_answer_sent_many_times_is_one_review(learners: list[Visitor], stored: Callable) -> None:
    assert at_once([sending(learners[0]) for _ in range(AT_ONCE)]) == [303] * AT_ONCE
    assert len(stored(sa.select(Review))) == 1


def test_a_deck_followed_many_times_at_once_is_followed_once(
    learners: list[Visitor], change: Callable, stored: Callable
) -> None:
    deck_id = change(lambda session: a_deck(session).id)
    learners[0].get(f"/decks/{deck_id}")
    acts = [sending(learners[0], f"/decks/{deck_id}/follow") for _ in range(AT_ONCE)]
    assert at_once(acts) == [303] * AT_ONCE
    assert len(stored(sa.select(Follow).where(Follow.deck_id == deck_id))) == 1


def test_many_tabs_answer_a_card_once(learners: list[Visitor], stored: Callable) -> None:
    statuses = at_once([sending(learners[0], review_id=uuid4().hex) for _ in range(AT_ONCE)])
    assert sorted(statuses) == [303] + [409] * (AT_ONCE - 1)
    assert [row.answers for row in stored(sa.select(Memory.answers))] == [1]


def test_many_learners_answer_and_nobody_is_turned_away(learners: list[Visitor], stored: Callable) -> None:
    def study(person: Visitor) -> int:
        return sum(person.answer(4).status_code == 200 for _ in range(5))

    assert at_once([lambda person=person: study(person) for person in learners]) == [5] * AT_ONCE
    assert len(stored(sa.select(Review))) == 5 * AT_ONCE


def test_many_wrong_passwords_at_once_are_counted_all_the_same(visitor: Callable[[], Visitor]) -> None:
    visitor().sign_up("Ada")
    people = [visitor() for _ in range(2 * AT_ONCE)]
    for person in people:
        person.get("/sign-in")
    acts = [
        lambda person=person: person.press("/sign-in", name="Ada", password="a wrong one").status_code
        for person in people
    ]
    assert sorted(at_once(acts)) == [422] * 10 + [429] * 6


def test_one_of_many_gets_the_name_and_the_others_are_told(visitor: Callable[[], Visitor], stored: Callable) -> None:
    people = [visitor() for _ in range(AT_ONCE)]
    for person in people:
        person.get("/sign-up")
    acts = [
        lambda person=person: person.press("/sign-up", name="Ada", password="a long sentence").status_code
        for person in people
    ]
    assert sorted(at_once(acts)) == [200] + [422] * (AT_ONCE - 1)
    assert len(stored(sa.select(User))) == 1


@pytest.mark.parametrize("kind", ["due", "new"])
def test_an_answer_and_a_switch_at_the_same_moment_both_come_through(
    learners: list[Visitor], change: Callable, stored: Callable, monkeypatch: pytest.MonkeyPatch, kind: str
) -> None:
    """Each holds what the other wants next, unless both take it in the same order."""
    person = learners[0]
    if kind == "due":
        person.answer(4)
        change(lambda session: _two_days_ago(session, person_id(session)))
    person.get("/study")
    ((deck_id,), *_) = stored(sa.select(Follow.deck_id))
    answer = sending(person)
    person.get(f"/decks/{deck_id}/scheduling?scheduler=fsrs&retention=99")
    switch = sending(person, f"/decks/{deck_id}/scheduling", grade="")
    writes, reached = switching._write, Event()

    def slowly(*arguments: Any) -> None:
        reached.set()
        # Long enough for the answer to reach what the switch holds.
        Event().wait(0.5)
        writes(*arguments)

    monkeypatch.setattr(switching, "_write", slowly)

    def answered() -> int:
        assert reached.wait(10)
        return answer()

    assert at_once([switch, answered]) == [303, 303]
    assert change(lambda session: compare(session, person_id(session)).agrees)
    assert len(stored(sa.select(Review))) == (2 if kind == "due" else 1)


def test_an_answer_and_a_mark_at_the_same_moment_leave_the_card_where_the_mark_puts_it(
    learners: list[Visitor], change: Callable, stored: Callable, monkeypatch: pytest.MonkeyPatch
) -> None:
    person = learners[0]
    person.answer(4)
    change(lambda session: _two_days_ago(session, person_id(session)))
    person.get("/study")
    answer, suspend = sending(person), sending(person, r"/cards/\d+/marks", marking="suspend")
    end, reached = marking.forget, Event()

    def slowly(*arguments: Any) -> None:
        reached.set()
        # All is written and nothing committed: long enough for the answer to have read what was before.
        Event().wait(0.5)
        end(*arguments)

    monkeypatch.setattr(marking, "forget", slowly)

    def answered() -> int:
        assert reached.wait(10)
        return answer()

    statuses = at_once([suspend, answered])
    assert statuses[0] == 303 and statuses[1] in {303, 409}
    assert stored(sa.select(Mark.suspended, Memory.queue_day).join(Memory, Memory.card_id == Mark.card_id)) == [
        (True, None)
    ]


def test_an_answer_and_following_again_at_the_same_moment_both_come_through(
    learners: list[Visitor], stored: Callable, monkeypatch: pytest.MonkeyPatch
) -> None:
    person = learners[0]
    ((deck_id,), *_) = stored(sa.select(Follow.deck_id))
    answer = sending(person)
    token = person.form(r"/cards/\d+/answers").fields["csrf_token"]
    again = sending(person, f"/decks/{deck_id}/follow", form_of=Form(f"/decks/{deck_id}/follow"), csrf_token=token)
    above, reached = following._root_above, Event()

    def slowly(*arguments: Any) -> Any:
        reached.set()
        Event().wait(0.5)
        return above(*arguments)

    monkeypatch.setattr(following, "_root_above", slowly)

    def answered() -> int:
        assert reached.wait(10)
        return answer()

    assert at_once([again, answered]) == [303, 303]
    assert len(stored(sa.select(Review))) == 1


def person_id(session: Session) -> int:
    return session.scalars(sa.select(User.id).order_by(User.id)).first() or 0


def _two_days_ago(session: Session, user_id: int) -> None:
    session.execute(sa.update(Review).values(day=Review.day - 2))
    session.execute(sa.update(User).where(User.id == user_id).values(last_day=User.last_day - 2))
    rebuild(session, user_id)


def test_of_many_edits_at_once_one_is_saved_and_one_undo_takes_it_back(
    learners: list[Visitor], change: Callable, stored: Callable
) -> None:
    ada = learners[0]

    def make(session: Session) -> int:
        owner = session.scalars(sa.select(User).where(User.name == "learner 0")).one()
        return a_note(session, a_deck(session, owner=owner), fields=("Q", "A"))[0].note_id

    note_id = change(make)
    ada.get(f"/notes/{note_id}/edit")
    acts = [sending(ada, rf"/notes/{note_id}/edit", **{"field-1": f"tab {number}"}) for number in range(AT_ONCE)]
    assert sorted(at_once(acts)) == [303] + [409] * (AT_ONCE - 1)
    ((change_id,),) = stored(sa.select(Change.id))
    undo = Form(f"/changes/{change_id}/undo")
    undo.fields = {"csrf_token": ada.form(rf"/notes/{note_id}/edit").fields["csrf_token"]}
    assert at_once([sending(ada, form_of=undo) for _ in range(AT_ONCE)]) == [303] * AT_ONCE
    assert [verb for (verb,) in stored(sa.select(Change.verb).order_by(Change.id))] == ["edit", "undo"]
    assert stored(sa.select(Note.fields).where(Note.id == note_id)) == [(["Q", "A"],)]


def test_of_many_wordings_of_ones_own_at_once_one_is_saved(learners: list[Visitor], stored: Callable) -> None:
    ((note_id,), *_) = stored(sa.select(Note.id))
    learners[0].get(f"/notes/{note_id}/mine")
    acts = [sending(learners[0], rf"/notes/{note_id}/mine", **{"field-1": f"tab {n}"}) for n in range(AT_ONCE)]
    assert sorted(at_once(acts)) == [303] + [409] * (AT_ONCE - 1)


def test_a_card_that_is_laid_elsewhere_while_somebody_meets_it_is_not_known_where_it_lies_no_more(
    learners: list[Visitor], app: Flask, change: Callable, stored: Callable, monkeypatch: pytest.MonkeyPatch
) -> None:
    def make(session: Session) -> tuple[int, int, int, int]:
        owner, follower, *_ = session.scalars(sa.select(User).order_by(User.id))
        shared, private = a_deck(session, owner=owner), a_deck(session, owner=owner)
        a_follow(session, follower, shared)
        return owner.id, follower.id, a_note(session, shared)[0].id, private.id

    owner_id, follower_id, card_id, private_id = change(make)
    lay, reached = bulk.lay, Event()

    def slowly(*arguments: Any) -> None:
        reached.set()
        # It was asked who has met it; long enough for the answer to be given.
        Event().wait(0.5)
        lay(*arguments)

    monkeypatch.setattr(bulk, "lay", slowly)

    def moved() -> int:
        with app.app_context():
            return bulk.move_cards(writing, db.session.get_one(User, owner_id), [card_id], private_id, now()).changed

    def answered() -> int:
        assert reached.wait(10)
        with app.app_context(), pytest.raises(NotFound):
            answer_card(
                db.session,
                db.session.get_one(User, follower_id),
                card_id,
                AnswerGiven(uuid4(), 4, 0),
                now(),
                writing_rows,
            )
        return 0

    assert at_once([moved, answered]) == [1, 0]
    assert stored(sa.select(Memory.card_id).where(Memory.card_id == card_id, Memory.user_id == follower_id)) == []
