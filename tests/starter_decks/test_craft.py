"""What can be checked of the cards' craft without reading them."""

import re
from collections import Counter

import pytest

from app.importing import ParsedNote
from tests.starter_decks import LANGUAGES, notes_in, opened, without_code_blocks

MOST = {"en": 60, "zh-Hans": 120}
HAN = re.compile(r"[\u4e00-\u9fff]")
WORD = re.compile(r"\S*\w\S*")
YES_OR_NO = {
    "en": re.compile(
        r"(Is|Are|Was|Were|Do|Does|Did|Can|Could|Has|Have|Will|Would|Should|Must|May) (?!.* or ).*\?", re.DOTALL
    ),
    "zh-Hans": re.compile(r".*(是否|吗？$|对吗|是不是|能不能|可不可以).*", re.DOTALL),
}
HALF_WIDTH_AFTER_HAN = re.compile(r"[\u4e00-\u9fff][,;?!]|[\u4e00-\u9fff]:(?!:)|[,;?!][\u4e00-\u9fff]")
NO_SPACE = re.compile(r"[\u4e00-\u9fff][A-Za-z0-9]|[A-Za-z0-9][\u4e00-\u9fff]")


def length(text: str, language: str) -> int:
    """Words, or Chinese characters; code blocks are not read word by word."""
    counted = WORD if language == "en" else HAN
    return len(counted.findall(without_code_blocks(opened(text))))


def answers(note: ParsedNote) -> list[str]:
    """Whatever a card of the note shows as its answer."""
    question, answer = note.fields[0], note.fields[-1]
    return {"basic": [answer], "reversed": [question, answer], "cloze": ["\n".join(note.fields)]}[note.kind]


@pytest.mark.parametrize("language", LANGUAGES)
def test_no_answer_takes_more_than_a_breath(language: str) -> None:
    long = [
        note.guid for _, note in notes_in(language) for text in answers(note) if length(text, language) > MOST[language]
    ]
    assert long == []


@pytest.mark.parametrize("language", LANGUAGES)
def test_no_question_is_asked_twice(language: str) -> None:
    asked = Counter(re.sub(r"\W+", "", opened(note.fields[0])).casefold() for _, note in notes_in(language))
    assert [question for question, times in asked.items() if times > 1] == []


@pytest.mark.parametrize("language", LANGUAGES)
def test_no_question_can_be_answered_by_yes_or_no(language: str) -> None:
    asked = [(note.guid, note.fields[0].split("\n")[0]) for _, note in notes_in(language) if note.kind != "cloze"]
    sentences = [(guid, re.split(r"(?<=[.?!。？！]) ?", question.strip())) for guid, question in asked]
    assert [guid for guid, parts in sentences if any(map(YES_OR_NO[language].fullmatch, parts))] == []


@pytest.mark.parametrize("language", LANGUAGES)
def test_no_question_asks_for_what_changes_by_itself(language: str) -> None:
    newest = re.compile(r"latest version|newest version|current version of Kubernetes|最新(的)?版本", re.IGNORECASE)
    assert [note.guid for _, note in notes_in(language) if newest.search(note.fields[0])] == []


def test_chinese_is_set_as_chinese() -> None:
    """Full-width marks after Chinese characters, and a space between them and Latin ones."""
    for _, note in notes_in("zh-Hans"):
        for field in note.fields:
            prose = re.sub(r"`[^`\n]*`", "`x`", without_code_blocks(opened(field))).replace("*", "")
            assert not HALF_WIDTH_AFTER_HAN.search(prose), (note.guid, HALF_WIDTH_AFTER_HAN.search(prose))
            assert not NO_SPACE.search(prose), (note.guid, NO_SPACE.search(prose))
