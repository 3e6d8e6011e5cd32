"""How stretches of days are called, and which of them are named along the axis of a picture."""

from collections.abc import Sequence

from babel.dates import format_date, format_skeleton, get_month_names

from app.clock import date_of
from app.pages.language import _, locale, ngettext
from app.pages.words import number, short_date
from app.progress import Span, Unit

DAYS_APART, NAMED_MONTHS, NAMED_YEARS = 7, 14, 12
"""Of days every seventh is named, of so many months each, of more years not each."""
MINUTE, HOUR = 60_000, 3_600_000


def day_name(day: int) -> str:
    """A day with its year: `27 Nov 2026`."""
    return format_date(date_of(day), "medium", locale=locale())


def short_day(day: int) -> str:
    """A day without its year: `Nov 27`."""
    return format_skeleton("MMMd", date_of(day), locale=locale())


def month_name(day: int) -> str:
    """A day's month and year: `November 2026`."""
    return format_skeleton("yMMMM", date_of(day), locale=locale())


def short_month(day: int) -> str:
    """A day's month alone: `Nov`."""
    return str(get_month_names("abbreviated", "stand-alone", locale())[date_of(day).month])


def stretch_name(span: Span, unit: Unit) -> str:
    """A stretch, in the table and for whoever points at it."""
    first = span.first or 0
    if unit is Unit.MONTH:
        return month_name(first)
    if first == span.last:
        return day_name(first)
    return _("%(first)s to %(last)s", first=short_day(first), last=day_name(span.last))


def ticks(spans: Sequence[Span], unit: Unit, today: int) -> list[str]:
    """What stands under each column: of days every seventh counted from today, of weeks those a month begins in, of
    months each, or each January as its year."""
    if unit is Unit.DAY:
        return [short_date(span.last) if (span.last - today) % DAYS_APART == 0 else "" for span in spans]
    if unit is Unit.WEEK:
        return [_month_that_begins(span) for span in spans]
    if len(spans) <= NAMED_MONTHS:
        return [short_month(span.last) for span in spans]
    apart = 1 + len(spans) // 12 // NAMED_YEARS
    januaries = (date_of(span.last) for span in spans)
    return [str(day.year) if day.month == 1 and day.year % apart == 0 else "" for day in januaries]


def _month_that_begins(span: Span) -> str:
    ends = date_of(span.last)
    return short_month(span.last) if ends.day <= span.last - (span.first or 0) + 1 else ""


def spent(milliseconds: float) -> str:
    """A length of time in words, to the hour from two hours on, to the minute from two minutes on."""
    if milliseconds >= 2 * HOUR:
        return ngettext("%(num)s hour", "%(num)s hours", round(milliseconds / HOUR))
    if milliseconds >= 2 * MINUTE:
        return ngettext("%(num)s minute", "%(num)s minutes", round(milliseconds / MINUTE))
    return ngettext("%(num)s second", "%(num)s seconds", round(milliseconds / 1000))


def rounded(value: float) -> str:
    """A mean: to a tenth below ten, else whole."""
    return number(round(value, 1) if value < 10 else round(value))


def sentences(*words: str) -> str:
    """Sentences one after another, as the language sets them apart."""
    return ("" if locale().language == "zh" else " ").join(words)
