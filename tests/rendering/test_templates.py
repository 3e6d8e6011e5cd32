"""Anki's template language: fields, sections, filters, special fields; and what is wrong with a template."""

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.rendering import LONGEST_FIELD, CardTemplate, Content, Shape, card_ordinals
from app.rendering.cards import RENDERED, Sides, render_sides
from app.rendering.finishing import finished, plain_words

NAMES = ("Word", "Reading", "Meaning")


def note(
    *templates: tuple[str, str], fields: tuple[str, ...] = ("食べる", "", "to eat"), css: str = "", **more: object
) -> Content:
    cards = tuple(CardTemplate(f"Card {n}", front, back) for n, (front, back) in enumerate(templates, 1))
    shape = Shape("Vocabulary", NAMES, cards, css)
    defaults = {"languages": ("ja", "ja", "en"), "tags": ("verb", "n5"), "deck": "Japanese::Words"}
    return Content("custom", fields, shape=shape, **{**defaults, **more})  # type: ignore[arg-type]


def shown(content: Content, ordinal: int = 0, *, framed: bool = False) -> Sides:
    return finished(render_sides(content, ordinal, framed=framed), {}, plain_words)


@pytest.mark.parametrize(
    ("front", "question"),
    [
        ("{{Word}}", "食べる"),
        ("<b>{{ Word }}</b>", "<b>食べる</b>"),
        ("{{#Reading}}has{{/Reading}}{{^Reading}}has none{{/Reading}} {{Word}}", "has none 食べる"),
        ("{{#Word}}{{#Meaning}}both{{/Meaning}}{{^Meaning}}one{{/Meaning}}{{/Word}}", "both"),
        ("{{#Reading}}{{#Word}}x{{/Word}}{{/Reading}}{{Word}}", "食べる"),
        ("{{! said to nobody }}{{Word}}", "食べる"),
        (
            "{{Word}} {{Tags}}, {{Deck}}, {{Subdeck}}, {{Card}}, {{Type}}",
            "食べる verb n5, Japanese::Words, Words, Card 1, Vocabulary",
        ),
        ("{{Meaning}}", '<span lang="en">to eat</span>'),
        ("{{hint:Word}}", '<details class="hint"><summary>Word</summary>食べる</details>'),
        ("{{Word}}{{hint:Reading}}", "食べる"),
        ("{{unknown-filter:Word}}", "食べる"),
        ("{{Word}} {{type:Meaning}}", "食べる "),
    ],
)
def test_a_front_is_filled(front: str, question: str) -> None:
    assert shown(note((front, "x"))).question == question


def test_the_back_may_show_the_front() -> None:
    assert (
        shown(note(("<b>{{Word}}</b>", "{{FrontSide}}<hr>{{Meaning}}"))).answer
        == '<b>食べる</b><hr><span lang="en">to eat</span>'
    )


def test_each_field_is_written_in_the_format_of_the_note() -> None:
    fields = ("*a*", "", "<i>b</i>")
    assert (
        shown(note(("{{Word}}|{{Meaning}}", "x"), fields=fields, languages=("en",) * 3)).question
        == "<em>a</em>|&lt;i&gt;b&lt;/i&gt;"
    )
    content = note(("{{Word}}|{{text:Meaning}}", "x"), fields=fields, languages=("en",) * 3, format="html")
    assert shown(content).question == "*a*|b"


def test_a_template_whose_front_shows_nothing_makes_no_card() -> None:
    templates = (
        ("{{Word}}", "x"),
        ("{{Reading}}", "x"),
        ("{{#Reading}}{{Word}}{{/Reading}}", "x"),
        ("{{hint:Meaning}}", "x"),
        ("words", "x"),
    )
    assert card_ordinals(note(*templates)) == [0, 3]
    assert card_ordinals(note(*templates, fields=("", "<br>", " &nbsp; "), format="html")) == []
    assert card_ordinals(note(("{{Word}}", "x"), fields=("<img src=a.png>", "", ""))) == [0]


def test_a_field_of_nothing_but_brackets_costs_no_time() -> None:
    shape = Shape("S", ("F",), (CardTemplate("One", "{{F}}", "{{FrontSide}}"),))
    begun = time.process_time()
    for text in ("<" * LONGEST_FIELD, "a<" * (LONGEST_FIELD // 2)):
        assert card_ordinals(Content("custom", (text,), ("en",), "html", shape)) == [0]
    assert time.process_time() - begun < 3, "looked at from each bracket it would be a minute"


def test_a_template_with_a_cloze_makes_a_card_for_each_number() -> None:
    content = note(("{{cloze:Word}}", "{{cloze:Word}}<br>{{Meaning}}"), fields=("{{c1::a}} {{c3::b::h}}", "", "m"))
    assert card_ordinals(content) == [1, 3]
    sides = shown(content, 3)
    assert sides.question == 'a <span class="cloze">[h]</span>'
    assert sides.answer == 'a <span class="cloze">b</span><br><span lang="en">m</span>'


@pytest.mark.parametrize(
    ("front", "words"),
    [
        ("{{Word}}{{Nothing}}", "The template names a field “Nothing” that the note does not have."),
        ("{{Word}}{{text:Nothing}}", "The template names a field “Nothing” that the note does not have."),
        ("{{Word}}{{#Reading}}", "The template opens a section “Reading” and does not close it."),
        ("{{Word}}{{/Reading}}", "The template closes a section “Reading” that is not the one open there."),
        (
            "{{#Word}}{{#Meaning}}{{/Word}}{{/Meaning}}",
            "The template closes a section “Word” that is not the one open there.",
        ),
        ("{{#Nobody}}{{/Nobody}}{{Word}}", "The template names a field “Nobody” that the note does not have."),
        ("{{Reading}}", "This side of the card is empty"),
        ("{{Word}}" * 1_001, "The template has more fields than a card can show."),
    ],
)
def test_a_template_that_is_wrong_shows_what_is_wrong(front: str, words: str) -> None:
    assert f'<span class="card-fault">{words}' in shown(note((front, "x"))).question


def test_a_field_in_an_attribute_is_text() -> None:
    content = note(
        ("<a href='https://example.org/{{Meaning}}' title=\"{{Word}}\">{{Word}}</a>", "x"), fields=('"><b>x', "", "a&b")
    )
    assert 'href="https://example.org/a&amp;b" title="&quot;>' in shown(content).question.replace("&gt;", ">")
    picture = note(("<img src='{{Word}}' alt='{{Meaning}}'>", "x"), fields=("cat.png", "", "A cat"))
    assert shown(picture).question == '<span class="missing">The picture cat.png is missing.</span>'


def test_a_style_of_its_own_wants_a_frame_and_only_there_classes_are_kept() -> None:
    content = note(('<div class="big" id="a" style="color: red">{{Word}}</div>', "x"), css=".big { font-size: 3em }")
    assert shown(content).framed
    assert shown(content).question == "<div>食べる</div>"
    assert shown(content, framed=True).question == '<div class="big" id="a" style="color: red">食べる</div>'
    assert not shown(note(("{{Word}}", "x"), css=" \n")).framed


def test_a_card_asks_to_be_typed_or_read_aloud() -> None:
    assert render_sides(note(("{{Word}}{{type:Meaning}}", "{{type:Meaning}}")), 0).expects == "to eat"
    cloze = note(("{{cloze:Word}} {{type:cloze:Word}}", "x"), fields=("{{c1::a}} b {{c1::c}}", "", ""))
    assert render_sides(cloze, 1).expects == "a, c"
    assert 'data-say="食べる" data-voice="ja-JP"' in shown(note(("{{Word}}{{tts ja_JP:Word}}", "x"))).question


def test_what_a_card_looks_like_depends_on_everything_that_is_in_it() -> None:
    RENDERED.clear()
    first = note(("{{Word}} {{Tags}} {{Deck}}", "x"))
    changed = [
        note(("{{Word}} {{Tags}}  {{Deck}}", "x")),
        note(("{{Word}} {{Tags}} {{Deck}}", "y")),
        note(("{{Word}} {{Tags}} {{Deck}}", "x"), css="a {}"),
        note(("{{Word}} {{Tags}} {{Deck}}", "x"), tags=("noun",)),
        note(("{{Word}} {{Tags}} {{Deck}}", "x"), deck="Other"),
    ]
    assert len({content.digest() for content in (first, *changed)}) == 6
    assert render_sides(first, 0) is render_sides(note(("{{Word}} {{Tags}} {{Deck}}", "x")), 0)
    assert render_sides(first, 0) is not render_sides(first, 0, framed=True)


def test_a_note_with_fewer_fields_than_its_type_has_by_now_is_shown() -> None:
    assert shown(note(("{{Word}}{{Meaning}}", "x"), fields=("a",), languages=("en",))).question == "a"
    assert "card-fault" in shown(note(("{{Word}}", "x"), fields=(), languages=("en",))).question


@given(st.text(alphabet="{}#^/WordReading:!< >'\"cloze", max_size=60), st.text(max_size=30))
def test_no_template_breaks_a_card(template: str, text: str) -> None:
    content = note((template, "{{FrontSide}}" + template), fields=(text, "", text))
    card_ordinals(content)
    sides = shown(content, 0)
    assert sides.question and sides.answer
