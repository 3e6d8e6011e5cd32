"""What all tests stand on: a database of its own for each test, copied from one that was migrated once."""

import os
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
import sqlalchemy as sa
from flask import Flask
from flask.testing import FlaskClient
from jinja2 import Undefined
from jinja2.utils import missing
from sqlalchemy.orm import Session

from app import create_app
from app.clock import now
from app.config import read_settings, shipped
from app.database import close, db, writing
from app.importing import publish_starter_decks
from app.schema import upgrade
from tests.compiled_once import share, share_addresses
from tests.databases import SERVER, Databases, databases_of_this_run, engine_on, environment_for
from tests.postgres import VARIABLE
from tests.statements import not_by_learner, recorded
from tests.visitor import Visitor

MONDAY = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)

share_addresses()


@pytest.fixture(autouse=True)
def _push_request_context() -> None:
    """Replaces pytest-flask's fixture of this name, which keeps one request open for the whole test: flask-login then
    remembers its user for every client, and a test of who may see what proves nothing."""


@pytest.fixture(autouse=True)
def _learners_apart() -> Iterator[None]:
    """The guardian of every test: what a learner owns is only asked for by learner, so that it can be split by them."""
    with recorded() as recording:
        yield
    for statement in recording.statements:
        if not statement.across_learners:
            assert not_by_learner(statement.sql) == [], f"{statement.name}: {statement.sql}"


def pytest_xdist_auto_num_workers() -> int:
    """One more than there are processors: a test in the browser, or beside another process, waits half of its time."""
    return (os.cpu_count() or 1) + 1


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """On PostgreSQL only those tests run that reach, by whatever fixtures, for `databases`: the others prove there what
    they prove anyway. On SQLite the tests about PostgreSQL alone are skipped and say so."""
    if SERVER is None:
        for item in items:
            if item.get_closest_marker("postgresql"):
                item.add_marker(pytest.mark.skip(reason="needs PostgreSQL: make test-postgres"))
        return
    chosen = [item for item in items if reaches_for_postgres(item)]
    config.hook.pytest_deselected(items=[item for item in items if item not in chosen])
    items[:] = chosen


def reaches_for_postgres(item: pytest.Item) -> bool:
    if item.get_closest_marker("sqlite"):
        return False
    return "databases" in getattr(item, "fixturenames", ()) or item.get_closest_marker("postgresql") is not None


@pytest.fixture(scope="session", autouse=True)
def _nothing_of_ours_in_the_environment() -> None:
    """Cardlet warns of variables it does not know, and this one is for the tests alone."""
    os.environ.pop(VARIABLE, None)


@pytest.fixture(scope="session")
def databases() -> Databases:
    """Makes and drops the databases of all tests, on the engine this run is about."""
    return databases_of_this_run()


@pytest.fixture(scope="session")
def empty_database(databases: Databases, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """A database with the newest schema and no rows; copied, never used."""
    url = databases.new(tmp_path_factory.mktemp("template"))
    with engine_on(url) as engine:
        upgrade(engine)
    yield url
    databases.drop(url)


@pytest.fixture(scope="session")
def template_with_decks(
    databases: Databases, empty_database: str, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[str]:
    """A database with the starter decks in it; copied, never used."""
    folder = tmp_path_factory.mktemp("decks")
    url = databases.new(folder, like=empty_database)
    app = create_app(read_settings(environment_for(folder, url)))
    with app.app_context():
        publish_starter_decks(shipped("decks"), now(), writing)
    close(app)
    yield url
    databases.drop(url)


@pytest.fixture
def template(empty_database: str) -> str | None:
    """What this test's database is a copy of; None if it shall be without a table."""
    return empty_database


@pytest.fixture
def data_dir(tmp_path: Path) -> Path:
    """The data directory of this test's app."""
    folder = tmp_path / "data"
    folder.mkdir()
    return folder


@pytest.fixture
def database(databases: Databases, data_dir: Path, template: str | None) -> Iterator[str]:
    """The URL of this test's database, which on SQLite lies in the data directory."""
    url = databases.new(data_dir, like=template)
    yield url
    databases.drop(url)


@pytest.fixture
def environment(data_dir: Path, database: str) -> dict[str, str]:
    """What tells a Cardlet to work on this test's data directory and database."""
    return environment_for(data_dir, database)


class NoSuchPart(Undefined):
    """What a template gets for a part that a thing does not have. In the app it shows nothing, and a page may lack half
    of itself unnoticed; here it fails. A variable may be missing: some templates serve several pages."""

    def _check(self) -> None:
        if self._undefined_obj is not missing:
            self._fail_with_undefined_error()

    def __bool__(self) -> bool:
        self._check()
        return False

    def __str__(self) -> str:
        self._check()
        return ""


@pytest.fixture
def app(environment: dict[str, str]) -> Iterator[Flask]:
    """The app as it is served, on a database of its own; `app.config` may still be changed by the test."""
    app = create_app(read_settings({**environment, "CARDLET_SECRET_KEY": "only for tests"}))
    app.testing = True
    app.jinja_env.undefined = NoSuchPart
    share(app)
    yield app
    close(app)


@pytest.fixture
def session(app: Flask) -> Iterator[Session]:
    """A session in an app context, for tests below the doors: one transaction, as a door that writes would open. They
    make no requests."""
    with app.app_context():
        if db.engine.dialect.name == "postgresql":
            db.session.connection(execution_options={"isolation_level": "READ COMMITTED"})
        yield db.session


@pytest.fixture
def client(app: Flask) -> FlaskClient:
    """A browser that nobody has used yet."""
    return app.test_client()


@pytest.fixture
def visitor(app: Flask) -> Callable[[], Visitor]:
    """Makes people at browsers of their own: `ada = visitor()`."""
    return lambda: Visitor(app.test_client())


@pytest.fixture
def stored(app: Flask) -> Callable[[sa.Executable], list[sa.Row]]:
    """What is in the database, read apart from any request: `stored(sa.select(Review))`."""

    def read(statement: sa.Executable) -> list[sa.Row]:
        with app.app_context():
            return list(db.session.execute(statement).all())

    return read


@pytest.fixture
def change(app: Flask) -> Callable[[Callable[[Session], object]], object]:
    """Changes the database apart from any request: `change(lambda session: session.add(deck))`."""

    def write(act: Callable[[Session], object]) -> object:
        with app.app_context(), writing() as session:
            return act(session)

    return write
