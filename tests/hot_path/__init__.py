"""The requests a learner waits for, on built collections, and the statements they send."""

from collections.abc import Callable
from dataclasses import dataclass

import sqlalchemy as sa
from flask import Flask

from tests.benchmarks.building import (
    DIALECTS,
    DRILLER,
    HEAVY,
    NEW_0,
    NEW_50,
    NEW_99,
    Plan,
    build,
    collection,
    today,
)
from tests.benchmarks.calling import AnswerForm, Browser
from tests.benchmarks.rows import Dialect
from tests.statements import Statement, recorded

OTHERS, OTHERS_DECKS = 3_000, 4


def fill(app: Flask, size: int, *more: str) -> None:
    """A collection of that size, one answer a card, and many other learners around it, so that a table is large even
    where ours is small; then further statements."""
    engine: sa.Engine = app.extensions["engine"]
    dialect = DIALECTS[engine.dialect.name]
    pooled = engine.raw_connection()
    connection = pooled.driver_connection
    assert connection is not None
    if dialect.name == "postgresql":
        connection.autocommit = True
    plan = collection(dialect, size, today(), answers=1)
    # Or each learner's first POST would note that they are here.
    here = "UPDATE users SET seen_at = 4000000000000"
    build(connection, dialect.name, Plan([*plan.statements, *others(dialect), *marks(dialect, size), here, *more]))
    pooled.invalidate()


def marks(dialect: Dialect, size: int) -> list[str]:
    """Flags on every tenth card of the heavy collection, how they came and went, and its learner's own wording of every
    tenth note; the others have one each."""
    numbers = dialect.numbers(size // 10)
    act = (
        "x'00000000000000000000000000000001'" if dialect.name == "sqlite" else "'00000000-0000-0000-0000-000000000001'"
    )
    columns = "user_id, note_id, note_type_id, format, fields, seen_fields, changed_at"
    own = "id, note_type_id, format, fields, fields, 0 FROM notes WHERE id % 10 = 1"
    return [
        f"INSERT INTO adjustments ({columns}) SELECT {HEAVY}, {own}",
        f"INSERT INTO adjustments ({columns}) SELECT {DRILLER + 1} + i, id, note_type_id, format, fields, fields, 0"
        f" FROM {dialect.numbers(OTHERS)} JOIN notes ON id = 1 + i % 40",
        "INSERT INTO marks (user_id, card_id, suspended, buried_until, flag)"
        f" SELECT {HEAVY}, 1 + i * 10, FALSE, NULL, 1 FROM {numbers}",
        "INSERT INTO mark_changes (user_id, card_id, id, deck_id, day, at, before, after, undone_at)"
        f" SELECT {HEAVY}, 1 + i * 10, {act}, 1, {today()} - i % 900, i, '{{}}', '{{}}',"
        f" CASE WHEN i % 2 = 0 THEN i END FROM {numbers}",
    ]


def others(dialect: Dialect) -> list[str]:
    """Learners who follow some decks and have met a few cards of each."""
    people, follows = dialect.numbers(OTHERS), dialect.numbers(OTHERS * OTHERS_DECKS)
    person, deck = f"{DRILLER + 1} + i / {OTHERS_DECKS}", f"1 + (i + i / {OTHERS_DECKS}) % 20"
    due = f"{today()} - i % 5"
    return [
        "INSERT INTO users"
        " (id, is_admin, time_zone, day_starts_at, theme, single_key_shortcuts, answer_mode, drill_after, new_per_day,"
        " standing, created_at, seen_at)"
        f" SELECT {DRILLER + 1} + i, FALSE, 'UTC', 4, 'auto', TRUE, 4, 5, 20, 0, 0, 0 FROM {people}",
        f"INSERT INTO sign_ins (token_hash, user_id, created_at) SELECT 'h' || i, {DRILLER + 1} + i, 0 FROM {people}",
        "INSERT INTO follows (user_id, deck_id, place, new_per_day, new_order, review_order, new_from, order_seen,"
        " followed_at)"
        f" SELECT {person}, {deck}, 0, 20, 0, 0, 0, 1, 0 FROM {follows}",
        "INSERT INTO memories (user_id, card_id, deck_id, repetitions, interval, ease, lapses, last_day, due_day,"
        f" queue_day, answers) SELECT {person}, 1 + i % 40, {deck}, 1, 1, 2500, 0, {today()} - i % 9, {due}, {due}, 1"
        f" FROM {follows}",
        "INSERT INTO day_totals (user_id, day, deck_id, answers, took_ms, again, met, young, young_recalled, mature,"
        f" mature_recalled, practised) SELECT {person}, {today()} - i % {OTHERS_DECKS}, {deck}, 1, 0, 0, 1, 0, 0, 0,"
        f" 0, 0 FROM {follows}",
    ]


@dataclass(frozen=True)
class Request:
    """One request of a learner. `prepare` brings them to it; `statements`: how many it may send."""

    name: str
    learner: int
    send: Callable[[Browser, AnswerForm | None], int]
    statements: int
    prepare: Callable[[Browser], AnswerForm | None] = lambda browser: None
    writes: bool = False

    def recorded(self, app: Flask) -> list[Statement]:
        """The statements of the request alone."""
        browser = Browser(app, self.learner)
        form = self.prepare(browser)
        with recorded(app.extensions["engine"]) as recording:
            assert self.send(browser, form) in {200, 303}
        return recording.statements


def _page(path: str) -> Callable[[Browser, AnswerForm | None], int]:
    return lambda browser, form: browser.get(path).status


def _answer(grade: int, *, fragment: bool) -> Callable[[Browser, AnswerForm | None], int]:
    return lambda browser, form: browser.answer(form, fragment=fragment, grade=grade).status if form else 0


def _undo(browser: Browser, form: AnswerForm | None) -> int:
    return browser.undo(form).status if form else 0


def _just_answered(browser: Browser) -> AnswerForm:
    form = browser.shown()
    assert browser.answer(form).status == 303
    return form


def requests(engine: str) -> list[Request]:
    """In an order in which each finds what it needs; the first answers are the first of the learners' day. PostgreSQL
    writes an answer as one statement, and a new one after a lock."""
    due, failed, new = (3, 6, 6) if engine == "postgresql" else (9, 11, 12)
    return [
        Request("home", HEAVY, _page("/"), 4),
        Request("the next due card", HEAVY, _page("/study"), 3),
        Request("the next due card of a deck", HEAVY, _page("/study?deck=3"), 3),
        Request("the first new card", NEW_0, _page("/study"), 3),
        Request("the next new card, half of them met", NEW_50, _page("/study"), 3),
        Request("the next new card, nearly all met", NEW_99, _page("/study"), 3),
        Request("nothing waits", DRILLER, _page("/study"), 5),
        Request("a due answer", HEAVY, _answer(4, fragment=False), due, Browser.shown, writes=True),
        Request("a failed answer and the next", HEAVY, _answer(2, fragment=True), failed, Browser.shown, writes=True),
        Request("a new answer and the next", NEW_99, _answer(4, fragment=True), new, Browser.shown, writes=True),
        Request("undo", HEAVY, _undo, 12, _just_answered, writes=True),
        Request("undo of a first answer", NEW_50, _undo, 13, _just_answered, writes=True),
    ]
