"""The numbers at the head of what was done, and how well it is remembered, in words."""

from collections.abc import Mapping
from dataclasses import dataclass

from app.database import db
from app.errors import N_
from app.pages.language import _, ngettext
from app.pages.progress_views import View
from app.pages.words import number, percent
from app.progress import (
    Activity,
    Aim,
    Retention,
    Since,
    Streak,
    activity_of,
    aim_of,
    done_in,
    retention_in,
    retentions_of,
    streak_of,
)

ROWS: Mapping[Since, str] = {
    Since.TODAY: N_("Today"),
    Since.YESTERDAY: N_("Yesterday"),
    Since.WEEK: N_("7 days"),
    Since.MONTH: N_("30 days"),
    Since.YEAR: N_("1 year"),
    Since.ALL: N_("All time"),
}


@dataclass(frozen=True, slots=True)
class Head:
    """`retention`, `aim` and `done` are the span's; None where there is nothing to tell."""

    today: Activity
    streak: Streak
    retention: float | None
    aim: str | None
    done: str | None


@dataclass(frozen=True, slots=True)
class Remembered:
    """The table of retentions. `finding`: what it shows in one sentence, or what will be here."""

    finding: str
    aim: str | None
    rows: tuple[tuple[str, Retention], ...]

    @property
    def is_empty(self) -> bool:
        return not self.rows[-1][1].asked


def head_of(view: View) -> Head:
    aim = aim_of(db.session, view.scope)
    return Head(
        activity_of(db.session, view.scope, view.today),
        streak_of(db.session, view.learner, view.today),
        retention_in(db.session, view.scope, view.span).of_all,
        None if aim is None else _short_aim(aim),
        _done(view),
    )


def remembered(view: View) -> Remembered:
    rows = retentions_of(db.session, view.scope, view.today)
    aim = aim_of(db.session, view.scope)
    named = tuple((_(words), rows[since]) for since, words in ROWS.items())
    return Remembered(_finding(rows), None if aim is None else _long_aim(aim), named)


def _done(view: View) -> str | None:
    done = done_in(db.session, view.scope, view.span)
    if done.days_studied < 2:
        return None
    values = {"answers": number(done.answers), "studied": number(done.days_studied), "days": number(done.days)}
    told = N_("You studied on %(studied)s of %(days)s days. Reviews: %(answers)s, on average %(each)s a day studied.")
    longest = ngettext(
        "Your longest row: %(num)s day.", "Your longest row: %(num)s days.", done.longest_streak_with_rest
    )
    return f"{_(told, each=number(round(done.a_day_studied)), **values)} {longest}"


def _finding(rows: Mapping[Since, Retention]) -> str:
    """The latest of the rows that says enough, in a sentence."""
    for since, words in (
        (Since.MONTH, N_("In the last 30 days you still knew %(share)s of the cards that came back.")),
        (Since.ALL, N_("So far you still knew %(share)s of the cards that came back.")),
    ):
        share = rows[since].of_all
        if share is not None:
            return _(words, share=percent(share))
    return _("Once cards come back on a later day, this shows how many of them you still knew.")


def _short_aim(aim: Aim) -> str:
    if aim.lowest < aim.highest:
        return _("aim: %(lowest)s to %(highest)s", lowest=percent(aim.lowest), highest=percent(aim.highest))
    return _("aim: %(share)s", share=percent(aim.lowest))


def _long_aim(aim: Aim) -> str:
    if not aim.told:
        return _("SM-2 has no aim you can set. It comes out near %(share)s.", share=percent(aim.lowest))
    if aim.lowest < aim.highest:
        shares = {"lowest": percent(aim.lowest), "highest": percent(aim.highest)}
        return _("Your decks aim at %(lowest)s to %(highest)s.", **shares)
    return _("You told FSRS to aim at %(share)s.", share=percent(aim.lowest))
