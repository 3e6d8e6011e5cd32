"""What was typed beside what was expected: kind about what is no mistake, exact about what is one."""

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.rendering import Content
from app.rendering.cards import render_sides
from app.rendering.typed import compare

RIGHT = [
    ("Paris", "paris"),
    ("ＡＢＣ１２", "abc12"),
    ("ガ", "ｶﾞ"),
    ("  le   printemps ", "le printemps"),
    ("Kubernetes 集群", "Kubernetes集群"),
    ("好的。", "好的"),
    ("done", "done."),
    ("STRASSE", "straße"),
    ("ΣΟΦΟΣ", "σοφός".replace("ό", "ο")),
    ("e\u0301te\u0301", "été"),
    ("?", "?"),
]
NEARLY = [("ete", "été"), ("nino", "niño"), ("σοφος", "σοφός"), ("lǚ", "lü")]
WRONG = [("", "a"), ("a", ""), ("Pairs", "Paris"), ("か", "が"), ("x", "?"), ("kitten", "sitting"), ("ночь", "нож")]
LONG = [("a" * 250, "a" * 249 + "b")]


@pytest.mark.parametrize(("typed", "expected"), RIGHT)
def test_what_is_no_mistake_is_right(typed: str, expected: str) -> None:
    assert compare(typed, expected).verdict == "right"


@pytest.mark.parametrize(("typed", "expected"), NEARLY)
def test_an_accent_is_a_small_mistake(typed: str, expected: str) -> None:
    result = compare(typed, expected)
    assert result.verdict == "nearly"
    assert "nearly" in {part.state for part in result.expected}


@pytest.mark.parametrize(("typed", "expected"), WRONG + LONG)
def test_a_mistake_is_one(typed: str, expected: str) -> None:
    assert compare(typed, expected).verdict == "wrong"


def test_each_sign_says_how_it_fares() -> None:
    result = compare("le printemp ete!x", "le printemps été")
    assert [(part.state, part.text) for part in result.expected] == [
        ("same", "le printemp"),
        ("missing", "s"),
        ("same", " "),
        ("nearly", "é"),
        ("same", "t"),
        ("nearly", "é"),
    ]
    assert ("extra", "!x") in [(part.state, part.text) for part in result.typed]


def test_long_texts_are_compared_as_a_whole() -> None:
    begun = time.process_time()
    result = compare("ab" * 50_000, "ba" * 50_000)
    assert time.process_time() - begun < 5, "sign by sign it would be hours"
    assert [part.state for part in result.typed] == ["extra"]


@given(st.text(max_size=40), st.text(max_size=40))
def test_nothing_that_was_typed_or_expected_is_lost(typed: str, expected: str) -> None:
    result = compare(typed, expected)
    joined = "".join(part.text for part in result.typed), "".join(part.text for part in result.expected)
    assert joined == tuple("".join(part.text for part in compare(text, text).typed) for text in (typed, expected))
    assert compare(typed, typed).verdict == "right"


def test_a_typed_note_expects_its_answer_as_plain_text() -> None:
    sides = render_sides(Content("typed", ("Q", "le **printemps**"), ("en", "fr")), 0)
    assert (sides.expects, sides.answer_language) == ("le printemps", "fr")
    assert render_sides(Content("basic", ("Q", "A"), ("en", "en")), 0).expects is None
