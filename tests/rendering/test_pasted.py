"""What is pasted from elsewhere, as Markdown."""

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.rendering.pasted import is_of_office, markdown_of

LIST_OF_WORD = (
    "<p class=MsoNormal><b><span>The  capital</span></b><span> of <i>Spain</i>:<o:p></o:p></span></p>"
    "<p class=MsoListParagraphCxSpFirst><![if !supportLists]><span>·<span>&nbsp; </span></span><![endif]>Madrid</p>"
    "<p class=MsoListParagraphCxSpLast><span>·<span>&nbsp; </span></span>since 1561<o:p></o:p></p>"
)
TABLE_OF_WORD = (
    "<p>before</p><table class=MsoTableGrid><tr><td><p class=MsoNormal><b>City</b></p></td><td><p>two</p>"
    "<p>lines</p></td></tr><tr><td><p class=MsoNormal>a | b</p></td></tr></table><p>after</p>"
)
PIECES = ["<span style='font-weight:700'>", "<span>", "</span>", "<b style='font-weight:400'>"]
PIECES += ["<b>", "</b>", "<i>", "</i>", "<p>", "</p>", "<ul>", "</ul>", "<ol><li>", "<li>", "</li>", "<pre>", "</pre>"]
PIECES += [
    "<a href='https://x.y/'>",
    "</a>",
    "<table>",
    "</table>",
    "<td>",
    "<tr>",
    "<code>",
    "</code>",
    "<br>",
    "<!--",
    "-->",
    "a",
    " b\n",
    "&lt;",
]


@pytest.mark.parametrize(
    ("html", "markdown"),
    [
        ("plain", "plain"),
        (LIST_OF_WORD, "**The capital** of *Spain*:\n\n- Madrid\n- since 1561"),
        ("<style>p{}</style><script>no()</script><p>one</p><p>two<br>lines</p>", "one\n\ntwo\nlines"),
        ("end <b> bold </b>!", "end **bold** !"),
        ("<b></b><i> </i>x", "x"),
        ("<a href='https://x.y/z'>here</a> <a href='javascript:no()'>not here</a>", "[here](https://x.y/z) not here"),
        ("<ul><li>one<ul><li>two</ul><li><b>three</b></ul>", "- one\n    - two\n- **three**"),
        ("<ol><li>one<li>two</ol>after", "1. one\n2. two\n\nafter"),
        ("<table><tr><td>a<td>b<tr><td>c<td>d</table>", "| a | b |\n| --- | --- |\n| c | d |"),
        (TABLE_OF_WORD, "before\n\n| **City** | two lines |\n| --- | --- |\n| a \\| b |  |\n\nafter"),
        ("<table><tr><td><p>framed</p><table><tr><td>in<td>side</table></table>x", "framed in side\n\nx"),
        ("<table><caption>Of cities</caption><tr><th>a<th>b</table>", "Of cities\n\n| a | b |\n| --- | --- |"),
        ("<pre>x = 1\n  y</pre>", "```\nx = 1\n  y\n```"),
        ("a <code>kubectl get</code>", "a `kubectl get`"),
        (
            "<b style='font-weight:normal'><p><span style='font-weight:700;color:red'>The </span><span style='"
            "font-weight: 700'>capital</span><span style='font-weight:400;font-style:normal'> of </span><span style='"
            "font-style:italic'>Spain</span></p><p><span style='font-weight:700;font-style:italic'>is</span></p></b>x",
            "**The** **capital** of *Spain*\n\n***is***\n\nx",
        ),
        ("<b>a</b><b>b</b><span style='font-weight:bold'>c</span>d", "**abc**d"),
        ("2**<b>a</b><b> b</b>", "2****a** **b**"),
        ("<b><span style='font-weight:600'>a <strong>b</strong></span></b>c", "**a b**c"),
        ("<strong style='font-weight: 400'>a<i style='font-style:normal'>b</i></strong> <code>c</code>", "ab `c`"),
        ("<p style='font-weight:bold'>a <span style='background:url(x)'>b</span></p>", "a b"),
        ("<b style='mso-bidi-font-weight:normal'>a</b>", "**a**"),
        ("<span style='font-weight:700'>one<br>two <span>three</span></span> four", "**one**\ntwo three four"),
        ("1 &lt; 2 &amp; {{c1::gap}} 中文", "1 < 2 & {{c1::gap}} 中文"),
        ("", ""),
    ],
)
def test_words_come_with_what_markdown_can_say_of_them(html: str, markdown: str) -> None:
    assert markdown_of(html) == markdown


@given(st.lists(st.sampled_from(PIECES), max_size=30))
def test_no_tag_is_left_and_no_word_is_lost(pieces: list[str]) -> None:
    html = "".join(pieces).replace("<!--", "")
    markdown = markdown_of(html)
    assert markdown.count("a") >= pieces.count("a")
    assert "<" not in markdown.replace("<", "", html.count("&lt;"))


@pytest.mark.parametrize(
    "piece", ["<!--", "<![", "<b>", "<p>", "<", "<ul><li>", "<a href='http://x'>", "<pre>", "<table><tr><td>"]
)
def test_the_worst_that_can_be_pasted_takes_no_time(piece: str) -> None:
    began = time.perf_counter()
    markdown_of(piece * (400_000 // len(piece)))
    markdown_of(piece * (4_900 // piece.count("<")))
    assert time.perf_counter() - began < 2


def test_only_what_a_word_processor_leaves_is_taken_for_its() -> None:
    assert is_of_office(LIST_OF_WORD) and is_of_office("<span style='mso-fareast-language:EN'>x</span>")
    assert not any(
        map(
            is_of_office,
            ["<b>x</b>", "class=Mso", '<p class="plain">x</p>', "<!-- a comment -->", "a < b", "What is `<o:p>`?"],
        )
    )
