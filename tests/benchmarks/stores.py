"""Where the benchmark's databases lie: SQLite files, or a PostgreSQL server of its own, both under .bench/."""

import os
import shutil
import socket
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any, Protocol

from tests.postgres import USER, Cluster, NoPostgres, programs_folder

SERVER_SETTINGS = {"shared_buffers": "512MB", "max_wal_size": "4GB"}
__all__ = ["NoPostgres", "Sqlite", "Store", "store_for"]


class Store(Protocol):
    """Makes, copies and measures databases of one engine; each has a name."""

    engine: str
    folder: Path

    def url(self, name: str) -> str: ...
    def has(self, name: str) -> bool: ...
    def create(self, name: str) -> None: ...
    def drop(self, name: str) -> None: ...
    def copy(self, name: str, to: str) -> None: ...
    def megabytes(self, name: str) -> float: ...
    def connect(self, name: str, synchronous: str = "FULL") -> Any:
        """A bare connection of the driver, with the settings the app gives its own; no transaction unless asked for."""
        ...

    def version(self) -> str: ...


class Sqlite:
    """Each database is the file Cardlet would make in a data directory of that name."""

    engine = "sqlite"

    def __init__(self, folder: Path) -> None:
        self.folder = folder / "sqlite"
        self.folder.mkdir(parents=True, exist_ok=True)

    def file(self, name: str) -> Path:
        return self.folder / name / "cardlet.sqlite3"

    def url(self, name: str) -> str:
        return f"sqlite:///{self.file(name)}"

    def has(self, name: str) -> bool:
        return self.file(name).exists()

    def create(self, name: str) -> None:
        self.file(name).parent.mkdir()

    def drop(self, name: str) -> None:
        shutil.rmtree(self.file(name).parent, ignore_errors=True)

    def copy(self, name: str, to: str) -> None:
        self.drop(to)
        self.create(to)
        shutil.copy(self.file(name), self.file(to))

    def megabytes(self, name: str) -> float:
        return sum(path.stat().st_size for path in self.file(name).parent.glob("cardlet.sqlite3*")) / 2**20

    def connect(self, name: str, synchronous: str = "FULL") -> Any:
        connection = sqlite3.connect(self.file(name), isolation_level=None, check_same_thread=False)
        for pragma in ("foreign_keys=ON", "journal_mode=WAL", f"synchronous={synchronous}", "busy_timeout=10000"):
            connection.execute(f"PRAGMA {pragma}")
        return connection

    def version(self) -> str:
        return f"SQLite {sqlite3.sqlite_version}"


class Postgres:
    """Databases on a server that runs only while the benchmark does, and writes as durably as a real one."""

    engine = "postgresql"

    def __init__(self, folder: Path, cluster: Cluster) -> None:
        self.folder, self.cluster = folder, cluster

    def url(self, name: str) -> str:
        return f"postgresql+psycopg://{USER}@127.0.0.1:{self.cluster.port}/{_quoted(name)}"

    def has(self, name: str) -> bool:
        asked = f"SELECT 1 FROM pg_database WHERE datname = '{_quoted(name)}'"
        return bool(self._server(asked))

    def create(self, name: str) -> None:
        self._server(f"CREATE DATABASE {_quoted(name)}")

    def drop(self, name: str) -> None:
        self._server(f"DROP DATABASE IF EXISTS {_quoted(name)} WITH (FORCE)")

    def copy(self, name: str, to: str) -> None:
        self.drop(to)
        self._server(f"CREATE DATABASE {_quoted(to)} TEMPLATE {_quoted(name)} STRATEGY FILE_COPY")

    def megabytes(self, name: str) -> float:
        return float(self._server(f"SELECT pg_database_size('{_quoted(name)}')")[0][0]) / 2**20

    def connect(self, name: str, synchronous: str = "FULL") -> Any:
        import psycopg

        connection = psycopg.connect(self.url(name).replace("+psycopg", ""), autocommit=True)
        connection.execute("SET jit = off")
        return connection

    def version(self) -> str:
        return f"PostgreSQL {self._server('SHOW server_version')[0][0].split()[0]}"

    def _server(self, statement: str) -> list[Any]:
        with self.connect("postgres") as connection:
            cursor = connection.execute(statement)
            return list(cursor.fetchall()) if cursor.description else []


def _quoted(name: str) -> str:
    return name.replace("-", "_")


@contextmanager
def store_for(engine: str, folder: Path) -> Iterator[Store]:
    """The databases of an engine; for PostgreSQL its server runs inside the `with`. Raises NoPostgres without one."""
    if engine == "sqlite":
        yield Sqlite(folder)
        return
    cluster = Cluster(folder / "postgresql", programs_folder(), _free_port())
    _make(cluster)
    cluster.start()
    try:
        yield Postgres(folder / "postgresql", cluster)
    finally:
        with suppress(Exception):
            Postgres(folder, cluster)._server("CHECKPOINT")
        cluster.stop()


def _make(cluster: Cluster) -> None:
    if (cluster.data / "postgresql.conf").exists():
        with (cluster.data / "postgresql.conf").open("a") as file:
            file.write(f"port = {cluster.port}\n")
        (cluster.data / "postmaster.pid").unlink(missing_ok=True)
        return
    shutil.rmtree(cluster.folder, ignore_errors=True)
    cluster.folder.mkdir(parents=True)
    if os.geteuid() == 0:
        shutil.chown(cluster.folder, USER)
    cluster.create(SERVER_SETTINGS)


def _free_port() -> int:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        port: int = listener.getsockname()[1]
    return port
