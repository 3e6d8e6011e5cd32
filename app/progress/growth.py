"""How many cards a learner knew, and how well, over time."""

from bisect import bisect_left
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import timedelta

from sqlalchemy.orm import Session

from app.clock import date_of, day_of
from app.models import Figure, Kind, Stage
from app.progress.sampled import Logged, Sampled, affordable, logs_of, sampled_cards
from app.progress.scope import Scope, Span
from app.progress.sums import counts_of
from app.scheduling import MATURE_INTERVAL, NEW, take

MOST_CARDS = 2_000
DAYS_BY_DAY, DAYS_BY_WEEK, MOST_MONTHS = 31, 92, 150
COUNTED = (Stage.YOUNG, Stage.MATURE)


@dataclass(frozen=True, slots=True)
class Growth:
    """Young and mature cards at the end of each of these study days. `sampled` of the `met` cards were looked at; where
    they are not all, the numbers are estimates, but for today's."""

    days: tuple[int, ...]
    young: tuple[int, ...]
    mature: tuple[int, ...]
    sampled: int
    met: int

    @property
    def is_estimate(self) -> bool:
        return self.sampled < self.met


Moves = Mapping[Stage, Mapping[int, int]]
"""For each stage how many cards more, or fewer, are in it from a study day on."""


def growth_of(session: Session, scope: Scope, span: Span, most: int = MOST_CARDS) -> Growth:
    """The scope's cards that the learner has met, by what they were on days of the span: each day, each week, or each
    month's last, by its length. Nothing keeps that added up, so the logs of some cards are folded."""
    met = _met(session, scope)
    total = sum(met.values())
    cards = sampled_cards(session, scope, total, affordable(session, scope, total, most))
    groups: dict[Stage, dict[Stage, dict[int, int]]] = {
        now: {stage: defaultdict(int) for stage in Stage} for now in Stage
    }
    sampled: dict[Stage, int] = dict.fromkeys(Stage, 0)
    first = span.last
    for card, log in logs_of(session, scope, cards):
        moves = list(_moves(_stages(card, log)))
        now = moves[-1][1] if moves else Stage.NEW
        sampled[now] += 1
        for day, stage, before in moves:
            groups[now][stage][day] += 1
            groups[now][before][day] -= 1
        first = min(first, log[0].day)
    # The days of a beginner stand among those before, or one column would fill the picture.
    days = _ends(min(first, span.last - DAYS_BY_DAY + 1) if span.first is None else span.first, span.last)
    sums = {stage: [0.0] * len(days) for stage in COUNTED}
    for now, moved in groups.items():
        # Cards that are mature today weigh as many as there are, and so do young ones: today's numbers are exact.
        weight = met[now] / sampled[now] if met.get(now) and sampled[now] else _share(met, sampled)
        for stage in COUNTED:
            sums[stage] = [
                one + weight * other for one, other in zip(sums[stage], _running(moved[stage], days), strict=True)
            ]
    young, mature = (tuple(round(number) for number in sums[stage]) for stage in COUNTED)
    return Growth(days, young, mature, len(cards), total)


def _met(session: Session, scope: Scope) -> dict[Stage, int]:
    met = dict.fromkeys(COUNTED, 0)
    for interval, cards in counts_of(session, scope, Figure.INTERVAL).items():
        met[_stage(interval)] += cards
    return met


def _stage(interval: int) -> Stage:
    return Stage.MATURE if interval >= MATURE_INTERVAL else Stage.YOUNG


def _stages(card: Sampled, log: Iterable[Logged]) -> Iterator[tuple[int, Stage]]:
    """What the card was after each row of its log."""
    state = NEW
    for row in log:
        if row.kind == Kind.IMPORTED:
            # Seconds are told as a negative number; no interval at all, where it was only set by hand.
            if row.told[1]:
                yield row.day, _stage(row.told[1])
            continue
        state = take(state, row.event, card.settings, card.card_id)
        yield row.day, Stage.NEW if state.last_day is None else _stage(state.interval)


def _moves(stages: Iterable[tuple[int, Stage]]) -> Iterator[tuple[int, Stage, Stage]]:
    """The days on which the card became something else: what, and what it was before."""
    before = Stage.NEW
    for day, stage in stages:
        if stage != before:
            yield day, stage, before
            before = stage


def _share(met: Mapping[Stage, int], sampled: Mapping[Stage, int]) -> float:
    return sum(met.values()) / max(1, sum(sampled.values()))


def _running(moves: Mapping[int, int], days: tuple[int, ...]) -> list[int]:
    """How many cards there are at the end of each of these days."""
    more = [0] * (len(days) + 1)
    for day, number in moves.items():
        more[bisect_left(days, day)] += number
    total, running = 0, []
    for number in more[:-1]:
        total += number
        running.append(total)
    return running


def _ends(first: int, last: int) -> tuple[int, ...]:
    length = last - first + 1
    if length <= DAYS_BY_WEEK:
        return tuple(range(last, first - 1, -1 if length <= DAYS_BY_DAY else -7))[::-1]
    ends = [last]
    while (end := day_of(date_of(ends[-1]).replace(day=1) - timedelta(days=1))) >= first:
        ends.append(end)
    return tuple(ends[:: -(-len(ends) // MOST_MONTHS)][::-1])
