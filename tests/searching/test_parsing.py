"""A query is read as Anki's users write it, or the word that is wrong is named."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.searching.meaning import (
    Added,
    All,
    Either,
    Flagged,
    InDeck,
    Is,
    Meaning,
    Not,
    OfType,
    Pattern,
    Prop,
    Rated,
    Tagged,
    Words,
    leaves,
)
from app.searching.parsing import LONGEST_QUERY, MOST_TERMS, parse
from app.searching.scanning import Misread

DOG, CAT, COW = Words(("dog",)), Words(("cat",)), Words(("cow",))
READ = {
    "": All(()),
    "dog": DOG,
    "Dog CAT": All((DOG, CAT)),
    "dog and cat": All((DOG, CAT)),
    "dog or cat": Either((DOG, CAT)),
    "dog cat OR cow": Either((All((DOG, CAT)), COW)),
    "dog (cat or cow)": All((DOG, Either((CAT, COW)))),
    "-dog": Not(DOG),
    "--dog": DOG,
    "-(dog or cat)": Not(Either((DOG, CAT))),
    "（dog or cat） cow": All((Either((DOG, CAT)), COW)),
    '"dog cat"': Words(("dog", "cat"), whole=True),
    "“容器 编排”": Words(("容器", "编排"), whole=True),
    '"or"': Words(("or",), whole=True),
    r"\or": Words(("or",)),
    "docker容器": Words(("docker", "容器")),
    "Ｃａｆé": Words(("cafe",)),
    "max_connections": Words(("max", "connections")),
    "d*g": Pattern(("d", "g")),
    "*og": Pattern(("", "og")),
    "do**": Pattern(("do", "")),
    "容*排": Pattern(("容", "排")),
    "deck:Net::DNS": InDeck(("net::dns",)),
    'deck:"Computer networks"': InDeck(("computer networks",)),
    '"deck:Computer networks"': InDeck(("computer networks",)),
    "deck:net*": InDeck(("net", "")),
    "deck：网络": InDeck(("网络",)),
    "tag:Net::DNS": Tagged(("net::dns",)),
    "tag:none": Tagged(()),
    "-tag:x": Not(Tagged(("x",))),
    "note:Basic": OfType(("basic",)),
    "is:due": Is("due"),
    "IS:Learn": Is("learning"),
    "flag:0": Flagged(0),
    "flag:3": Flagged(3),
    "prop:ease<2": Prop("ease", "<", 2),
    "prop:ivl>=21": Prop("interval", ">=", 21),
    "prop:due=-1": Prop("due", "=", -1),
    "prop:d!=5.5": Prop("difficulty", "!=", 5.5),
    "rated:7": Rated(7),
    "rated:7:1": Rated(7, 1),
    "added:30": Added(30),
    '"a: b"': Words(("a", "b"), whole=True),
}
WRONG = {
    "dog )": (4, 5),
    "(dog": (0, 1),
    "dog ()": (4, 6),
    "or": (0, 2),
    "dog or": (4, 6),
    "or dog": (0, 2),
    "(dog or) cat": (5, 7),
    "dog -(": (5, 6),
    "dog ... cat": (4, 7),
    "***": (0, 3),
    "x+*y": (0, 4),
    'dog "cat': (4, 8),
    "color:red": (0, 9),
    "dog is:blue": (4, 11),
    "is:": (0, 3),
    "flag:8": (0, 6),
    "flag:red": (0, 8),
    "prop:ease": (0, 9),
    "prop:colour>2": (0, 13),
    "prop:ease<x": (0, 11),
    "rated:0": (0, 7),
    "rated:7:5": (0, 9),
    "added:x": (0, 7),
    "added:٣": (0, 7),
    "x" * LONGEST_QUERY + "yz": (LONGEST_QUERY, LONGEST_QUERY + 2),
    "x " * MOST_TERMS + "yz": (2 * MOST_TERMS, 2 * MOST_TERMS + 2),
    "(" * 9 + "x" + ")" * 9: (8, 9),
}


@pytest.mark.parametrize("query", READ)
def test_a_query_is_read(query: str) -> None:
    assert parse(query) == READ[query]


@pytest.mark.parametrize("query", WRONG)
def test_what_is_wrong_is_pointed_at(query: str) -> None:
    with pytest.raises(Misread) as refused:
        parse(query)
    assert (refused.value.start, refused.value.end) == WRONG[query]
    assert str(refused.value)


@pytest.mark.parametrize("query", ["-and dns", "dns -AND", "dns (-and)", "--and"])
def test_a_minus_before_and_is_not_one_before_the_next_word(query: str) -> None:
    with pytest.raises(Misread) as refused:
        parse(query)
    assert query[refused.value.start : refused.value.end].lower() == "-and"


def test_and_can_be_looked_for_in_quotes() -> None:
    assert parse('-"and" dog and cat') == All((Not(Words(("and",), whole=True)), DOG, CAT))


PIECES = st.sampled_from(
    [*'()-" *:\\<=>', "or", "and", "is:", "due", "tag:", "prop:", "ease<2", "rated:7", "容器", "ä", "x"]
)


def read(query: str) -> tuple[Meaning | None, Misread | None]:
    """What a query means, or why it means nothing."""
    try:
        return parse(query), None
    except Misread as error:
        return None, error


@given(st.one_of(st.text(max_size=80), st.lists(PIECES, max_size=30).map("".join)))
def test_any_text_is_read_or_refused_with_a_place_inside_it(query: str) -> None:
    meaning, error = read(query)
    if error is not None:
        assert 0 <= error.start < error.end <= len(query)
        assert str(error)
    if meaning is not None:
        assert len(list(leaves(meaning))) <= MOST_TERMS


@given(st.text(st.characters(exclude_characters='“”:："\\'), max_size=40))
def test_what_is_quoted_is_words_or_nothing(text: str) -> None:
    meaning, error = read(f'"{text}"')
    assert isinstance(meaning, Words) if error is None else "no letter" in str(error)
