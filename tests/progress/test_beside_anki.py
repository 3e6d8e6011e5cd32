"""The figures beside the numbers of Anki's own graphs, of the same collection. ANKI_PYTHON names a Python that has the
package `anki`; skipped without one."""

import importlib.util
import json
import os
import subprocess
import sys
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from sqlalchemy.orm import Session

from app.importing import Source, import_deck, read_deck
from app.library import follow
from app.models import Deck, User
from app.progress import Scope, Since, Span, activity_of, done_in, report_of, retentions_of, scope_of
from app.progress.sums import days_of
from app.study.rebuilding import compare
from tests.factories import a_deck, a_follow, a_learner, at

ANKI = os.environ.get("ANKI_PYTHON") or (sys.executable if importlib.util.find_spec("anki") else "")
pytestmark = pytest.mark.skipif(not ANKI, reason="ANKI_PYTHON names no Python that has the package `anki`")
SEARCHES = pytest.mark.parametrize("search", ["", "deck:A::B", "deck:C", "tag:odd"])
SINCE = {Since.ALL: "all_time"}


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, dict[str, Any]]:
    """The package, and what Anki says of what is in it."""
    folder = tmp_path_factory.mktemp("graphs")
    program = Path(__file__).with_name("anki_graphs.py")
    environment = {**os.environ, "PYTHONPATH": "", "TZ": "UTC"}
    done = subprocess.run(
        [ANKI, "-I", str(program), str(folder)], capture_output=True, text=True, check=True, env=environment
    )
    return folder / "whole.colpkg", json.loads(done.stdout.splitlines()[-1])


@pytest.fixture
def ada(session: Session, made: tuple[Path, dict[str, Any]]) -> User:
    """Ada, who has brought the package; and somebody else who has brought it too and follows one deck more."""
    bob, ada = a_learner(session), a_learner(session)
    a_follow(session, bob, a_deck(session, cards=2))
    for learner in (bob, ada):
        path = made[0]
        with read_deck(Source(path.name, path)) as deck:
            report = import_deck(deck, learner.id, at(0), _transaction(session))
        for deck_id in report.deck_ids:
            follow(session, learner, deck_id, at(0))
    return ada


def _transaction(session: Session) -> Any:
    @contextmanager
    def transaction() -> Iterator[Session]:
        yield session
        session.flush()
        session.expire_all()

    return transaction


def scope_in(session: Session, ada: User, search: str) -> Scope:
    kind, _, path = search.partition(":")
    if kind != "deck":
        return scope_of(session, ada, tag=path or None)
    name = path.rpartition("::")[2]
    deck_id = session.scalars(sa.select(Deck.id).where(Deck.owner_id == ada.id, Deck.name == name)).one()
    return scope_of(session, ada, deck_id)


@SEARCHES
def test_the_days_are_ankis(session: Session, made: tuple[Path, dict[str, Any]], ada: User, search: str) -> None:
    today, anki = made[1]["today"], made[1]["graphs"][search]
    days = days_of(session, scope_in(session, ada, search), Span(None, today))
    assert {str(day.day - today): day.answers for day in days} == anki["answers"]
    assert {str(day.day - today): day.took_ms for day in days} == anki["took"]
    assert len(days) > 100


@SEARCHES
def test_the_spans_are_ankis(session: Session, made: tuple[Path, dict[str, Any]], ada: User, search: str) -> None:
    today, anki = made[1]["today"], made[1]["graphs"][search]
    scope = scope_in(session, ada, search)
    for days, name in ((30, "one_month"), (90, "three_months"), (365, "one_year"), (None, "all_time")):
        first = None if days is None else today - days + 1
        done = done_in(session, scope, Span(first, today))
        assert [done.again, done.hard, done.good, done.easy] == anki["buttons"][name], name
        studied = sorted(int(day) for day in anki["answers"] if days is None or int(day) > -days)
        assert done.answers == sum(anki["answers"][str(day)] for day in studied) == sum(anki["buttons"][name])
        assert done.days_studied == len(studied)
        assert done.longest_streak == longest(studied)


def longest(days: list[int]) -> int:
    """The longest row of days, looked for in another way than the application does."""
    runs = Counter(day - place for place, day in enumerate(days))
    return max(runs.values(), default=0)


@SEARCHES
def test_the_retention_is_ankis(session: Session, made: tuple[Path, dict[str, Any]], ada: User, search: str) -> None:
    today, anki = made[1]["today"], made[1]["graphs"][search]["retention"]
    for since, row in retentions_of(session, scope_in(session, ada, search), today).items():
        passed = [row.young_recalled, row.young - row.young_recalled]
        assert [*passed, row.mature_recalled, row.mature - row.mature_recalled] == anki[SINCE.get(since, since)], since
    assert all(anki["all_time"])


def test_today_and_the_report_are_ankis(session: Session, made: tuple[Path, dict[str, Any]], ada: User) -> None:
    today, anki = made[1]["today"], made[1]["graphs"][""]
    done = activity_of(session, scope_of(session, ada), today)
    assert [done.answers, done.took_ms, done.answers - done.again] == anki["today"]
    report = report_of(session, ada, scope_of(session, ada), Span(None, today))
    passed, failed = (anki["retention"]["all_time"][place::2] for place in (0, 1))
    assert report["true_retention"] == round(sum(passed) / (sum(passed) + sum(failed)), 4)
    assert report["answers"] == sum(anki["answers"].values())
    assert compare(session, ada.id).agrees


def test_the_history_of_deleted_cards_counts_with_the_first_deck(
    session: Session, made: tuple[Path, dict[str, Any]], ada: User
) -> None:
    today, everything = Span(None, made[1]["today"]), made[1]["graphs"]
    total, other = (sum(everything[search]["answers"].values()) for search in ("", "deck:C"))
    assert done_in(session, scope_in(session, ada, "deck:A"), today).answers == total - other


def test_what_we_count_otherwise(made: tuple[Path, dict[str, Any]]) -> None:
    """See docs/coming-from-anki.md: we count the first of two repetitions of a card on a day, and no answer without a
    button."""
    twice, without = (made[1]["singly"][name] for name in ("two repetitions on a day", "no button"))
    assert twice["retention"]["all_time"] == [1, 1, 0, 0]
    assert without["answers"] == 1 and sum(without["buttons"]["all_time"]) == 0
