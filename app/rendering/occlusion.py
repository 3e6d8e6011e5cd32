"""Image occlusion: Anki's notes that hide parts of a picture. Each gap of a field is a shape,
`{{c1::image-occlusion:rect:left=.1:top=.2:width=.3:height=.1:oi=1}}`, measured in fractions of the picture's width and
height. Anki draws them by a script; here they are a drawing of our own making that lies over the picture.

A card asks for the shapes of its number. `oi=1` keeps the others covered too ("hide all, guess one").
"""

import math
import re
from dataclasses import dataclass
from html import escape, unescape

from app.errors import N_
from app.rendering.cloze import gap_texts
from app.rendering.marks import PLACE, Elsewhere, Fault, Medium, Pieces, Ready, without_marks

PREFIX = "image-occlusion:"
MOST_SHAPES, MOST_POINTS, LONGEST_LABEL = 200, 400, 200
"""On one picture, in one polygon, characters in one label."""
FARTHEST = 10
"""How many pictures away from the picture a shape may lie; what is farther is a slip."""
NUMBER = re.compile(r"[+-]?(?:\d{1,9}\.?\d{0,20}|\.\d{1,20})")
PART = re.compile(r"((?:[^:\\]|\\.)*)(?::|\Z)", re.DOTALL)
ESCAPED = re.compile(r"\\(.)", re.DOTALL)
CONTAINER = "image-occlusion-container"
"""The id of what Anki's own template has around the picture."""

WRONG_SHAPE = N_("This part of the picture cannot be covered: its shape cannot be read.")
TOO_MANY_SHAPES = N_("The picture has more shapes than can be shown.")
NO_PICTURE = N_("There is no picture for the shapes to lie on.")


@dataclass(frozen=True, slots=True)
class Shape:
    """A part of a picture: of which cards, what it is, and what is said of it."""

    numbers: frozenset[int]
    kind: str
    said: dict[str, str]

    def number(self, name: str) -> float:
        """A number that is said of it. Raises ValueError if there is none, or none that a picture could have."""
        if not NUMBER.fullmatch(self.said[name].strip()):
            raise ValueError(name)
        return _near(float(self.said[name]))

    @property
    def angle(self) -> float:
        """Degrees by which it is turned around its upper left corner."""
        return float(self.said["angle"]) % 360 if NUMBER.fullmatch(self.said.get("angle", "").strip()) else 0.0


def has_shapes(text: str) -> bool:
    """Whether the field says which parts of a picture are covered."""
    return PREFIX in text and any(hidden.lstrip().startswith(PREFIX) for _, hidden in gap_texts(text))


def masks(text: str, number: int, pieces: Pieces, *, at_answer: bool, framed: bool) -> tuple[str, str]:
    """The drawing of what a card covers of its picture, and what is wrong with it, for the places of both."""
    shapes = [_shape(numbers, hidden) for numbers, hidden in gap_texts(text) if hidden.lstrip().startswith(PREFIX)]
    faults = [TOO_MANY_SHAPES] if len(shapes) > MOST_SHAPES else []
    drawn: list[str] = []
    for shape in shapes[:MOST_SHAPES]:
        try:
            drawn.append(_drawn(shape, number, at_answer=at_answer))
        except (KeyError, ValueError):
            faults.append(WRONG_SHAPE)
    # In a frame the author's style sheet may name the colours, as Anki's own does, for the element of this id.
    own = ' id="image-occlusion-canvas"' if framed else ""
    # A nested drawing is as large as the outer one, so the percentages in it are those of the picture.
    drawing = f'<svg{own} class="masks" aria-hidden="true" focusable="false">{"".join(drawn)}</svg>'
    return pieces.place(Ready(f"{drawing}</span>")), "".join(
        pieces.place(Fault(message)) for message in dict.fromkeys(faults)
    )


def over_picture(html: str, drawing: str, pieces: Pieces) -> str | None:
    """The HTML with the drawing laid over its first picture; None if it has none."""
    for match in PLACE.finditer(html):
        piece = pieces.taken[int(match[1])]
        if isinstance(piece, Elsewhere) or (isinstance(piece, Medium) and not piece.is_sound):
            # Three pieces side by side are one run of text to the sanitiser: nothing can come between them.
            around = pieces.place(Ready('<span class="occluded">'))
            return f"{html[: match.start()]}{around}{match[0]}{drawing}{html[match.end() :]}"
    return None


def _shape(numbers: frozenset[int], hidden: str) -> Shape:
    parts = [ESCAPED.sub(r"\1", part) for part in PART.findall(unescape(hidden.strip())[:20_000])]
    pairs = (part.partition("=") for part in parts[2:])
    return Shape(numbers, parts[1] if len(parts) > 1 else "", {name.strip(): value for name, _, value in pairs})


def _drawn(shape: Shape, number: int, *, at_answer: bool) -> str:
    """One shape as an element, nothing if this side does not show it. Raises KeyError or ValueError if it is none."""
    is_asked = number in shape.numbers
    if shape.kind == "text":
        return _label(shape)
    outline = _OUTLINES[shape.kind](shape)
    # What belongs to no card is never asked for, so it is there to stay covered.
    if not is_asked and shape.said.get("oi", "").strip() != "1" and shape.numbers != {0}:
        return ""
    state = "other" if not is_asked else "found" if at_answer else "asked"
    return outline.replace("/>", f' class="mask {state}"/>')


def _rectangle(shape: Shape) -> str:
    width, height = shape.number("width"), shape.number("height")
    if min(width, height) < 0:
        raise ValueError(shape.kind)
    return _turned(shape, f'<rect width="{_percent(width)}" height="{_percent(height)}"/>')


def _ellipse(shape: Shape) -> str:
    rx, ry = shape.number("rx"), shape.number("ry")
    if min(rx, ry) < 0:
        raise ValueError(shape.kind)
    x, y = _percent(rx), _percent(ry)
    return _turned(shape, f'<ellipse cx="{x}" cy="{y}" rx="{x}" ry="{y}"/>')


def _polygon(shape: Shape) -> str:
    pairs = [pair.split(",") for pair in shape.said["points"].split()]
    if not 3 <= len(pairs) <= MOST_POINTS or any(len(pair) != 2 for pair in pairs):
        raise ValueError(shape.kind)
    if not all(NUMBER.fullmatch(one) for pair in pairs for one in pair):
        raise ValueError(shape.kind)
    points = " ".join(",".join(_short(_near(float(one)) * 100) for one in pair) for pair in pairs)
    # Points cannot be percentages; a drawing of 100 by 100 that is stretched over the picture makes them some.
    return f'<svg viewBox="0 0 100 100" preserveAspectRatio="none"><polygon points="{points}"/></svg>'


_OUTLINES = {"rect": _rectangle, "ellipse": _ellipse, "polygon": _polygon}


def _label(shape: Shape) -> str:
    words = " ".join(without_marks(shape.said["text"]).split())[:LONGEST_LABEL]
    x, y = _percent(shape.number("left")), _percent(shape.number("top"))
    return f'<text x="{x}" y="{y}">{escape(words)}</text>'


def _turned(shape: Shape, element: str) -> str:
    """The element at its place, turned. Inside a drawing of its own the corner is the origin, and a turn is not bent
    by the picture's proportions."""
    x, y = _percent(shape.number("left")), _percent(shape.number("top"))
    if shape.angle:
        element = element.replace("/>", f' transform="rotate({_short(shape.angle)})"/>')
    return f'<svg x="{x}" y="{y}" overflow="visible">{element}</svg>'


def _near(value: float) -> float:
    if not math.isfinite(value) or abs(value) > FARTHEST:
        raise ValueError(value)
    return value


def _percent(value: float) -> str:
    return f"{_short(value * 100)}%"


def _short(value: float) -> str:
    return f"{value:.3f}".rstrip("0").rstrip(".") or "0"
