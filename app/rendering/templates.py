"""Anki's template language: `{{Field}}`, `{{#Field}}…{{/Field}}`, `{{^Field}}…{{/Field}}`, filters, special fields.

A template that makes no sense is shown with what is wrong with it in the place where it is.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from html import escape, unescape

from app.errors import N_
from app.rendering.cloze import answer_text, cloze_numbers, hidden_text, only_answer, only_question, question_text
from app.rendering.content import Content, Shape
from app.rendering.furigana import Readings, are_usual
from app.rendering.marks import Fault, Pieces, Speech, without_marks
from app.rendering.occlusion import CONTAINER, NO_PICTURE, has_shapes, masks, over_picture
from app.rendering.text import escape_text, field_html, plain_text

TAG = re.compile(r"\{\{([^{}]*)\}\}")
HTML_TAG = re.compile(r"<[^<>]*>")
"""In what an author wrote, which nothing has cleaned yet: a field of nothing but `<` must not be read to its end from
each of them."""
CLOZE_FILTERS = {"cloze", "cloze-only"}
CLOZE_SECTION = re.compile(r"c\d{1,3}")
SCRIPT_EDGE = re.compile(r"<script\b|</script\s*>", re.IGNORECASE)
BUTTON = re.compile(r"<button\b[^<>]{0,500}>[^<>]{0,500}</button>", re.IGNORECASE)
UNCLOSED_TAG = re.compile(r"<[A-Za-z/!][^<>]*\Z")
BLOCK = re.compile(r"<(?:p|div|ul|ol|dl|pre|table|blockquote|h[1-6])\b")
READINGS: dict[str, Readings] = {"furigana": "ruby", "kanji": "kanji", "kana": "kana"}
SPECIAL = {"Tags", "Deck", "Subdeck", "Card", "Type", "CardFlag"}
MOST_TAGS = 1_000

UNKNOWN_FIELD = N_("The template names a field “%(name)s” that the note does not have.")
UNCLOSED_SECTION = N_("The template opens a section “%(name)s” and does not close it.")
CLOSED_WRONG = N_("The template closes a section “%(name)s” that is not the one open there.")
TOO_MANY_TAGS = N_("The template has more fields than a card can show.")


def is_cloze(shape: Shape) -> bool:
    """Whether the notes of a type make a card for each number of their clozes, and not one for each template."""
    return bool(shape.templates) and bool(_cloze_fields(shape.templates[0].front))


def _cloze_fields(template: str) -> set[str]:
    """The names of the fields whose clozes a template shows."""
    if "cloze" not in template:
        return set()
    parts = ([part.strip() for part in inner.split(":")] for inner in TAG.findall(template))
    return {name for *filters, name in parts if not CLOZE_FILTERS.isdisjoint(filters)}


def ordinals(content: Content, shape: Shape) -> list[int]:
    """Which cards a note makes: for clozes their numbers; else each template whose front shows something of a field."""
    if is_cloze(shape):
        names = _cloze_fields(shape.templates[0].front)
        texts = [text for name, text in zip(shape.field_names, content.fields, strict=False) if name in names]
        return sorted({number for text in texts for number in cloze_numbers(text)})
    return [number for number, card in enumerate(shape.templates) if _shows_a_field(card.front, content, shape)]


def is_empty(text: str) -> bool:
    """Whether a field has nothing to show, whatever tags an editor left in it."""
    return "<img" not in text and not HTML_TAG.sub("", text).replace("&nbsp;", " ").strip()


def _shows_a_field(template: str, content: Content, shape: Shape) -> bool:
    values = dict(zip(shape.field_names, content.fields, strict=False))
    walk = _Walk(values, ordinal=0)
    return any(
        not is_empty(values.get(inner.rpartition(":")[2].strip(), ""))
        for _, inner in walk.shown(template)
        if inner is not None
    )


@dataclass(slots=True)
class _Walk:
    """A walk through a template that looks into the sections that are open, and remembers what was wrong."""

    values: dict[str, str]
    ordinal: int
    faults: list[Fault] = field(default_factory=list)
    open: list[tuple[str, bool]] = field(default_factory=list)

    def shown(self, template: str) -> Iterator[tuple[str, str | None]]:
        """The template's own text as (text, None) and its fields as ("", what stands in the braces)."""
        at = 0
        for count, match in enumerate(TAG.finditer(template)):
            if count >= MOST_TAGS:
                self.faults.append(Fault(TOO_MANY_TAGS))
                break
            if self._is_shown():
                yield template[at : match.start()], None
            at = match.end()
            inner = match[1].strip()
            if inner[:1] in {"#", "^", "/"}:
                self._section(inner[0], inner[1:].strip())
            elif self._is_shown() and inner[:1] != "!":
                yield "", inner
        self.faults += [Fault(UNCLOSED_SECTION, (("name", name),)) for name, _ in self.open]
        yield template[at:] if self._is_shown() else "", None

    def _is_shown(self) -> bool:
        return not self.open or self.open[-1][1]

    def _section(self, sign: str, name: str) -> None:
        if sign == "/":
            if self.open and self.open[-1][0] == name:
                self.open.pop()
            else:
                self.faults.append(Fault(CLOSED_WRONG, (("name", name),)))
            return
        if name not in self.values and not CLOZE_SECTION.fullmatch(name):
            self.faults.append(Fault(UNKNOWN_FIELD, (("name", name),)))
        has_it = name == f"c{self.ordinal}" or not is_empty(self.values.get(name, ""))
        self.open.append((name, self._is_shown() and has_it == (sign == "#")))


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
        walk = _Walk(self.values | self._special(), self.ordinal)
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
        names = sorted(name for name in _cloze_fields(template) if has_shapes(self.values.get(name, "")))
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
