"""`cardlet export`."""

import zipfile
from pathlib import Path

import pytest

from tests.cli.conftest import Run


@pytest.fixture
def ada(run: Run, tmp_path: Path) -> Path:
    words = tmp_path / "words.csv"
    words.write_text("front,back\na,b\nc,d\n")
    run("user", "create", "Ada", "--password", "a long sentence")
    assert run("import", str(words), "--owner", "Ada").exit_code == 0
    return tmp_path


@pytest.mark.parametrize("name", ["all.cardlet", "all.apkg"])
def test_everything_goes_into_a_file(run: Run, ada: Path, name: str) -> None:
    result = run("export", str(ada / name), "--user", "ada")
    assert result.exit_code == 0, result.output
    assert zipfile.ZipFile(ada / name).testzip() is None
    assert not list(ada.glob("*.part"))


def test_a_deck_goes_out_by_its_name(run: Run, ada: Path) -> None:
    result = run("export", str(ada / "out.csv"), "--user", "Ada", "--deck", "words", "--no-progress")
    assert result.exit_code == 0, result.output
    assert '"a","b"' in (ada / "out.csv").read_text()


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("x.csv", "--user", "Bob"), "no learner called Bob"),
        (("x.doc", "--user", "Ada"), "--format"),
        (("x.csv", "--user", "Ada", "--deck", "nothing"), "no deck called nothing"),
    ],
)
def test_what_cannot_be_is_said_in_a_line(run: Run, ada: Path, arguments: tuple[str, ...], words: str) -> None:
    result = run("export", str(ada / arguments[0]), *arguments[1:])
    assert result.exit_code == 1 and words in result.output
