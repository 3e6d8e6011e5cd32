"""The picture of a year is drawn by the schedule itself, counts what it says it counts, and does not depend on how."""

from dataclasses import replace
from itertools import pairwise
from random import Random
from uuid import UUID

import pytest

from app.planning import simulating
from app.planning.comparing import like_sm2
from app.planning.learner import NO_MOMENT, Card, Repetition, SimulatedLearner
from app.planning.simulating import DEFAULT_HABITS, Habits, KnownCard, Start, Workload, simulate
from app.scheduling import NEW, Answer, MemoryState, Scheduler, Settings, replay
from app.scheduling.fsrs import DEFAULT_PARAMETERS, Fsrs, usable_parameters
from app.scheduling.memory import AGAIN, EASY, GOOD, HARD

TODAY = 20_000
SM2, FSRS = Settings(), Settings(Scheduler.FSRS)
TRUTH = Fsrs(DEFAULT_PARAMETERS, 0.9, 36_500)
FORGETFUL = usable_parameters(
    [w * factor for w, factor in zip(DEFAULT_PARAMETERS, [0.6] * 4 + [1.0] * 17, strict=True)]
)
EVERY_KIND = [
    SM2,
    FSRS,
    Settings(fuzz=True, maximum_interval=40),
    Settings(Scheduler.FSRS, retention=0.8, maximum_interval=40, fuzz=True, parameters=FORGETFUL),
]
KINDS = ["SM-2", "FSRS", "SM-2 otherwise", "FSRS otherwise"]
UNMET = Start(TODAY, (), 150, 5)


def luck_of(number: int) -> Random:
    return Random(number)  # noqa: S311 nobody gains by guessing it


def log_of(number: int, days: int = 300) -> list[Answer]:
    """What a card was answered before today, later and later each time."""
    luck, day, gap, log = luck_of(number), TODAY - days + number % 50, 1, []
    while day < TODAY:
        log.append(Answer(UUID(int=len(log)), day, NO_MOMENT, luck.choice((AGAIN, HARD, GOOD, GOOD, EASY))))
        gap = 1 + round(gap * luck.uniform(0.5, 3))
        day += gap
    return log


def known_card(number: int, settings: Settings) -> KnownCard:
    log = log_of(number)
    true = replay(log, FSRS)
    assert true.stability is not None and true.difficulty is not None
    return KnownCard(replay(log, settings, number), true.stability, true.difficulty)


def known_cards(settings: Settings, count: int = 150) -> tuple[KnownCard, ...]:
    return tuple(known_card(number, settings) for number in range(count))


def history(settings: Settings, card: Card, truth: Fsrs = TRUTH) -> list[Repetition]:
    learner = SimulatedLearner(truth, DEFAULT_HABITS)
    return list(learner.repetitions(card, settings, luck_of(card.rank), card.due + 500))


def as_log(repetitions: list[Repetition]) -> list[Answer]:
    return [Answer(UUID(int=1000 + n), one.day, NO_MOMENT, one.grade) for n, one in enumerate(repetitions)]


@pytest.mark.parametrize("settings", EVERY_KIND, ids=KINDS)
def test_the_states_are_those_of_the_fold(settings: Settings) -> None:
    for rank in range(60):
        before = log_of(rank) if rank % 2 else []
        state = replay(before, settings, rank)
        stability, difficulty = (replay(before, FSRS).stability, replay(before, FSRS).difficulty)
        met = history(settings, Card(rank, state.due_day or TODAY, state.last_day, state, stability, difficulty))
        assert met
        for length in {1, len(met)}:
            assert met[length - 1].state == replay([*before, *as_log(met[:length])], settings, rank)
        for one, after in pairwise(met):
            assert after.day == one.state.due_day


@pytest.mark.parametrize("settings", EVERY_KIND, ids=KINDS)
def test_the_memory_is_that_of_the_truth_whatever_the_schedule(settings: Settings) -> None:
    for rank in range(20):
        met = history(settings, Card(rank, TODAY, None, NEW, None, None))
        assert met[-1].stability == replay(as_log(met), FSRS).stability


def test_the_same_seeds_draw_the_same_picture() -> None:
    start = replace(UNMET, known=known_cards(FSRS))
    assert simulate(start, FSRS, TRUTH) == simulate(start, FSRS, Fsrs(DEFAULT_PARAMETERS, 0.7, 100))
    assert (
        simulate(start, FSRS, TRUTH, seeds=1).minutes_per_day != simulate(start, FSRS, TRUTH, seeds=2).minutes_per_day
    )


@pytest.mark.parametrize("settings", EVERY_KIND, ids=KINDS)
def test_going_day_by_day_finds_the_same(settings: Settings) -> None:
    start, days = Start(TODAY, known_cards(settings, 20), 30, 2), 60
    weeks, known, reviews, seconds, answers = 8, [0.0] * 8, 0, [0.0] * 8, 0.0
    cards = sorted(start.known, key=lambda card: card.stability)
    learner = SimulatedLearner(TRUTH, DEFAULT_HABITS)
    for rank in range(50):
        card = Card(rank, TODAY + max(0, rank - 20) // 2, None, NEW, None, None)
        if rank < 20:
            state = cards[rank].state
            due = max(TODAY, state.due_day or 0)
            card = Card(rank, due, state.last_day, state, cards[rank].stability, cards[rank].difficulty)
        met = {one.day: one for one in learner.repetitions(card, settings, luck_of(rank), TODAY + days)}
        last, stability = card.last, card.stability
        for day in range(TODAY, TODAY + days):
            week = min((day - TODAY) // 7, weeks - 1)
            if last is not None and day == TODAY + 7 * week + 3:
                known[week] += TRUTH.retrievability(stability, day - last)
            if day in met:
                grade = met[day].grade
                drills = 1 / DEFAULT_HABITS.drill_passes if grade < GOOD else 0
                answers += 1 + drills
                seconds[week] += DEFAULT_HABITS.seconds[grade - AGAIN] + drills * DEFAULT_HABITS.drill_seconds
                reviews += last is not None
                last, stability = day, met[day].stability
    found = simulate(start, settings, TRUTH, days=days, seeds=1)
    lengths = [7] * 7 + [11]
    assert found.reviews_per_day == pytest.approx(reviews / days)
    assert found.answers_per_day == pytest.approx(answers / days)
    assert found.minutes_per_day == pytest.approx(sum(seconds) / 60 / days)
    assert found.weekly_minutes == pytest.approx([s / 60 / length for s, length in zip(seconds, lengths, strict=True)])
    assert found.weekly_known == pytest.approx(known)
    assert found.known == pytest.approx(sum(k * length for k, length in zip(known, lengths, strict=True)) / days)


def test_a_higher_retention_means_more_reviews_and_more_known() -> None:
    kinds = [replace(FSRS, retention=retention) for retention in (0.7, 0.8, 0.9, 0.97)]
    looks = [simulate(replace(UNMET, known=known_cards(kind)), kind, TRUTH, seeds=1) for kind in kinds]
    for lower, higher in pairwise(looks):
        assert lower.reviews_per_day < higher.reviews_per_day
        assert lower.minutes_per_day < higher.minutes_per_day
        assert lower.known < higher.known


@pytest.mark.parametrize("settings", [SM2, FSRS], ids=KINDS[:2])
def test_more_new_cards_a_day_mean_more_work_and_more_known(settings: Settings) -> None:
    looks = [simulate(replace(UNMET, new_per_day=n), settings, TRUTH, days=60, seeds=1) for n in (0, 1, 2, 4)]
    for fewer, more in pairwise(looks):
        assert fewer.reviews_per_day < more.reviews_per_day
        assert fewer.minutes_per_day < more.minutes_per_day
        assert fewer.known < more.known


@pytest.mark.parametrize("start", [Start(TODAY, (), 0, 10), Start(TODAY, (), 100, 0)], ids=["empty", "no new"])
@pytest.mark.parametrize("days", [1, 6, 7, 365])
def test_where_nothing_is_learnt_all_is_nothing(start: Start, days: int) -> None:
    for settings in (SM2, FSRS):
        found = simulate(start, settings, TRUTH, days=days)
        assert (found.reviews_per_day, found.answers_per_day, found.minutes_per_day, found.known) == (0, 0, 0, 0)
        assert set(found.weekly_minutes) == set(found.weekly_known) == {0}


def test_what_was_due_before_today_is_answered_today_after_the_days_it_really_waited() -> None:
    state = MemoryState(3, 15, 2_500, 0, TODAY - 200, TODAY - 185, stability=15.0, difficulty=5.0, answers=3)
    for settings in (SM2, FSRS):
        late = KnownCard(state, 15.0, 5.0)
        day = simulate(Start(TODAY, (late,) * 40, 0, 10), settings, TRUTH, days=1)
        assert day.reviews_per_day == 40
        assert day.known == pytest.approx(40 * TRUTH.retrievability(15.0, 200))
        week = simulate(Start(TODAY, (late,) * 40, 0, 10), settings, TRUTH, days=28)
        assert week.weekly_minutes[0] > 2 * max(week.weekly_minutes[1:])


def test_a_card_is_not_asked_before_it_is_due() -> None:
    state = MemoryState(3, 15, 2_500, 0, TODAY - 1, TODAY + 14, stability=15.0, difficulty=5.0, answers=3)
    card = KnownCard(state, 15.0, 5.0)
    assert simulate(Start(TODAY, (card,), 0, 0), SM2, TRUTH, days=14).answers_per_day == 0
    assert simulate(Start(TODAY, (card,), 0, 0), SM2, TRUTH, days=15).reviews_per_day == pytest.approx(1 / 15)


def figures(found: Workload) -> list[float]:
    return [found.reviews_per_day, found.answers_per_day, found.minutes_per_day, found.known]


@pytest.mark.parametrize("settings", [SM2, FSRS], ids=KINDS[:2])
def test_a_sample_stands_for_the_deck(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    deck = Start(TODAY, known_cards(settings, 800), 1_200, 4)
    monkeypatch.setattr(simulating, "SAMPLE", 300)
    part = simulate(deck, settings, TRUTH)
    monkeypatch.setattr(simulating, "SAMPLE", 2_000)
    whole = simulate(deck, settings, TRUTH, seeds=1)
    assert (part.sampled, whole.sampled) == (True, False)
    assert figures(part) == pytest.approx(figures(whole), rel=0.1)
    assert part.weekly_known == pytest.approx(whole.weekly_known, rel=0.1)


def test_cards_that_will_not_be_met_take_no_place_in_the_sample() -> None:
    assert figures(simulate(Start(TODAY, (), 10**9, 2), SM2, TRUTH, seeds=1)) == figures(
        simulate(Start(TODAY, (), 730, 2), SM2, TRUTH, seeds=1)
    )


@pytest.mark.parametrize("settings", EVERY_KIND, ids=KINDS)
def test_nobody_knows_more_cards_than_they_have_met(settings: Settings) -> None:
    found = simulate(Start(TODAY, known_cards(settings, 50), 100, 3), settings, TRUTH)
    assert len(found.weekly_known) == len(found.weekly_minutes) == 52
    for week, known in enumerate(found.weekly_known):
        assert 0 < known <= 50 + min(100, 3 * (7 * week + 3))
    for mean, (lowest, highest) in (
        (found.reviews_per_day, found.reviews_spread),
        (found.minutes_per_day, found.minutes_spread),
        (found.known, found.known_spread),
    ):
        assert lowest <= mean <= highest


def test_where_both_know_as_much_the_work_is_about_the_same() -> None:
    """For a learner who is as FSRS thinks learners are. Both repeat what was below Good on the same day, and it moves
    neither schedule nor memory: what is left is when each asks, and there a year of SM-2 is no worse."""
    start = Start(TODAY, (), 400, 8)

    def at(retention: float) -> Workload:
        return simulate(start, replace(FSRS, retention=retention), TRUTH)

    sm2 = simulate(start, SM2, TRUTH)
    found = like_sm2(sm2, [at(0.85), at(0.95)], at)
    assert found is not None and 0.87 <= found.retention <= 0.93
    assert 0.85 < found.reviews_per_day / sm2.reviews_per_day < 1.1


def test_where_no_retention_knows_as_much_there_is_none_to_name() -> None:
    start = Start(TODAY, (), 20, 10)
    hasty = simulate(start, Settings(maximum_interval=1), TRUTH, days=60, seeds=1)

    def at(retention: float) -> Workload:
        return simulate(start, replace(FSRS, retention=retention), TRUTH, days=60, seeds=1)

    assert like_sm2(hasty, [at(0.7), at(0.8)], at) is None


@pytest.mark.parametrize("settings", [SM2, FSRS], ids=KINDS[:2])
def test_a_card_can_stand_for_others(settings: Settings) -> None:
    every = simulate(Start(TODAY, known_cards(settings, 600), 0, 0), settings, TRUTH)
    third = Start(TODAY, known_cards(settings, 600)[::3], 0, 0, stands_for=3)
    assert figures(simulate(third, settings, TRUTH)) == pytest.approx(figures(every), rel=0.1)


@pytest.mark.parametrize(
    "wrong",
    [{"first": (1.0, 1.0, 0.0, 0.0)}, {"passed": (-0.5, 1.0, 0.5)}, {"drill_passes": 0.0}, {"drill_passes": 1.1}],
)
def test_habits_that_make_no_sense_cannot_be_made(wrong: dict) -> None:
    with pytest.raises(ValueError, match=r"shares|drill"):
        replace(DEFAULT_HABITS, **wrong)


def test_buttons_that_are_never_pressed_are_never_drawn() -> None:
    good = Habits((0.0, 0.0, 1.0, 0.0), (0.0, 1.0, 0.0), DEFAULT_HABITS.seconds, 1.0, 10.0)
    learner = SimulatedLearner(TRUTH, good)
    for rank in range(50):
        met = learner.repetitions(Card(rank, TODAY, None, NEW, None, None), SM2, luck_of(rank), TODAY + 300)
        assert {one.grade for one in met} <= {AGAIN, GOOD}


@pytest.mark.parametrize("wrong", [{"days": 0}, {"seeds": 0}])
def test_a_simulation_takes_a_day_and_a_seed(wrong: dict) -> None:
    with pytest.raises(ValueError, match="at least"):
        simulate(UNMET, SM2, TRUTH, **wrong)
