"""What changed, word by word."""

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.rendering.differences import CONTEXT, LEFT_OUT, difference

SHORT = st.text(alphabet="ab 中文，.\n", max_size=CONTEXT)


def shown(before: str, after: str) -> str:
    marks = {"same": "{}", "gone": "[-{}-]", "new": "[+{}+]"}
    return "".join(marks[piece.kind].format(piece.text) for piece in difference(before, after))


@pytest.mark.parametrize(
    ("before", "after", "expected"),
    [
        ("the old word", "the new word", "the [-old -][+new +]word"),
        ("", "new", "[+new+]"),
        ("gone", "", "[-gone-]"),
        ("保存集群状态", "保存全部状态", "保存[-集群-][+全部+]状态"),
        ("one two", "one, two", "[-one -][+one, +]two"),
        ("same", "same", ""),
    ],
)
def test_words_are_compared_not_letters(before: str, after: str, expected: str) -> None:
    assert shown(before, after) == expected


@given(SHORT, SHORT)
def test_both_texts_can_be_read_from_the_pieces(before: str, after: str) -> None:
    pieces = difference(before, after)
    if before != after and not any(LEFT_OUT in piece.text for piece in pieces):
        assert "".join(piece.text for piece in pieces if piece.kind != "new") == before
        assert "".join(piece.text for piece in pieces if piece.kind != "gone") == after


def test_what_is_the_same_for_long_is_left_out() -> None:
    same = "word " * 200
    pieces = difference(f"{same}old {same}end", f"{same}new {same}END")
    assert sum(len(piece.text) for piece in pieces) < 6 * CONTEXT
    assert LEFT_OUT in pieces[0].text and LEFT_OUT in pieces[3].text


@pytest.mark.parametrize("word", ["a ", "a b ", "中", "{{c1::"])
def test_the_longest_fields_take_no_time(word: str) -> None:
    before = word * (2**16 // len(word))
    started = time.process_time()
    difference(before, before[: 2**15] + "x " + before[2**15 + 7 :] + "y")
    difference(f"{before[:900]}q", f"r{before[900:1750]}")
    assert time.process_time() - started < 2
