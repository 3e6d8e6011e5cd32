"""The pictures of what was done over time: answers, time, cards met."""

from collections.abc import Callable
from dataclasses import dataclass

from app.database import db
from app.pages.language import _, ngettext
from app.pages.pictures import Column, Columns, Series
from app.pages.progress_stretches import MINUTE, rounded, sentences, spent, stretch_name, ticks
from app.pages.progress_views import View
from app.progress import DoneIn, OverTime, Unit, added_of, over_time


@dataclass(frozen=True, slots=True)
class OverTimePictures:
    """None: there is nothing to show."""

    answers: Columns | None
    time: Columns | None
    met: Columns | None


def over_time_pictures(view: View) -> OverTimePictures:
    """Columns over the view's span."""
    done = over_time(db.session, view.scope, view.span)
    pictures = (draw(done, view) for draw in (_answers, _time, _met))
    return OverTimePictures(*(None if picture.is_empty else picture for picture in pictures))


def added_picture(view: View) -> Columns | None:
    """When the cards were added; None if none were."""
    added = added_of(db.session, view.scope, view.learner, view.span)
    if not any(added.cards):
        return None
    cards = ngettext("%(num)s card was added in this time.", "%(num)s cards were added in this time.", sum(added.cards))
    before = ngettext("%(num)s before.", "%(num)s before.", added.before)
    below = ticks(added.stretches, added.unit, view.today)
    columns = tuple(
        Column(stretch_name(span, added.unit), tick, (count,))
        for span, tick, count in zip(added.stretches, below, added.cards, strict=True)
    )
    finding = sentences(cards, before) if added.before else cards
    return Columns(finding, _head(added.unit), (Series(_("Cards added"), "mature"),), columns)


def _head(unit: Unit) -> str:
    return {Unit.DAY: _("Day"), Unit.WEEK: _("Week"), Unit.MONTH: _("Month")}[unit]


def _picture(
    done: OverTime, view: View, finding: str, series: tuple[Series, ...], values: Callable[[DoneIn], tuple[float, ...]]
) -> Columns:
    spans = [each.span for each in done.stretches]
    columns = tuple(
        Column(stretch_name(each.span, done.unit), tick, values(each))
        for each, tick in zip(done.stretches, ticks(spans, done.unit, view.today), strict=True)
    )
    return Columns(finding, _head(done.unit), series, columns)


def _answers(done: OverTime, view: View) -> Columns:
    series = (
        *(Series(_("Mature"), "mature"), Series(_("Young"), "young"), Series(_("New"), "met")),
        Series(_("Drill and practice"), "present"),
    )
    answers = ngettext("%(num)s answer", "%(num)s answers", done.answers)
    days = ngettext("%(num)s day", "%(num)s days", done.studied)
    mean = rounded(done.answers / max(1, done.studied))
    finding = _("%(answers)s on %(days)s, %(mean)s a day of study.", answers=answers, days=days, mean=mean)
    practised = done.total(lambda each: each.practised)
    if practised:
        finding = sentences(finding, ngettext("%(num)s more in practice.", "%(num)s more in practice.", practised))
    return _picture(
        *(done, view, finding, series),
        lambda each: (each.mature, each.young, each.met, each.drilled + each.practised),
    )


def _time(done: OverTime, view: View) -> Columns:
    took_ms = done.total(lambda each: each.took_ms)
    finding = _(
        "%(all)s in all, %(mean)s a day of study, %(each)s an answer.",
        all=spent(took_ms),
        mean=spent(took_ms / max(1, done.studied)),
        each=_("%(n)s s", n=rounded(took_ms / max(1, done.answers) / 1000)),
    )
    return _picture(
        done, view, finding, (Series(_("Minutes"), "mature"),), lambda each: (round(each.took_ms / MINUTE, 1),)
    )


def _met(done: OverTime, view: View) -> Columns:
    met = done.total(lambda each: each.met)
    cards = ngettext("%(num)s card met", "%(num)s cards met", met)
    finding = _(
        "%(cards)s for the first time, %(mean)s a day of study.", cards=cards, mean=rounded(met / max(1, done.studied))
    )
    return _picture(done, view, finding, (Series(_("Cards met"), "mature"),), lambda each: (each.met,))
