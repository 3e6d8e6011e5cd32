"""Code in colours: whole, safe, with its gaps where they were, and plain rather than slow."""

import re

import pytest

from app.rendering import Content
from app.rendering.cards import render_sides
from app.rendering.code import LANGUAGES, LONGEST_CODE, LONGEST_LINE, MOST_BLANK, MOST_PIECES, highlight
from app.rendering.finishing import render_text
from app.rendering.sanitising import MOST_TAGS

MANIFEST = "kind: Service\nspec:\n  ports:\n  - port: 80 # http\n"


def text_of(html: str) -> str:
    return re.sub(r"<[^>]*>", "", html).replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&")


def test_keys_and_comments_have_classes_of_their_own() -> None:
    html = render_text(f"```yaml\n{MANIFEST}```", "markdown")
    assert '<span class="a">kind</span>' in html and '<span class="c"># http</span>' in html
    assert text_of(html) == f"{MANIFEST}\n"


def test_the_options_of_a_command_are_told_from_its_words() -> None:
    assert highlight("kubectl get pods -A", "bash") == 'kubectl get pods <span class="a">-A</span>'


@pytest.mark.parametrize("language", sorted(LANGUAGES))
def test_no_language_loses_or_adds_a_character(language: str) -> None:
    code = '# a\n<b class="x">&amp; \'c\' "d" $e {{ f }} 1.5 --g=/h\\\n\n  中文：\t-x\n'
    assert text_of(highlight(code, language)) == code


def test_a_gap_keeps_its_place_in_code() -> None:
    fields = ("Scale it.\n\n```bash\nkubectl {{c1::scale}} deploy/web --{{c2::replicas}}=5\n```", "")
    first, second = (render_sides(Content("cloze", fields, ("en", "en")), number) for number in (1, 2))
    assert 'kubectl <span class="cloze">[…]</span> deploy/web <span class="a">--replicas</span>=' in first.question, (
        first
    )
    assert 'kubectl <span class="cloze">scale</span> deploy/web' in first.answer
    assert '<span class="a">--</span><span class="cloze">' in second.answer
    assert text_of(second.answer) == "Scale it.\nkubectl scale deploy/web --replicas=5\n\n"


def test_a_gap_over_several_pieces_holds_them_whole() -> None:
    fields = ("```yaml\n{{c1::port: 80}} # x\n```", "")
    answer = render_sides(Content("cloze", fields, ("en", "en")), 1).answer
    assert '<span class="cloze"><span class="a">port</span>: 80</span>' in answer


@pytest.mark.parametrize(
    ("code", "language"),
    [
        ("a: 1\n" * LONGEST_CODE, "yaml"),
        ("a:" * MOST_PIECES, "yaml"),
        ("a: " + "x" * LONGEST_LINE, "yaml"),
        ("a:\n" + "\n" * MOST_BLANK + "b: 1", "yaml"),
        ("kind: Pod", "klingon"),
        ("x", ""),
    ],
    ids=["long", "many-pieces", "long-line", "blank-lines", "unknown", "none"],
)
def test_what_is_too_much_or_unknown_stays_plain(code: str, language: str) -> None:
    assert highlight(code, language) == code


@pytest.mark.parametrize("language", sorted(LANGUAGES))
@pytest.mark.parametrize(
    "piece", ["\n", "<<EOF\n", "a(", '"', "$(", "/\n", "{{", "- ", "key: ", "'''", "/*", "`", "\\\n"]
)
def test_the_longest_of_every_kind_is_whole(language: str, piece: str) -> None:
    code = (piece * LONGEST_CODE)[:LONGEST_CODE]
    assert text_of(highlight(code, language)) == code


def test_many_blocks_in_one_text_are_all_shown_as_code() -> None:
    block = "```python\n" + "1 2 3 4 5 6 7 8 9 0\n" * 40 + "```\n\n"
    html = render_text(block * 8, "markdown")
    assert html.count("<pre") == 8 and "&lt;pre" not in html
    assert 'class="n"' in html and html.count("<") < MOST_TAGS


def test_a_block_that_is_not_closed_keeps_its_text() -> None:
    for language in sorted(LANGUAGES | {"console"}):
        assert "kubectl get pods" in text_of(render_text(f"```{language}\n$ kubectl get pods", "markdown"))


def test_code_cannot_bring_tags_or_classes_into_the_page() -> None:
    html = render_text('```yaml\n<script>alert(1)</script>: <span class="hero">\n```', "markdown")
    assert "<script" not in html and "<span class=" + '"hero"' not in html
