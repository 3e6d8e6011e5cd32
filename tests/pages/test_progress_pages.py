"""The pictures over time as pages show them, and the days behind the calendar."""

import re
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from uuid import uuid4

import pytest
import sqlalchemy as sa
from sqlalchemy.orm import Session

from app.models import DailySummary, Kind, Memory, Review, Stage, User
from app.study.recounting import recount
from tests.factories import a_deck, a_follow, a_learner, a_note
from tests.visitor import Visitor

PICTURES = ("What is coming", "Calendar", "Reviews", "Time, in minutes", "Hours of the day", "Grades", "New cards")


def days_ago(days: int) -> str:
    return f"{datetime.now(UTC) - timedelta(days=days, hours=4):%Y-%m-%d}"


def a_history(session: Session, learner: User, question: str, *, kind: Kind = Kind.ANSWER) -> int:
    """A card met 400 days ago, forgotten yesterday, and waiting in three days; returns its deck."""
    deck = a_deck(session, name=f"{question}'s deck")
    (card,) = a_note(session, deck, fields=(f"*{question}*?", "answer"), tags=("net",))
    a_follow(session, learner, deck)
    now = datetime.now(UTC).replace(microsecond=0)
    today = learner.today(now)
    own = {"user_id": learner.id, "deck_id": deck.id}
    for ago, grade, stage in ((400, 4, Stage.NEW), (1, 2, Stage.MATURE)):
        day = today - ago
        told = [1, 500, 300, 2500] if kind == Kind.IMPORTED else None
        at = now - timedelta(days=ago)
        numbers = {"day": day, "hour": 9, "kind": kind, "grade": grade, "took_ms": 9000}
        session.add(Review(id=uuid4(), card_id=card.id, at=at, state=told, **own, **numbers))
        session.add(DailySummary(stage=stage, first=True, answers=1, **own, **numbers))
    figures = {"repetitions": 1, "interval": 4, "ease": 2500, "lapses": 1, "last_day": today - 1, "answers": 2}
    session.add(Memory(card_id=card.id, due_day=today + 3, queue_day=today + 3, **own, **figures))
    session.flush()
    recount(session.connection(), learner.id)
    return deck.id


@pytest.fixture
def ada(visitor: Callable[[], Visitor], change: Callable) -> Visitor:
    """Ada with a history, and Bob with another of the same days."""
    ada = visitor().sign_up("Ada")

    def make(session: Session) -> None:
        a_history(session, session.scalars(sa.select(User)).one(), "Ada's question")
        a_history(session, a_learner(session, "Bob"), "Bob's question")

    change(make)
    return ada


@pytest.mark.parametrize("chosen", ["month", "quarter", "year", "all"])
def test_each_picture_has_its_finding_and_a_table(ada: Visitor, chosen: str) -> None:
    page = ada.get(f"/progress?range={chosen}").text
    for heading in PICTURES:
        assert f"<h2>{heading}</h2>" in page
    assert "No card waits today. In the long run your intervals ask for about 0.2 a day." in page
    assert "Of the cards you came back to, you recalled 0%." in page
    assert f'<a href="/progress/days/{days_ago(1)}" tabindex="-1">' in page
    assert f'<a href="/progress/days/{days_ago(-3)}" tabindex="-1"><path class="w' in page
    assert page.count("<caption") >= 6


def test_when_cards_were_added_has_a_page_of_its_own(ada: Visitor) -> None:
    assert 'href="/progress/added"' in ada.get("/progress").text
    assert "1 card was added in this time." in ada.get("/progress/added?range=all").text
    assert "No card was added in this time." in ada.get("/progress/added?range=all&tag=other").text


def test_before_anything_was_done_the_page_says_what_will_be_there(visitor: Callable[[], Visitor]) -> None:
    page = visitor().sign_up("Ada").get("/progress").text
    assert "Each day you study gets a square here" in page
    assert "What you answer adds up here" in page
    assert "<svg" not in page.partition("<h1>")[2]


def test_the_calendar_goes_back_year_by_year_and_no_further(ada: Visitor) -> None:
    page = ada.get("/progress?range=month").text
    now = datetime.now(UTC)
    (earlier,) = re.findall(r'href="([^"]+#calendar)">Earlier', page)
    assert earlier == f"/progress?range=month&amp;year={now.year - 1}#calendar"
    first = days_ago(400)[:4]
    oldest = ada.get(f"/progress?year={first}").text
    assert f'<a href="/progress/days/{days_ago(400)}" tabindex="-1">' in oldest
    assert ">Earlier</a>" not in oldest
    assert ">Later</a>" in oldest
    for year in ("1969", str(now.year + 1), "x", "99999999999"):
        assert ada.get(f"/progress?year={year}").status_code == 404


def test_the_calendar_needs_no_more_than_60_kilobytes_whatever_its_scope(ada: Visitor, change: Callable) -> None:
    def every_day(session: Session) -> None:
        (user,) = session.scalars(sa.select(User).where(User.name == "Ada"))
        (deck_id,) = session.scalars(sa.select(Memory.deck_id).where(Memory.user_id == user.id))
        today = user.today(datetime.now(UTC))
        session.execute(sa.delete(DailySummary).where(DailySummary.user_id == user.id))
        for ago in range(400):
            numbers = {"hour": 9, "kind": 1, "grade": 4, "stage": 1, "first": True, "answers": 1000 + ago, "took_ms": 1}
            session.add(DailySummary(user_id=user.id, day=today - ago, deck_id=deck_id, **numbers))
        session.flush()
        recount(session.connection(), user.id)

    change(every_day)
    for query in ("", "?deck=1", f"?tag={'net' * 100}"):
        page = ada.get(f"/progress{query}").text
        assert len("".join(re.findall(r'<svg class="calendar".*?</svg>', page, re.S)).encode()) < 60_000


def test_a_day_shows_what_was_answered_and_nobody_elses(ada: Visitor) -> None:
    page = ada.get(f"/progress/days/{days_ago(1)}").text
    assert "Ada&#39;s question" in page
    assert "*Ada" not in page, "in plain text"
    assert "Again · 9 s" in page
    assert re.search(r'href="/cards/\d+"', page)
    assert "Bob" not in page
    coming = ada.get(f"/progress/days/{days_ago(-3)}").text
    assert "1 card comes back on this day." in coming
    assert "Ada&#39;s question" in coming
    assert "Bob" not in coming
    assert "Nothing was answered on this day." in ada.get(f"/progress/days/{days_ago(2)}").text
    assert "No card waits on this day so far." in ada.get(f"/progress/days/{days_ago(-9)}").text


def test_an_answer_given_elsewhere_is_there_with_its_interval(visitor: Callable[[], Visitor], change: Callable) -> None:
    ada = visitor().sign_up("Ada")
    change(lambda session: a_history(session, session.scalars(sa.select(User)).one(), "Moved", kind=Kind.IMPORTED))
    assert "Again · 9 s · interval 1.4 y" in ada.get(f"/progress/days/{days_ago(1)}").text


def test_the_scope_goes_along_to_the_days(ada: Visitor, change: Callable) -> None:
    page = ada.get("/progress?tag=net").text
    assert f'href="/progress/days/{days_ago(1)}?tag=net"' in page
    assert "Ada&#39;s question" in ada.get(f"/progress/days/{days_ago(1)}?tag=net").text
    assert "Nothing was answered on this day." in ada.get(f"/progress/days/{days_ago(1)}?tag=other").text


def test_a_month_leads_to_its_days(ada: Visitor) -> None:
    page = ada.get(f"/progress/days?month={days_ago(1)[:7]}").text
    assert f'href="/progress/days/{days_ago(1)}"' in page
    assert ada.get("/progress/days").status_code == 200
    assert "Nothing was answered in this month." in ada.get("/progress/days?month=2001-02").text


@pytest.mark.parametrize(
    "path",
    ["days/2026-02-30", "days/x", "days/0001-01-01", "days?month=2026-13", "days?month=x", "days/2026-01-01?page=2"],
)
def test_days_that_are_none_are_not_found(ada: Visitor, path: str) -> None:
    assert ada.get(f"/progress/{path}").status_code == 404


def test_the_pictures_speak_chinese(ada: Visitor, change: Callable) -> None:
    change(lambda session: session.execute(sa.update(User).values(language="zh-Hans")))
    page = ada.get("/progress").text
    for words in ("接下来的复习", "日历", "用时（分钟）", "一天中的时段", "周一"):
        assert words in page
    day = ada.get(f"/progress/days/{days_ago(1)}").text
    assert "作答 1 次，用时 9 秒" in day
