"""Pictures drawn on the server, as numbers a template turns into SVG: columns over time or over buckets."""

from collections.abc import Sequence
from dataclasses import dataclass
from math import ceil, log10

WIDTH, HEIGHT, HEAD, FOOT, LEFT = 640, 200, 14, 24, 36
ROUND_STEPS = (1, 1.5, 2, 3, 4, 5, 6, 8, 10)


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
class Columns:
    """A picture of columns. `finding`: what it shows in one sentence; `head`: what its columns are, over the table;
    `now`: the place of the column that is today's, or -1."""

    finding: str
    head: str
    series: tuple[Series, ...]
    columns: tuple[Column, ...]
    now: int = -1

    @property
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
    def is_empty(self) -> bool:
        return not any(column.total for column in self.columns)


def round_above(amount: float) -> float:
    """The next round number: 1, 2, 3, 4, 5, 6, 8, 10, 15, 20, 30 … An axis that ends there can be read."""
    if amount <= 1:
        return 1
    unit = 10 ** int(log10(amount))
    return next(unit * step for step in ROUND_STEPS if unit * step >= amount) if amount <= unit * 10 else ceil(amount)
