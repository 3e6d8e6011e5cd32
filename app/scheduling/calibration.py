"""Predictions of recall beside what came."""

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import NamedTuple

BINS = 10
SURE = 1e-4
"""How near to 0 and 1 a prediction is taken at most, so that one answer never weighs without end."""


class Judged(NamedTuple):
    """One answer: how likely its recall was said to be, and whether it came."""

    predicted: float
    recalled: bool


@dataclass(frozen=True, slots=True)
class Bin:
    """Answers with about the same prediction: how many, the mean prediction, the share recalled."""

    count: int
    predicted: float
    recalled: float


def log_loss(judged: Sequence[Judged]) -> float:
    """The mean log loss; nothing judged is an error."""
    losses = []
    for predicted, recalled in judged:
        sure = min(1 - SURE, max(SURE, predicted))
        losses.append(-math.log(sure if recalled else 1 - sure))
    return math.fsum(losses) / len(losses)


def brier_score(judged: Sequence[Judged]) -> float:
    """The mean square of how far a prediction was from what came: 0 is perfect, 0.25 is a coin. Nothing judged is an
    error."""
    return math.fsum((recalled - predicted) ** 2 for predicted, recalled in judged) / len(judged)


def calibration(judged: Iterable[Judged], bins: int = BINS) -> tuple[Bin, ...]:
    """What was predicted beside what came, for every part of the scale (a tenth, by default) in which something was
    predicted."""
    parts: list[list[Judged]] = [[] for _ in range(bins)]
    for one in judged:
        parts[min(bins - 1, int(one.predicted * bins))].append(one)
    return tuple(
        Bin(
            count=len(some),
            predicted=math.fsum(one.predicted for one in some) / len(some),
            recalled=sum(one.recalled for one in some) / len(some),
        )
        for some in parts
        if some
    )


def mean_gap(bins: Sequence[Bin]) -> float:
    """How far prediction and recall lie apart in the bins, each weighing by its answers; no bins is an error."""
    gaps = math.fsum(one.count * abs(one.predicted - one.recalled) for one in bins)
    return gaps / sum(one.count for one in bins)
