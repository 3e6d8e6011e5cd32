"""Numbers, days and schedules in the reader's words."""

import re
from datetime import datetime
from functools import lru_cache
from zoneinfo import ZoneInfo

from babel import Locale
from babel.dates import format_date, format_skeleton, format_time
from babel.numbers import format_compact_decimal, format_decimal, format_percent
from flask import Flask

from app.clock import date_of
from app.errors import N_, CardletError, UnreadableFile
from app.importing import BadRow
from app.models import Kind
from app.models.waiting import COUNTED_UP_TO
from app.pages.language import _, locale, ngettext
from app.planning.choosing import Choice
from app.progress.card import Step
from app.scheduling import Outlook, Scheduler
from app.scheduling.sm2 import LONGEST_INTERVAL, LOWEST_PASS

DAYS_SHOWN, MONTH, YEAR = 100, 30.44, 365.25
A_LOT = 10_000
HAN = re.compile("[\u4e00-\u9fff]")
NOTES_LINE = re.compile(r"notes line (\d+)")
PAGE = re.compile(r"https?://[^\s/]\S*")
KINDS = (N_("Basic"), N_("Reversed"), N_("Cloze"), N_("Typed"))
BUILT_IN = (*KINDS, N_("Question"), N_("Answer"), N_("Text"), N_("Further text"))
"""The names of the built-in note types and of their fields."""


def init_app(app: Flask) -> None:
    """Makes the words available to the templates."""
    of_counts = (capped, number, short_number, percent, loss, tenths, size)
    of_numbers = (interval, outlook, grade_word, minutes, short_time, *of_counts)
    of_days = (day_words, short_date, past_day, full_date, moment, day_of)
    for filter in (
        *of_numbers,
        *of_days,
        short_number,
        schedule,
        step_words,
        grade_word,
        sources,
        quote_language,
        bad_row,
        type_word,
    ):
        app.add_template_filter(filter)


def interval(days: int) -> str:
    """A length of time, short: `6 d`, `5.2 mo`, `1.8 y`."""
    if days < DAYS_SHOWN:
        return _("%(n)s d", n=days)
    if days < YEAR:
        return _("%(n)s mo", n=number(round(days / MONTH, 1)))
    return _("%(n)s y", n=number(round(days / YEAR, 1)))


def outlook(leads_to: Outlook) -> list[str]:
    """What a button leads to, in pieces that do not break: `6 d,` `then 15 d`; `again today,` `then 1 d`."""
    shown = 1 if leads_to.grade < LOWEST_PASS else 2 if leads_to.drills else len(leads_to.intervals)
    steps = [_("again today")] * leads_to.drills + [interval(days) for days in leads_to.intervals[:shown]]
    if len(steps) == 1:
        return steps
    return [*(_("%(step)s,", step=step) for step in steps[:-1]), _("then %(last)s", last=steps[-1])]


def grade_word(grade: int) -> str:
    """The word on the button for a grade; of SM-2's own scale 0, 1 and 2 are Again."""
    return _({3: "Hard", 4: "Good", 5: "Easy"}.get(grade, "Again"))


def step_words(step: Step, today: int) -> str:
    """What happened in one row of a card's log."""
    if step.kind == Kind.CHECKPOINT:
        return _("taken over")
    if step.kind == Kind.RESET:
        return _("made new again")
    if step.kind == Kind.SET_DUE:
        return _("put on %(day)s", day=day_words(step.state.due_day or today, today))
    return grade_word(step.grade)


def schedule(choice: Choice) -> str:
    """How a deck is scheduled: the scheduler, and whatever else is not as it is by default."""
    words, more = "SM-2", []
    if choice.scheduler is Scheduler.FSRS:
        words = _("FSRS at %(aim)s", aim=percent(choice.retention))
        more += [_("fitted to you")] * (choice.parameter_set is not None)
    if choice.maximum_interval != LONGEST_INTERVAL:
        more.append(_("at most %(n)s days", n=number(choice.maximum_interval)))
    more += [_("spread")] * choice.fuzz
    for word in more:
        words = _("%(words)s, %(more)s", words=words, more=word)
    return words


def minutes(milliseconds: int) -> str:
    """Time spent, rounded the way people speak of it."""
    seconds = max(1, round(milliseconds / 1000)) if milliseconds else 0
    if seconds < 60:
        return ngettext("%(num)s second", "%(num)s seconds", seconds)
    return ngettext("%(num)s minute", "%(num)s minutes", round(seconds / 60))


def short_time(milliseconds: int) -> str:
    """Time spent as a figure: `40 s`, `12 min`."""
    seconds = round(milliseconds / 1000)
    return _("%(n)s s", n=seconds) if seconds < 60 else _("%(n)s min", n=round(seconds / 60))


def size(bytes: int) -> str:
    """How large a file is: `12 KiB`, `3.4 MiB`."""
    if bytes < 2**20:
        return f"{number(max(1, round(bytes / 2**10)))} KiB"
    return f"{tenths(bytes / 2**20)} MiB"


def day_words(day: int, today: int) -> str:
    """A study day, near ones by name."""
    if day == today:
        return _("today")
    if day == today + 1:
        return _("tomorrow")
    if day < today + 7:
        return format_date(date_of(day), "EEEE", locale=locale())
    return format_skeleton("MMMMd", date_of(day), locale=locale())


def past_day(day: int, today: int) -> str:
    """A study day that lies behind: today, or its date."""
    return _("today") if day == today else full_date(day)


def full_date(day: int) -> str:
    """A study day's date: `Nov 27, 2026`."""
    return format_date(date_of(day), "medium", locale=locale())


def short_date(day: int) -> str:
    """A day as a chart labels it: `11/26`."""
    return format_skeleton("Md", date_of(day), locale=locale())


def year_and_month(day: int) -> str:
    """The month a day lies in as a chart labels it: `11/2026`."""
    return format_skeleton("yM", date_of(day), locale=locale())


def moment(at: datetime, time_zone: str) -> str:
    """A moment that lies behind, as the learner's clock and calendar had it."""
    shown = at.astimezone(ZoneInfo(time_zone))
    day, time = format_date(shown, "medium", locale=locale()), format_time(shown, "short", locale=locale())
    return str(locale().datetime_formats["medium"]).format(time, day)


def day_of(at: datetime, time_zone: str) -> str:
    """The day of a moment, as the learner's calendar had it."""
    return format_date(at.astimezone(ZoneInfo(time_zone)), "medium", locale=locale())


def number(value: float) -> str:
    """A number as the language writes it."""
    return _number(value, locale())


# A page of decks has a hundred of them, mostly the same few, and each one would be laid out by its pattern anew.
@lru_cache(maxsize=2_048)
def _number(value: float, locale: Locale) -> str:
    return format_decimal(value, locale=locale)


def short_number(value: float) -> str:
    """A number for the edge of a chart, where five digits have no room: `9,000`, `15K`, `1.5万`."""
    if value < A_LOT:
        return number(value)
    return format_compact_decimal(value, format_type="short", locale=locale(), fraction_digits=1)


def percent(share: float) -> str:
    """A share as the language writes it, in whole percent: `90 %`, `90%`."""
    return format_percent(share, locale=locale())


def tenths(value: float) -> str:
    """A mean, to one decimal, so that figures below each other line up."""
    return format_decimal(round(value, 1), format="#,##0.0", locale=locale())


def loss(value: float) -> str:
    """A log loss, to the digits that mean something."""
    return format_decimal(value, format="0.0000", locale=locale())


def capped(count: int, *, has_more: bool = False) -> str:
    """A count that stops at what was counted up to: `999+`. `has_more`: it stopped before."""
    if count >= COUNTED_UP_TO:
        return f"{number(COUNTED_UP_TO - 1)}+"
    return f"{number(count)}+" if has_more else number(count)


def sources(source: str, quote: str) -> list[tuple[str, str | None, str]]:
    """Where a card comes from, place by place: the words for it, its address if it is a page, what stands there."""
    places = source.splitlines()
    quotes = [*quote.splitlines(), *[""] * len(places)]
    return [(_source_words(place), _address(place), words) for place, words in zip(places, quotes, strict=False)]


def _source_words(place: str) -> str:
    match = NOTES_LINE.fullmatch(place)
    if match:
        return _("From the notes, line %(line)s", line=match[1])
    address = _address(place)
    return address.partition("//")[2].removeprefix("www.").rstrip("/") if address else place


def _address(place: str) -> str | None:
    """The place, if it is the address of a page and nothing else; a script's address is none."""
    return place if PAGE.fullmatch(place) else None


def quote_language(quote: str, otherwise: str) -> str:
    """The language of a quotation: Chinese if it has a Chinese character, else that of the note."""
    return "zh-Hans" if HAN.search(quote) else otherwise


def type_word(name: str) -> str:
    """The name of a note type or a field; those that are built in have one in every language."""
    return _(name) if name in BUILT_IN else name


def bad_row(row: BadRow) -> str:
    """Why a row of a file gave no card."""
    return _(row.message, **row.places)


def error_words(error: CardletError) -> str:
    """What went wrong, with the line of the file if it was a file."""
    text = _(error.message, **error.places)
    if isinstance(error, UnreadableFile) and error.line is not None:
        return _("Line %(line)s: %(text)s.", line=error.line, text=text)
    return _sentence(text)


def _sentence(text: str) -> str:
    """What went wrong without a line stands alone, and begins and ends as a sentence does."""
    text = text[:1].upper() + text[1:]
    return text if text.endswith((".", "?", "!", "。", "？", "！")) else _("%(text)s.", text=text)
