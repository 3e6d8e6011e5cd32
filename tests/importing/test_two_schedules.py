"""Two files that know different schedules of one card."""

from dataclasses import replace

import pytest
import sqlalchemy as sa
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy.orm import Session

from app.models import Kind, Memory, Review, User
from app.scheduling import MemoryState
from app.study.rebuilding import compare
from tests.factories import a_learner
from tests.importing.collections import DAY, MS, TODAY, a_card, a_collection, a_parsed_note, a_review
from tests.importing.test_collections import bring_in


def knowing(interval: int, as_of_ms: int = MS, last_day: int = TODAY - 10) -> object:
    card = a_card(reviews=[a_review(10)])
    state = MemoryState(3, interval, 2500, 1, last_day, last_day + interval)
    return a_collection(a_parsed_note(1, replace(card, state=state, as_of_ms=as_of_ms)))


def interval_of(session: Session, user: User) -> int:
    session.expire_all()
    return session.scalars(sa.select(Memory.interval).where(Memory.user_id == user.id)).one()


@pytest.mark.parametrize("order", [(11, 12), (12, 11), (5, 77), (77, 5)])
def test_of_one_moment_the_file_that_is_imported_later_holds(session: Session, order: tuple[int, int]) -> None:
    ada, bob = a_learner(session, "Ada"), a_learner(session, "Bob")
    for user in (bob, ada):
        for interval in order:
            bring_in(session, user, knowing(interval))  # type: ignore[arg-type]
    assert interval_of(session, ada) == order[1]
    assert compare(session, ada.id).agrees and compare(session, bob.id).agrees
    bring_in(session, ada, knowing(order[0]))  # type: ignore[arg-type]
    assert interval_of(session, ada) == order[1], "the same file again changes nothing"


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(st.tuples(st.integers(1, 400), st.integers(-3, 3), st.integers(-2, 2)), min_size=2, max_size=5))
def test_whatever_comes_in_which_order_the_memory_is_the_fold_of_the_log(
    session: Session, files: list[tuple[int, int, int]]
) -> None:
    with session.begin_nested() as undone:
        ada = a_learner(session, "Ada")
        for interval, moved, seen in files:
            bring_in(session, ada, knowing(interval, MS + moved * DAY, TODAY - 10 + seen))  # type: ignore[arg-type]
        assert compare(session, ada.id).agrees
        marks = (Review.user_id == ada.id, Review.kind == Kind.CHECKPOINT)
        moments = session.execute(sa.select(Review.day, Review.at).where(*marks)).all()
        assert len(set(moments)) == len(moments)
        undone.rollback()
