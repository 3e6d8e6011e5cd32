"""The engine, the base of all models, their column types, and the one way to write."""

from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, Literal, Protocol
from uuid import UUID

import sqlalchemy as sa
from flask import Flask, current_app, g
from sqlalchemy import event, orm

from app.locking import WriteGate

READING = {"writing": False, "isolation_level": "AUTOCOMMIT"}
ON_DEMAND: Literal["raise_on_sql"] = "raise_on_sql"
"""How relationships load: when a query asks for them. A row that fetched its neighbour by itself would do so a hundred
times on a page of a hundred rows; here it raises instead."""
CHECKPOINTS, CHECKPOINTS_STAGED = "wal_autocheckpoint=4000", "wal_autocheckpoint=32000"
"""After so many pages of 4 KiB whoever has written moves them to where they belong. Many are the same page anew: moved
less often, there is less to move. Who adds a million rows changes nearly all pages of some indexes again and again."""
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
OLDEST_CONNECTION = 1800
"""Seconds. Firewalls drop what was silent for an hour, many sooner, and tell neither side."""


class Base(orm.DeclarativeBase):
    """The base of every table; each constraint has a name, because SQLite can only drop what has one."""

    metadata = sa.MetaData(
        naming_convention={
            "ix": "ix_%(table_name)s_%(column_0_N_name)s",
            "uq": "uq_%(table_name)s_%(column_0_N_name)s",
            "ck": "ck_%(table_name)s_%(constraint_name)s",
            "fk": "fk_%(table_name)s_%(column_0_N_name)s",
            "pk": "pk_%(table_name)s",
        }
    )


def only_where(condition: str, *, on_sqlite: str | None = None) -> dict[str, Any]:
    """Makes an index partial: `sa.Index(…, **only_where("owner_id IS NULL"))`. `on_sqlite`: where SQLAlchemy writes the
    condition differently for SQLite; a partial index serves only statements whose condition it matches."""
    # PostgreSQL's waits for whoever makes the index there: told of it, SQLAlchemy loads all it knows of PostgreSQL.
    return {"info": {"postgresql_where": sa.text(condition)}, "sqlite_where": sa.text(on_sqlite or condition)}


class Moment(sa.types.TypeDecorator[datetime]):
    """A moment in UTC, stored as milliseconds since 1970: sorts and compares the same way on every database."""

    impl = sa.BigInteger
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: sa.Dialect) -> int | None:
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError("a moment needs a time zone")
        return (value - EPOCH) // timedelta(milliseconds=1)

    def process_result_value(self, value: int | None, dialect: sa.Dialect) -> datetime | None:
        return None if value is None else EPOCH + timedelta(milliseconds=value)


class ReviewId(sa.types.TypeDecorator[UUID]):
    """A UUID: native on PostgreSQL, 16 bytes on SQLite, where the usual text would double the size of the log."""

    impl = sa.LargeBinary(16)
    cache_ok = True

    def load_dialect_impl(self, dialect: sa.Dialect) -> sa.types.TypeEngine[Any]:
        return dialect.type_descriptor(sa.Uuid() if dialect.name == "postgresql" else sa.LargeBinary(16))

    def process_bind_param(self, value: UUID | None, dialect: sa.Dialect) -> UUID | bytes | None:
        return value if value is None or dialect.name == "postgresql" else value.bytes

    def process_result_value(self, value: UUID | bytes | None, dialect: sa.Dialect) -> UUID | None:
        return UUID(bytes=value) if isinstance(value, bytes) else value


class Database:
    """The current app's engine and the session of the current app context; `db` is the only one."""

    @property
    def engine(self) -> sa.Engine:
        engine: sa.Engine = current_app.extensions["engine"]
        return engine

    @property
    def connection(self) -> sa.Connection:
        """The one of this app context, which in a request is the request's: every other would be taken out of the pool,
        asked whether it still lives, and put back. Enough for verbs that take a `Handle`."""
        if "connection" not in g:
            g.connection = self.engine.connect()
            if g.connection.dialect.name == "postgresql":
                g.connection.execution_options(isolation_level=READING["isolation_level"])
        connection: sa.Connection = g.connection
        return connection

    @property
    def session(self) -> orm.Session:
        """On that connection, and made when it is first wanted."""
        if "session" not in g:
            # Whatever the connection has begun to read, the session goes on with and ends.
            g.session = orm.Session(self.connection, expire_on_commit=False, join_transaction_mode="control_fully")
        session: orm.Session = g.session
        return session

    def stop_reading(self) -> None:
        """Forgets what was read, so that the next statement sees what there is by then."""
        if "session" in g:
            g.session.rollback()
        self.connection.rollback()


@contextmanager
def reading_apart(engine: sa.Engine) -> Iterator[orm.Session]:
    """A session on a connection of its own that sees one moment: for what is still being sent when the request is over
    and its own connection closed."""
    with engine.connect() as connection:
        if engine.dialect.name == "postgresql":
            connection.execution_options(isolation_level="REPEATABLE READ")
        with orm.Session(connection, expire_on_commit=False) as session:
            yield session


Handle = orm.Session | sa.Connection
"""What a verb of the hot path works on: a session, or the bare connection, which is quicker to come by."""


db = Database()


def init_app(app: Flask) -> None:
    """Connects the app to its database."""
    url = sa.make_url(app.config["DATABASE_URL"])
    engine = sa.create_engine(url, **_pool_options(url, app.config["THREADS"]))
    app.extensions["write_gate"] = None
    if engine.dialect.name == "postgresql":
        _prepare_postgresql(engine)
    if engine.dialect.name == "sqlite":
        _prepare_sqlite(engine)
        app.extensions["write_gate"] = WriteGate(Path(engine.url.database) if engine.url.database else None)
    app.extensions["engine"] = engine
    app.teardown_appcontext(_close)


def _pool_options(url: sa.URL, threads: int) -> dict[str, Any]:
    """A server may restart, and what lies between may forget a silent connection: a broken one is found before it is
    used, and none grows old. There is one for each thread that answers requests."""
    if url.get_backend_name() != "postgresql":
        # By name a parameter that stands in ten places is one. The connection used last has its pages in memory still.
        return {"pool_size": threads, "paramstyle": "named", "pool_use_lifo": True}
    return {"pool_pre_ping": True, "pool_recycle": OLDEST_CONNECTION, "pool_size": threads}


def close(app: Flask) -> None:
    """Closes the app's connections and files; for programs that end, and for tests."""
    app.extensions["engine"].dispose()
    if app.extensions["write_gate"] is not None:
        app.extensions["write_gate"].close()


def _close(error: BaseException | None) -> None:
    session, connection = g.pop("session", None), g.pop("connection", None)
    if session is not None:
        session.close()
    if connection is not None:
        connection.close()


def connection_of(handle: Handle) -> sa.Connection:
    """The connection, for statements that cannot afford a session. What a session holds unwritten is written first;
    whoever writes past it calls `forget`."""
    if isinstance(handle, sa.Connection):
        return handle
    handle.flush()
    return handle.connection()


def forget(handle: Handle) -> None:
    """Tells a session that its rows were changed past it."""
    if isinstance(handle, orm.Session):
        handle.expire_all()


def _prepare_postgresql(engine: sa.Engine) -> None:
    @event.listens_for(engine, "connect")
    def configure(connection: Any, record: object) -> None:
        # Our statements are long and touch few rows: compiling one takes a hundred times as long as running it.
        connection.execute("SET jit = off")
        connection.commit()


def _prepare_sqlite(engine: sa.Engine) -> None:
    @event.listens_for(engine, "connect")
    def configure(connection: Any, record: object) -> None:
        # Left to itself the driver begins its transactions after the first SELECT, and a read-modify-write is not one.
        connection.isolation_level = None
        for pragma in ("foreign_keys=ON", "journal_mode=WAL", "synchronous=FULL", "busy_timeout=10000", CHECKPOINTS):
            connection.execute(f"PRAGMA {pragma}").close()

    @event.listens_for(engine, "begin")
    def begin(connection: sa.Connection) -> None:
        # A plain BEGIN that reads and then writes fails at once when another connection wrote in between. Told to the
        # driver itself: through SQLAlchemy it would cost as much as a statement.
        driver: Any = connection.connection.driver_connection
        driver.execute("BEGIN IMMEDIATE" if connection.get_execution_options().get("writing") else "BEGIN")


def importing_lock() -> Path:
    """The file every import shares a lock on: who has it alone knows that unfinished decks are nobody's any more."""
    return Path(current_app.config["DATA_DIR"], "import.lock")


class Writing(Protocol):
    """What a door lends a verb that reads before it writes: `writing_rows`, or something that behaves like it."""

    def __call__(self, *, one_statement: bool = False) -> AbstractContextManager[Handle]: ...


@contextmanager
def writing() -> Iterator[orm.Session]:
    """One short write transaction, committed at the end, rolled back on an error. Only doors open it.

    What the session read before is forgotten: inside, everything is read again, so that nothing is decided on a stale
    row. Keep rendering, hashing and reading of files outside; everybody else who writes is waiting.
    """
    session = db.session
    with writing_rows():
        yield session
        session.commit()


@contextmanager
def staging() -> Iterator[orm.Session]:
    """A write transaction of rows that nobody would miss yet. On SQLite it does not wait for the disk: the next one
    that does, `writing`, waits for both, since they stand in one file."""
    session = db.session
    with writing_rows(staged=True):
        yield session
        session.commit()


@contextmanager
def writing_rows(*, one_statement: bool = False, staged: bool = False) -> Iterator[sa.Connection]:
    """The same for verbs that need no session. `one_statement`: nothing else is done inside, so that PostgreSQL needs
    neither BEGIN nor COMMIT, which are two round trips. `staged`: see `staging`."""
    gate: WriteGate | None = current_app.extensions["write_gate"]
    db.stop_reading()
    if gate is None:
        with _transaction({} if one_statement else {"isolation_level": "READ COMMITTED"}) as connection:
            yield connection
        return
    with gate.passed(), _not_synced() if staged else nullcontext(), _transaction({"writing": True}) as connection:
        yield connection


@contextmanager
def _not_synced() -> Iterator[None]:
    driver: Any = db.connection.connection.driver_connection
    # Whoever adds many rows comes back to the same pages of each index: so the cache.
    driver.executescript(f"PRAGMA synchronous=NORMAL; PRAGMA cache_size=-16000; PRAGMA {CHECKPOINTS_STAGED}")
    try:
        yield
    finally:
        driver.executescript(f"PRAGMA synchronous=FULL; PRAGMA {CHECKPOINTS}")


@contextmanager
def one_moment() -> Iterator[orm.Session]:
    """A transaction for reading in which every statement sees the same moment, whatever others write meanwhile."""
    session = db.session
    db.stop_reading()
    with _transaction(
        {"isolation_level": "REPEATABLE READ"} if session.get_bind().dialect.name == "postgresql" else {}
    ):
        yield session
        # Or the session would take the transaction for its own after it has ended.
        session.rollback()


@contextmanager
def _transaction(options: dict[str, Any]) -> Iterator[sa.Connection]:
    """Between transactions the connection is for reading: on PostgreSQL that is autocommit, where each statement sees
    the newest rows and costs one round trip."""
    connection = db.connection
    connection.execution_options(**options)
    try:
        connection.begin()
        yield connection
        connection.commit()
    except BaseException:
        db.stop_reading()
        raise
    finally:
        if not connection.invalidated:
            connection.execution_options(**{name: READING[name] for name in options})
