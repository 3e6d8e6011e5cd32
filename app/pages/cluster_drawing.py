"""Where each part of the cluster's picture is drawn: all in pixels of a picture 1,000 wide, or 328 on a phone."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

from app.pages.cluster_map import API_SERVER, AROUND, INSIDE, KUBECTL, KUBELET, OUTSIDE, Area, Group, Part

WIDE, NARROW = 1000, 328
COLUMNS, GUTTER, GAP, BESIDE = 12, 16, 8, 28
"""Between areas, between parts, and between two groups of parts."""
HEAD, GROUP_HEAD, PART, PADDING = 40, 24, 44, 10
CLUSTER_HEAD = 28
TIP = 4.5
"""Half as wide as the tip of an arrow, which is as long."""


class Box(NamedTuple):
    x: float
    y: float
    width: float
    height: float

    @property
    def middle(self) -> float:
        return self.x + self.width / 2

    @property
    def bottom(self) -> float:
        return self.y + self.height


NOWHERE = Box(0, 0, 0, 0)


@dataclass(slots=True)
class Drawing:
    """A picture of the cluster: the boxes of its areas and parts, the places of its groups' heads, the ways between
    them. `cluster`: what is inside the cluster."""

    width: float
    height: float = 0
    cluster: Box = NOWHERE
    areas: list[tuple[Area, Box]] = field(default_factory=list)
    heads: list[tuple[Part, Box]] = field(default_factory=list)
    parts: list[tuple[Part, Box]] = field(default_factory=list)
    ways: list[str] = field(default_factory=list)

    def box_of(self, part: Part) -> Box:
        return next(box for one, box in self.parts if one is part)

    @property
    def is_narrow(self) -> bool:
        return self.width == NARROW


def drawn(width: float) -> Drawing:
    """The picture, WIDE or NARROW."""
    drawing = Drawing(width)
    y = _outside(drawing)
    begins, inset = y, 8 if drawing.is_narrow else GUTTER
    y += CLUSTER_HEAD
    for areas in INSIDE:
        y = _areas(drawing, areas, Box(inset, y, width - 2 * inset, 0)) + GUTTER
    y += inset - GUTTER
    drawing.cluster = Box(0, begins, width, y - begins)
    drawing.height = _areas(drawing, AROUND, Box(0, y + GUTTER, width, 0))
    _connect(drawing)
    return drawing


def _outside(drawing: Drawing) -> float:
    """What stands before the cluster; from it a way leads in. Returns where the cluster begins."""
    if drawing.is_narrow:
        y = _areas(drawing, OUTSIDE[::-1], Box(0, 0, NARROW, 0), between=BESIDE)
        boxes = [box for _, box in drawing.areas] + [drawing.box_of(KUBECTL)]
        drawing.ways += [_down(box.middle, box.bottom, box.bottom + BESIDE) for box in boxes]
        return y + BESIDE
    y = _areas(drawing, OUTSIDE, Box(0, 0, WIDE, 0))
    kubectl = drawing.box_of(KUBECTL)
    lefts = [box for _, box in drawing.areas]
    drawing.ways += [_left(box.x, box.y + box.height / 2, box.x - GUTTER) for box in lefts]
    drawing.ways.append(_down(kubectl.middle, kubectl.bottom, y + BESIDE))
    return y + BESIDE


def _areas(drawing: Drawing, areas: Sequence[Area], place: Box, between: float = GUTTER) -> float:
    """Draws areas beside each other, or below each other on a phone. Returns where the last ends."""
    if drawing.is_narrow:
        y = place.y - between
        for area in areas:
            y += between
            y += _area(drawing, area, place._replace(y=y, height=_height(area, narrow=True)))
        return y
    column = (place.width - GUTTER * (COLUMNS - 1)) / COLUMNS
    tallest, x = max(_height(area, narrow=False) for area in areas), place.x
    for area in areas:
        width = column * area.columns + GUTTER * (area.columns - 1)
        _area(drawing, area, Box(x, place.y, width, tallest))
        x += width + GUTTER
    return place.y + tallest


def _area(drawing: Drawing, area: Area, box: Box) -> float:
    """Draws an area with its parts. Returns its height."""
    if not area.topic:
        drawing.parts.append((area.groups[0].rows[0][0], box))
        return box.height
    drawing.areas.append((area, box))
    inner = box.width - 2 * PADDING
    beside = 1 if drawing.is_narrow else len(area.groups)
    width = (inner - BESIDE * (beside - 1)) / beside
    x, y = box.x + PADDING, box.y + HEAD
    for group in area.groups:
        below = _group(drawing, group, Box(x, y, width, 0), area.narrow)
        x, y = (x, below + PADDING) if drawing.is_narrow else (x + width + BESIDE, y)
    return box.height


def _group(drawing: Drawing, group: Group, place: Box, narrow: int) -> float:
    """Draws a group of parts, and where it has a head the ways between its rows. Returns where it ends."""
    y, above = place.y, list[Box]()
    if group.head:
        drawing.heads.append((group.head, Box(place.x, y, place.width, GROUP_HEAD)))
        y += GROUP_HEAD
    for row in group.rows:
        lines = _lines(row, narrow if drawing.is_narrow else COLUMNS)
        for number, line in enumerate(lines):
            boxes = _beside(place, y, len(line))
            drawing.parts += zip(line, boxes, strict=True)
            if number == 0 and above and group.head:
                ends = (above[0].bottom, boxes[0].y)
                drawing.ways += [f"M{box.middle:g} {ends[0]:g}V{ends[1]:g}" for box in max(above, boxes, key=len)]
            y += PART + GAP
        above = boxes
        y += _between_rows(group) - GAP
    return y - _between_rows(group)


def _beside(place: Box, y: float, count: int) -> list[Box]:
    width = (place.width - GAP * (count - 1)) / count
    return [Box(place.x + number * (width + GAP), y, width, PART) for number in range(count)]


def _lines(row: tuple[Part, ...], most: int) -> list[tuple[Part, ...]]:
    """A row of parts, or several where there is no space for all of it."""
    return [row[begin : begin + most] for begin in range(0, len(row), most)]


def _between_rows(group: Group) -> int:
    return GUTTER if group.head else GAP


def _height(area: Area, *, narrow: bool) -> float:
    if not area.topic:
        return PART
    tall = []
    for group in area.groups:
        rows = [len(_lines(row, area.narrow if narrow else COLUMNS)) for row in group.rows]
        parts = sum(lines * (PART + GAP) - GAP for lines in rows) + (len(rows) - 1) * _between_rows(group)
        tall.append(parts + (GROUP_HEAD if group.head else 0))
    groups = sum(tall) + PADDING * (len(tall) - 1) if narrow else max(tall)
    return HEAD + groups + PADDING


def _connect(drawing: Drawing) -> None:
    """The way between the two halves of the cluster: nodes speak with the API server, and it with them."""
    if not drawing.is_narrow:
        server, kubelet = drawing.box_of(API_SERVER), drawing.box_of(KUBELET)
        y = server.y + PART / 2
        ends = (server.x + server.width, kubelet.x)
        drawing.ways += [_left(ends[1], y, ends[0]), _right(ends[0], y, ends[1])]


def _down(x: float, begin: float, end: float) -> str:
    return f"M{x:g} {begin:g}V{end:g}m{-TIP:g} {-TIP:g}l{TIP:g} {TIP:g}l{TIP:g} {-TIP:g}"


def _left(begin: float, y: float, end: float) -> str:
    return f"M{begin:g} {y:g}H{end:g}m{TIP:g} {-TIP:g}l{-TIP:g} {TIP:g}l{TIP:g} {TIP:g}"


def _right(begin: float, y: float, end: float) -> str:
    return f"M{begin:g} {y:g}H{end:g}m{-TIP:g} {-TIP:g}l{TIP:g} {TIP:g}l{-TIP:g} {TIP:g}"
