"""What the cards show as code can be typed: YAML parses, manifests are valid, commands exist."""

import re
from itertools import chain

import kubernetes_validate
import pytest
import yaml

from app.rendering.code import LANGUAGES as HIGHLIGHTED
from tests.starter_decks import LANGUAGES, code_blocks, notes_in, opened
from tests.starter_decks.commands import GONE, SECOND_WORD_NEEDED, TOOLS

OLDEST_KUBERNETES = "1.30"
COMMAND = re.compile(rf"(?:^|[|&;(] *|sudo )({'|'.join(TOOLS)}) +([a-z][a-z-]*)(?: +([a-z][a-z-]*))?", re.MULTILINE)
INLINE_CODE = re.compile(r"(?<!`)`([^`\n]+)`(?!`)")
TEMPLATE = re.compile(r"\{\{[^c}].*?\}\}")


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_code_block_says_its_language_and_is_highlighted(language: str) -> None:
    for _, note in notes_in(language):
        for name, _ in code_blocks(note):
            assert name in HIGHLIGHTED | {"text"}, note.guid


@pytest.mark.parametrize("language", LANGUAGES)
def test_yaml_parses_and_manifests_are_valid(language: str) -> None:
    valid = 0
    for _, note in notes_in(language):
        for name, code in code_blocks(note):
            if name != "yaml" or TEMPLATE.search(code):
                continue
            for document in yaml.safe_load_all(code):
                if isinstance(document, dict) and {"apiVersion", "kind"} <= document.keys():
                    kubernetes_validate.validate(document, OLDEST_KUBERNETES, strict=True)
                    valid += 1
    assert valid >= 20


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_command_is_one(language: str) -> None:
    found = 0
    for _, note in notes_in(language):
        text = "\n".join(opened(field) for field in note.fields)
        inline = INLINE_CODE.findall(re.sub(r"```.*?```", "", text, flags=re.DOTALL))
        blocks = (code for name, code in code_blocks(note) if name == "bash")
        for code in chain(blocks, inline):
            for tool, first, second in COMMAND.findall(code):
                found += 1
                assert first in TOOLS[tool] or (tool, first) in GONE, f"{note.guid}: {tool} {first}"
                if first in SECOND_WORD_NEEDED and second:
                    assert second in TOOLS[tool][first], f"{note.guid}: {tool} {first} {second}"
    assert found >= 50


def test_both_editions_show_the_same_code() -> None:
    """Up to comments, which speak the card's language."""
    english, chinese = (
        {note.guid: [_without_comments(code) for _, code in code_blocks(note)] for _, note in notes_in(language)}
        for language in LANGUAGES
    )
    assert english == chinese


def _without_comments(code: str) -> str:
    return "\n".join(line.split("#")[0].rstrip() for line in code.splitlines())
