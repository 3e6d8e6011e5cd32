"""Words of any language are found, whatever their case, accents and width."""

from dataclasses import dataclass, field

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.searching.meaning import Words, fits
from app.searching.parsing import parse
from app.searching.scanning import Misread
from app.searching.words import PREFIXES, entries_for, entries_of, folded_path, tokens_of, wording


@dataclass
class A:
    """A card of which only this is known."""

    wording: str = ""
    tags: list[str] = field(default_factory=list)
    deck: str = ""


FOUND = [
    ("dog", "The DOG barks"),
    ("dog", "hot dogs"),
    ("cafe", "Le Café"),
    ("café", "le cafe"),
    ("strasse", "Straße"),
    ("ａｂｃ", "abc"),
    ("容器", "什么是容器编排？"),
    ("容", "什么是容器编排？"),
    ("容器编排", "什么是容器编排？"),
    ("docker容器", "用Docker容器"),
    ("がく", "おんがく"),
    ("학교", "학교에서"),
    ("ไทย", "ภาษาไทยง่าย"),
    ("हिन्दी", "हिन्दी भाषा"),
    ("כתב", "כְּתָב"),
    ('"hot dog"', "a hot dog, please"),
    ('"hot dog"', "hot\n\n**dog**"),
    ("do*g", "a drog? no: doing"),
    ("*rk*", "it barks"),
    ("容*排", "容器编排"),
    ("max_conn", "`max_connections`"),
    ("secret", "{{c1::secret::hint}}"),
    ("-cat", "dog"),
    ("dog or cat", "cat"),
]
NOT_FOUND = [
    ("og", "dog"),
    ('"dog"', "dogs"),
    ('"dog hot"', "hot dog"),
    ("か", "がく"),
    ("器容", "容器"),
    ("容排", "容器编排"),
    ("d*g", "dogs"),
    ("*rk", "barks"),
    ('"hot dog"', "hot\tcat dog"),
    ("-dog", "dog"),
    ("c1", "{{c1::secret}}"),
]


@pytest.mark.parametrize(("query", "text"), FOUND)
def test_a_text_is_found(query: str, text: str) -> None:
    assert parse(query).holds(A(wording([text], "markdown")))


@pytest.mark.parametrize(("query", "text"), NOT_FOUND)
def test_a_text_is_not_found(query: str, text: str) -> None:
    assert not parse(query).holds(A(wording([text], "markdown")))


def test_markup_of_html_is_no_word_and_cuts_none() -> None:
    html = wording(['<div class="blue"><b>ku</b>bernetes &amp; co</div><p>pod</p>'], "html")
    assert html == " kubernetes co pod "


def test_a_phrase_does_not_go_from_one_field_into_the_next() -> None:
    assert not parse('"dog cat"').holds(A(wording(["hot dog", "cat food"], "markdown")))
    assert parse("dog cat").holds(A(wording(["hot dog", "cat food"], "markdown")))


def test_a_name_finds_what_lies_below_it() -> None:
    assert parse("tag:net").holds(A(tags=["net::dns"]))
    assert parse("tag:net::d*").holds(A(tags=["net::dns::records"]))
    assert not parse("tag:net").holds(A(tags=["network"]))
    assert parse("tag:none").holds(A()) and not parse("tag:none").holds(A(tags=["x"]))
    assert parse("deck:*网络").holds(A(deck=folded_path("计算机 :: 网络")))


@given(st.text(max_size=60), st.data())
def test_every_word_of_a_text_is_found_by_its_entries(text: str, data: st.DataObject) -> None:
    tokens = tokens_of(text)
    if not tokens:
        return
    entries = {entry for token in tokens for entry in entries_of(token)}
    token = data.draw(st.sampled_from(tokens))
    assert Words((token,), whole=True).holds(A(wording([text], "markdown")))
    assert entries.issuperset(entries_for(token, whole=True))
    start = token[: data.draw(st.integers(1, PREFIXES))]
    assert entries.issuperset(entries_for(start, whole=False))


@given(st.text(max_size=30))
def test_a_text_read_as_a_query_finds_itself(text: str) -> None:
    """Where it can be read, and is no condition."""
    try:
        meaning = parse(f'"{text}"')
    except Misread:
        return
    if isinstance(meaning, Words):
        assert meaning.holds(A(wording([text.replace("\\", "")], "markdown")))


@given(st.lists(st.text("ab", max_size=3), min_size=2, max_size=5), st.lists(st.text("ab", max_size=3), min_size=4))
def test_a_pattern_fits_what_is_put_between_its_parts(parts: list[str], between: list[str]) -> None:
    text = "".join(a + b for a, b in zip(parts, [*between[: len(parts) - 1], ""], strict=True))
    assert fits(tuple(parts), text)
