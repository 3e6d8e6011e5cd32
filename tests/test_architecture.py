"""The house keeps its own rules: small files, one way to commit, one clock."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
APP = sorted((ROOT / "app").rglob("*.py"))
ALL = sorted([*APP, *(ROOT / "tests").rglob("*.py"), *(ROOT / "migrations").rglob("*.py")])
DOORS = {"pages", "api", "ankiconnect", "cli"}
LONGEST_FILE, LONGEST_FUNCTION = 300, 40


def name_of(path: Path) -> str:
    return str(path.relative_to(ROOT))


def is_door(path: Path) -> bool:
    return path.relative_to(ROOT / "app").parts[0] in DOORS


def calls(path: Path) -> Iterator[tuple[str, int]]:
    """Every call in a file as it is written: `session.commit`, `now`."""
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Call):
            yield ast.unparse(node.func), node.lineno


@pytest.mark.parametrize("path", ALL, ids=name_of)
def test_a_file_can_be_held_in_the_head(path: Path) -> None:
    assert len(path.read_text().splitlines()) <= LONGEST_FILE
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.FunctionDef):
            length = (node.end_lineno or node.lineno) - node.lineno + 1
            assert length <= LONGEST_FUNCTION, f"{node.name} has {length} lines"


@pytest.mark.parametrize("path", APP, ids=name_of)
def test_only_doors_commit(path: Path) -> None:
    for call, line in calls(path):
        if call.endswith(".commit"):
            assert path.name == "database.py", f"line {line}: a transaction is committed by leaving `writing()`"
        if call in {"writing", "writing_rows"} and path.name != "database.py":
            assert is_door(path), f"line {line}: only a door opens a transaction"


@pytest.mark.parametrize("path", APP, ids=name_of)
def test_only_doors_ask_for_the_time_and_only_the_clock_knows_it(path: Path) -> None:
    for call, line in calls(path):
        if re.search(r"(datetime|date|time)\.(now|today|utcnow|time|time_ns)$", call):
            assert path.name == "clock.py", f"line {line}: {call}"
        if call in {"now", "clock.now"}:
            assert is_door(path), f"line {line}: below the doors the time is an argument"
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.ImportFrom) and node.module == "app.clock":
            assert is_door(path) or all(name.name != "now" for name in node.names), "not under another name either"


@pytest.mark.parametrize("path", APP, ids=name_of)
def test_one_file_holds_what_looks_across_learners(path: Path) -> None:
    assert "ACROSS" not in path.read_text() or path.name == "across_learners.py"


@pytest.mark.parametrize("path", APP, ids=name_of)
def test_only_the_terminal_prints(path: Path) -> None:
    for call, line in calls(path):
        assert call != "print", f"line {line}"


def test_templates_mark_only_rendered_cards_as_safe() -> None:
    for path in (ROOT / "app" / "templates").rglob("*.html"):
        for trusted in re.findall(r"\{\{[^{}]*\|\s*safe[^{}]*\}\}", path.read_text()):
            for part in re.findall(r"[\w.]+(?=\s*\|\s*safe)", trusted):
                assert part in {"sides.question", "sides.answer", "sides.rest", "sides.css"}, (
                    f"{name_of(path)}: {trusted}"
                )
    for path in APP:
        assert "Markup(" not in path.read_text(), name_of(path)


def test_nothing_but_the_token_file_names_a_colour() -> None:
    for path in (ROOT / "app" / "static").glob("*.css"):
        if path.name != "tokens.css":
            named = re.findall(r"#[0-9a-fA-F]{3,8}\b|rgba?\(|hsla?\(", path.read_text())
            assert named == [], f"{path.name}: {named}"


def test_the_scripts_write_no_html_but_through_one_module() -> None:
    for path in (ROOT / "app" / "static").glob("*.js"):
        text = path.read_text()
        if path.name != "fragments.js":
            assert not re.search(r"innerHTML|outerHTML|insertAdjacentHTML|parseFromString|document\.write", text), (
                path.name
            )
        assert not re.search(r"\beval\(|new Function|setTimeout\(\s*[\"']", text), path.name
