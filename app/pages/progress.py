"""Progress: what was done, what is coming, how far each deck has come."""

from flask import Blueprint, render_template
from flask.typing import ResponseReturnValue

from app.database import db
from app.pages.progress_cluster import clusters_of
from app.pages.progress_numbers import head_of, remembered
from app.pages.progress_topics import chances, deck_topics, known_today, tag_topics
from app.pages.progress_views import NAMES, current_view
from app.progress import forecast_of, mastery_of, maturity_of

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
        forecast=forecast_of(db.session, view.learner, view.today),
        decks=maturity_of(db.session, view.learner),
    )


@bp.get("/progress/memory")
def memory_page() -> ResponseReturnValue:
    return render_template("progress/memory.html", view=current_view())


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
