"""`cardlet database partition` at the terminal."""

from collections.abc import Callable

import pytest
from click.testing import CliRunner, Result
from flask import Flask

from app import create_app
from app.cli import cardlet
from app.database import db
from tests.test_migrations import populate


@pytest.fixture
def run(app: Flask) -> Callable[..., Result]:
    """`run("--parts", "8")` is `cardlet database partition --parts 8` on the database of this test's app."""
    with app.app_context():
        url = db.engine.url.render_as_string(hide_password=False)
        name = db.engine.dialect.name
    environment = {"CARDLET_DATA_DIR": str(app.config["DATA_DIR"])}
    if name != "sqlite":
        environment["CARDLET_DATABASE_URL"] = url

    def call(*arguments: str) -> Result:
        return CliRunner().invoke(cardlet, ["database", "partition", *arguments], obj=create_app, env=environment)

    return call


@pytest.mark.parametrize("parts", ["1", "0", "-2", "3", "48", "2048", "many"])
def test_a_number_of_parts_that_cannot_be_is_refused(run: Callable[..., Result], parts: str) -> None:
    result = run("--parts", parts)
    assert result.exit_code == 2
    assert "Invalid value for '--parts'" in result.output


def test_sqlite_is_refused_in_one_line(run: Callable[..., Result], app: Flask) -> None:
    with app.app_context():
        if db.engine.dialect.name != "sqlite":
            pytest.skip("about SQLite")
    result = run()
    assert result.exit_code == 1
    assert result.output == "Error: Only PostgreSQL can partition tables, and this database is sqlite.\n"


def test_it_says_how_many_rows_it_moved_and_a_second_time_that_there_is_nothing_to_do(
    run: Callable[..., Result], app: Flask
) -> None:
    with app.app_context():
        if db.engine.dialect.name != "postgresql":
            pytest.skip("only PostgreSQL has partitions: set CARDLET_TEST_DATABASE")
        populate(db.session)
    result = run("--parts", "8")
    assert result.exit_code == 0, result.output
    assert "reviews: 4 rows" in result.output
    assert "into 8 parts a table" in result.output
    again = run("--parts", "16")
    assert (again.exit_code, "Nothing was changed" in again.output) == (0, True)
