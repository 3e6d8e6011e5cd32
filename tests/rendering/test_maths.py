"""Formulas: which there are, what becomes of them, and what never does."""

import time

import pytest

from app.rendering import Content
from app.rendering.cards import render_sides
from app.rendering.finishing import render_text
from app.rendering.maths import LONGEST_FORMULA, mathml

SUM = '<math alttext="a+b"><mrow><mi>a</mi><mo>+</mo><mi>b</mi></mrow></math>'


@pytest.mark.parametrize("format", ["markdown", "html"])
@pytest.mark.parametrize("text", ["$a+b$", r"\(a+b\)"])
def test_a_formula_in_a_line_is_mathml_that_can_be_read_aloud(text: str, format: str) -> None:
    assert SUM in render_text(f"So {text}.", format)


@pytest.mark.parametrize("format", ["markdown", "html"])
def test_punctuation_stays_on_the_line_of_its_formula(format: str) -> None:
    text = "So ($a+b$), $a+b$; \uff08$a+b$\uff09\u3002 But $a+b$ and $a+b$."
    rendered = render_text(text, format)
    for whole in (f"({SUM}),", f"{SUM};", f"\uff08{SUM}\uff09\u3002", f"{SUM}."):
        assert f'<span class="together">{whole}</span>' in rendered
    assert f"But {SUM} and" in rendered
    assert "together" not in render_text("$$a+b$$.", format)


@pytest.mark.parametrize("format", ["markdown", "html"])
@pytest.mark.parametrize("text", ["$$a\n+ b$$", "\\[a\n- b\\]", "$$\na\n= b\n$$"])
def test_a_formula_of_its_own_may_go_over_lines_that_would_be_lists(text: str, format: str) -> None:
    rendered = render_text(text, format)
    assert '<math display="block"' in rendered
    assert "<li>" not in rendered and "<h1>" not in rendered


@pytest.mark.parametrize(
    "text",
    [
        "$5 and $10",
        "It is $5, not $ 6 $",
        "US$5",
        "5$ and 6$",
        r"\$a\$",
        "$",
        "$$",
        "a $b",
        "costs $1,000 or $2,000.50",
        "$a\n\nb$",
    ],
)
@pytest.mark.parametrize("format", ["markdown", "html"])
def test_money_is_money(text: str, format: str) -> None:
    assert "<math" not in render_text(text, format)


def test_formulas_in_code_are_code() -> None:
    assert render_text("`$a$` and ``$b$``", "markdown") == "<p><code>$a$</code> and <code>$b$</code></p>\n"
    assert "$HOME and $PATH$" in render_text("```\necho $HOME and $PATH$\n```", "markdown")
    assert "<code>$a$\n</code>" in render_text("x\n\n    $a$", "markdown")
    assert render_text("<code>$a$</code> <pre>$b$</pre>", "html").count("<math") == 0
    assert "<math" in render_text("`a` $b$ `c`", "markdown")


def test_a_formula_in_an_address_is_none() -> None:
    assert 'href="https://example.org/$a$"' in render_text("[x](https://example.org/$a$)", "markdown")
    assert "$a$" in render_text('<a href="https://example.org/$a$">x</a>', "html")


def test_what_stands_in_html_is_read_as_its_reader_would() -> None:
    assert 'alttext="a &lt; b &amp; c"' in render_text(r"\(a &lt; b &amp; c\)", "html")


@pytest.mark.parametrize(
    "source", [r"\frac{1", r"\nosuch", "a^b^c", r"\left( a", "{" * 60 + "}" * 60, "}{", "x" * 2000]
)
def test_a_wrong_formula_shows_its_source_and_says_so(source: str) -> None:
    rendered = render_text(f"${source}$", "markdown")
    assert '<span class="card-fault"><code>$' in rendered
    assert "This formula" in rendered and "<math" not in rendered


@pytest.mark.parametrize(
    "source",
    [
        r"\href{javascript:alert(1)}{x}",
        r"\style{color:red}{x}",
        r"\class{cloze}{x}",
        r"\text{<script>}",
        r"\color{red}{x}",
    ],
)
def test_only_what_is_known_of_mathml_comes_through(source: str) -> None:
    made = mathml(source) or ""
    for danger in ("href", "style=", "class", "<script", "javascript:alert(1)<", "mathcolor"):
        assert danger not in made.partition(">")[2]


def test_mathml_of_an_author_never_comes_through() -> None:
    assert "<math" not in render_text("<math><mtext><img src=x onerror=alert(1)></mtext></math>", "html")


BOMBS = [
    "{" * 40 + "}" * 40,
    r"\sqrt" * 199,
    "x" * 999,
    "a_b^c" * 199,
    r"\frac" * 199,
    "'" * 999,
    "&" * 999,
    r"\left(" * 150,
]
BOMBS += [
    r"\begin{matrix}" * 70,
    r"\text{" * 100 + "}" * 100,
    "a" + "_{b" * 39 + "}" * 39,
    r"\\" * 499,
    r"\overline" * 100 + "x",
]


@pytest.mark.parametrize("bomb", BOMBS)
def test_no_formula_takes_long(bomb: str) -> None:
    assert len(bomb) <= LONGEST_FORMULA
    begun = time.process_time()
    mathml(bomb)
    assert time.process_time() - begun < 2, "unbounded, it would be minutes"


@pytest.mark.parametrize(
    "text", ["$x$ " * 20_000, "$" * 60_000, "$a " * 20_000, r"\(" * 30_000, "$$a\n\n" * 10_000, "`" * 50_000]
)
@pytest.mark.parametrize("format", ["markdown", "html"])
def test_no_field_full_of_formulas_takes_long(text: str, format: str) -> None:
    begun = time.process_time()
    render_text(text, format)
    assert time.process_time() - begun < 5


def test_a_gap_in_a_formula_and_a_formula_in_a_gap() -> None:
    content = Content("cloze", (r"$x^{{c1::2}} + \frac{{{c1::a}}}{b}$ and {{c2::$c$}}", ""), ("en", "en"))
    question, answer = render_sides(content, 1).question, render_sides(content, 1).answer
    assert question.count('<mrow class="cloze"><mo stretchy="false">[</mo><mi>…</mi>') == 2
    assert "<mn>2</mn>" not in question and 'alttext="x^[…] + ' in question
    assert '<mrow class="cloze"><mn>2</mn></mrow>' in answer
    assert '<span class="cloze"><math alttext="c">' in render_sides(content, 2).answer
    assert "<math" in render_sides(content, 2).question
    assert 'alttext="c"' not in render_sides(content, 2).question


def test_a_gap_that_cuts_a_formula_in_two_breaks_nothing() -> None:
    content = Content("cloze", ("$a {{c1::+ b$ c}}", ""), ("en", "en"))
    for side in (render_sides(content, 1).question, render_sides(content, 1).answer):
        assert side.count("<span") == side.count("</span>")
