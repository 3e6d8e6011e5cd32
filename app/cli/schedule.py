"""`cardlet schedule`: what a scheduler makes of a row of grades."""

import json

import click

from app.cli.group import cardlet
from app.errors import Refused
from app.scheduling import GRADES, NEW
from app.scheduling.sm2 import repeat


@cardlet.command()
@click.option("--scheduler", type=click.Choice(["sm2"]), default="sm2", show_default=True)
@click.option("--grades", required=True, help="Grades from 0 to 5, with commas: 5,5,3,1,4")
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
def schedule(scheduler: str, grades: str, as_json: bool) -> None:
    """Show n, interval (days) and ease (thousandths) after each grade, each answered on the day it is due."""
    steps = []
    state = (NEW.repetitions, NEW.interval, NEW.ease)
    for grade in _read(grades):
        state = repeat(*state, grade)
        steps.append({"grade": grade, "n": state[0], "interval": state[1], "ease": state[2]})
    if as_json:
        click.echo(json.dumps(steps))
        return
    click.echo("grade  n  interval  ease")
    for step in steps:
        click.echo(f"{step['grade']:>5}{step['n']:>3}{step['interval']:>10}{step['ease']:>6}")


def _read(text: str) -> list[int]:
    parts = [part.strip() for part in text.split(",")]
    for part in parts:
        if part not in map(str, GRADES):
            raise Refused("“%(part)s” is no grade. Grades are whole numbers from 0 to 5.", part=part)
    return [int(part) for part in parts]
