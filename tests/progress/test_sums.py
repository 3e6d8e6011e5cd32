"""The loaders that all figures are made of, beside adding up the summaries one by one."""

from collections import defaultdict
from itertools import pairwise
from random import Random

import pytest
import sqlalchemy as sa
from flask import Flask
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy.orm import Session

from app.clock import date_of, day_of
from app.database import connection_of
from app.models import EVER, DailySummary, Deck, Figure, Kind, Memory, User
from app.models.totals import periods_of
from app.progress import Scope, Span, scope_of
from app.progress.sums import Part, _periods_and_days, counts_of, days_of, parts_of
from app.study.recounting import recount
from tests.factories import a_deck, a_follow, a_learner, a_note, at
from tests.progress.lives import answer, bring, cards_of

YEAR_2023 = 19_358
spans = st.builds(
    lambda first, length: Span(first, first + length),
    st.integers(YEAR_2023, YEAR_2023 + 800),
    st.one_of(st.integers(-1, 70), st.integers(300, 1_200)),
)


@settings(deadline=None)
@given(spans)
def test_periods_and_ends_are_each_day_of_the_span_once(span: Span) -> None:
    periods, ends = _periods_and_days(span)
    covered = [day for first, last in ends for day in range(first, last + 1)]
    days = range(YEAR_2023 - 1, YEAR_2023 + 2_200)
    for period in periods:
        covered += [day for day in days if period in periods_of(day)]
    assert sorted(covered) == list(range(span.first or 0, span.last + 1))
    assert EVER not in periods
    assert all(before[1] < after[0] for before, after in pairwise(ends))
    # Never more than the days of two months at the ends.
    assert len(covered) == 0 or sum(last - first + 1 for first, last in ends) <= 60


def test_since_ever_is_one_period() -> None:
    assert _periods_and_days(Span(None, day_of(date_of(20_000)))) == ([EVER], [])


@pytest.fixture(scope="module")
def drawn() -> list[dict[str, int | bool]]:
    """Rows of summaries over two and a half years, drawn by chance."""
    chance = Random(5)  # noqa: S311
    rows: dict[tuple[object, ...], dict[str, int | bool]] = {}
    for _ in range(900):
        key = {
            "day": YEAR_2023 + chance.randrange(900),
            "deck_id": chance.choice([1, 2, 3]),
            "hour": chance.choice([0, 9, 23]),
            "kind": chance.choice([Kind.ANSWER, Kind.ANSWER, Kind.IMPORTED, Kind.PRACTICE]),
            "grade": chance.choice([2, 3, 4, 5]),
            "stage": chance.choice([0, 1, 2]),
            "first": chance.random() < 0.7,
        }
        rows[tuple(key.values())] = {**key, "answers": chance.randint(1, 9), "took_ms": chance.randint(1, 90_000)}
    return list(rows.values())


@pytest.fixture
def ada(session: Session, drawn: list[dict[str, int | bool]]) -> User:
    """Ada, with the drawn rows, and Bob, who has them twice as many."""
    ada, bob = a_learner(session), a_learner(session)
    for learner, times in ((ada, 1), (bob, 2)):
        rows = [{**row, "user_id": learner.id, "answers": times * row["answers"]} for row in drawn]
        session.execute(sa.insert(DailySummary), rows)
        recount(connection_of(session), learner.id)
    return ada


@pytest.mark.parametrize("decks", [None, (1,), (1, 3), ()])
@pytest.mark.parametrize(
    ("first", "last"), [(None, 900), (0, 899), (10, 10), (45, 400), (31, 58), (364, 395), (700, 1_500), (-500, 20)]
)
def test_days_and_parts_are_the_summaries_added_up(
    session: Session,
    ada: User,
    drawn: list[dict[str, int | bool]],
    decks: tuple[int, ...] | None,
    first: int | None,
    last: int,
) -> None:
    span = Span(None if first is None else YEAR_2023 + first, YEAR_2023 + last)
    scope = Scope(ada.id, ()) if decks is None else Scope(ada.id, decks, deck_id=99)
    rows = [row for row in drawn if (span.first or 0) <= row["day"] <= span.last]
    rows = [row for row in rows if decks is None or row["deck_id"] in decks]
    parts: dict[tuple[int | bool, ...], list[int]] = defaultdict(lambda: [0, 0])
    days: dict[int, list[int]] = defaultdict(lambda: [0] * 9)
    for row in rows:
        sums = parts[tuple(row[name] for name in Part._fields[:5])]
        sums[0], sums[1] = sums[0] + row["answers"], sums[1] + row["took_ms"]
        days[int(row["day"])] = [a + b for a, b in zip(days[int(row["day"])], numbers_of(row), strict=True)]
    assert {part[:5]: [*part[5:]] for part in parts_of(session, scope, span)} == parts
    assert [(day.day, [*day[1:]]) for day in days_of(session, scope, span)] == sorted(days.items())


def numbers_of(row: dict[str, int | bool]) -> list[int]:
    """What a row adds to its day, said once more in another way than the application says it."""
    answers = int(row["answers"])
    if row["kind"] == Kind.PRACTICE:
        return [0] * 8 + [answers]
    first, knew, stage = row["first"], row["grade"] in {3, 4, 5}, row["stage"]
    conditions = [
        *(not knew, first and stage == 0, first and stage == 1, first and stage == 1 and knew),
        *(first and stage == 2, first and stage == 2 and knew),
    ]
    return [answers, int(row["took_ms"]), *(answers if holds else 0 for holds in conditions), 0]


def test_a_tag_that_all_cards_have_is_the_deck(session: Session) -> None:
    ada, bob, deck = a_learner(session), a_learner(session), a_deck(session)
    for _ in range(5):
        a_note(session, deck, tags=("topic::part",))
    for learner in (bob, ada):
        a_follow(session, learner, deck)
        live(session, learner, deck)
    whole, tagged = scope_of(session, ada, deck.id), scope_of(session, ada, tag="topic")
    for span in (Span(None, ada.today(at(50))), Span(ada.today(at(50)) - 20, ada.today(at(50)))):
        assert days_of(session, tagged, span) == days_of(session, whole, span) != []
        assert sorted(parts_of(session, tagged, span)) == sorted(parts_of(session, whole, span)) != []
    for figure in Figure:
        assert counts_of(session, tagged, figure) == counts_of(session, whole, figure)
    assert counts_of(session, whole, Figure.WAITS_ON)


def live(session: Session, learner: User, deck: Deck) -> None:
    one, two, three, *_ = cards_of(session, deck)
    bring(session, learner, three, deck, [(-9, 4, [0, 1, 0, 0]), (-8, 2, [1, 1, 3, 2500]), (-8, 4, [2, 1, -600, 0])])
    for card_id, days in ((one, [(0, 2), (0, 4)]), (two, [(1, 4), (2, 2), (2, 4)]), (one, [(40, 3)])):
        answer(session, learner, card_id, *days)
    assert session.get(Memory, (learner.id, one)) is not None


def test_nothing_is_nothing(app: Flask, session: Session) -> None:
    eve = a_learner(session)
    for scope in (scope_of(session, eve), scope_of(session, eve, tag="none")):
        assert days_of(session, scope, Span(None, 20_000)) == []
        assert parts_of(session, scope, Span(None, 20_000)) == []
        assert counts_of(session, scope, Figure.INTERVAL) == {}
