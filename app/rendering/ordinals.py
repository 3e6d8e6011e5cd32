"""Which cards a note makes, and the walk through a template that finds it out.

Apart from rendering: whoever imports a hundred thousand notes asks for this and shows none of them.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field

from app.errors import N_
from app.rendering.cloze import cloze_numbers
from app.rendering.content import Content, Shape
from app.rendering.marks import Fault

TAG = re.compile(r"\{\{([^{}]*)\}\}")
HTML_TAG = re.compile(r"<[^<>]*>")
"""In what an author wrote, which nothing has cleaned yet: a field of nothing but `<` must not be read to its end from
each of them."""
CLOZE_FILTERS = {"cloze", "cloze-only"}
CLOZE_SECTION = re.compile(r"c\d{1,3}")
MOST_TAGS = 1_000

UNKNOWN_FIELD = N_("The template names a field “%(name)s” that the note does not have.")
UNCLOSED_SECTION = N_("The template opens a section “%(name)s” and does not close it.")
CLOSED_WRONG = N_("The template closes a section “%(name)s” that is not the one open there.")
TOO_MANY_TAGS = N_("The template has more fields than a card can show.")


def card_ordinals(content: Content) -> list[int]:
    """Which cards a note makes: one, one each way, one for each number of its clozes or each template."""
    if content.shape is not None:
        return ordinals(content, content.shape)
    if content.kind == "cloze":
        return cloze_numbers(content.fields[0])
    return [0, 1] if content.kind == "reversed" else [0]


def is_cloze(shape: Shape) -> bool:
    """Whether the notes of a type make a card for each number of their clozes, and not one for each template."""
    return bool(shape.templates) and bool(cloze_fields(shape.templates[0].front))


def cloze_fields(template: str) -> set[str]:
    """The names of the fields whose clozes a template shows."""
    if "cloze" not in template:
        return set()
    parts = ([part.strip() for part in inner.split(":")] for inner in TAG.findall(template))
    return {name for *filters, name in parts if not CLOZE_FILTERS.isdisjoint(filters)}


def ordinals(content: Content, shape: Shape) -> list[int]:
    """Which cards a note makes: for clozes their numbers; else each template whose front shows something of a field."""
    if is_cloze(shape):
        names = cloze_fields(shape.templates[0].front)
        texts = [text for name, text in zip(shape.field_names, content.fields, strict=False) if name in names]
        return sorted({number for text in texts for number in cloze_numbers(text)})
    return [number for number, card in enumerate(shape.templates) if _shows_a_field(card.front, content, shape)]


def is_empty(text: str) -> bool:
    """Whether a field has nothing to show, whatever tags an editor left in it."""
    return "<img" not in text and not HTML_TAG.sub("", text).replace("&nbsp;", " ").strip()


def _shows_a_field(template: str, content: Content, shape: Shape) -> bool:
    values = dict(zip(shape.field_names, content.fields, strict=False))
    walk = Walk(values, ordinal=0)
    return any(
        not is_empty(values.get(inner.rpartition(":")[2].strip(), ""))
        for _, inner in walk.shown(template)
        if inner is not None
    )


@dataclass(slots=True)
class Walk:
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
