"""The picture of what is coming."""

from app.database import db
from app.pages.language import _, ngettext
from app.pages.pictures import Column, Columns, Series
from app.pages.progress_stretches import rounded, sentences, stretch_name, ticks
from app.pages.progress_views import View
from app.pages.words import number
from app.progress import Coming, Unit, coming_of


def coming_picture(view: View) -> Columns | None:
    """Columns for the stretches to come, and before them one for what waits since earlier days; None if nothing waits
    on any day."""
    coming = coming_of(db.session, view.scope, view.today, view.range)
    if not coming.total:
        return None
    series = (Series(_("Waiting since before"), "present"), Series(_("Still to come"), "coming"))
    names = [stretch_name(span, coming.unit) for span in coming.stretches]
    below = ticks(coming.stretches, coming.unit, view.today)
    if coming.unit is Unit.DAY:
        names[0] = below[0] = _("today")
    columns = [Column(name, tick, (0, cards)) for name, tick, cards in zip(names, below, coming.cards, strict=True)]
    if coming.backlog:
        columns.insert(0, Column(_("Waiting since before"), "", (coming.backlog, 0)))
    return Columns(_finding(coming), _("Days"), series if coming.backlog else series[1:], tuple(_fit(columns, coming)))


def _fit(columns: list[Column], coming: Coming) -> list[Column]:
    """Without a backlog there is no series of it."""
    return columns if coming.backlog else [Column(one.words, one.tick, one.values[1:]) for one in columns]


def _finding(coming: Coming) -> str:
    waiting = coming.today + coming.backlog
    now = (
        ngettext("%(num)s card waits today", "%(num)s cards wait today", waiting)
        if waiting
        else _("No card waits today")
    )
    if coming.backlog:
        now = _("%(now)s, %(backlog)s of them since before", now=now, backlog=number(coming.backlog))
    words = [_("%(text)s.", text=now)]
    if coming.later:
        shown = number(sum(coming.cards))
        words.append(
            _("%(shown)s come back in the time shown, %(later)s later.", shown=shown, later=number(coming.later))
        )
    words.append(_("In the long run your intervals ask for about %(load)s a day.", load=rounded(coming.load)))
    return sentences(*words)
