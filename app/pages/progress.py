"""Progress: what was done, what is coming, how far each deck has come."""

from flask import Blueprint, render_template
from flask.typing import ResponseReturnValue

from app.database import db
from app.pages.progress_calendar import calendar_picture
from app.pages.progress_cluster import clusters_of
from app.pages.progress_coming import coming_picture
from app.pages.progress_habits import grades_picture, hours_picture
from app.pages.progress_numbers import head_of, remembered
from app.pages.progress_over_time import added_picture, over_time_pictures
from app.pages.progress_topics import chances, deck_topics, known_today, tag_topics
from app.pages.progress_views import NAMES, current_view
from app.progress import mastery_of, maturity_of

bp = Blueprint("progress", __name__)


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
    return render_template("progress/memory.html", view=view, decks=maturity_of(db.session, view.learner))


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
