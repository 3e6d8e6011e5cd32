"""Brings a database to the schema this code knows, with every row it holds."""

import re
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import sqlalchemy as sa

from app.config import shipped

if TYPE_CHECKING:
    from alembic.config import Config


PROJECTIONS = {"daily_summaries", "day_totals", "period_totals", "memory_counts"}
"""Tables that are made from others, and may have fewer rows when they are made anew."""

SQLITE_STATISTICS = {
    ("reviews", "reviews"): "10000000 100000 10 1",
    ("reviews", "ix_reviews_standing"): "10000000 100000 100 1 1 1",
    ("memories", "memories"): "1000000 10000 1",
    ("memories", "ix_memories_queue"): "1000000 10000 1000 20 1",
    ("memories", "ix_memories_drill"): "10000 200 20 5 1 1",
    ("daily_summaries", "daily_summaries"): "1000000 10000 20 10 5 5 2 1 1",
    ("day_totals", "day_totals"): "100000 1000 10 1",
    ("period_totals", "period_totals"): "1000000 10000 200 20 10 5 5 2 1",
    ("memory_counts", "memory_counts"): "1000000 10000 1500 150 1",
    ("follows", "follows"): "100000 10 1",
    ("follows", "ix_follows_deck_id"): "100000 1000 1",
    ("cards", "ix_cards_deck_id_position"): "1000000 1000 1",
    ("cards", "sqlite_autoindex_cards_1"): "1000000 2 1",
}
"""What SQLite's planner is told of a large collection, by table and index: rows, then rows for each leading column.

Left to itself it takes a learner for ten rows and walks all they ever did instead of an index that names the day. Real
statistics would be those of the day they were taken, when the collection may have been small.
"""


class WrongSchema(Exception):
    """The database cannot be used with this code; the message says what to do."""


def newest_revision() -> str:
    """The revision this code knows, from the names of the history's files: reading them properly costs a third of a
    second at every start."""
    names = (path.name for path in (shipped("migrations") / "versions").glob("*.py"))
    return max(name.split("_")[0] for name in names if re.match(r"\d{4}_", name))


def current_revision(engine: sa.Engine) -> str | None:
    """The revision the database is at; None if it is empty."""
    with engine.connect() as connection:
        if not sa.inspect(connection).has_table("alembic_version"):
            return None
        return _version(connection)


def upgrade(engine: sa.Engine, backups: Path | None = None) -> None:
    """Upgrades the database if it is older than the code; an SQLite file is copied into `backups` first.

    Raises WrongSchema, and changes nothing, if it is newer, or if the upgrade would lose rows.
    """
    current, newest = current_revision(engine), newest_revision()
    if current == newest:
        return
    if current is not None and current > newest:
        raise WrongSchema(
            f"This database was written by a newer Cardlet (schema {current}; this one knows {newest}). "
            "Nothing was changed. Install the newer version, or restore the backup made before the upgrade."
        )
    if current is not None and backups is not None and engine.dialect.name == "sqlite":
        _back_up(Path(str(engine.url.database)), backups / f"before-schema-{newest}.sqlite3")
    migrate(engine, "head")


def migrate(engine: sa.Engine, revision: str) -> None:
    """Takes the database up or down to a revision. Raises WrongSchema if a table that stays would lose rows."""
    from alembic import command

    with _for_migration(engine) as connection:
        before = _row_counts(connection)
        config = alembic_config()
        config.attributes["connection"] = connection
        going_down = revision != "head" and revision < (current_or_base(connection))
        (command.downgrade if going_down else command.upgrade)(config, revision)
        _check(connection, before)
        if connection.dialect.name == "sqlite":
            steer_planner(connection.exec_driver_sql)


def current_or_base(connection: sa.Connection) -> str:
    """The revision of a connection's database, `base` if it has none; digits sort before letters."""
    if not sa.inspect(connection).has_table("alembic_version"):
        return "base"
    return _version(connection) or "base"


def _version(connection: sa.Connection) -> str | None:
    return connection.scalar(sa.select(sa.column("version_num", sa.String)).select_from(sa.table("alembic_version")))


def alembic_config() -> "Config":
    """Alembic's configuration without a file."""
    from alembic.config import Config

    config = Config()
    config.set_main_option("script_location", str(shipped("migrations")))
    config.set_main_option("path_separator", "os")
    return config


@contextmanager
def _for_migration(engine: sa.Engine) -> Iterator[sa.Connection]:
    """One transaction with foreign keys off: SQLite changes a table by replacing it, and with them on the drop of the
    old one deletes every row that points to it. The switch only works outside a transaction."""
    with engine.connect() as connection:
        sqlite = engine.dialect.name == "sqlite"
        if sqlite:
            _set_foreign_keys(connection, "OFF")
        try:
            with connection.begin():
                yield connection
        finally:
            if sqlite:
                _set_foreign_keys(connection, "ON")


def _set_foreign_keys(connection: sa.Connection, state: str) -> None:
    raw = connection.connection.driver_connection
    assert raw is not None
    raw.execute(f"PRAGMA foreign_keys={state}").close()


def steer_planner(run: Callable[..., object]) -> None:
    """Writes SQLITE_STATISTICS; `run` executes a statement. After every migration: an index that is made anew, or its
    table, loses them."""
    run("ANALYZE alembic_version")
    run("DELETE FROM sqlite_stat1")
    for (table, index), told in SQLITE_STATISTICS.items():
        run("INSERT INTO sqlite_stat1 VALUES (?, ?, ?)", (table, index, told))
    run("ANALYZE sqlite_master")


def _row_counts(connection: sa.Connection) -> dict[str, int]:
    tables = [name for name in sa.inspect(connection).get_table_names() if name != "alembic_version"]
    count = sa.select(sa.func.count())
    return {name: connection.scalar(count.select_from(sa.table(name))) or 0 for name in tables}


def _check(connection: sa.Connection, before: dict[str, int]) -> None:
    after = _row_counts(connection)
    kept = before.keys() & after.keys() - PROJECTIONS
    lost = sorted(name for name in kept if after[name] < before[name])
    if lost:
        raise WrongSchema(f"The upgrade would have lost rows of {', '.join(lost)}. Nothing was changed.")
    if connection.dialect.name == "sqlite" and connection.exec_driver_sql("PRAGMA foreign_key_check").first():
        raise WrongSchema("After the upgrade some rows would have pointed nowhere. Nothing was changed.")


def _back_up(database: Path, copy: Path) -> None:
    copy.parent.mkdir(mode=0o700, exist_ok=True)
    with sqlite3.connect(database) as source, sqlite3.connect(copy) as target:
        source.backup(target)
    source.close()
    target.close()
