"""What Anki's templates may hold, as its users have them."""

import re

import pytest

from app.rendering import CardTemplate, Content, Shape, card_ordinals
from app.rendering.cards import Sides, render_sides
from app.rendering.finishing import finished, plain_words

NAMES = ("Text", "Reading", "Extra")


def note(front: str, back: str = "{{FrontSide}}", *, text: str = "a", reading: str = "", css: str = "") -> Content:
    shape = Shape("Stock", NAMES, (CardTemplate("Card 1", front, back),), css)
    return Content("custom", (text, reading, ""), ("en",) * 3, "html", shape, ("one", "two"), "Top::Sub")


def shown(content: Content, ordinal: int = 0, *, framed: bool = False) -> Sides:
    return finished(render_sides(content, ordinal, framed=framed), {}, plain_words)


@pytest.mark.parametrize(
    ("front", "question"),
    [
        ("{{#Tags}}{{Tags}}{{/Tags}}{{#CardFlag}}flagged{{/CardFlag}} {{Text}}", "one two a"),
        ("{{Deck}}|{{Subdeck}}|{{Card}}|{{Type}}|{{CardFlag}}|{{Text}}", "Top::Sub|Sub|Card 1|Stock||a"),
        ("{{^Reading}}{{^Extra}}{{Text}}{{/Extra}}{{/Reading}}", "a"),
        ("{{#Reading}}{{#Extra}}x{{/Extra}}{{^Extra}}y{{/Extra}}{{/Reading}}{{Text}}", "a"),
        ("{{edit:Text}}", "a"),
    ],
)
def test_sections_and_special_fields(front: str, question: str) -> None:
    assert shown(note(front)).question == question


@pytest.mark.parametrize(
    ("filters", "question"),
    [
        ("furigana", "<ruby>漢字<rp>(</rp><rt>かんじ</rt><rp>)</rp></ruby>を"),
        ("kana", "かんじを"),
        ("kanji", "漢字を"),
        ("text:kana", "かんじを"),
        ("hint:kanji", '<details class="hint"><summary>Reading</summary>漢字を</details>'),
    ],
)
def test_readings(filters: str, question: str) -> None:
    assert shown(note(f"{{{{{filters}:Reading}}}}", reading=" 漢字[かんじ]を")).question == question


CLOZE = "{{c1,2::Bern}} is in {{c2::Europe::where?}}, not {{c3::Asia}}"


@pytest.mark.parametrize(
    ("front", "question", "answer"),
    [
        (
            "{{cloze:Text}}",
            '<span class="cloze">[…]</span> is in <span class="cloze">[where?]</span>, not Asia',
            '<span class="cloze">Bern</span> is in <span class="cloze">Europe</span>, not Asia',
        ),
        (
            "{{cloze-only:Text}}",
            '<span class="cloze">[…]</span>, <span class="cloze">[where?]</span>',
            '<span class="cloze">Bern</span>, <span class="cloze">Europe</span>',
        ),
        ("{{text:cloze:Text}}", "[…] is in [where?], not Asia", "Bern is in Europe, not Asia"),
    ],
)
def test_clozes(front: str, question: str, answer: str) -> None:
    content = note(front, front, text=CLOZE)
    assert card_ordinals(content) == [1, 2, 3]
    assert (shown(content, 2).question, shown(content, 2).answer) == (question, answer)


def test_a_gap_of_two_cards_is_hidden_on_both() -> None:
    for number, hidden in ((1, 1), (2, 2), (3, 1)):
        assert shown(note("{{cloze:Text}}", text=CLOZE), number).question.count("[") == hidden
    assert shown(note("{{cloze:Text}}{{#c2}}two{{/c2}}{{^c2}}other{{/c2}}", text=CLOZE), 2).question.endswith("two")


@pytest.mark.parametrize(
    ("front", "expects"),
    [
        ("{{type:Text}}{{Text}}", "a, b"),
        ("{{type:nc:Text}}{{Text}}", "a, b"),
        ("{{cloze:Text}}{{type:cloze:Text}}", "a, b"),
        ("{{cloze:Text}}", None),
    ],
)
def test_what_is_to_be_typed(front: str, expects: str | None) -> None:
    text = "{{c1::a}} {{c1::<b>b</b>}}" if "cloze" in front else "a, <b>b</b>"
    assert render_sides(note(front, text=text), 1).expects == expects


def test_words_read_aloud_lie_behind_a_button() -> None:
    side = shown(
        note("{{Text}} {{tts en_US voices=Apple_Samantha,Other speed=0.8:Text}}", text="<b>Hi</b> there")
    ).question
    assert side.endswith(
        '<button class="quiet say" type="button" data-say="Hi there" data-voice="en-US">Read aloud</button>'
    )
    only = shown(note("{{cloze:Text}}{{tts fr_FR:cloze-only:Text}}", "x{{tts fr_FR:cloze-only:Text}}", text=CLOZE), 3)
    assert 'data-say="Asia" data-voice="fr-FR"' in only.answer and 'data-say="[…]"' in only.question


@pytest.mark.parametrize("opening", [r"\(x^2\)", r"\[x^2\]", "[$]x^2[/$]", "[$$]x^2[/$$]", "[latex]$x^2$[/latex]"])
def test_formulas(opening: str) -> None:
    side = shown(note("{{Text}}", text=f"a {opening} b")).question
    assert "<msup><mi>x</mi><mn>2</mn></msup></mrow></math>" in side
    assert ('display="block"' in side) is (opening[1] not in "($" or opening.startswith("[$$"))
    assert re.sub(r"<span.*</span>|<math.*</math>", "", side) == "a  b"


def test_an_old_formula_may_have_been_written_on_several_lines() -> None:
    text = r"[latex]\begin{displaymath}<br>x &amp;lt; y<div>+ 1</div>\end{displaymath}[/latex] and [latex]open"
    side = shown(note("{{Text}}", text=text.replace("&amp;lt;", "&lt;"))).question
    assert "<mo>&lt;</mo>" in side and side.endswith("</span> and [latex]open") and "card-fault" not in side


def test_sounds_stand_where_they_are() -> None:
    assert shown(note("{{Text}}", text="a [sound:a b.mp3]")).question == (
        'a <span class="missing">The sound a b.mp3 is missing.</span>'
    )


SCRIPTS = [
    "<script>var x = '{{Text}}'; if (1 < 2) {{ y(); }}</script>",
    "<SCRIPT type=module src=_x.js></SCRIPT >",
    "<script>" + "if (a<b) c();" * 6_000 + "</script>",
    "<script>{{type:Text}} {{#Nothing}}</script>",
    "<div onclick='run()'></div><script>run()</script>",
]


@pytest.mark.parametrize("script", SCRIPTS, ids=lambda script: script[:20])
@pytest.mark.parametrize("framed", [True, False])
def test_scripts_of_a_template_neither_run_nor_show(script: str, framed: bool) -> None:
    sides = shown(note(f"{script}<b>{{{{Text}}}}</b>{script}", f"{{{{FrontSide}}}}{script}"), framed=framed)
    for side in (sides.question, sides.answer):
        assert re.sub(r"</?div>", "", side) == "<b>a</b>"
    assert sides.expects is None


def test_a_script_that_nothing_closes_takes_nothing_before_it_along() -> None:
    assert shown(note("<b>{{Text}}</b><script>run()")).question == "<b>a</b>"
    assert shown(note("<!-- <script --><b>{{Text}}</b>")).question == "<b>a</b>"
