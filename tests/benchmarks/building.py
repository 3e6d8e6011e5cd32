"""Building what is measured, by statements that make millions of rows inside the database."""

import json
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy import orm

from app.accounts.passwords import hash_password
from app.clock import study_day
from app.models.indexing import index_what_waits
from app.schema import newest_revision, steer_planner, upgrade
from app.study.recounting import recount
from tests.benchmarks import rows
from tests.benchmarks.rows import POSTGRESQL, SQLITE, Dialect, Met
from tests.benchmarks.stores import Store

VERSION = 4
"""Grows when a build makes other rows than before, so that kept databases are built again."""
KEPT_DAYS = 7
"""How long a database serves: each day more of it is due."""
PASSWORD = "a long sentence"
DECKS, SPARE = 20, 50
HEAVY, NEW_0, NEW_50, NEW_99, DRILLER = range(1, 6)
"""The learners of a collection: all cards met; nothing, half and almost all of a deck of the same size met; a drill."""
CROWD_CARDS, CROWD_DECK, CROWD_FOLLOWS, CROWD_NEW = 100, 500, 4, 5
COLLECTION, CROWD = "collection", "crowd"


@dataclass(frozen=True)
class Plan:
    """All statements of a build, in an order the foreign keys allow."""

    statements: list[str]


def today() -> int:
    return study_day(datetime.now(UTC), "UTC", 4)


def collection(dialect: Dialect, size: int, day: int, answers: int = 10) -> Plan:
    """One learner with `size` cards met in 20 decks, each with some unmet ones behind; and beside them a deck of `size`
    cards that three others have met to 0, 50 and 99 %, and one who drills. `answers`: 10 or 1 a card of the first; with
    one, all of them are due."""
    deck = size // DECKS
    whole, half, most = deck + SPARE, size // 2, size * 99 // 100
    first = DECKS * whole
    buried = "{today} + 30 + i % 300"
    drilled = min(40, deck)
    met = [
        Met(size, f"{HEAVY}", f"i / {deck} + 1", f"i / {deck} * {whole} + i % {deck} + 1", answers),
        Met(half, f"{NEW_50}", f"{DECKS + 1}", f"{first} + i + 1", 1, 0, buried),
        Met(most, f"{NEW_99}", f"{DECKS + 1}", f"{first} + i + 1", 1, 0, buried),
        Met(drilled, f"{DRILLER}", "1", "i + 1", 10, 0, buried),
    ]
    new = f"CASE i WHEN 0 THEN 0 WHEN 1 THEN {half} ELSE {most} END"
    return Plan(
        [
            rows.users(dialect, DRILLER, hash_password(PASSWORD), day),
            rows.decks(dialect, DECKS + 1),
            *rows.notes_and_cards(dialect, first, f"i / {whole} + 1", f"i % {whole}"),
            *rows.notes_and_cards(dialect, size, f"{DECKS + 1}", "i", after=first),
            rows.follows(dialect, DECKS, f"{HEAVY}", "i + 1", "i", f"{deck}", 20),
            rows.follows(dialect, 3, f"i + {NEW_0}", f"{DECKS + 1}", "0", new, 20),
            rows.follows(dialect, 1, f"{DRILLER}", "1", "0", f"{drilled}", 0),
            *_learned(dialect, met, day),
        ]
    )


def crowd(dialect: Dialect, learners: int, day: int) -> Plan:
    """Many learners, each with 100 cards met in four of twenty shared decks; three tenths of them due."""
    each = CROWD_CARDS // CROWD_FOLLOWS
    person, deck = f"i / {CROWD_CARDS}", f"(i / {CROWD_CARDS} + i % {CROWD_CARDS} / {each}) % {DECKS}"
    met = Met(learners * CROWD_CARDS, f"{person} + 1", f"{deck} + 1", f"{deck} * {CROWD_DECK} + i % {each} + 1", 10, 3)
    follower, followed = f"i / {CROWD_FOLLOWS}", f"(i / {CROWD_FOLLOWS} + i % {CROWD_FOLLOWS}) % {DECKS}"
    count = learners * CROWD_FOLLOWS
    return Plan(
        [
            rows.users(dialect, learners, hash_password(PASSWORD), day),
            rows.decks(dialect, DECKS),
            *rows.notes_and_cards(dialect, DECKS * CROWD_DECK, f"i / {CROWD_DECK} + 1", f"i % {CROWD_DECK}"),
            rows.follows(
                dialect, count, f"{follower} + 1", f"{followed} + 1", f"i % {CROWD_FOLLOWS}", f"{each}", CROWD_NEW
            ),
            *_learned(dialect, [met], day),
        ]
    )


def _learned(dialect: Dialect, met: list[Met], day: int) -> list[str]:
    statements = rows.pattern_tables()
    for some in met:
        statements += [make(dialect, some, day) for make in (rows.memories, rows.reviews, rows.summaries)]
    return statements


PLANS: dict[str, Callable[[Dialect, int, int], Plan]] = {COLLECTION: collection, CROWD: crowd}


def build(connection: Any, engine: str, plan: Plan) -> None:
    """Fills an empty database of the newest schema, through a bare connection of the driver."""
    if engine == "sqlite":
        with _bulk_on_sqlite(connection):
            _run(connection, plan)
    else:
        with _bulk_on_postgresql(connection):
            _run(connection, plan)


def _run(connection: Any, plan: Plan) -> None:
    for statement in plan.statements:
        connection.execute(statement)


@contextmanager
def _bulk_on_sqlite(connection: Any) -> Iterator[None]:
    """One transaction without secondary indexes; they are made anew from the finished tables, which is sorting."""
    for pragma in (
        "foreign_keys=OFF",
        "journal_mode=MEMORY",
        "synchronous=OFF",
        "temp_store=MEMORY",
        "cache_size=-262144",
    ):
        connection.execute(f"PRAGMA {pragma}")
    made = "SELECT name, sql FROM sqlite_master WHERE type = 'index' AND sql IS NOT NULL"
    indexes = connection.execute(made).fetchall()
    connection.execute("BEGIN")
    for name, _ in indexes:
        connection.execute(f"DROP INDEX {name}")
    yield
    for _, sql in indexes:
        connection.execute(sql)
    connection.execute("COMMIT")
    steer_planner(connection.execute)
    connection.execute("PRAGMA journal_mode=WAL")


@contextmanager
def _bulk_on_postgresql(connection: Any) -> Iterator[None]:
    """The same; besides, ids handed out later begin behind ours, and the planner learns what is there."""
    connection.execute("SET session_replication_role = replica")
    connection.execute("SET synchronous_commit = off")
    connection.execute("SET maintenance_work_mem = '512MB'")
    connection.execute("SET work_mem = '128MB'")
    made = (
        "SELECT indexname, indexdef FROM pg_indexes WHERE schemaname = 'public'"
        " AND NOT EXISTS (SELECT FROM pg_constraint WHERE conname = indexname)"
    )
    indexes = connection.execute(made).fetchall()
    for name, _ in indexes:
        connection.execute(f'DROP INDEX "{name}"')
    yield
    for _, sql in indexes:
        connection.execute(sql)
    for table in ("users", "decks", "notes", "cards"):
        connection.execute(f"SELECT setval(pg_get_serial_sequence('{table}', 'id'), (SELECT max(id) FROM {table}))")
    connection.execute("VACUUM ANALYZE")
    connection.execute("RESET ALL")


def add_up(url: str) -> None:
    """What pages of progress read, of the learners of a collection."""
    engine = sa.create_engine(url, poolclass=sa.NullPool)
    for learner in range(HEAVY, DRILLER + 1):
        with engine.begin() as connection:
            recount(connection, learner)
    engine.dispose()


def built(store: Store, kind: str, size: int) -> tuple[str, dict[str, Any]]:
    """The name of the database, and what its build was like; it is only built if no kept one will do."""
    name = f"{kind}_{size}"
    stamp = store.folder / f"{name}.json"
    wanted = {"version": VERSION, "revision": newest_revision()}
    if stamp.exists() and store.has(name):
        kept: dict[str, Any] = json.loads(stamp.read_text())
        if wanted.items() <= kept.items() and today() - kept["day"] < KEPT_DAYS:
            return name, kept
    stamp.unlink(missing_ok=True)
    store.drop(name)
    store.create(name)
    began = time.monotonic()
    engine = sa.create_engine(store.url(name), poolclass=sa.NullPool)
    upgrade(engine)
    engine.dispose()
    connection = store.connect(name)
    build(connection, store.engine, PLANS[kind](DIALECTS[store.engine], size, today()))
    connection.close()
    if kind == COLLECTION:
        add_up(store.url(name))
    index(store.url(name))
    facts = {**wanted, "day": today(), "seconds": round(time.monotonic() - began, 1)}
    facts["megabytes"] = round(store.megabytes(name), 1)
    stamp.write_text(json.dumps(facts))
    return name, facts


def index(url: str) -> None:
    """Puts the notes into the index of words, as a server does when it starts."""
    engine = sa.create_engine(url, poolclass=sa.NullPool)
    with orm.Session(engine) as session:

        @contextmanager
        def in_transaction() -> Iterator[orm.Session]:
            yield session
            session.commit()

        index_what_waits(session, in_transaction)
    engine.dispose()


DIALECTS = {"sqlite": SQLITE, "postgresql": POSTGRESQL}
