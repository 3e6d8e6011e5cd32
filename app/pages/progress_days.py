"""The days behind the calendar: a month's, and what was answered on one or waits on it."""

import datetime
import re
from collections.abc import Sequence
from zoneinfo import ZoneInfo

from babel.dates import format_date, format_time
from flask import Blueprint, render_template, request
from flask.typing import ResponseReturnValue

from app.clock import date_of, day_of
from app.database import db
from app.errors import NotFound
from app.models import Card, Figure, Kind
from app.models.shown import shown_to
from app.pages.access import current_learner
from app.pages.language import _, locale
from app.pages.numbers import number_in
from app.pages.progress_calendar import day_in_week, scope_of_view
from app.pages.progress_stretches import month_name
from app.pages.progress_views import current_view
from app.pages.sides import sides_of_notes
from app.pages.words import grade_word, interval, short_time
from app.progress import Answered, Span, Unit, answered_on, waiting_on
from app.progress.stretches import stretches_of
from app.progress.sums import counts_of, days_of
from app.rendering.text import plain_text

bp = Blueprint("days", __name__)

LONGEST_FRONT = 160
DATE = re.compile(r"(19[7-9]\d|2[01]\d\d)-(\d\d)-(\d\d)")
"""From the first study day there is to the end of the next century."""


@bp.get("/progress/days")
def days_page() -> ResponseReturnValue:
    """A month, day by day; by default this one."""
    view = current_view()
    begins = _day_named(f"{request.args.get('month') or f'{date_of(view.today):%Y-%m}'}-01")
    last = stretches_of(begins, begins + 40, Unit.MONTH)[0].last
    done = {day.day: day for day in days_of(db.session, view.scope, Span(begins, last))}
    waiting = counts_of(db.session, view.scope, Figure.WAITS_ON)
    coming = {day: cards for day, cards in waiting.items() if max(begins, view.today) <= day <= last}
    return render_template(
        "progress/days.html",
        name=month_name(begins),
        days=[(date_of(day), day_in_week(day), done.get(day), coming.get(day, 0)) for day in sorted({*done, *coming})],
        before=f"{date_of(begins - 1):%Y-%m}",
        after=f"{date_of(last + 1):%Y-%m}",
        scope=scope_of_view(view),
    )


@bp.get("/progress/days/<date>")
def day_page(date: str) -> ResponseReturnValue:
    """What was answered on a day; on a day to come the cards that wait on it."""
    view, day = current_view(), _day_named(date)
    page = (number_in("page") or 0) if "page" in request.args else 1
    waiting = waiting_on(db.session, view.scope, day, page if day > view.today else 1) if day >= view.today else None
    answered = answered_on(db.session, view.scope, day, page) if day <= view.today else None
    cards = [row.card for row in answered.rows] if answered else list(waiting.rows if waiting else [])
    return render_template(
        "progress/day.html",
        view=view,
        date=date,
        name=format_date(date_of(day), "full", locale=locale()),
        done=next(iter(days_of(db.session, view.scope, Span(day, day))), None),
        answered=answered,
        told=[_told(row, view.learner.time_zone) for row in answered.rows] if answered else [],
        waiting=waiting,
        fronts=_fronts([card for card in cards if card is not None]),
        is_today=day == view.today,
        before=date_of(day - 1),
        after=date_of(day + 1),
        scope=scope_of_view(view),
    )


def _day_named(text: str) -> int:
    """The study day with this date. Raises NotFound."""
    named = DATE.fullmatch(text)
    if named is None:
        raise NotFound()
    try:
        return day_of(datetime.date(*map(int, named.groups())))
    except ValueError:
        raise NotFound() from None


def _told(row: Answered, time_zone: str) -> list[str]:
    """What there is to say of an answer: when it was given, the grade, how long it took, the interval it led to."""
    words = [format_time(row.at.astimezone(ZoneInfo(time_zone)), "short", locale=locale()), grade_word(row.grade)]
    words += [_("practice")] * (row.kind == Kind.PRACTICE)
    words.append(short_time(row.took_ms))
    if row.interval:
        length = interval(row.interval) if row.interval > 0 else short_time(-row.interval * 1000)
        words.append(_("interval %(length)s", length=length))
    return words


def _fronts(cards: Sequence[Card]) -> dict[int, tuple[str, str]]:
    """The question of each card in plain text, as much of it as a line holds, and its language."""
    notes = shown_to(db.session, current_learner().id, [(card.note, card.deck) for card in cards])
    sides = sides_of_notes([(note, card.deck.path, card.ordinal) for note, card in zip(notes, cards, strict=True)])
    fronts = {}
    for card, both in zip(cards, sides, strict=True):
        text = " ".join(plain_text(both.question).split())
        shown = text if len(text) <= LONGEST_FRONT else f"{text[:LONGEST_FRONT].rstrip()}…"
        fronts[card.id] = (shown, both.question_language)
    return fronts
