"""The sides of every kind of card."""

import pytest

from app.rendering import Content, card_ordinals, cards, cloze_numbers
from app.rendering.cards import RENDERED, Sides, render_sides


def test_basic_cards_ask_one_way() -> None:
    sides = render_sides(Content("basic", ("问", "answer"), ("zh-Hans", "en")), 0)
    assert (sides.question, sides.question_language) == ("<p>问</p>\n", "zh-Hans")
    assert (sides.answer, sides.answer_language) == ("<p>answer</p>\n", "en")


def test_reversed_cards_ask_both_ways_each_side_in_its_language() -> None:
    assert card_ordinals(Content("reversed", ("问", "answer"), ("en", "en"))) == [0, 1]
    sides = render_sides(Content("reversed", ("问", "answer"), ("zh-Hans", "en")), 1)
    assert (sides.question, sides.question_language) == ("<p>answer</p>\n", "en")
    assert (sides.answer, sides.answer_language) == ("<p>问</p>\n", "zh-Hans")


def test_each_number_of_a_cloze_is_a_card() -> None:
    text = "{{c2::b}} {{c1::a}} {{c2::c::hint}} {{c0::never}}"
    assert card_ordinals(Content("cloze", (text, ""), ("en", "en"))) == cloze_numbers(text) == [1, 2]


def test_a_cloze_hides_its_own_parts_and_shows_the_others() -> None:
    sides = render_sides(Content("cloze", ("{{c1::kubelet}} and {{c2::kube-proxy::agent}}", "more"), ("en", "en")), 2)
    assert sides.question == '<p>kubelet and <span class="cloze">[agent]</span></p>\n'
    assert sides.answer == '<p>kubelet and <span class="cloze">kube-proxy</span></p>\n'
    assert sides.rest == "<p>more</p>\n"


def test_a_gap_may_lie_in_bold_text_and_in_code() -> None:
    fields = ("**{{c1::bold}}** and `{{c2::code}}`", "")
    assert (
        '<strong><span class="cloze">bold</span></strong>'
        in render_sides(Content("cloze", fields, ("en", "en")), 1).answer
    )
    assert (
        '<code><span class="cloze">code</span></code>' in render_sides(Content("cloze", fields, ("en", "en")), 2).answer
    )


def test_the_number_that_is_none_shows_the_whole_note() -> None:
    assert render_sides(Content("cloze", ("{{c1::a}} b", ""), ("en", "en")), 0).question == "<p>a b</p>\n"


def sides_of(question: str, answer: str = "answer", kind: str = "basic") -> Sides:
    return render_sides(Content(kind, (question, answer), ("en", "en")), 0)


def test_a_card_is_rendered_once_for_everybody_until_its_content_changes(monkeypatch: pytest.MonkeyPatch) -> None:
    RENDERED.clear()
    first = sides_of("what is *it*")
    assert sides_of("what is *it*") is first
    assert sides_of("what is *that*") is not first
    assert sides_of("what is *it*", kind="reversed") is not first
    monkeypatch.setattr(cards, "RENDERER", cards.RENDERER + 1)
    assert sides_of("what is *it*") is not first


def test_fields_that_run_into_each_other_are_not_mistaken_for_others() -> None:
    assert sides_of("ab", "c") != sides_of("a", "bc")


def test_rendered_cards_never_take_more_memory_than_they_may() -> None:
    RENDERED.clear()
    for number in range(400):
        sides_of(f"{number} " + "word " * 8_000)
    assert 0 < RENDERED.currsize <= RENDERED.maxsize == cards.CACHED_BYTES
    assert 0 < len(RENDERED) < 400
    sides_of("word " * 2_000_000)
    assert RENDERED.currsize <= RENDERED.maxsize
