"""Fits FSRS's parameters to a learner's own answers, and judges them on newer answers that the fit has not seen.

The training is done by the optional package `fsrs_rs_python`; the judging by the adapter the decks are scheduled with,
so that what is judged is what will schedule.
"""

import importlib.util
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import NamedTuple

from app.errors import N_, Refused
from app.scheduling import sm2
from app.scheduling.calibration import Bin, Judged, calibration, log_loss
from app.scheduling.fsrs import DEFAULT_PARAMETERS, RATINGS, SM2_RETENTION, Fsrs, usable_parameters
from app.scheduling.memory import GRADES, NEW
from app.scheduling.settings import Scheduler, Settings

OPTIMIZER = "fsrs_rs_python"
FEWEST = 100
"""Repetitions to learn from. Below 64 the package fits only four of the parameters, and it drops outliers before it
counts; a hundred leave room for that. Where there are as many, at least 25 are held out."""
HELD_OUT = 0.2
"""The share of the answers, the newest of them, that the fit does not see."""
LONGEST_PREFIX = 64
"""Repetitions of one card. Every later one would cost a copy of all before it, and tell little of how memory grows."""

History = Sequence[tuple[int, int]]
"""A card's repetitions from its first on: study day and grade, the first answer of each day, in order of days."""
Predict = Callable[[History], Iterator[float]]
"""Gives the predicted recall before each repetition of a card but the first."""


class Item(NamedTuple):
    """A repetition to be predicted, named so that items sort by time: its study day, its card's place among the
    histories, and how many repetitions the card has had with it."""

    day: int
    card: int
    length: int


@dataclass(frozen=True, slots=True)
class Fit:
    """Fitted parameters, and how well they and others predict the held-out answers.

    A loss is the mean log loss over the held-out answers, all of which count alike; lower is better. `before` are the
    parameters held until now, `after` the fitted ones. `loss_sm2` reads an interval of SM-2 as the time after which
    nine in ten are recalled (as srs-benchmark does): SM-2 itself promises no probability.
    """

    parameters: tuple[float, ...]
    trained_on: int
    held_out: int
    loss_before: float
    loss_after: float
    loss_sm2: float
    bins_before: tuple[Bin, ...]
    bins_after: tuple[Bin, ...]

    @property
    def is_better(self) -> bool:
        """Whether the fitted parameters predict the held-out answers better; otherwise they are not to be kept."""
        return self.loss_after < self.loss_before


def optimizer_is_installed() -> bool:
    """Whether the package that trains is there."""
    return importlib.util.find_spec(OPTIMIZER) is not None


def fit(histories: Sequence[History], current: Sequence[float]) -> Fit:
    """Fits parameters to these histories, and judges them beside the current ones. The same answers give the same fit.

    The package goes back to the default parameters where it finds too few cards that began alike.
    Raises Refused where there is too little to learn from, or the package is missing; ValueError for histories that
    are none and for parameters out of bounds.
    """
    for history in histories:
        _check(history)
    before = Settings(Scheduler.FSRS, parameters=tuple(current)).fsrs
    older, newer = split(histories)
    _refuse_too_little(histories, older)
    if not optimizer_is_installed():
        raise Refused(N_('Fitting needs a further package: pip install "cardlet[optimizer]"'))
    parameters = _train(histories, older)
    after = Settings(Scheduler.FSRS, parameters=parameters).fsrs
    first_day = newer[0].day
    judged_before = judge(histories, first_day, by_fsrs(before))
    judged_after = judge(histories, first_day, by_fsrs(after))
    return Fit(
        parameters=parameters,
        trained_on=len(older),
        held_out=len(newer),
        loss_before=log_loss(judged_before),
        loss_after=log_loss(judged_after),
        loss_sm2=log_loss(judge(histories, first_day, by_sm2)),
        bins_before=calibration(judged_before),
        bins_after=calibration(judged_after),
    )


def split(histories: Sequence[History]) -> tuple[list[Item], list[Item]]:
    """The repetitions to learn from and those to judge on, both by time.

    A day parts them: whatever lies before it is learnt from, whatever lies on it or after is held out, about the newest
    fifth. A day is never torn apart. Of very long histories only the beginning is learnt from.
    """
    items = sorted(
        Item(day, card, length)
        for card, history in enumerate(histories)
        for length, (day, _) in enumerate(history, 1)
        if length > 1
    )
    if not items:
        return [], []
    first_day = items[int(len(items) * (1 - HELD_OUT))].day
    older = [item for item in items if item.day < first_day and item.length <= LONGEST_PREFIX]
    return older, [item for item in items if item.day >= first_day]


def judge(histories: Sequence[History], first_day: int, predict: Predict) -> list[Judged]:
    """Every repetition on that day or later but a card's first, as the predictor sees it from the card's whole past."""
    return [
        Judged(predicted, grade >= sm2.LOWEST_PASS)
        for history in histories
        if history and history[-1][0] >= first_day
        for (day, grade), predicted in zip(history[1:], predict(history), strict=True)
        if day >= first_day
    ]


def by_fsrs(fsrs: Fsrs) -> Predict:
    """Predicts recall by FSRS as it is set."""

    def predict(history: History) -> Iterator[float]:
        stability = difficulty = None
        for elapsed, (_, grade) in zip(_elapsed(history), history, strict=True):
            if stability is not None:
                yield fsrs.retrievability(stability, elapsed)
            stability, difficulty, _ = fsrs.repeat(stability, difficulty, elapsed, grade)

    return predict


def by_sm2(history: History) -> Iterator[float]:
    """Predicts recall by SM-2, whose interval is read as the time after which nine in ten are recalled."""
    repetitions, interval, ease = NEW.repetitions, NEW.interval, NEW.ease
    for elapsed, (_, grade) in zip(_elapsed(history), history, strict=True):
        if interval:
            yield SM2_RETENTION ** (elapsed / interval)
        repetitions, interval, ease = sm2.repeat(repetitions, interval, ease, grade)


def _elapsed(history: History) -> Iterator[int]:
    """Days since the repetition before; 0 for the first."""
    yield from (day - history[max(0, place - 1)][0] for place, (day, _) in enumerate(history))


def _check(history: History) -> None:
    """Nothing odd may reach the package: it answers with a panic, which is no Exception."""
    if any(later <= earlier for (earlier, _), (later, _) in pairwise(history)):
        raise ValueError("a card is repeated at most once on a study day, and in order of days")
    if any(grade not in GRADES for _, grade in history):
        raise ValueError("a grade is a whole number from 0 to 5")


def _refuse_too_little(histories: Sequence[History], older: Sequence[Item]) -> None:
    if len(older) < FEWEST:
        raise Refused(
            N_(
                "Fitting needs %(needed)s reviews of cards seen before, and a fifth more to check it with. "
                "So far there are %(count)s."
            ),
            needed=FEWEST,
            count=len(older),
        )
    if all(histories[item.card][item.length - 1][1] >= sm2.LOWEST_PASS for item in older):
        message = N_("None of the %(count)s reviews to learn from failed. Fitting takes at least one that did.")
        raise Refused(message, count=len(older))


def _train(histories: Sequence[History], items: Sequence[Item]) -> tuple[float, ...]:
    """The parameters that the package makes of these items, whatever parameters it is given to begin with.

    It weighs later items more, so they have to come by time; told which card each belongs to, it is twice as fast or
    more. Short-term memory counts as on although nothing here is short-term: without it the package sets to zero the
    parameters that bound what a lapse leaves, and holds the first stabilities where it guessed them.
    """
    from fsrs_rs_python import FSRS, FSRSItem, FSRSReview

    reviews = [
        [
            FSRSReview(RATINGS[grade].value, elapsed)
            for elapsed, (_, grade) in zip(_elapsed(history), history, strict=True)
        ]
        for history in histories
    ]
    trained = FSRS(DEFAULT_PARAMETERS).compute_parameters(
        [FSRSItem(reviews[card][:length]) for _, card, length in items],
        card_ids=[card for _, card, _ in items],
        enable_short_term=True,
    )
    return usable_parameters(trained)
