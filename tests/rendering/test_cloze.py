"""Gaps: one inside another, with hints, with formulas, and not closed."""

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.rendering import Content, cloze_numbers, has_cloze, unclosed_cloze
from app.rendering.cloze import DEEPEST, answer_text, hidden_text, question_text
from app.rendering.finishing import finished, plain_words, render_sides, render_text
from app.rendering.marks import CLOSE, OPEN

NESTED = "{{c1::The {{c2::kubelet {{c3::agent}}}} runs}} everywhere."


def asked(text: str, number: int) -> str:
    return question_text(text, number).replace(OPEN, "<").replace(CLOSE, ">")


def told(text: str, number: int) -> str:
    return answer_text(text, number).replace(OPEN, "<").replace(CLOSE, ">")


def test_a_gap_hides_everything_in_it_and_one_inside_it_is_hidden_alone() -> None:
    assert cloze_numbers(NESTED) == [1, 2, 3]
    assert asked(NESTED, 1) == "<[…]> everywhere."
    assert asked(NESTED, 2) == "The <[…]> runs everywhere."
    assert asked(NESTED, 3) == "The kubelet <[…]> runs everywhere."
    assert told(NESTED, 1) == "<The kubelet agent runs> everywhere."
    assert told(NESTED, 2) == "The <kubelet agent> runs everywhere."
    assert told(NESTED, 0) == asked(NESTED, 0) == "The kubelet agent runs everywhere."


@pytest.mark.parametrize(
    ("text", "number", "question", "answer"),
    [
        ("{{c1::a::hint}}", 1, "<[hint]>", "<a>"),
        ("{{c1::a {{c2::b::inner}} c::outer}}", 1, "<[outer]>", "<a b c>"),
        ("{{c1::a {{c2::b::inner}} c::outer}}", 2, "a <[inner]> c", "a <b> c"),
        ("{{c1::a::no hint {{c2::b}}}}", 2, "a::no hint <[…]>", "a::no hint <b>"),
        ("{{c1::x}} {{c1::y}} {{c2::z}}", 1, "<[…]> <[…]> z", "<x> <y> z"),
        ("{{c1::a {{c1::b}}}}", 1, "<[…]>", "<a <b>>"),
        ("{{c1::}}", 1, "<[…]>", "<>"),
        ("a }} b {{ c ::", 1, "a }} b {{ c ::", "a }} b {{ c ::"),
        (r"{{c1::\frac{a}{b}}} and {{c2::x^{2}}}", 1, r"<[…]> and x^{2}", r"<\frac{a}{b}> and x^{2}"),
        ("{{c1::if (x) { y }}", 1, "<[…]>", "<if (x) { y >"),
    ],
)
def test_what_is_asked_and_what_is_told(text: str, number: int, question: str, answer: str) -> None:
    assert (asked(text, number), told(text, number)) == (question, answer)


def test_a_gap_that_nothing_closes_is_text_and_the_card_says_so() -> None:
    text = "{{c1::open, {{c2::closed}}"
    assert cloze_numbers(text) == [2]
    assert unclosed_cloze(text) == "{{c1::"
    assert unclosed_cloze(NESTED) == ""
    sides = finished(render_sides(Content("cloze", (text, ""), ("en", "en")), 2), {}, plain_words)
    for side in (sides.question, sides.answer):
        assert "{{c1::open" in side
        assert '<span class="card-fault">A gap begins with “{{c1::” and nothing closes it' in side


def test_what_a_gap_hides_can_be_typed() -> None:
    assert hidden_text("{{c1::a {{c2::b}}::hint}} and {{c1::d}}", 1) == "a b, d"


def test_gaps_deeper_than_anybody_writes_are_text() -> None:
    deep = "".join(f"{{{{c{n}::" for n in range(1, DEEPEST + 3)) + "x" + "}}" * (DEEPEST + 2)
    assert cloze_numbers(deep) == list(range(1, DEEPEST + 1))


def test_no_author_can_write_our_marks() -> None:
    assert render_text(f"{OPEN}a{CLOSE}\ue0025\ue003", "markdown") == "<p>a5</p>\n"


@pytest.mark.long
@pytest.mark.parametrize("piece", ["{{c1::", "}}", "{", "::", "{{c1::a::", "{{c1::a}}", "{{c1::{{c2::x}}::h}}"])
def test_a_megabyte_of_braces_is_read_at_once(piece: str) -> None:
    text = piece * (2**20 // len(piece))
    begun = time.process_time()
    cloze_numbers(text)
    question_text(text, 1)
    assert time.process_time() - begun < 10


@given(st.text(alphabet="{}c12:ab \n", max_size=60))
def test_no_text_breaks_it_and_nothing_is_lost_of_what_hides_nothing(text: str) -> None:
    told(text, 1)
    if not has_cloze(text) and "{{c0" not in text:
        assert asked(text, 1) == text
    for number in cloze_numbers(text):
        assert OPEN in question_text(text, number) or number in cloze_numbers(answer_text(text, 0) or text)
