"""A database from a stranger, opened so that it can do nothing but be read.

Runs in the child process alone.
"""

import sqlite3
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from app.errors import N_, UnreadableFile

LONGEST_VALUE = 16 * 2**20
CHECKED_SIZE = 48 * 2**20
"""A database up to this size is checked through before a note is read; a larger one is found out while it is read."""
CACHE_KIB = 48 * 1024
MOST_TABLES = 200
STEPS = 200_000
DAMAGED = N_("the collection's database is damaged")
NOT_UTF8 = N_("the collection has texts that are not UTF-8")
TOO_LONG = N_("the collection has a text of more than 16 MiB")
TOO_SLOW = N_("the collection's database takes far too long to read")
NOT_ALLOWED = N_("the collection's database wants to do something other than being read")
COLUMNS = {
    "col": {"crt", "mod", "ver", "conf", "models", "decks", "dconf"},
    "notes": {"id", "guid", "mid", "tags", "flds", "data"},
    "cards": {"id", "nid", "did", "ord", "type", "queue", "due", "ivl", "factor", "reps", "lapses"}
    | {"odue", "odid", "flags", "data"},
    "revlog": {"id", "cid", "ease", "ivl", "lastIvl", "factor", "time", "type"},
}
"""What every generation has."""
FUNCTIONS = {"count", "max", "min", "instr"}


def open_guarded(path: Path, seconds: float) -> sqlite3.Connection:
    """The database, read-only; a statement that runs beyond so many seconds of processor time is ended. Raises
    UnreadableFile for a database that is damaged or has anything but tables and indexes."""
    database = sqlite3.connect(f"file:{path.as_posix()}?mode=ro&immutable=1", uri=True, isolation_level=None)
    for limit, value in (
        (sqlite3.SQLITE_LIMIT_LENGTH, LONGEST_VALUE),
        (sqlite3.SQLITE_LIMIT_ATTACHED, 0),
        (sqlite3.SQLITE_LIMIT_VDBE_OP, 25_000),
        (sqlite3.SQLITE_LIMIT_COLUMN, 200),
    ):
        database.setlimit(limit, value)
    database.create_collation("unicase", _unicase)
    deadline = time.process_time() + seconds
    database.set_progress_handler(lambda: time.process_time() > deadline, STEPS)
    for setting in ("trusted_schema = OFF", "cell_size_check = ON", "mmap_size = 0", f"cache_size = -{CACHE_KIB}"):
        database.execute(f"PRAGMA {setting}")
    with sentences():
        _check(database)
    database.set_authorizer(_allow)
    return database


@contextmanager
def sentences() -> Iterator[None]:
    """Turns what SQLite says of a damaged or hostile database into UnreadableFile."""
    try:
        yield
    except MemoryError as error:
        raise UnreadableFile(N_("reading the collection would take more memory than Cardlet allows")) from error
    except (sqlite3.Error, sqlite3.Warning, OverflowError, TypeError, ValueError, UnicodeDecodeError) as error:
        said = str(error).casefold()
        for part, message in (
            ("utf-8", NOT_UTF8),
            ("too big", TOO_LONG),
            ("interrupted", TOO_SLOW),
            ("not authorized", NOT_ALLOWED),
            ("prohibited", NOT_ALLOWED),
        ):
            if part in said:
                raise UnreadableFile(message) from error
        raise UnreadableFile(DAMAGED) from error


def _check(database: sqlite3.Connection) -> None:
    for tables, (kind, sql) in enumerate(database.execute("SELECT type, sql FROM sqlite_master")):
        if kind not in {"table", "index"} or (kind == "table" and _is_virtual(sql)) or tables > MOST_TABLES:
            raise UnreadableFile(
                N_("the collection's database has views, triggers or virtual tables, which Anki's never have")
            )
    for table, columns in COLUMNS.items():
        there = {name for _, name, *_ in database.execute(f"PRAGMA table_info({table})")}
        if not columns <= there:
            raise UnreadableFile(
                N_("this database is no Anki collection: its table “%(table)s” is not as it should be"), table=table
            )


def check_through(database: sqlite3.Connection, path: Path) -> None:
    """Raises UnreadableFile for a small database that is damaged somewhere."""
    if path.stat().st_size <= CHECKED_SIZE:
        (verdict,) = database.execute("PRAGMA quick_check(1)").fetchone()
        if verdict != "ok":
            raise UnreadableFile(DAMAGED)


def _is_virtual(sql: object) -> bool:
    words = str(sql).casefold().split(None, 2)
    return words[:1] != ["create"] or words[1:2] != ["table"]


def _allow(action: int, first: str | None, second: str | None, *_more: Any) -> int:
    allowed = action in {sqlite3.SQLITE_SELECT, sqlite3.SQLITE_READ}
    if action == sqlite3.SQLITE_FUNCTION:
        allowed = second in FUNCTIONS
    if action == sqlite3.SQLITE_PRAGMA:
        allowed = first == "quick_check"
    return sqlite3.SQLITE_OK if allowed else sqlite3.SQLITE_DENY


def _unicase(one: str, other: str) -> int:
    """Anki's order of names: without regard to case."""
    left, right = one.casefold(), other.casefold()
    return (left > right) - (left < right)
