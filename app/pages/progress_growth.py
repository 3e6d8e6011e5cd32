"""The cards a learner knew over time."""

from app.database import db
from app.pages.language import _
from app.pages.pictures import Column, Columns, Series
from app.pages.progress_views import View
from app.pages.words import number, past_day, short_date, year_and_month
from app.progress import Growth, growth_of

TICKS = 4
A_MONTH = 28
"""Days from one column to the next from which on its month says enough."""


def growth_picture(view: View) -> Columns:
    """Columns of mature and young cards."""
    growth = growth_of(db.session, view.scope, view.span)
    by_month = len(growth.days) > 1 and growth.days[1] - growth.days[0] >= A_MONTH
    step = max(1, -(-len(growth.days) // TICKS))
    last = len(growth.days) - 1
    columns = [
        Column(
            past_day(day, view.today),
            "" if (last - place) % step != step // 2 else year_and_month(day) if by_month else short_date(day),
            (growth.mature[place], growth.young[place]),
        )
        for place, day in enumerate(growth.days)
    ]
    series = Series(_("mature"), "mature"), Series(_("young"), "young")
    return Columns(_finding(growth), _("At the end of"), series, tuple(columns))


def _finding(growth: Growth) -> str:
    mature, young = number(growth.mature[-1]), number(growth.young[-1])
    finding = _("%(mature)s mature and %(young)s young cards today.", mature=mature, young=young)
    if not growth.is_estimate:
        return finding
    told = {"some": number(growth.sampled), "all": number(growth.met)}
    estimate = _("What was before is drawn from %(some)s of your %(all)s cards.", **told)
    return f"{finding} {estimate}"
