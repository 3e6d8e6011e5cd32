"""A PostgreSQL database whose tables can be split; without PostgreSQL these tests are skipped and say so."""

from collections.abc import Callable
from typing import Any

import pytest
import sqlalchemy as sa
from flask import Flask
from sqlalchemy.orm import Session

from app.database import Base
from app.partitioning import partition

PARTS = 8
Change = Callable[[Callable[[Session], Any]], Any]
Split = Callable[..., dict[str, int]]


@pytest.fixture
def postgres(app: Flask) -> sa.Engine:
    """The engine of this test's app, if it is PostgreSQL."""
    engine: sa.Engine = app.extensions["engine"]
    if engine.dialect.name != "postgresql":
        pytest.skip("only PostgreSQL has partitions: set CARDLET_TEST_DATABASE")
    return engine


@pytest.fixture
def split(change: Change) -> Split:
    """Splits this test's tables: `split()`, `split(16)`."""
    return lambda parts=PARTS: change(lambda session: partition(session.connection(), Base.metadata, parts))
