"""What changed, word by word."""

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.rendering.differences import CONTEXT, LEFT_OUT, MOST_PAIRS, Effort, difference

SHORT = st.text(alphabet="ab 中文，.\n", max_size=CONTEXT)


def shown(before: str, after: str) -> str:
    marks = {"same": "{}", "gone": "[-{}-]", "new": "[+{}+]"}
    return "".join(marks[piece.kind].format(piece.text) for piece in difference(before, after, Effort()))


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
    pieces = difference(before, after, Effort())
    if before != after and not any(LEFT_OUT in piece.text for piece in pieces):
        assert "".join(piece.text for piece in pieces if piece.kind != "new") == before
        assert "".join(piece.text for piece in pieces if piece.kind != "gone") == after


def test_what_is_the_same_for_long_is_left_out() -> None:
    same = "".join(f"word{n} " for n in range(200))
    pieces = difference(f"{same}old {same}end", f"{same}new {same}END", Effort())
    assert sum(len(piece.text) for piece in pieces) < 6 * CONTEXT
    assert LEFT_OUT in pieces[0].text and LEFT_OUT in pieces[3].text


@pytest.mark.parametrize("word", ["a ", "a b ", "中", "{{c1::"])
def test_the_longest_fields_take_no_time(word: str) -> None:
    before = word * (2**16 // len(word))
    started = time.process_time()
    difference(before, before[: 2**15] + "x " + before[2**15 + 7 :] + "y", Effort())
    difference(f"{before[:900]}q", f"r{before[900:1750]}", Effort())
    assert time.process_time() - started < 2


def between(words: str, times: int) -> tuple[str, str]:
    """Two texts with these words in common, one at a time: something else stands between each and the next."""
    common = words.split() * times
    before, after = ("".join(f"{common[n]} {mark}{n} " for n in range(times)) for mark in "xy")
    return before, after


HARD = [
    ("a " * 500, "a b " * 250),
    between("a", 250),
    between("a", 140),
    between("a b", 200),
    between(" ".join(f"w{n}" for n in range(250)), 250),
]


def test_a_page_full_of_repeated_words_takes_no_time() -> None:
    effort, started = Effort(), time.process_time()
    for _ in range(40):
        for before, after in HARD:
            difference(before, after, effort)
    assert time.process_time() - started < 3
    assert 0 <= effort.left < MOST_PAIRS


@pytest.mark.parametrize(("before", "after"), [HARD[0], HARD[1]])
def test_what_would_take_long_differs_as_a_whole(before: str, after: str) -> None:
    before, after = f"same {before}", f"same {after}"
    assert [piece.kind for piece in difference(before, after, Effort()) if piece.text.strip() != "a"] == [
        "same",
        "gone",
        "new",
    ]


def test_prose_is_compared_word_by_word() -> None:
    words = " ".join("the" if n % 8 == 0 else f"word{n}" for n in range(480))
    before, after, effort = f"begin {words} end", f"Begin {words.replace('word99', 'another')} End", Effort()
    new = [piece.text for piece in difference(before, after, effort) if piece.kind == "new"]
    assert new == ["Begin ", "another ", "End"]
    assert Effort().left - effort.left < Effort().left / 8, "a page has room for several such notes"
