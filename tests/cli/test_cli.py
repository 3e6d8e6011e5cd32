"""The terminal: the spellings others rely on, and one line for what a person can mend."""

import json
import socket
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from uuid import uuid4

import pytest
import sqlalchemy as sa
from click import Context
from click.testing import CliRunner
from sqlalchemy.orm import Session

from app import cli, create_app
from app.cli import cardlet
from app.cli.group import MODULES
from app.models import Card, Deck, Memory
from app.planning.choosing import Choice
from app.planning.switching import carry_out, plan_switch
from app.scheduling import Scheduler
from app.study import AnswerGiven, answer_card
from tests.cli.conftest import Run
from tests.databases import engine_on
from tests.factories import a_deck, a_follow, a_learner, at


def rows(database: str, query: str) -> list[tuple]:
    with engine_on(database) as engine, engine.connect() as connection:
        return [tuple(row) for row in connection.execute(sa.text(query))]


def test_schedule_shows_each_step_as_json(run: Run) -> None:
    steps = json.loads(run("schedule", "--scheduler", "sm2", "--grades", "5,5,3,1,4", "--json").output)
    assert [(step["n"], step["interval"], step["ease"]) for step in steps] == [
        (1, 1, 2600),
        (2, 6, 2700),
        (3, 17, 2560),
        (0, 1, 2020),
        (1, 1, 2020),
    ]


def test_schedule_shows_a_table_to_people(run: Run) -> None:
    assert run("schedule", "--grades", "4").output.splitlines() == [
        "grade  n  interval  ease",
        "    4  1         1  2500",
    ]


@pytest.mark.parametrize("grades", ["6", "-1", "4,x", "4.0", "", "4,,4", "٤"])
def test_schedule_says_which_grade_is_none(run: Run, grades: str) -> None:
    result = run("schedule", "--grades", grades, "--json")
    assert result.exit_code == 1
    assert "Grades are whole numbers from 0 to 5." in result.output


def test_a_user_is_created_and_can_sign_in(run: Run, database: str) -> None:
    result = run("user", "create", "Ada", "--password", "a long sentence", "--time-zone", "Asia/Shanghai", "--admin")
    assert (result.exit_code, result.output.strip()) == (0, "Ada can sign in now.")
    assert rows(database, "SELECT name, time_zone, is_admin FROM users") == [("Ada", "Asia/Shanghai", 1)]


def test_the_password_is_asked_for_twice_when_it_is_left_out(run: Run, database: str) -> None:
    result = run("user", "create", "Ada", typed="a long sentence\na long sentence\n")
    assert result.exit_code == 0
    assert "a long sentence" not in result.output
    assert len(rows(database, "SELECT 1 FROM users")) == 1


@pytest.mark.parametrize(
    ("arguments", "reason"),
    [
        (("Ada", "--password", "short"), "at least 8 characters"),
        (("", "--password", "a long sentence"), "Choose a name."),
        (("Ada", "--password", "a long sentence", "--time-zone", "Mars"), "no time zone called Mars"),
    ],
)
def test_a_user_that_cannot_be_is_refused_in_one_line(run: Run, arguments: tuple[str, ...], reason: str) -> None:
    result = run("user", "create", *arguments)
    assert result.exit_code == 1
    assert reason in result.output
    assert "Traceback" not in result.output


def test_a_file_is_imported_for_its_owner_and_followed(run: Run, database: str, tmp_path: Path) -> None:
    run("user", "create", "Ada", "--password", "a long sentence")
    file = tmp_path / "words.csv"
    file.write_text("front,back\na,b\nragged\nc,d\n")
    result = run("import", str(file), "--owner", "ada")
    assert result.exit_code == 0
    assert "2 added, 0 updated, 0 unchanged, 0 kept, 1 skipped" in result.output
    assert "line 3: expected 2 columns, found 1" in result.output
    assert "0 added, 0 updated, 2 unchanged, 0 kept, 1 skipped" in run("import", str(file), "--owner", "Ada").output
    assert rows(database, "SELECT d.name FROM follows f JOIN decks d ON d.id = f.deck_id") == [("words",)]


@pytest.mark.parametrize(
    ("name", "content", "owner", "reason"),
    [
        ("words.csv", b"a,b\n", "Nobody", "no learner called Nobody"),
        ("words.exe", b"a,b\n", "Ada", "cannot read files like"),
        ("deck.md", b"---\ndeck: D\ncolour: red\n---\n", "Ada", "line 3: unknown key"),
        ("deck.md", b"---\ndeck: D\n---\n", "Ada", "no card in this file"),
    ],
)
def test_an_import_that_cannot_be_is_refused_in_one_line(
    run: Run, tmp_path: Path, name: str, content: bytes, owner: str, reason: str
) -> None:
    run("user", "create", "Ada", "--password", "a long sentence")
    (tmp_path / name).write_bytes(content)
    result = run("import", str(tmp_path / name), "--owner", owner)
    assert result.exit_code == 1
    assert reason in result.output
    assert "Traceback" not in result.output


def test_a_misspelt_variable_is_warned_about(run: Run) -> None:
    result = run("user", "create", "Ada", "--password", "a long sentence", CARDLET_PROT="8080")
    assert "CARDLET_PROT is not a setting" in result.output


def test_a_variable_that_cannot_be_is_one_line(run: Run) -> None:
    result = run("serve", CARDLET_PORT="many")
    assert result.exit_code == 1
    assert "CARDLET_PORT=many cannot be used" in result.output


def test_a_port_in_use_is_one_line_with_a_way_out(run: Run) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        result = run("serve", "--port", str(port))
    assert result.exit_code == 1
    assert result.output.strip() == f"Error: Port {port} is in use. Choose another: make run PORT={port + 1}"


def test_a_database_from_the_future_is_refused_with_advice(run: Run, database: str) -> None:
    with engine_on(database) as engine, engine.begin() as connection:
        connection.execute(sa.text("UPDATE alembic_version SET version_num = '9999'"))
    result = run("user", "create", "Ada", "--password", "a long sentence")
    assert result.exit_code == 1
    assert "newer Cardlet" in result.output


@pytest.mark.sqlite
def test_a_database_that_is_none_is_one_line(run: Run, tmp_path: Path) -> None:
    (tmp_path / "data" / "cardlet.sqlite3").write_bytes(b"not a database at all, " * 100)
    for environment in ({}, {"CARDLET_DATABASE_URL": "foo"}):
        result = run("user", "create", "Ada", "--password", "a long sentence", **environment)
        assert result.exit_code == 1
        assert "The database cannot be used" in result.output
        assert "Traceback" not in result.output


def test_a_data_directory_that_cannot_be_is_one_line(run: Run, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    result = run("serve", CARDLET_DATA_DIR=str(tmp_path / "file" / "data"), CARDLET_PORT="0")
    assert result.exit_code == 1
    assert "The data directory cannot be used" in result.output


@pytest.mark.sqlite
def test_the_database_lies_in_the_data_directory_whatever_its_name(tmp_path: Path) -> None:
    folder = tmp_path / "a?b #c"
    environment = {"CARDLET_DATA_DIR": str(folder)}
    arguments = ["user", "create", "Ada", "--password", "a long sentence"]
    assert CliRunner().invoke(cardlet, arguments, obj=create_app, env=environment).exit_code == 0
    assert (folder / "cardlet.sqlite3").stat().st_mode & 0o077 == 0


@pytest.mark.parametrize("option", [("--encoding", "idna"), ("--encoding", "utf-7"), ("--delimiter", ";;")])
def test_an_option_that_cannot_be_is_no_traceback(run: Run, tmp_path: Path, option: tuple[str, str]) -> None:
    run("user", "create", "Ada", "--password", "a long sentence")
    (tmp_path / "words.csv").write_bytes(b"a,+2AA-\nb\xff,c\n")
    result = run("import", str(tmp_path / "words.csv"), "--owner", " ada ", *option)
    assert result.exception is None or isinstance(result.exception, SystemExit)


def test_every_command_says_what_it_is_for(run: Run) -> None:
    context = Context(cardlet)
    for name in cardlet.list_commands(context):
        command = cardlet.get_command(context, name)
        assert command is not None
        assert command.help, name
        assert run(name, "--help").exit_code == 0
    written = {path.stem for path in Path(cli.__file__).parent.glob("*.py")}
    assert written == {*MODULES.values(), "group", "__init__"}, "a command in no list is never loaded"


def test_a_command_loads_only_what_it_needs() -> None:
    """In a process of its own: here everything is loaded already."""
    asked = "import sys; from app.cli import cardlet; cardlet(['export', '--help'], standalone_mode=False)"
    loaded = "print(*sys.modules)"
    told = subprocess.run([sys.executable, "-c", f"{asked}; {loaded}"], capture_output=True, text=True, check=True)
    modules = set(told.stdout.split())
    assert "app.exporting.formats" in modules
    for others in ("app.pages", "app.study", "app.progress", "app.exporting.table", "app.searching.parsing"):
        assert others not in modules
    for library in ("markdown_it.main", "latex2mathml.converter", "pygments.lexers", "argon2", "flask_login"):
        assert library not in modules
    assert "sqlalchemy.dialects.postgresql" not in modules


def test_the_doctor_finds_and_mends_what_is_not_as_the_log_says(run: Run, change: Callable) -> None:
    def answer(session: Session) -> None:
        learner, deck = a_learner(session, "Ada"), a_deck(session, cards=1)
        a_follow(session, learner, deck)
        card_id = session.scalars(sa.select(Card.id).where(Card.deck_id == deck.id)).one()
        answer_card(session, learner, card_id, AnswerGiven(uuid4(), 4, 0), at(0))

    change(answer)
    assert run("doctor").output.splitlines()[-1] == (
        "Every memory, daily summary and total is what the log says: 1 learners, 1 memories, 1 answers."
    )
    change(lambda session: session.execute(sa.update(Memory).values(ease=1300)))
    checked = run("doctor")
    assert (checked.exit_code, "Differs: Ada, 1 of 1 memories" in checked.output) == (1, True)
    assert run("doctor", "--sample", "1").exit_code == 1
    assert "Mended: Ada, 1 of 1 memories" in run("doctor", "--user", " ADA ", "--rebuild").output
    assert run("doctor", "--sample", "5").exit_code == 0


def test_the_doctor_knows_every_settings_a_learner_chose(run: Run, change: Callable) -> None:
    def switch(session: Session) -> None:
        learner, deck = a_learner(session, "Ada"), a_deck(session, cards=1)
        a_follow(session, learner, deck)
        card_id = session.scalars(sa.select(Card.id).where(Card.deck_id == deck.id)).one()
        answer_card(session, learner, card_id, AnswerGiven(uuid4(), 4, 0), at(0))
        planned = plan_switch(session, learner, deck.id, Choice(Scheduler.FSRS, retention=0.8, fuzz=True))
        carry_out(session, learner, planned, at(0))

    change(switch)
    assert run("doctor").exit_code == 0
    change(lambda session: session.execute(sa.update(Memory).values(stability=Memory.stability * 1.00001)))
    assert "Mended" in run("doctor", "--rebuild").output
    change(lambda session: session.execute(sa.update(Memory).values(stability=Memory.stability * (1 + 1e-9))))
    assert run("doctor").exit_code == 0


def test_the_doctor_says_whom_he_does_not_know_and_what_is_missing(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "fsrs_rs_python", None)
    assert 'not installed (pip install "cardlet[optimizer]")' in run("doctor").output
    unknown = run("doctor", "--user", "nobody")
    assert (unknown.exit_code, "There is no user called nobody." in unknown.output) == (1, True)


def test_an_import_is_taken_back_from_the_terminal(run: Run, database: str, tmp_path: Path) -> None:
    for name in ("Ada", "Bob"):
        run("user", "create", name, "--password", "a long sentence")
    file = tmp_path / "words.csv"
    file.write_text("a,b\nc,d\n")
    assert "undo-import 1" in run("import", str(file), "--owner", "Ada").output
    assert run("undo-import", "1", "--owner", "Bob").exit_code == 1
    assert "2 notes taken back" in run("undo-import", "1", "--owner", "ada").output
    with engine_on(database) as engine, Session(engine) as session:
        assert (
            session.scalar(sa.select(sa.func.count()).select_from(Card).join(Card.deck).where(Deck.owner_id == 1)) == 0
        )


@pytest.mark.parametrize(
    ("choice", "counts"), [("skip", "0 added, 0 updated, 0 unchanged, 1 kept"), ("keep", "1 added")]
)
def test_what_becomes_of_notes_that_are_there_can_be_chosen(run: Run, tmp_path: Path, choice: str, counts: str) -> None:
    run("user", "create", "Ada", "--password", "a long sentence")
    file = tmp_path / "words.csv"
    file.write_text("a,b\n")
    run("import", str(file), "--owner", "Ada")
    assert counts in run("import", str(file), "--owner", "Ada", "--duplicates", choice).output
