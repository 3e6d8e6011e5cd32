"""Markdown as it should read in Chinese, and nothing dangerous in any language."""

import pytest

from app.rendering import LONGEST_FIELD, has_cloze, markdown
from app.rendering.finishing import render_text


def html(text: str) -> str:
    return render_text(text, "markdown").strip()


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("**中文。**下一句", "<strong>中文。</strong>下一句"),
        ("这是**重点：**说明", "这是<strong>重点：</strong>说明"),
        ("**Pod（容器组）**是", "<strong>Pod（容器组）</strong>是"),
        ("名为**“节点”**的机器", "名为<strong>“节点”</strong>的机器"),
        ("**「强调」**する", "<strong>「强调」</strong>する"),
        ("한국어는**(괄호)**다", "한국어는<strong>(괄호)</strong>다"),
        ("*斜体，*后面", "<em>斜体，</em>后面"),
        ("a **b** c", "a <strong>b</strong> c"),
        ("***both***", "<em><strong>both</strong></em>"),
    ],
)
def test_emphasis_works_beside_chinese_punctuation(text: str, expected: str) -> None:
    assert html(text) == f"<p>{expected}</p>"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("2 ** 3 ** 4", "2 ** 3 ** 4"),
        ("snake_case_name", "snake_case_name"),
        ('a*"foo"*', 'a*"foo"*'),
        ("** not bold**", "** not bold**"),
        ("foo*bar*baz", "foo<em>bar</em>baz"),
        ("_a_b", "_a_b"),
        ("*(*foo*)*", "<em>(<em>foo</em>)</em>"),
    ],
)
def test_commonmarks_own_cases_stay_as_they_are(text: str, expected: str) -> None:
    assert html(text) == f"<p>{expected}</p>"


def test_a_line_break_in_chinese_text_is_no_space() -> None:
    assert html("第一行\n第二行") == "<p>第一行第二行</p>"
    assert html("**第一行。**\n第二行") == "<p><strong>第一行。</strong>第二行</p>"
    assert html("first\nsecond") == "<p>first\nsecond</p>"
    assert html("Pod\n是") == "<p>Pod\n是</p>"


def test_code_can_be_reached_and_scrolled_by_keyboard() -> None:
    assert html("```\na: 1\n```").startswith('<pre tabindex="0"><code>a: 1')


def test_tables_are_tables() -> None:
    assert "<td>1</td>" in html("| a |\n| - |\n| 1 |")


@pytest.mark.parametrize(
    "text",
    [
        "<script>alert(1)</script>",
        "<img src=x onerror=alert(1)>",
        "[x](javascript:alert(1))",
        "[x](data:text/html,<script>)",
        "<svg onload=alert(1)>",
        "<math><mi xlink:href='javascript:alert(1)'>",
        "<a href='jAvAsCrIpT:alert(1)'>x</a>",
        "<style>*{display:none}</style>",
        "<iframe src='//example.org'></iframe>",
        "<form action='/settings'><button>x</button></form>",
        "<p style='position:fixed' id='study' class='primary' onclick='x'>x</p>",
        "![x](//example.org/track.png)",
    ],
)
@pytest.mark.parametrize("format", ["markdown", "html"])
def test_nothing_a_deck_says_becomes_code_style_or_a_request(text: str, format: str) -> None:
    rendered = render_text(text, format).replace("&lt;", "").replace("&gt;", "")
    for danger in ("<script", "<img", "<svg", "<math", "<style", "<iframe", "<form", "<button", 'href="j', 'href="d'):
        assert danger not in rendered
    rendered = rendered.replace('<span class="missing">The picture x is missing.</span>', "")
    for attribute in ('style="', 'id="', 'class="', 'onclick="', 'onerror="', 'src="'):
        assert attribute not in rendered


def test_deep_nesting_is_not_the_sanitisers_problem() -> None:
    assert render_text("<div>" * 200_000, "html").startswith("<p>&lt;div&gt;")


def test_a_table_scrolls_in_a_box_of_its_own_whatever_it_is_written_with() -> None:
    for table in ("<table><tr><td>1</td></tr></table>", '<table lang="en"><tr><td>1</td></tr></table>'):
        rendered = render_text(table, "html")
        assert rendered.count("<div") == rendered.count("</div>") == 1


@pytest.mark.parametrize(
    "text", ["中\n" * 20_000, "{{c1::" * 10_000, "[" * 60_000, "`" * 60_000, "> " * 30_000, "*a " * 20_000]
)
def test_hostile_text_is_rendered_before_the_reader_is_gone(text: str) -> None:
    assert render_text(text, "markdown")
    assert not has_cloze(text)


def test_rendering_twice_is_rendering_once() -> None:
    once = render_text("a <b>b</b> & <i>c</i>", "html")
    assert render_text(once, "html") == once


@pytest.mark.parametrize("signs", ["[", "!["])
def test_a_text_of_nothing_but_brackets_is_looked_through_a_bounded_number_of_times(
    signs: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    text = signs * (LONGEST_FIELD // 2 // len(signs))
    inline, looks = markdown._MARKDOWN.inline, []
    skip = inline.skipToken
    monkeypatch.setattr(inline, "skipToken", lambda state: (looks.append(state.pos), skip(state)))
    assert signs in markdown.render_markdown(text)
    # From each bracket it would be twenty times as many as there are brackets.
    assert len(looks) < 4 * len(text)


def test_no_author_has_as_many_links_as_a_text_may_have() -> None:
    assert render_text("[a](https://example.org/b)\n\n![c](d.png)\n\n" * 700, "markdown").count("<a ") == 700
