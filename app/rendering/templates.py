"""Anki's template language: `{{Field}}`, `{{#Field}}…{{/Field}}`, `{{^Field}}…{{/Field}}`, filters, special fields.

A template that makes no sense is shown with what is wrong with it in the place where it is.
"""

import re
from dataclasses import dataclass, field
from html import escape, unescape

from app.rendering.cloze import answer_text, hidden_text, only_answer, only_question, question_text
from app.rendering.content import Content, Shape
from app.rendering.furigana import Readings, are_usual
from app.rendering.marks import Fault, Pieces, Speech, without_marks
from app.rendering.occlusion import CONTAINER, NO_PICTURE, has_shapes, masks, over_picture
from app.rendering.ordinals import CLOZE_FILTERS, HTML_TAG, UNKNOWN_FIELD, Walk, cloze_fields, is_cloze
from app.rendering.text import escape_text, field_html, plain_text

SCRIPT_EDGE = re.compile(r"<script\b|</script\s*>", re.IGNORECASE)
BUTTON = re.compile(r"<button\b[^<>]{0,500}>[^<>]{0,500}</button>", re.IGNORECASE)
UNCLOSED_TAG = re.compile(r"<[A-Za-z/!][^<>]*\Z")
BLOCK = re.compile(r"<(?:p|div|ul|ol|dl|pre|table|blockquote|h[1-6])\b")
READINGS: dict[str, Readings] = {"furigana": "ruby", "kanji": "kanji", "kana": "kana"}
SPECIAL = {"Tags", "Deck", "Subdeck", "Card", "Type", "CardFlag"}


@dataclass(slots=True)
class Filling:
    """A card whose sides are being made. `expects`: what a learner should type, if a template asks for it."""

    content: Content
    shape: Shape
    ordinal: int
    pieces: Pieces
    framed: bool = False
    expects: str | None = None
    values: dict[str, str] = field(default_factory=dict)
    languages: dict[str, str] = field(default_factory=dict)
    at_answer: bool = False
    shapes_in: str = ""
    """The field of this side that says what of a picture is covered, if one does."""
    drawing: str = ""
    """What stands for the masks until they have found their picture."""

    def __post_init__(self) -> None:
        texts = [without_marks(text) for text in self.content.fields]
        self.values = dict(zip(self.shape.field_names, texts, strict=False))
        missing = self.shape.field_names[len(texts) :]
        self.values |= dict.fromkeys(missing, "")
        self.languages = dict(zip(self.shape.field_names, self.content.languages, strict=False))

    def side(self, template: str, front: str | None = None) -> str:
        """A side as HTML that has still to be cleaned. `front`: the question's HTML, when this is the answer."""
        self.at_answer = front is not None
        template = without_scripts(without_marks(template))
        walk = Walk(self.values | self._special(), self.ordinal)
        wrong_shapes = self._read_shapes(template)
        if self.shapes_in:
            # Anki's own template has one to lift the masks, by its script.
            template = BUTTON.sub("", template)
        done: list[str] = []
        inside_tag = False
        may_cover = CONTAINER not in template
        for text, inner in walk.shown(template):
            if inner is None:
                done.append(text)
                inside_tag = bool(UNCLOSED_TAG.search(text)) or (inside_tag and ">" not in text)
                may_cover = may_cover or CONTAINER in text
            elif inner == "FrontSide":
                done.append(front or "")
            else:
                html = self._field(inner, inside_tag)
                done.append(self._covered(html) if may_cover else html)
        faults = [*walk.faults, *[Fault(NO_PICTURE)] * bool(self.drawing)]
        told = [self.pieces.place(fault) for fault in dict.fromkeys(faults)]
        return "".join([*told, wrong_shapes, *done])

    def _read_shapes(self, template: str) -> str:
        """Finds out whether this side covers parts of a picture; returns what is wrong with them."""
        names = sorted(name for name in cloze_fields(template) if has_shapes(self.values.get(name, "")))
        self.shapes_in, self.drawing, wrong = names[0] if names else "", "", ""
        if names:
            text = self.values[self.shapes_in]
            self.drawing, wrong = masks(text, self.ordinal, self.pieces, at_answer=self.at_answer, framed=self.framed)
        return wrong

    def _covered(self, html: str) -> str:
        """A field with the masks over its picture, if they are still looking for one."""
        covered = over_picture(html, self.drawing, self.pieces) if self.drawing else None
        self.drawing = self.drawing if covered is None else ""
        return html if covered is None else covered

    def _special(self) -> dict[str, str]:
        deck = without_marks(self.content.deck)
        templates = self.shape.templates
        index = 0 if is_cloze(self.shape) else min(self.ordinal, len(templates) - 1)
        return {
            "Tags": without_marks(" ".join(self.content.tags)),
            "Deck": deck,
            "Subdeck": deck.rpartition("::")[2],
            "Card": without_marks(templates[index].name),
            "Type": without_marks(self.shape.name),
            "CardFlag": "",
        }

    def _field(self, inner: str, inside_tag: bool) -> str:
        *filters, name = (part.strip() for part in inner.split(":"))
        if name not in self.values:
            if name in SPECIAL:
                return escape(self._special()[name])
            return self.pieces.place(Fault(UNKNOWN_FIELD, (("name", name),)))
        if inside_tag:
            return escape(unescape(HTML_TAG.sub("", self.values[name])).strip())
        if "type" in filters:
            self.expects = self._expected(name, filters) if self.expects is None else self.expects
            return ""
        return self._shown(name, filters)

    def _shown(self, name: str, filters: list[str]) -> str:
        text = self.values[name]
        if name == self.shapes_in and not CLOZE_FILTERS.isdisjoint(filters):
            return ""
        if "cloze-only" in filters:
            text = only_answer(text, self.ordinal) if self.at_answer else only_question(text, self.ordinal)
        elif "cloze" in filters:
            text = answer_text(text, self.ordinal) if self.at_answer else question_text(text, self.ordinal)
        language = self.languages.get(name, self.content.languages[0])
        readings = next((READINGS[filter] for filter in filters if filter in READINGS), None)
        if readings is None and are_usual(language):
            readings = "ruby"
        html = _unwrapped(field_html(text, self.content.format, self.pieces, readings=readings))
        for filter in reversed(filters):
            html = self._filtered(html, filter, name, language)
        if language == self.content.languages[0] or not html:
            return html
        around = "div" if BLOCK.match(html) else "span"
        return f'<{around} lang="{escape(language)}">{html}</{around}>'

    def _filtered(self, html: str, filter: str, name: str, language: str) -> str:
        if filter == "text":
            return escape_text(plain_text(html))
        if filter == "hint":
            return (
                f'<details class="hint"><summary>{escape(without_marks(name))}</summary>{html}</details>'
                if html
                else ""
            )
        if filter.startswith("tts"):
            said = plain_text(html)
            told = filter.split()
            spoken = told[1].replace("_", "-") if len(told) > 1 else language
            return self.pieces.place(Speech(said, spoken)) if said else ""
        return html

    def _expected(self, name: str, filters: list[str]) -> str:
        text = self.values[name]
        text = hidden_text(text, self.ordinal) if "cloze" in filters else text
        return plain_text(field_html(text, self.content.format, Pieces()))


def without_scripts(template: str) -> str:
    """A template without its scripts: the sanitiser would take them out too, but a long one has more tags than a card
    may have, and fields in it are not shown to anybody."""
    kept, at, begun = [], 0, -1
    for edge in SCRIPT_EDGE.finditer(template):
        opens = edge[0][1] != "/"
        if opens and begun < 0:
            begun = edge.start()
        elif not opens and begun >= 0:
            kept.append(template[at:begun])
            at, begun = edge.end(), -1
    return "".join([*kept, template[at:]])


def _unwrapped(html: str) -> str:
    """A field of one paragraph without it: the template says where it stands."""
    html = html.strip()
    is_one = html.startswith("<p>") and html.endswith("</p>") and html.count("<p") == 1
    return html[3:-4] if is_one else html
