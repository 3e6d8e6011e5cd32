"""Progress: what was done, what is coming, how far each deck has come."""

from flask import Blueprint, render_template
from flask.typing import ResponseReturnValue

from app.database import db
from app.pages.progress_calendar import calendar_picture
from app.pages.progress_cluster import clusters_of
from app.pages.progress_coming import coming_picture
from app.pages.progress_foreseen import foresight
from app.pages.progress_growth import growth_picture
from app.pages.progress_habits import grades_picture, hours_picture
from app.pages.progress_leeches import leeches_in
from app.pages.progress_numbers import head_of, remembered
from app.pages.progress_over_time import added_picture, over_time_pictures
from app.pages.progress_spreads import spreads_of
from app.pages.progress_states import NAMES as STATES
from app.pages.progress_states import states_of
from app.pages.progress_topics import chances, deck_topics, known_today, tag_topics
from app.pages.progress_views import NAMES, current_view
from app.progress import mastery_of

bp = Blueprint("progress", __name__)

MEMORY = "progress.memory_page"


@bp.context_processor
def _ranges() -> dict[str, object]:
    return {"ranges": NAMES}


@bp.get("/progress")
def progress_page() -> ResponseReturnValue:
    view = current_view()
    return render_template(
        "progress/progress.html",
        view=view,
        today=view.today,
        head=head_of(view),
        remembered=remembered(view),
        coming=coming_picture(view),
        calendar=calendar_picture(view),
        over_time=over_time_pictures(view),
        hours=hours_picture(view),
        grades=grades_picture(view),
    )


@bp.get("/progress/added")
def added_page() -> ResponseReturnValue:
    """When cards were added; on a page of its own, for it costs as much as all the others together."""
    view = current_view()
    return render_template("progress/added.html", view=view, added=added_picture(view))


@bp.get("/progress/memory")
def memory_page() -> ResponseReturnValue:
    view = current_view()
    return render_template(
        "progress/memory.html",
        view=view,
        states=states_of(view),
        state_names=STATES,
        spreads=spreads_of(view),
        leeches=leeches_in(view),
    )


@bp.get("/progress/memory/history")
def memory_history_page() -> ResponseReturnValue:
    """Apart from the others, for it reads the logs of some thousand cards."""
    view = current_view()
    return render_template("progress/memory_history.html", view=view, tab=MEMORY, growth=growth_picture(view))


@bp.get("/progress/memory/calibration")
def calibration_page() -> ResponseReturnValue:
    """The same."""
    view = current_view()
    return render_template("progress/calibration.html", view=view, tab=MEMORY, foresight=foresight(view))


@bp.get("/progress/mastery")
def mastery_page() -> ResponseReturnValue:
    view = current_view()
    mastery = mastery_of(db.session, view.scope, view.today)
    return render_template(
        "progress/mastery.html",
        view=view,
        known=mastery.retrievability.all,
        known_today=known_today(mastery.retrievability.all),
        chances=chances(mastery.retrievability),
        clusters=clusters_of(view, mastery),
        decks=deck_topics(view, mastery),
        tags=tag_topics(view, mastery),
        tag_count=len(mastery.tags),
    )
