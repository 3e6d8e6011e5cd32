"""`cardlet progress`: a learner's figures."""

import json
from collections.abc import Iterator
from typing import Any

import click
from sqlalchemy.orm import joinedload

from app.cli.group import cardlet, learner_called, ready_app
from app.clock import now
from app.database import db
from app.errors import Refused
from app.models import Deck, Follow, User
from app.models.deck import with_parents
from app.models.waiting import follows_of
from app.progress import Range, report_of, scope_of, span_of

ROWS = {
    "today": "today",
    "yesterday": "yesterday",
    "week": "7 days",
    "month": "30 days",
    "year": "1 year",
    "all": "ever",
}


@cardlet.command()
@click.option("--user", "name", required=True, help="Whose progress.")
@click.option("--deck", help="A followed deck's name (A::B) or id, with those inside it; without it, everything.")
@click.option("--tag", help="Only cards of notes with this tag, or one below it.")
@click.option("--range", "chosen", type=click.Choice([each.value for each in Range]), default="year", show_default=True)
@click.option("--json", "as_json", is_flag=True, help="Everything, for other programs.")
@click.pass_context
def progress(ctx: click.Context, name: str, deck: str | None, tag: str | None, chosen: str, *, as_json: bool) -> None:
    """What a learner did, and how well they remember."""
    with ready_app(ctx.obj):
        learner = learner_called(name)
        scope = scope_of(db.session, learner, None if deck is None else _deck_called(learner, deck).id, tag)
        report = report_of(db.session, learner, scope, span_of(Range(chosen), learner.today(now())))
    if as_json:
        click.echo(json.dumps(report, ensure_ascii=False, indent=2))
    else:
        click.echo("\n".join(_lines(report)))


def _deck_called(learner: User, called: str) -> Deck:
    follows = db.session.scalars(follows_of(learner.id).options(joinedload(Follow.deck))).all()
    decks = with_parents(db.session, [follow.deck for follow in follows])
    found = [deck for deck in decks if called in {deck.path, str(deck.id)}]
    if len(found) != 1:
        raise Refused("There is no followed deck called %(name)s, or several: say its id.", name=called)
    return found[0]


def _lines(report: dict[str, Any]) -> Iterator[str]:
    """The figures as a table to read."""
    for words, value in _figures(report):
        yield f"{words:<26}{value}"
    yield ""
    yield f"{'Recalled':<12}{'young':>18}{'mature':>18}{'all':>18}"
    for since, row in report["retention"].items():
        asked = (row["young"], row["mature"], row["young"] + row["mature"])
        shares = (row["of_young"], row["of_mature"], row["of_all"])
        cells = (f"{_percent(share)} of {number:,}" for share, number in zip(shares, asked, strict=True))
        yield f"{ROWS.get(since, since):<12}" + "".join(f"{cell:>18}" for cell in cells)


def _figures(report: dict[str, Any]) -> Iterator[tuple[str, str]]:
    today, streak = report["today"], report["streak"]
    yield "Days", f"{report['from'] or report['to']} to {report['to']}"
    yield "Reviews", f"{report['answers']:,}"
    yield "Minutes", f"{report['minutes']:,.0f}"
    yield "Days studied", f"{report['days_studied']:,} of {report['days']:,}"
    yield "Reviews a day", f"{report['answers_a_day']:,.1f}"
    yield "Reviews a day studied", f"{report['answers_a_day_studied']:,.1f}"
    yield "New cards", f"{report['new']:,}"
    yield "Again, hard, good, easy", " · ".join(f"{report[grade]:,}" for grade in ("again", "hard", "good", "easy"))
    yield "True retention", _percent(report["true_retention"])
    yield "Longest streak", f"{report['longest_streak']:,} ({report['longest_streak_with_rest']:,} with days of rest)"
    yield "Streak", f"{streak['days']:,} (days of rest: {streak['rested']:,})"
    yield (
        "Today",
        f"{today['answers']:,} reviews, {today['minutes']:,.0f} minutes, {_percent(today['again_rate'])} again",
    )
    yield "Overdue", f"{report['overdue']:,}"


def _percent(share: float | None) -> str:
    return "-" if share is None else f"{share:.1%}"
