"""Histograms of what a learner's cards are: intervals, ease or difficulty, stability."""

from collections.abc import Sequence
from dataclasses import dataclass

from app.database import db
from app.pages.language import _, ngettext
from app.pages.pictures import Column, Columns, Series
from app.pages.progress_views import View
from app.pages.words import interval, number
from app.progress import Spread, difficulties_of, eases_of, intervals_of, stabilities_of

LENGTHS = (0, 2, 4, 8, 15, 21, 31, 61, 91, 181, 366, 731, 1461)
"""The first day of each column of a length of time; the first column holds a day and less."""
TICKS = {0: 1, 4: 4, 15: 15, 31: 31, 91: 91, 366: 366, 1461: 1461}
A_LONG_TIME = 100
"""Days; from here on months are told in a sentence."""
TENTHS_OF_EASE = range(13, 36)
"""From SM-2's lowest ease; the last column holds all above it."""


@dataclass(frozen=True, slots=True)
class Histogram:
    """A picture under its heading; `hint`: what the figure means."""

    heading: str
    hint: str
    picture: Columns


def spreads_of(view: View) -> list[Histogram]:
    """Those that have something to show, for a view may have decks of both schedulers."""
    made = (
        _intervals(intervals_of(db.session, view.scope)),
        _eases(eases_of(db.session, view.scope)),
        _difficulties(difficulties_of(db.session, view.scope)),
        _stabilities(stabilities_of(db.session, view.scope)),
    )
    return [histogram for histogram in made if not histogram.picture.is_empty]


def _intervals(spread: Spread) -> Histogram:
    finding = _("Half of your cards come back after %(days)s or more.", days=_days(spread.median))
    hint = _("How long each card waits from one review to the next.")
    return Histogram(_("Intervals"), hint, _picture(finding, _("Interval"), _lengths(spread)))


def _eases(spread: Spread) -> Histogram:
    last = TENTHS_OF_EASE[-1]
    columns = [
        Column(
            _("%(n)s and more", n=number(tenth / 10)) if tenth == last else number(tenth / 10),
            number(tenth / 10) if tenth % 5 == 0 and tenth != last else "",
            (spread.between(tenth * 2, None if tenth == last else tenth * 2 + 1),),
        )
        for tenth in TENTHS_OF_EASE
    ]
    finding = _("Half of your cards have an ease of %(ease)s or more.", ease=number(spread.median / 20))
    hint = _("SM-2: by how much a card's interval grows each time it is remembered.")
    return Histogram(_("Ease"), hint, _picture(finding, _("Ease"), columns))


def _difficulties(spread: Spread) -> Histogram:
    whole = range(1, 11)
    columns = [Column(number(one), number(one), (spread.between(one * 10, one * 10 + 9),)) for one in whole]
    finding = _("Half of your cards have a difficulty of %(n)s or more.", n=number(spread.median / 10))
    hint = _("FSRS: from 1, easy, to 10, hard.")
    return Histogram(_("Difficulty"), hint, _picture(finding, _("Difficulty"), columns))


def _stabilities(spread: Spread) -> Histogram:
    finding = _("Half of your cards would keep for %(days)s or longer.", days=_days(spread.median))
    hint = _("FSRS: after so long, nine of ten such cards are still remembered.")
    return Histogram(_("Stability"), hint, _picture(finding, _("Stability"), _lengths(spread)))


def _picture(finding: str, head: str, columns: Sequence[Column]) -> Columns:
    return Columns(finding, head, (Series(_("Cards"), "mature"),), tuple(columns))


def _lengths(spread: Spread) -> list[Column]:
    lasts = (*(first - 1 for first in LENGTHS[1:]), None)
    return [
        Column(_length(first, last), interval(TICKS[first]) if first in TICKS else "", (spread.between(first, last),))
        for first, last in zip(LENGTHS, lasts, strict=True)
    ]


def _length(first: int, last: int | None) -> str:
    if first == 0:
        return _("up to a day")
    if last is None:
        return _("%(n)s days and more", n=number(first))
    return _("%(first)s to %(last)s days", first=first, last=last)


def _days(days: int) -> str:
    """A length of time in a sentence."""
    return ngettext("%(num)s day", "%(num)s days", max(1, days)) if days < A_LONG_TIME else interval(days)
