"""The numbers of progress as pages and files."""

import csv
import json
from collections.abc import Callable
from datetime import timedelta
from io import StringIO
from uuid import uuid4

import pytest
import sqlalchemy as sa
from sqlalchemy.orm import Session

from app.clock import now
from app.models import SchedulerVersion, User
from app.study import AnswerGiven, answer_card
from tests.factories import a_deck, a_follow, a_learner, at
from tests.progress.lives import cards_of
from tests.visitor import Visitor

HEAD = "date,answers,minutes,again,new,young,young_recalled,mature,mature_recalled,practised"


@pytest.fixture
def ada(visitor: Callable[[], Visitor], change: Callable) -> Visitor:
    """Ada, who met four cards two days ago and knew three of them yesterday; Bob knew none."""
    ada = visitor().sign_up("Ada")

    def live(session: Session) -> None:
        user, bob = session.scalars(sa.select(User)).one(), a_learner(session, "Bob")
        deck = a_deck(session, cards=4, name="Roles")
        for learner in (user, bob):
            a_follow(session, learner, deck)
        for learner, grades in ((bob, (2, 2, 2, 2)), (user, (4, 4, 4, 2))):
            for days, answered in ((2, (4, 4, 4, 4)), (1, grades)):
                for card_id, grade in zip(cards_of(session, deck), answered, strict=True):
                    moment = now() - timedelta(days=days)
                    answer_card(session, learner, card_id, AnswerGiven(uuid4(), grade, 2 - days, 6_000), moment)

    change(live)
    return ada


def test_the_head_and_the_table_say_it_in_words(ada: Visitor) -> None:
    page = ada.get("/progress").text
    assert "<dd>75% " in page and "aim: 90%" in page
    assert "You studied on 2 of 31 days. Reviews: 8, on average 4 a day studied. Your longest row: 2 days." in page
    assert "In the last 30 days you still knew 75% of the cards that came back. SM-2 has no aim you can set." in page
    row = '<th scope="row">Yesterday</th><td>75% <small class="soft">of 4</small></td><td>–</td>'
    assert row in page
    assert "Still known" in page and "Days in a row" in page


def test_they_are_said_in_chinese_too(ada: Visitor) -> None:
    ada.press("/language", language="zh-Hans")
    page = ada.get("/progress?range=all").text
    assert "记得怎么样" in page and "最近 30 天，再次出现的卡片你还记得 75%。" in page


def test_the_aim_is_fsrss(ada: Visitor, change: Callable) -> None:
    def choose(session: Session) -> None:
        user, deck = session.scalars(sa.select(User).where(User.name == "Ada")).one(), a_deck(session, name="Words")
        told = {"scheduler": "fsrs", "maximum_interval": 1000, "fuzz": False, "chosen_at": at(0)}
        session.add(SchedulerVersion(user_id=user.id, version=1, deck_id=deck.id, retention=0.85, **told))
        a_follow(session, user, deck, scheduler_version=1)

    change(choose)
    assert "Your decks aim at 85% to 90%." in ada.get("/progress").text


def test_who_has_not_begun_is_told_what_will_be_here(visitor: Callable[[], Visitor]) -> None:
    page = visitor().sign_up("Eve").get("/progress").text
    assert "Once cards come back on a later day" in page and "You studied on" not in page
    assert "each day as CSV" in page


def test_the_days_leave_as_a_table(ada: Visitor) -> None:
    response = ada.get("/progress/download.csv?range=month")
    assert response.content_type.startswith("text/csv")
    assert "attachment" in response.headers["Content-Disposition"]
    head, *rows = csv.reader(StringIO(response.text))
    assert ",".join(head) == HEAD
    assert [row[1:] for row in rows] == [
        ["4", "0.4", "0", "4", "0", "0", "0", "0", "0"],
        ["4", "0.4", "1", "0", "4", "3", "0", "0", "0"],
    ]
    assert all(date.isascii() and date[:2] == "20" for date, *_ in rows)


def test_everything_leaves_as_json(ada: Visitor) -> None:
    response = ada.get("/progress/download.json?range=all")
    assert response.content_type == "application/json"
    found = json.loads(response.text)
    assert (found["answers"], found["again"], found["good"], found["true_retention"]) == (8, 1, 7, 0.75)
    assert found["retention"]["yesterday"]["young"] == 4
    assert [day["date"] for day in found["per_day"]] == sorted(day["date"] for day in found["per_day"])
    assert found["to"] > found["per_day"][-1]["date"]


def test_the_files_are_of_what_the_page_shows(ada: Visitor) -> None:
    page = ada.get("/progress?range=month&tag=none").text
    assert "/progress/download.csv?range=month&amp;tag=none" in page
    assert json.loads(ada.get("/progress/download.json?tag=none").text)["answers"] == 0
    assert ada.get("/progress/download.json?deck=999999").status_code == 404
    assert ada.get("/progress/download.csv?range=week").status_code == 404


def test_who_began_lately_is_shown_a_month_and_whatever_they_choose_stays(ada: Visitor) -> None:
    page = ada.get("/progress").text
    assert '<option value="month" selected>' in page and '"/progress/memory"' in page
    page = ada.get("/progress?range=year").text
    assert '<option value="year" selected>' in page and '"/progress/memory?range=year"' in page
