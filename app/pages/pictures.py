"""Pictures drawn on the server, as numbers a template turns into SVG: columns over time or over buckets."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from math import ceil, log10

WIDTH, HEIGHT, HEAD, FOOT, LEFT = 640, 200, 14, 24, 36
ROUND_STEPS = (1, 1.5, 2, 3, 4, 5, 6, 8, 10)
NARROW, FEW_TICKS = 36, 8
"""Names are wider than columns of less; and as many names stand under a picture on a phone."""


@dataclass(frozen=True, slots=True)
class Series:
    """One of the amounts that stand on each other in a column. `look`: its class in charts.css."""

    name: str
    look: str


@dataclass(frozen=True, slots=True)
class Column:
    """`words`: what it is, for the table and whoever points at it. `tick`: what stands under it; empty: nothing.
    `values`: an amount for each series, from the axis upwards."""

    words: str
    tick: str
    values: tuple[float, ...]

    @property
    def total(self) -> float:
        return sum(self.values)


@dataclass(frozen=True, slots=True)
class Box:
    """A part of a column where it is drawn."""

    look: str
    x: float
    y: float
    width: float
    height: float


@dataclass(frozen=True, slots=True)
class Line:
    """Shares drawn as a line over the columns, from 0 on the axis to 1 at its upper end; None: nothing is known."""

    name: str
    shares: tuple[float | None, ...]


# Without slots, for what is worked out once to be kept.
@dataclass(frozen=True)
class Columns:
    """A picture of columns. `finding`: what it shows in one sentence; `head`: what its columns are, over the table;
    `now`: the place of the column that is today's, or -1; `line`: a share for each column."""

    finding: str
    head: str
    series: tuple[Series, ...]
    columns: tuple[Column, ...]
    now: int = -1
    line: Line | None = None

    @cached_property
    def top(self) -> float:
        """The round number at the upper end of the axis."""
        return round_above(max((column.total for column in self.columns), default=0))

    @property
    def slot(self) -> float:
        return (WIDTH - LEFT) / max(1, len(self.columns))

    def left(self, place: int) -> float:
        return LEFT + self.slot * place

    def height(self, amount: float) -> float:
        return (HEIGHT - HEAD - FOOT) * amount / self.top

    def boxes(self, place: int) -> Sequence[Box]:
        """The parts of a column, the lowest first."""
        gap, ground = min(self.slot * 0.14, 3), float(HEIGHT - FOOT)
        x, width, boxes = round(self.left(place) + gap, 1), round(self.slot - 2 * gap, 1), []
        for series, value in zip(self.series, self.columns[place].values, strict=True):
            tall = self.height(value)
            ground -= tall
            if value:
                boxes.append(Box(series.look, x, round(ground, 1), width, round(tall, 1)))
        return boxes

    @property
    def between(self) -> frozenset[int]:
        """The columns whose names are left out where there is little room: every second of many."""
        named = [place for place, column in enumerate(self.columns) if column.tick]
        return frozenset(named[1::2] if len(named) > FEW_TICKS else ())

    def name_at(self, place: int) -> tuple[float, str]:
        """Where the name of a column stands, and which part of it there: under the middle, and at the edges of a
        picture of narrow columns inside it."""
        if self.slot < NARROW and place in {0, len(self.columns) - 1}:
            return (self.left(0), "start") if place == 0 else (WIDTH, "end")
        return round(self.left(place) + self.slot / 2, 1), "middle"

    def points(self) -> list[tuple[int, float, float]]:
        """Where the line is known: the column's place, and the point over it."""
        shares = self.line.shares if self.line else ()
        return [
            (
                place,
                round(self.left(place) + self.slot / 2, 1),
                round(HEIGHT - FOOT - (HEIGHT - HEAD - FOOT) * share, 1),
            )
            for place, share in enumerate(shares)
            if share is not None
        ]

    def strokes(self) -> list[str]:
        """The line in pieces, between columns of which nothing is known."""
        pieces: list[list[str]] = []
        before = -2
        for place, x, y in self.points():
            if place != before + 1:
                pieces.append([])
            pieces[-1].append(f"{x},{y}")
            before = place
        return [" ".join(piece) for piece in pieces if len(piece) > 1]

    @property
    def is_empty(self) -> bool:
        return not any(column.total for column in self.columns)


def round_above(amount: float) -> float:
    """The next round number: 1, 2, 3, 4, 5, 6, 8, 10, 15, 20, 30 … An axis that ends there can be read."""
    if amount <= 1:
        return 1
    unit = 10 ** int(log10(amount))
    return next(unit * step for step in ROUND_STEPS if unit * step >= amount) if amount <= unit * 10 else ceil(amount)
