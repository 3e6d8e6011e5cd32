"""How tags are compared."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.models.note import LONGEST_KEY, tag_key
from app.models.tagged import tag_named

tags = st.lists(st.text("aAß：:b ", max_size=6), max_size=4).map("::".join)


@pytest.mark.parametrize(
    ("tag", "key"),
    [
        ("Net::DNS", "net::dns::"),
        ("ＮＥＴ", "net::"),
        (" net :: dns ", "net::dns::"),
        ("::a::", "a::"),
        ("网络::服务", "网络::服务::"),
        ("a:b", "a:b::"),
        ("::", ""),
        ("\0", ""),
    ],
)
def test_tags_that_look_the_same_are_the_same(tag: str, key: str) -> None:
    assert tag_key(tag) == key


@given(tags, tags)
def test_below_a_tag_is_what_continues_it_and_nothing_else(tag: str, other: str) -> None:
    named = tag_named(tag)
    inside = named["tag_from"] <= tag_key(other) < named["tag_up_to"]
    parts, others = tag_key(tag).split("::")[:-1], tag_key(other).split("::")[:-1]
    assert inside == (bool(parts) and others[: len(parts)] == parts)


def test_a_key_is_never_longer_than_an_index_takes() -> None:
    assert len(tag_key("网" * 9_000)) == LONGEST_KEY + 2
