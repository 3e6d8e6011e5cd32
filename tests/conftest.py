"""What all tests stand on: a database of its own for each test, copied from one that was migrated once."""

import shutil
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
import sqlalchemy as sa
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy.orm import Session

from app import create_app
from app.config import read_settings
from app.database import close, db, writing
from app.schema import upgrade
from tests.statements import not_by_learner, recorded
from tests.visitor import Visitor

MONDAY = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)


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


@pytest.fixture(scope="session")
def empty_database(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An SQLite file with the newest schema and no rows; copied, never used."""
    path = tmp_path_factory.mktemp("template") / "cardlet.sqlite3"
    engine = sa.create_engine(f"sqlite:///{path}")
    upgrade(engine)
    engine.dispose()
    return path


@pytest.fixture
def data_dir(tmp_path: Path, empty_database: Path) -> Path:
    """The data directory of this test's app, with an empty database in it."""
    folder = tmp_path / "data"
    folder.mkdir()
    shutil.copy(empty_database, folder / "cardlet.sqlite3")
    return folder


@pytest.fixture
def app(data_dir: Path) -> Iterator[Flask]:
    """The app as it is served, on a database of its own; `app.config` may still be changed by the test."""
    app = create_app(read_settings({"CARDLET_DATA_DIR": str(data_dir), "CARDLET_SECRET_KEY": "only for tests"}))
    app.testing = True
    yield app
    close(app)


@pytest.fixture
def session(app: Flask) -> Iterator[Session]:
    """A session in an app context, for tests below the doors. They make no requests."""
    with app.app_context():
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
