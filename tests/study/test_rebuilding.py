"""What is kept beside the log is what the log says; where it is not, that is found and mended."""

from uuid import uuid4

import pytest
import sqlalchemy as sa
from sqlalchemy.orm import Session

from app.models import Card, DailySummary, Mark, Memory, User
from app.study import AnswerGiven, answer_card, next_card, queue_of, rebuilding, undo_last_act
from app.study.rebuilding import compare, rebuild
from tests.factories import a_deck, a_follow, a_learner, at


@pytest.fixture(autouse=True)
def small_pages(monkeypatch: pytest.MonkeyPatch) -> None:
    """So small that a page ends in the middle of a card, and one card is longer than a page."""
    monkeypatch.setattr(rebuilding, "PAGE", 2)


@pytest.fixture
def ada(session: Session) -> User:
    """Ada has studied for some days, failed, drilled and undone; Bob beside her too."""
    deck = a_deck(session, cards=6)
    learners = [a_learner(session, name) for name in ("Bob", "Ada")]
    for learner in learners:
        a_follow(session, learner, deck, new_per_day=3)
        for day, grade in ((0, 2), (1, 4), (2, 5), (8, 3)):
            study(session, learner, day, grade)
        undo_last_act(session, learner, at(8))
    return learners[1]


def study(session: Session, learner: User, day: int, grade: int) -> None:
    for _ in range(12):
        shown = next_card(session, learner, queue_of(session, learner, None, at(day)), at(day))
        if shown is None:
            break
        given = AnswerGiven(uuid4(), 4 if shown.reason == "drill" else grade, shown.state.answers, 2000)
        answer_card(session, learner, shown.card.id, given, at(day))


def test_after_any_days_everything_agrees(session: Session, ada: User) -> None:
    found = compare(session, ada.id)
    assert found.agrees
    assert (found.cards, found.answers > 12) == (6, True)


@pytest.mark.parametrize(
    "mark", [None, {"suspended": True}, {"buried_until": 1_000_000}, {"buried_until": 0}, {"flag": 3}]
)
def test_a_card_that_waits_on_another_day_than_its_marks_say_is_found_and_mended(
    session: Session, ada: User, mark: dict[str, int] | None
) -> None:
    before = everything(session)
    memory = session.scalars(sa.select(Memory).where(Memory.user_id == ada.id)).first()
    assert memory is not None
    right = memory.due_day
    if mark is None:
        memory.queue_day = None
    else:
        session.add(Mark(user_id=ada.id, card_id=memory.card_id, **{"suspended": False, "flag": 0, **mark}))
        right = None if "suspended" in mark else max(memory.due_day, mark.get("buried_until", 0))
        memory.queue_day = memory.due_day + (1 if right == memory.due_day else 0)
    session.flush()
    found = compare(session, ada.id)
    assert (found.queued, found.memories, found.summaries, found.agrees) == ({memory.card_id}, {}, {}, False)
    assert rebuild(session, ada.id).queued == {memory.card_id}
    assert compare(session, ada.id).agrees
    session.refresh(memory)
    assert memory.queue_day == right
    if right == memory.due_day:
        assert everything(session) == before


def test_what_differs_is_found_and_mended_and_marks_stay(session: Session, ada: User) -> None:
    before = everything(session)
    wrong, lost, suspended = list(session.scalars(sa.select(Memory).where(Memory.user_id == ada.id)))[:3]
    session.delete(lost)
    suspended.queue_day, suspended.ease = None, 1300
    mark = Mark(user_id=ada.id, card_id=suspended.card_id, suspended=True, flag=0)
    session.add(mark)
    wrong.interval += 1
    for summary in session.scalars(sa.select(DailySummary).where(DailySummary.user_id == ada.id).limit(1)):
        summary.answers += 1
    stray = session.scalars(sa.select(Card.id).order_by(Card.id.desc())).first() + 1
    session.add(Memory(user_id=ada.id, card_id=stray, **columns_of(wrong, "user_id", "card_id")))
    session.flush()
    found = rebuild(session, ada.id)
    assert set(found.memories) == {wrong.card_id, lost.card_id, suspended.card_id, stray}
    assert len(found.summaries) == 1
    assert compare(session, ada.id).agrees
    assert session.get_one(Memory, (ada.id, suspended.card_id)).queue_day is None
    session.get_one(Memory, (ada.id, suspended.card_id)).queue_day = suspended.due_day
    session.delete(mark)
    session.flush()
    assert everything(session) == before


def test_nobody_elses_rows_are_looked_at(session: Session, ada: User) -> None:
    bob = session.scalars(sa.select(User).where(User.name == "Bob")).one()
    session.execute(sa.update(Memory).where(Memory.user_id == bob.id).values(ease=1300, queue_day=None))
    assert rebuild(session, ada.id).agrees
    assert not compare(session, bob.id).agrees


def columns_of(memory: Memory, *without: str) -> dict[str, object]:
    return {c.key: getattr(memory, c.key) for c in sa.inspect(Memory).columns if c.key not in without}


def everything(session: Session) -> list[tuple]:
    session.flush()
    tables = [model.__table__ for model in (Memory, DailySummary)]
    return [tuple(row) for table in tables for row in sorted(session.execute(sa.select(table)).all(), key=str)]
