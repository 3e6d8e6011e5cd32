"""What is written about Cardlet is true of it."""

import re
import subprocess
import sys
from pathlib import Path

import pytest
from click import Context

from app.cli import cardlet
from app.config import SETTINGS, settings_table
from app.importing.markdown_deck import HEADER_KEYS, NOTE_KEYS
from app.pages.language import FOLDER, LANGUAGES

ROOT = Path(__file__).parent.parent
README, README_ZH = (ROOT / name for name in ("README.md", "README.zh-CN.md"))


def test_the_readme_has_the_table_of_settings_the_code_makes() -> None:
    assert settings_table() in README.read_text()


def test_the_chinese_readme_names_every_setting_with_its_default() -> None:
    for setting in SETTINGS:
        assert f"`{setting.variable}`" in README_ZH.read_text()


def test_the_two_readmes_are_in_step() -> None:
    shapes = [
        [
            re.match(r"#+|```\w*|!|\||-", line)[0]
            for line in path.read_text().splitlines()
            if re.match(r"#|```|\||-", line)
        ]
        for path in (README, README_ZH)
    ]
    assert shapes[0] == shapes[1]


@pytest.mark.parametrize("path", [README, README_ZH], ids=lambda path: path.name)
def test_the_readme_starts_with_the_two_commands_and_names_every_other(path: Path) -> None:
    text = path.read_text()
    assert "make run" in text and "make test" in text
    context = Context(cardlet)
    for name in cardlet.list_commands(context):
        command = cardlet.get_command(context, name)
        assert command is not None
        assert command.hidden or f"cardlet {name}" in text


@pytest.mark.parametrize(
    "path", sorted(ROOT.glob("*.md")) + sorted((ROOT / "docs").rglob("*.md")), ids=lambda path: path.name
)
def test_every_link_to_a_file_of_ours_leads_somewhere(path: Path) -> None:
    for target in re.findall(r"\]\(([^)#\s]+)[^)]*\)|srcset=\"([^\"]+)\"|src=\"([^\"]+)\"", path.read_text()):
        link = next(part for part in target if part)
        if "://" not in link:
            assert (path.parent / link).exists(), link


def test_the_deck_format_is_described_key_by_key() -> None:
    text = (ROOT / "docs" / "deck-format.md").read_text()
    for key in HEADER_KEYS | NOTE_KEYS:
        assert f"| `{key}` |" in text, key


def test_every_sentence_of_the_interface_is_translated() -> None:
    from babel.messages.pofile import read_po

    for code in LANGUAGES.keys() - {"en"}:
        with (FOLDER / f"{code}.po").open("rb") as file:
            catalogue = read_po(file)
        for message in catalogue:
            if message.id:
                strings = message.string if isinstance(message.string, tuple) else (message.string,)
                assert all(strings), message.id
                originals = message.id if isinstance(message.id, tuple) else (message.id,)
                places = set(re.findall(r"%\(\w+\)s", "".join(originals)))
                assert all(set(re.findall(r"%\(\w+\)s", string)) == places for string in strings), message.id


def test_no_sentence_is_missing_from_the_catalogues() -> None:
    script = ROOT / "tests" / "collect_translations.py"
    assert subprocess.run([sys.executable, str(script), "--check"], check=False).returncode == 0


def test_nothing_names_a_package_index_or_a_path_of_one_machine() -> None:
    listed = subprocess.run(["git", "ls-files"], cwd=ROOT, capture_output=True, text=True, check=False)
    if listed.returncode:
        pytest.skip("not a git checkout")
    hosts = ["pypi" + ".org", "pythonhosted" + ".org", "registry.npm" + "js"]
    for name in listed.stdout.splitlines():
        path = ROOT / name
        if path.suffix in {".png", ".sqlite3"} or not path.is_file():
            continue
        text = path.read_text()
        assert not any(host in text for host in hosts), name
