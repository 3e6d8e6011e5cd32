"""Readings above characters."""

import pytest

from app.rendering import CardTemplate, Content, Shape
from app.rendering.cards import render_sides

RUBY = "<ruby>漢字<rp>(</rp><rt>かんじ</rt><rp>)</rp></ruby>"


def side(text: str, language: str, format: str = "markdown") -> str:
    return render_sides(Content("basic", (text, ""), (language, "en"), format), 0).question


@pytest.mark.parametrize("format", ["markdown", "html"])
@pytest.mark.parametrize("language", ["ja", "ja-JP"])
def test_in_japanese_brackets_after_a_word_are_its_reading(language: str, format: str) -> None:
    assert RUBY in side("漢字[かんじ]", language, format)
    assert f"これは{RUBY}です" in side("これは 漢字[かんじ]です", language, format)


def test_elsewhere_brackets_are_brackets_and_in_code_too() -> None:
    assert "<ruby>" not in side("漢字[かんじ]", "zh-Hans")
    assert "<ruby>" not in side("list[int]", "en")
    assert "<ruby>" not in side("`list[int]`", "ja")


@pytest.mark.parametrize(
    ("filter", "shown"),
    [("furigana", f"この{RUBY}を"), ("kanji", "この漢字を"), ("kana", "このかんじを"), ("text", "この 漢字[かんじ]を")],
)
def test_a_template_may_ask_for_them_in_any_language(filter: str, shown: str) -> None:
    shape = Shape("T", ("Word",), (CardTemplate("One", f"{{{{{filter}:Word}}}}", "x"),))
    content = Content("custom", ("この 漢字[かんじ]を",), ("und",), shape=shape)
    assert render_sides(content, 0).question == shown


def test_a_sound_is_no_reading() -> None:
    assert "<ruby>" not in side("音[sound:a.mp3]", "ja")


def test_nothing_in_brackets_becomes_a_tag() -> None:
    assert "<b>" not in side("漢字[<b>x</b>]", "ja")
