"""Hostile texts through every kind of card and both formats: what comes out has nothing in it that is not ours."""

import time
from collections.abc import Iterator
from html.parser import HTMLParser
from urllib.parse import urlsplit

import pytest

from app.rendering import CardTemplate, Content, Shape, card_ordinals
from app.rendering.cards import Sides, render_sides
from app.rendering.finishing import File, finished, plain_words
from app.rendering.maths import ATTRIBUTES as OF_FORMULAS
from app.rendering.maths import ELEMENTS
from app.rendering.sanitising import FRAMED_TAGS, MADE_BY_TEMPLATES, TAGS
from tests.rendering.hostile import PAYLOADS

pytestmark = pytest.mark.long

OURS = {"audio", "button"}
OF_ANYTHING = {
    "lang",
    "dir",
    "href",
    "title",
    "rel",
    "start",
    "colspan",
    "rowspan",
    "align",
    "scope",
    "class",
    "tabindex",
}
OF_MEDIA = {"src", "alt", "decoding", "controls", "preload", "aria-label", "target", "download", "type", "data-say"}
KNOWN_ATTRIBUTES = OF_ANYTHING | OF_MEDIA | {"data-voice", "alttext"} | OF_FORMULAS
CLASSES = {"cloze", "missing", "card-fault", "wide", "formula", "hint", "quiet", "say", *"ckanvs"}
FILES = {"x": File("/media/1/x?v=1", "image/png"), "../../etc/passwd": File("/media/1/y", "audio/mpeg")}


class Tags(HTMLParser):
    """Fails at a tag or attribute that should not be there."""

    def __init__(self, framed: bool) -> None:
        super().__init__()
        self.tags = TAGS | MADE_BY_TEMPLATES | ELEMENTS | OURS | (FRAMED_TAGS if framed else set())
        self.framed = framed

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        assert tag in self.tags, tag
        for name, value in attrs:
            assert name in KNOWN_ATTRIBUTES | ({"style", "id"} if self.framed else set()), name
            assert self.framed or name != "class" or set((value or "").split()) <= CLASSES, value
            assert name != "src" or (value or "").startswith("/media/1/"), value
            assert name != "href" or urlsplit(value or "").scheme in {"", "http", "https", "mailto"}, value


def contents(payload: str, format: str, css: str = "") -> Iterator[Content]:
    for kind in ("basic", "reversed", "cloze", "typed"):
        text = payload if kind != "cloze" or "{{c1::" in payload else f"{{{{c1::{payload}}}}}"
        yield Content(kind, (text, payload), ("ja", "ja"), format)
    filters = "".join(
        f"{{{{{name}:F}}}}" for name in ("text", "hint", "furigana", "kanji", "kana", "type", "tts en", "cloze")
    )
    inside = "<a href='{{F}}' title=\"{{F}}\" onclick={{F}}>x</a><img src='{{F}}'>"
    inside += "<p class={{F}}>{{Tags}}{{Deck}}{{Nothing}}</p>"
    for front in ("{{F}}", filters, inside, payload, f"{{{{#F}}}}{payload}{{{{/F}}}}{{{{F}}}}"):
        shape = Shape(payload, ("F",), (CardTemplate(payload, front + "{{F}}", "{{FrontSide}}{{F}}"),), css)
        yield Content("custom", (payload,), ("ja",), format, shape, (payload,), payload)


def all_sides(payload: str, format: str, framed: bool) -> Iterator[Sides]:
    for content in contents(payload, format, "b { color: red }" if framed else ""):
        for ordinal in card_ordinals(content) or [0]:
            yield finished(render_sides(content, ordinal, framed=framed), FILES, plain_words)


@pytest.mark.parametrize("framed", [False, True], ids=["in the page", "framed"])
@pytest.mark.parametrize("format", ["markdown", "html"])
@pytest.mark.parametrize("payload", PAYLOADS)
def test_only_known_tags_and_attributes_come_through(payload: str, format: str, framed: bool) -> None:
    for sides in all_sides(payload, format, framed):
        for html in (sides.question, sides.answer, sides.rest):
            Tags(framed).feed(html)
            assert not any(mark in html for mark in "\ue000\ue001\ue002\ue003")


def test_there_are_enough_of_them() -> None:
    assert len(set(PAYLOADS)) >= 60


@pytest.mark.parametrize("css", ["</style><script>alert(1)</script>", "a</STYLE >b", "<!--</style>"])
def test_a_style_sheet_does_not_end_the_element_it_lies_in(css: str) -> None:
    shape = Shape("T", ("F",), (CardTemplate("One", "{{F}}", "x"),), css)
    sides = render_sides(Content("custom", ("a",), ("en",), shape=shape), 0, framed=True)
    assert "</" not in sides.css and sides.framed


@pytest.mark.parametrize("format", ["markdown", "html"])
@pytest.mark.parametrize(
    "piece", ["word ", "<b>", "{{c1::a}} ", "$x$ ", "[sound:a.mp3] ", "漢[かん] ", "<img src=a>", "`a` ", "{{F}} "]
)
def test_a_field_of_a_megabyte_is_shown_before_the_reader_is_gone(piece: str, format: str) -> None:
    text = piece * (2**20 // len(piece.encode()))
    begun = time.process_time()
    for content in (Content("cloze", (text, ""), ("ja", "ja"), format), *list(contents(text, format))[4:6]):
        assert render_sides(content, 1).question
    assert time.process_time() - begun < 20
