"""`cardlet schedule`: what a scheduler makes of a row of grades."""

import json
import math
from collections.abc import Callable
from typing import Any

import click

from app.cli.group import cardlet
from app.errors import Refused
from app.scheduling import GRADES, NEW, Scheduler, Settings
from app.scheduling.fsrs import DEFAULT_PARAMETERS, HIGHEST_RETENTION, LOWEST_RETENTION, usable_parameters
from app.scheduling.sm2 import LONGEST_INTERVAL, repeat

Steps = list[dict[str, Any]]


@cardlet.command()
@click.option("--scheduler", type=click.Choice([one.value for one in Scheduler]), default="sm2", show_default=True)
@click.option("--grades", required=True, help="Grades from 0 to 5, with commas: 5,5,3,1,4")
@click.option("--days", help="FSRS: study days since the answer before, one for each grade: 0,1,9")
@click.option("--retention", help="FSRS: the desired retention, 0.70 to 0.99.  [default: 0.9]")
@click.option("--parameters", help="FSRS: its 21 parameters, with commas.")
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
def schedule(
    scheduler: str, grades: str, days: str | None, retention: str | None, parameters: str | None, as_json: bool
) -> None:
    """Show what a scheduler makes of a row of grades.

    SM-2: n, interval (days) and ease (thousandths) after each, answered on the day it is due. FSRS: stability (days),
    difficulty (1 to 10) and interval (days) after each, and the retrievability it was asked at. Without --days each is
    answered on the day it is due. Of an answer on the same day as the one before (0) you see what FSRS itself makes;
    while studying, it is a part of the drill and changes nothing.
    """
    numbers = _whole_numbers(grades, _is_grade, "“%(part)s” is no grade. Grades are whole numbers from 0 to 5.")
    if scheduler == Scheduler.FSRS:
        steps = _fsrs_steps(numbers, _days(days, len(numbers)), _settings(retention, parameters))
    elif days or retention or parameters:
        raise Refused("--days, --retention and --parameters are for --scheduler fsrs.")
    else:
        steps = _sm2_steps(numbers)
    click.echo(json.dumps(steps) if as_json else _table(steps))


def _sm2_steps(grades: list[int]) -> Steps:
    steps: Steps = []
    state = (NEW.repetitions, NEW.interval, NEW.ease)
    for grade in grades:
        state = repeat(*state, grade)
        steps.append({"grade": grade, "n": state[0], "interval": state[1], "ease": state[2]})
    return steps


def _fsrs_steps(grades: list[int], days: list[int] | None, settings: Settings) -> Steps:
    steps: Steps = []
    stability = difficulty = None
    interval = 0
    for number, grade in enumerate(grades):
        elapsed = interval if days is None else days[number]
        asked_at = settings.fsrs.retrievability(stability, elapsed)
        stability, difficulty, interval = settings.fsrs.repeat(stability, difficulty, elapsed, grade)
        memory = {"stability": stability, "difficulty": difficulty, "interval": interval}
        steps.append({"grade": grade, "days": elapsed, "retrievability": asked_at, **memory})
    return steps


def _table(steps: Steps) -> str:
    """The steps under their names, for people to read."""
    rows = [list(steps[0]), *([_shown(value) for value in step.values()] for step in steps)]
    widths = [max(len(row[column]) for row in rows) for column in range(len(rows[0]))]
    return "\n".join("  ".join(cell.rjust(width) for cell, width in zip(row, widths, strict=True)) for row in rows)


def _shown(value: float) -> str:
    return str(value) if isinstance(value, int) else f"{value:.4f}"


def _settings(retention: str | None, parameters: str | None) -> Settings:
    wanted = 0.9 if retention is None else _number(retention)
    if not LOWEST_RETENTION <= wanted <= HIGHEST_RETENTION:
        raise Refused("The desired retention goes from 0.70 to 0.99, and “%(text)s” is not there.", text=retention)
    try:
        chosen = (
            usable_parameters([_number(one) for one in parameters.split(",")]) if parameters else DEFAULT_PARAMETERS
        )
    except ValueError:
        raise Refused("FSRS-6 has %(count)s parameters: so many numbers, with commas.", count=21) from None
    return Settings(Scheduler.FSRS, retention=wanted, parameters=chosen)


def _days(text: str | None, count: int) -> list[int] | None:
    if text is None:
        return None
    refusal = "“%(part)s” is no number of days. Days are whole numbers from 0 to 36500."
    days = _whole_numbers(text, lambda number: number <= LONGEST_INTERVAL, refusal)
    if len(days) != count:
        raise Refused(
            "There are %(grades)s grades and %(days)s days; each grade needs one.", grades=count, days=len(days)
        )
    return days


def _number(text: str) -> float:
    """A number; what is none is not a number, which no bounds let pass."""
    try:
        return float(text)
    except ValueError:
        return math.nan


def _is_grade(number: int) -> bool:
    return number in GRADES


def _whole_numbers(text: str, is_one: Callable[[int], bool], refusal: str) -> list[int]:
    parts = [part.strip() for part in text.split(",")]
    for part in parts:
        if not (part.isascii() and part.isdigit() and len(part) <= 5 and is_one(int(part))):
            raise Refused(refusal, part=part)
    return [int(part) for part in parts]
