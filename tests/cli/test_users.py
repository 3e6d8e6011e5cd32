"""`cardlet user`: what administrators do in the browser, in the terminal."""

import re

import pytest

from tests.cli.conftest import Run
from tests.cli.test_cli import rows
from tests.databases import engine_on


@pytest.fixture
def ada(run: Run) -> None:
    run("user", "create", "Ada", "--password", "a long sentence", "--admin")
    run("user", "create", "Bob", "--password", "a long sentence")


@pytest.mark.usefixtures("ada")
def test_the_learners_are_listed(run: Run) -> None:
    lines = run("user", "list").output.splitlines()
    assert [line.split()[2:] for line in lines] == [["0", "Ada", "admin"], ["0", "Bob"]]


@pytest.mark.usefixtures("ada")
@pytest.mark.parametrize(
    ("arguments", "kind", "link"),
    [
        (("invite",), "invite", r"http://127\.0\.0\.1:5000/join/\S{32}"),
        (("invite", "--admin"), "admin", r"http://127\.0\.0\.1:5000/join/\S{32}"),
        (
            ("reset-password", "bob", "--address", "https://a.example/"),
            "reset",
            r"https://a\.example/new-password/\S{32}",
        ),
    ],
)
def test_links_are_made(run: Run, database: str, arguments: tuple[str, ...], kind: str, link: str) -> None:
    assert re.fullmatch(link, run("user", *arguments).output.strip())
    assert rows(database, "SELECT kind FROM one_time_links") == [(kind,)]


@pytest.mark.usefixtures("ada")
def test_somebody_is_disabled_let_in_again_and_deleted(run: Run, database: str) -> None:
    run("user", "disable", "bob")
    assert rows(database, "SELECT standing FROM users ORDER BY id") == [(0,), (1,)]
    assert run("user", "list").output.splitlines()[1].endswith("Bob  disabled")
    run("user", "enable", "bob")
    assert rows(database, "SELECT standing FROM users ORDER BY id") == [(0,), (0,)]
    assert run("user", "delete", "bob", typed="n\n").exit_code == 1
    assert run("user", "delete", "bob", "--yes").exit_code == 0
    assert rows(database, "SELECT name FROM users") == [("Ada",)]


@pytest.mark.usefixtures("ada")
def test_the_last_administrator_is_not_disabled_and_whoever_deletes_them_is_told(run: Run, database: str) -> None:
    refused = run("user", "disable", "ada")
    assert refused.exit_code == 1 and "Nobody else administers this server" in refused.output
    assert "Nobody administers" not in run("user", "delete", "bob", "--yes").output
    assert "Nobody administers this server now" in run("user", "delete", "ada", "--yes").output
    assert rows(database, "SELECT name FROM users") == []


@pytest.mark.usefixtures("ada")
@pytest.mark.parametrize("command", ["disable", "enable", "delete", "reset-password"])
def test_nobody_of_that_name_is_told_in_one_line(run: Run, command: str) -> None:
    result = run("user", command, "Eve", *(["--yes"] if command == "delete" else []))
    assert (result.exit_code, result.output.strip()) == (1, "Error: There is no learner called Eve.")


@pytest.mark.usefixtures("ada")
def test_an_account_half_deleted_is_gone_after_the_next_start(run: Run, database: str) -> None:
    with engine_on(database) as engine, engine.begin() as connection:
        connection.exec_driver_sql(
            "UPDATE users SET name = NULL, name_key = NULL, password_hash = NULL, standing = 2 WHERE name = 'Bob'"
        )
    run("user", "list")
    assert rows(database, "SELECT name FROM users") == [("Ada",)]
