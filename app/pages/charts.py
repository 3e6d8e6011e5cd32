"""Where the lines of a picture go, and which numbers stand along its edges."""

import math
from collections.abc import Sequence
from dataclasses import dataclass

STEPS = (1, 2, 5, 10)


@dataclass(frozen=True, slots=True)
class Axis:
    """One edge of a picture: from which value to which, and the values that are written there."""

    low: float
    high: float
    ticks: tuple[float, ...]

    def at(self, value: float) -> float:
        """How far along the edge a value lies, from 0 to 1."""
        return (value - self.low) / (self.high - self.low)


def axis_over(values: Sequence[float], *, ticks: int = 4, from_zero: bool = False) -> Axis:
    """An axis that has all these values on it, between round numbers."""
    low, high = (0.0 if from_zero else min(values)), max(values)
    if high - low < 1e-9:
        low, high = low - 1, high + 1
    rough = (high - low) / ticks
    power = 10.0 ** math.floor(math.log10(rough))
    step = next(step * power for step in STEPS if step * power >= rough * (1 - 1e-9))
    first, last = math.floor(low / step + 1e-9), math.ceil(high / step - 1e-9)
    return Axis(first * step, last * step, tuple(round(step * number, 10) for number in range(first, last + 1)))
