"""The calendar: a square for each day, a column for each week, and the months behind it."""

from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from babel import Locale
from babel.dates import format_skeleton, get_day_names
from flask import request, url_for

from app.clock import date_of
from app.database import db
from app.errors import NotFound
from app.pages.language import _, locale, ngettext
from app.pages.numbers import number_in
from app.pages.progress_stretches import month_name, rounded, sentences, short_month
from app.pages.progress_views import View
from app.pages.words import number
from app.progress import Calendar, Span, Unit, calendar_of, level_of, years_of
from app.progress.calendar import amount
from app.progress.stretches import monday_of, stretches_of

PITCH, SIDE, LEFT, HEAD = 10, 8, 30, 14
NAMED_DAYS, FIRST_YEAR, LONGEST_QUERY = (0, 2, 4), 1970, 24
"""Monday, Wednesday, Friday."""


@dataclass(frozen=True, slots=True)
class Square:
    """A day with something on it. `look`: its class, for how much; `words`: the day and the number."""

    date: str
    look: str
    x: int
    y: int
    words: str


@dataclass(frozen=True, slots=True)
class Month:
    """What one month of the calendar holds, as a row that leads to its days."""

    address: str
    name: str
    days: int
    answers: int
    waiting: int


@dataclass(frozen=True, slots=True)
class CalendarPicture:
    """`blank`: the days with nothing on them as one path; a day's date belongs between `address` and `query`, which is
    None for squares without links: a long tag four hundred times over would be most of the page; `now`: where today's
    square is, None in another year; `earlier` and `later`: the addresses of the years beside this one."""

    finding: str
    name: str
    width: int
    squares: list[Square]
    blank: str
    now: tuple[int, int] | None
    months: list[tuple[int, str]]
    weekdays: list[tuple[int, str]]
    rows: list[Month]
    address: str
    query: str | None
    earlier: str | None
    later: str | None
    has_waiting: bool


def calendar_picture(view: View) -> CalendarPicture | None:
    """The calendar of the year the address names, by default the last twelve months; None if nothing was ever done and
    nothing waits. Raises NotFound for a year that cannot be."""
    year, this_year = number_in("year"), date_of(view.today).year
    if "year" in request.args and not (year and FIRST_YEAR <= year <= this_year):
        raise NotFound()
    calendar = calendar_of(db.session, view.scope, view.today, year)
    if calendar.first_ever is None and not calendar.waiting:
        return None
    first = calendar.span.first or 0
    days = range(first, calendar.span.last + 1)
    begins = monday_of(first)
    blank = [place_of(day, begins) for day in days if not _is_shown(calendar, day)]
    ends = monday_of(calendar.span.last)
    query = url_for("days.days_page", **scope_of_view(view)).removeprefix(url_for("days.days_page"))
    return CalendarPicture(
        finding=_finding(calendar),
        name=str(year) if year else _("The last twelve months"),
        width=LEFT + PITCH * ((ends - begins) // 7 + 1),
        squares=_squares(calendar, [day for day in days if _is_shown(calendar, day)], begins),
        blank="".join(f"M{x} {y}h{SIDE}v{SIDE}h-{SIDE}z" for x, y in blank),
        now=place_of(view.today, begins) if first <= view.today <= calendar.span.last else None,
        months=_months(calendar.span, begins),
        weekdays=[(HEAD + PITCH * day + SIDE, _weekday(day)) for day in NAMED_DAYS],
        rows=_rows(view, calendar),
        address=url_for("days.days_page") + "/",
        query=query if len(query) <= LONGEST_QUERY else None,
        **_beside(view, calendar, year, this_year),
        has_waiting=bool(calendar.waiting),
    )


def place_of(day: int, begins: int) -> tuple[int, int]:
    """Where a day's square is, in a calendar that begins on a Monday."""
    week, weekday = divmod(day - begins, 7)
    return LEFT + PITCH * week, HEAD + PITCH * weekday


def _is_shown(calendar: Calendar, day: int) -> bool:
    return day in calendar.done or day in calendar.waiting


def _squares(calendar: Calendar, days: list[int], begins: int) -> list[Square]:
    # The sentence is looked up once, and not for each of some hundred squares.
    sentence = _("%(day)s: %(count)s", day="{day}", count="{count}")
    squares = []
    for day in days:
        done = calendar.done.get(day)
        count = calendar.waiting[day] if done is None else amount(done)
        level = level_of(count, calendar.waiting_steps if done is None else calendar.steps)
        words = sentence.format(day=day_in_week(day), count=number(count))
        look = f"{'w' if done is None else 'd'}{level}"
        squares.append(Square(date_of(day).isoformat(), look, *place_of(day, begins), words))
    return squares


def day_in_week(day: int) -> str:
    """A day without its year: `Fri, Nov 27`."""
    return _day_in_week(day, locale())


# A page names more than a hundred, and laying one out takes as long as the statement that counts it.
@lru_cache(maxsize=4_096)
def _day_in_week(day: int, locale: Locale) -> str:
    return format_skeleton("MMMEd", date_of(day), locale=locale)


def _weekday(day: int) -> str:
    return str(get_day_names("abbreviated", "stand-alone", locale())[day])


def _months(span: Span, begins: int) -> list[tuple[int, str]]:
    """Names over the weeks in which months begin."""
    months = stretches_of(span.first or 0, span.last, Unit.MONTH)
    whole = [month for month in months if date_of(month.first or 0).day <= 7]
    return [(place_of(monday_of((month.first or 0) + 6), begins)[0], short_month(month.last)) for month in whole]


def _rows(view: View, calendar: Calendar) -> list[Month]:
    rows = []
    for first, last in stretches_of(calendar.span.first or 0, calendar.span.last, Unit.MONTH):
        begins = first or 0
        done = [day for number, day in calendar.done.items() if begins <= number <= last]
        waiting = sum(cards for day, cards in calendar.waiting.items() if begins <= day <= last)
        if done or waiting:
            address = url_for("days.days_page", month=f"{date_of(begins):%Y-%m}", **scope_of_view(view))
            rows.append(Month(address, month_name(begins), len(done), sum(map(amount, done)), waiting))
    return rows


def scope_of_view(view: View) -> dict[str, Any]:
    """What the addresses of days carry: which decks or tag, not which range."""
    return {name: value for name, value in view.parameters.items() if name != "range"}


def _beside(view: View, calendar: Calendar, year: int | None, this_year: int) -> dict[str, str | None]:
    """The addresses of the years before and after; after the last whole one come the last twelve months."""

    def address(number: int | None) -> str:
        return url_for("progress.progress_page", _anchor="calendar", **{**view.parameters, "year": number})

    before = (year or this_year) - 1
    later = address(year + 1 if year + 1 < this_year else None) if year else None
    return {"earlier": address(before) if before >= years_of(calendar)[0] else None, "later": later}


def _finding(calendar: Calendar) -> str:
    studied, all_answers = len(calendar.done), sum(map(amount, calendar.done.values()))
    if not studied:
        return _("Nothing was answered in this time.")
    days = ngettext("You studied on %(num)s day", "You studied on %(num)s days", studied)
    words = [_("%(days)s, answering %(mean)s a day.", days=days, mean=rounded(all_answers / studied))]
    if calendar.waiting:
        waiting = sum(calendar.waiting.values())
        words.append(
            ngettext("%(num)s card waits in the coming weeks.", "%(num)s cards wait in the coming weeks.", waiting)
        )
    return sentences(*words)
