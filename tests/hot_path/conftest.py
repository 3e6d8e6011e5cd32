"""A second app beside the first, to compare a small collection with a large one."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from flask import Flask

from app import create_app
from app.config import read_settings
from app.database import close
from tests.compiled_once import share
from tests.databases import Databases, environment_for


@pytest.fixture
def second_app(databases: Databases, empty_database: str, tmp_path: Path) -> Iterator[Flask]:
    folder = tmp_path / "second"
    folder.mkdir()
    url = databases.new(folder, like=empty_database)
    app = create_app(read_settings({**environment_for(folder, url), "CARDLET_SECRET_KEY": "only for tests"}))
    app.testing = True
    share(app)
    yield app
    close(app)
    databases.drop(url)
