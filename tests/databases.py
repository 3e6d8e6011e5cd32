"""Where the tests' databases come from: SQLite files, or a PostgreSQL server if CARDLET_TEST_DATABASE names one."""

import os
import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Protocol
from uuid import uuid4

import sqlalchemy as sa

from app.config import read_settings
from tests.postgres import VARIABLE

SERVER = os.environ.get(VARIABLE)
"""The server all tests run on; None: they run on SQLite."""


class Databases(Protocol):
    """A database is named by its URL, as CARDLET_DATABASE_URL would name it."""

    def new(self, folder: Path, like: str | None = None) -> str:
        """Makes a database for this data directory: empty, or a copy of one that nobody is connected to."""
        ...

    def drop(self, url: str) -> None:
        """Removes a database, whoever is still connected."""
        ...


class SqliteDatabases:
    """Each is the file that Cardlet would make in that data directory by itself; it goes with the directory."""

    def new(self, folder: Path, like: str | None = None) -> str:
        path = folder / "cardlet.sqlite3"
        if like is not None:
            folder.mkdir(exist_ok=True)
            # Not the file: what was written last may still lie in the one beside it.
            with (
                closing(sqlite3.connect(str(sa.make_url(like).database))) as source,
                closing(sqlite3.connect(path)) as to,
            ):
                source.backup(to)
        return sa.URL.create("sqlite", database=str(path)).render_as_string()

    def drop(self, url: str) -> None:
        pass


class PostgresDatabases:
    """Names are drawn, so that neither workers nor runs at the same time get into each other's way."""

    def __init__(self, server: str) -> None:
        self._url = sa.make_url(read_settings({"CARDLET_DATABASE_URL": server})["DATABASE_URL"])

    def new(self, folder: Path, like: str | None = None) -> str:
        name = f"cardlet_test_{uuid4().hex}"
        template = "template0" if like is None else sa.make_url(like).database
        self._execute(f'CREATE DATABASE "{name}" TEMPLATE "{template}"')
        return self._url.set(database=name).render_as_string(hide_password=False)

    def drop(self, url: str) -> None:
        self._execute(f'DROP DATABASE "{sa.make_url(url).database}" WITH (FORCE)')

    def _execute(self, statement: str) -> None:
        engine = sa.create_engine(self._url, isolation_level="AUTOCOMMIT", poolclass=sa.NullPool)
        with engine.connect() as connection:
            connection.exec_driver_sql(statement)


def databases_of_this_run() -> Databases:
    return SqliteDatabases() if SERVER is None else PostgresDatabases(SERVER)


def environment_for(data_dir: Path, url: str) -> dict[str, str]:
    """What tells a Cardlet to work there. An SQLite file it finds in its data directory by itself."""
    return {"CARDLET_DATA_DIR": str(data_dir), "CARDLET_DATABASE_URL": "" if url.startswith("sqlite") else url}


@contextmanager
def engine_on(url: str) -> Iterator[sa.Engine]:
    """An engine for a look at a database from outside the app. Closed at the end, for a copy wants nobody connected."""
    engine = sa.create_engine(read_settings({"CARDLET_DATABASE_URL": url})["DATABASE_URL"], poolclass=sa.NullPool)
    try:
        yield engine
    finally:
        engine.dispose()
