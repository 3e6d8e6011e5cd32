"""What a year with a deck would cost under one scheduler or another, and what would be known: a picture, not a promise.

The learner's memory is taken to be FSRS-6's with parameters that the caller knows best; so the picture is FSRS's own,
and flatters it. Recall is drawn from that memory, a grade from the learner's habits, and the schedule follows by the
fold itself. What is assumed besides: every due card is answered on its day, whatever was due before today is answered
today, and there is no limit of reviews.

Cards do not touch each other, so each is followed alone from one repetition to its next.
"""

from bisect import bisect
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from random import Random
from statistics import fmean

from app.planning.learner import BUTTONS, DEFAULT_HABITS, Card, Habits, Repetition, SimulatedLearner
from app.scheduling import NEW, PASSED, MemoryState, Settings
from app.scheduling.fsrs import Fsrs

__all__ = ["DEFAULT_HABITS", "Habits", "KnownCard", "Start", "Workload", "simulate"]

SAMPLE = 500
"""Of a deck with more cards than this, so many are simulated, each standing for as many as it takes."""
WEEK = 7


@dataclass(frozen=True, slots=True)
class KnownCard:
    """A card that was answered: its state, folded from its log under the settings to simulate; and what the learner's
    memory of it is taken to be (days, 1 to 10)."""

    state: MemoryState
    stability: float
    difficulty: float


@dataclass(frozen=True, slots=True)
class Start:
    """A deck on a study day: the cards that were answered, how many were not, and how many of those come each day.

    `stands_for`: how many answered cards of the deck each of the `known` stands for, if not all were folded.
    """

    today: int
    known: tuple[KnownCard, ...]
    unmet: int
    new_per_day: int
    stands_for: int = 1


@dataclass(frozen=True, slots=True)
class Workload:
    """What a deck asks for under these settings, and what it gives. Means over the seeds; a spread is the lowest and
    the highest of them.

    `reviews_per_day`: repetitions of cards met before; `answers_per_day`: those, first answers and the drill. `known`:
    the cards known on a day, the mean over all days; known are as many as the true probabilities of recall add up to
    over all cards met, before the day's answers. `weekly_minutes`: a day's minutes, by week; `weekly_known`: in the
    middle of each week. Days that are left over belong to the last week. `sampled`: whether a part stands for the deck.
    """

    settings: Settings
    reviews_per_day: float
    answers_per_day: float
    minutes_per_day: float
    known: float
    reviews_spread: tuple[float, float]
    minutes_spread: tuple[float, float]
    known_spread: tuple[float, float]
    weekly_minutes: tuple[float, ...]
    weekly_known: tuple[float, ...]
    sampled: bool


def simulate(
    start: Start,
    settings: Settings,
    truth: Fsrs,
    habits: Habits = DEFAULT_HABITS,
    days: int = 365,
    seeds: int = 3,
) -> Workload:
    """So many days with the deck under these settings, for a learner whose memory is `truth`.

    A card has the same luck under all settings. Raises ValueError without a day or a seed.
    """
    if days < 1 or seeds < 1:
        raise ValueError("a simulation takes a day and a seed at least")
    learner, deck = SimulatedLearner(truth, habits), _Deck(start, days)
    runs = []
    for seed in range(seeds):
        run = _Run(start.today, days, truth, habits)
        for card in deck.sample((seed + 0.5) / seeds):
            luck = Random(seed << 32 | card.rank)  # noqa: S311 nobody gains by guessing it
            run.add(card, learner.repetitions(card, settings, luck, start.today + days))
        runs.append(run)
    return _workload(settings, runs, deck.weight, days)


class _Deck:
    """The cards that will be met in the time, those that were met first; and how many each of a sample stands for."""

    def __init__(self, start: Start, days: int) -> None:
        # Neighbours are alike, so that a sample of every so many-th card is like the whole.
        self._known = sorted(start.known, key=lambda card: (card.stability, card.difficulty))
        self._start = start
        self._answered = len(self._known) * start.stands_for
        self._cards = self._answered + max(0, min(start.unmet, days * start.new_per_day))
        self.weight = max(1.0, self._cards / SAMPLE)

    def sample(self, shift: float) -> Iterator[Card]:
        """The whole deck, or a sample evenly spread over it, which begins at another card for each shift (0 to 1)."""
        if self.weight == 1:
            return map(self._card, range(self._cards))
        return (self._card(int((number + shift) * self.weight)) for number in range(SAMPLE))

    def _card(self, rank: int) -> Card:
        today = self._start.today
        if rank >= self._answered:
            due = today + (rank - self._answered) // self._start.new_per_day
            return Card(rank, due, None, NEW, None, None)
        known = self._known[rank // self._start.stands_for]
        state = known.state
        last = today if state.last_day is None else state.last_day
        # After `last`, because on its day an answer would be drill.
        due = max(today, today if state.due_day is None else state.due_day, last + 1)
        return Card(rank, due, last, state, known.stability, known.difficulty)


class _Run:
    """What the cards of one seed add up to."""

    def __init__(self, today: int, days: int, truth: Fsrs, habits: Habits) -> None:
        self._today, self._until, self._recall = today, today + days, truth.forgetting_curve()
        self._drills, drill_seconds = 1 / habits.drill_passes, habits.drill_seconds / habits.drill_passes
        self._seconds = {
            grade: seconds + (drill_seconds if grade < PASSED else 0)
            for grade, seconds in zip(BUTTONS, habits.seconds, strict=True)
        }
        weeks = max(1, days // WEEK)
        self._middles = [today + week * WEEK + min(days, WEEK) // 2 for week in range(weeks)]
        self.lengths = [WEEK] * (weeks - 1) + [days - WEEK * (weeks - 1)]
        self.seconds, self.known = [0.0] * weeks, [0.0] * weeks
        self.reviews, self.answers = 0, 0.0

    def add(self, card: Card, repetitions: Iterable[Repetition]) -> None:
        since, stability, latest = card.last, card.stability, len(self.seconds) - 1
        for day, grade, _, after in repetitions:
            self._remember(since, day, stability)
            self.reviews += since is not None
            self.answers += 1 + (self._drills if grade < PASSED else 0)
            self.seconds[min(latest, (day - self._today) // WEEK)] += self._seconds[grade]
            since, stability = day, after
        self._remember(since, self._until, stability)

    def _remember(self, since: int | None, day: int, stability: float | None) -> None:
        """The card is known as that stability has it after the day `since`, up to the morning of the other."""
        if since is None or stability is None:
            return
        for week in range(bisect(self._middles, since), bisect(self._middles, day)):
            self.known[week] += self._recall(stability, self._middles[week] - since)


def _workload(settings: Settings, runs: Sequence[_Run], weight: float, days: int) -> Workload:
    reviews = [weight * run.reviews / days for run in runs]
    minutes = [weight * sum(run.seconds) / 60 / days for run in runs]
    known = [weight * fmean(run.known, run.lengths) for run in runs]
    weeks = range(len(runs[0].lengths))
    return Workload(
        settings,
        reviews_per_day=fmean(reviews),
        answers_per_day=fmean(weight * run.answers / days for run in runs),
        minutes_per_day=fmean(minutes),
        known=fmean(known),
        reviews_spread=(min(reviews), max(reviews)),
        minutes_spread=(min(minutes), max(minutes)),
        known_spread=(min(known), max(known)),
        weekly_minutes=tuple(
            fmean(weight * run.seconds[week] / 60 / run.lengths[week] for run in runs) for week in weeks
        ),
        weekly_known=tuple(fmean(weight * run.known[week] for run in runs) for week in weeks),
        sampled=weight > 1,
    )
