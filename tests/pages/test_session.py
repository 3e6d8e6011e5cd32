"""How a deck's sessions go, as its page sets it and the study page keeps it."""

import re
from collections.abc import Callable

import pytest
import sqlalchemy as sa

from app.models import DailySummary, Follow, Memory
from app.study.recounting import recount
from tests.visitor import Visitor


@pytest.fixture
def ada(visitor: Callable[[], Visitor]) -> Visitor:
    return visitor().sign_up("Ada")


def test_reviews_beyond_the_limit_are_said_to_wait_and_can_come_today(
    ada: Visitor, follow: Callable, change: Callable
) -> None:
    deck_id = follow(*((f"Q{number}", "A") for number in range(14)), limit=14)
    ada.get("/study")
    for _ in range(14):
        ada.answer(4)
    change(lambda session: session.execute(sa.update(Memory).values(queue_day=1, due_day=1, last_day=1)))
    change(lambda session: session.execute(sa.update(Follow).values(reviews_per_day=3)))
    assert "3 left" in ada.get("/study").text
    assert "11 more are due than your limit" in ada.get("/").text
    ada.get("/study")
    for _ in range(3):
        ada.answer(4)
    assert "11 more are due and wait for another day" in ada.page
    assert "A few more new cards" not in ada.page
    ada.press(f"/decks/{deck_id}/more", what="reviews")
    assert "10 left" in ada.get("/study").text


def test_a_deck_is_studied_as_its_page_says(ada: Visitor, follow: Callable, stored: Callable) -> None:
    deck_id = follow(("Q", "A"))
    ada.get(f"/decks/{deck_id}")
    ada.press(f"/decks/{deck_id}/follow/shape", new_per_day=3, reviews_per_day=50, new_order=1, review_order=2)
    assert "Saved." in ada.page and 'value="50"' in ada.page
    columns = (Follow.new_per_day, Follow.reviews_per_day, Follow.new_order, Follow.review_order)
    assert [tuple(row) for row in stored(sa.select(*columns))] == [(3, 50, 1, 2)]
    ada.press(f"/decks/{deck_id}/follow/shape", reviews_per_day="")
    assert [tuple(row) for row in stored(sa.select(*columns))] == [(3, None, 1, 2)]


def test_who_wants_failures_later_hears_when_nothing_else_waits(ada: Visitor, follow: Callable) -> None:
    follow(("Q", "A"))
    ada.get("/settings")
    assert ada.press("/settings", drill_after="7").status_code == 422
    ada.press("/settings", drill_after="10")
    ada.get("/study")
    ada.answer(2)
    assert "before its ten minutes are over" in ada.page


def test_the_end_of_the_day_leads_to_practice_once_something_was_answered(ada: Visitor, follow: Callable) -> None:
    deck_id = follow(("Q", "A"))
    ada.get(f"/study?deck={deck_id}")
    ada.answer(2)
    ada.answer(4)
    for cards, words in (("mistakes", "Practice today's mistakes"), ("ahead", "Study ahead")):
        assert f'href="/practice?cards={cards}&amp;deck={deck_id}">{words}</a>' in ada.page
    assert "2 answers in 1 second. You met 1 new card." in re.sub(r"\s+", " ", ada.page)


def test_the_end_of_the_day_counts_the_days_in_a_row(ada: Visitor, follow: Callable, change: Callable) -> None:
    follow(("Q", "A"))
    ada.get("/study")
    ada.answer(4)
    assert "in a row" not in ada.page
    change(lambda session: session.execute(sa.insert(DailySummary).from_select(*earlier(days=2))))
    change(lambda session: recount(session.connection(), session.scalars(sa.select(DailySummary.user_id)).first() or 0))
    page = ada.get("/study").text
    assert "2 days in a row. The day of rest in between is part of it." in page


def earlier(days: int) -> tuple[list[str], sa.Select]:
    """The summaries there are, so many days earlier."""
    columns = list(DailySummary.__table__.columns)
    return [column.key for column in columns], sa.select(
        *(column - days if column.key == "day" else column for column in columns)
    )
