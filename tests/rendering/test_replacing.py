"""Words are replaced where they are read, and markup stays as it is."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.rendering import cloze_numbers
from app.rendering.replacing import Replacement

WRITTEN = st.text(alphabet="ab<>&;{}:c1[]()!/. \n", max_size=60)


@pytest.mark.parametrize(
    ("text", "format", "becomes"),
    [
        ("b <b>bold</b> b", "html", "X <b>Xold</b> X"),
        ("![b](b.png) b", "markdown", "![X](b.png) X"),
        ("{{c1::b::a b}} b", "markdown", "{{c1::X::a X}} X"),
        ("{{c1,2::b}} b", "markdown", "{{c1,2::X}} X"),
        ("a &ab; &amp; b", "html", "a &ab; &amp; X"),
        ("https://b.org/b b", "markdown", "https://b.org/b X"),
        ("[b]: b.org\nb", "markdown", "[b]: b.org\nX"),
        ("[sound:b.mp3] b", "markdown", "[sound:b.mp3] X"),
    ],
)
def test_markup_stays(text: str, format: str, becomes: str) -> None:
    assert Replacement("b", "X").made_in(text, format) == becomes


def test_words_are_meant_as_they_are_read_and_are_no_pattern() -> None:
    assert Replacement("R&D", "A<B").made_in("our R&amp;D", "html") == "our A&lt;B"
    assert Replacement("1", "X").made_in("{{c1,12::1}}", "markdown") == "{{c1,12::X}}"
    assert Replacement("a.c", r"\1").made_in("abc a.c", "markdown") == r"abc \1"
    assert Replacement("dns", "TCP", exact=False).made_in("DNS Dns", "markdown") == "TCP TCP"


@given(WRITTEN, st.text(alphabet="ab:c", min_size=1, max_size=3), st.sampled_from(["html", "markdown"]))
def test_words_that_are_no_markup_take_no_gap_away(text: str, find: str, format: str) -> None:
    made = Replacement(find, "x").made_in(text, format)
    assert cloze_numbers(made) == cloze_numbers(text)


@given(WRITTEN, st.text(alphabet="ab<{}", min_size=1, max_size=3))
def test_by_themselves_words_change_nothing(text: str, find: str) -> None:
    replacement = Replacement(find, find)
    assert replacement.made_in(text, "markdown") == text
    assert replacement.places_in(text, "markdown") <= text.count(find)
