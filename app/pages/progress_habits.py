"""The pictures of a learner's habits: the hours of the day, and the grades."""

from dataclasses import dataclass

from app.database import db
from app.pages.language import _, ngettext
from app.pages.pictures import WIDTH, Box, Column, Columns, Line, Series
from app.pages.progress_stretches import sentences
from app.pages.progress_views import View
from app.pages.words import percent
from app.progress import Grades, grades_of, hours_of
from app.progress.habits import HOURS

NAMED_HOURS, ENOUGH, ENOUGH_HOURS = 3, 20, 4
"""Every third hour is named; of fewer repetitions in an hour, and in fewer hours, a share says nothing."""
BAR = 28


def hours_picture(view: View) -> Columns | None:
    """Answers by the hour of the day with the share recalled as a line; None without an answer."""
    hours = hours_of(db.session, view.scope, view.span)
    if not any(hour.answers for hour in hours):
        return None
    shares = tuple(hour.recalled / hour.repeated if hour.repeated >= ENOUGH else None for hour in hours)
    columns = tuple(
        Column(_clock(place), _clock(place) if place % NAMED_HOURS == 0 else "", (hour.answers,))
        for place, hour in enumerate(hours)
    )
    line = Line(_("Recalled"), shares) if HOURS - shares.count(None) >= ENOUGH_HOURS else None
    finding, series = _hours_finding([hour.answers for hour in hours], shares), (Series(_("Answers"), "young"),)
    return Columns(finding, _("Hour"), series, columns, line=line)


def _clock(hour: int) -> str:
    return f"{hour}:00"


def _hours_finding(answers: list[int], shares: tuple[float | None, ...]) -> str:
    most = answers.index(max(answers))
    words = _("You answer most from %(begins)s to %(ends)s.", begins=_clock(most), ends=_clock((most + 1) % 24))
    known = {hour: share for hour, share in enumerate(shares) if share is not None}
    if len(known) < ENOUGH_HOURS:
        return words
    best = max(known, key=lambda hour: known[hour])
    recalled = _(
        "You recall most from %(begins)s to %(ends)s: %(share)s.",
        begins=_clock(best),
        ends=_clock((best + 1) % 24),
        share=percent(known[best]),
    )
    return sentences(words, recalled)


@dataclass(frozen=True, slots=True)
class GradeBar:
    """The grades of one kind of answer as parts of one bar. `words`: how many, and how many recalled."""

    name: str
    words: str
    grades: Grades
    boxes: tuple[Box, ...]


@dataclass(frozen=True, slots=True)
class GradeBars:
    """The finding, and a bar for each kind of answer there is."""

    finding: str
    bars: tuple[GradeBar, ...]


def grades_picture(view: View) -> GradeBars | None:
    """The grades by how far the cards had come; None without an answer."""
    given = grades_of(db.session, view.scope, view.span)
    kinds = ((_("New"), given.new), (_("Young"), given.young), (_("Mature"), given.mature), (_("Drill"), given.drill))
    bars = tuple(_bar(name, grades) for name, grades in kinds if grades.total)
    if not bars:
        return None
    repeated = [given.young, given.mature]
    total, recalled = sum(one.total for one in repeated), sum(one.recalled for one in repeated)
    finding = _("You have met cards, and repeated none yet.")
    if total:
        finding = _("Of the cards you came back to, you recalled %(share)s.", share=percent(recalled / total))
    return GradeBars(finding, bars)


def _bar(name: str, grades: Grades) -> GradeBar:
    answers = ngettext("%(num)s answer", "%(num)s answers", grades.total)
    words = _("%(answers)s, %(share)s recalled", answers=answers, share=percent(grades.recalled / grades.total))
    boxes, x = [], 0.0
    for look in ("again", "hard", "good", "easy"):
        width = WIDTH * getattr(grades, look) / grades.total
        if width:
            boxes.append(Box(look, round(x, 1), 0, round(max(width - 2, 1), 1), BAR))
        x += width
    return GradeBar(name, words, grades, tuple(boxes))
