"""Progress: what was done, what is coming, how far each deck has come."""

from flask import Blueprint, render_template
from flask.typing import ResponseReturnValue

from app.database import db
from app.pages.progress_leeches import leeches_in
from app.pages.progress_spreads import spreads_of
from app.pages.progress_states import NAMES as STATES
from app.pages.progress_states import states_of
from app.pages.progress_views import NAMES, current_view
from app.progress import activity_of, forecast_of, streak_of

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
        activity=activity_of(db.session, view.learner, view.today),
        streak=streak_of(db.session, view.learner, view.today),
        forecast=forecast_of(db.session, view.learner, view.today),
    )


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


@bp.get("/progress/mastery")
def mastery_page() -> ResponseReturnValue:
    return render_template("progress/mastery.html", view=current_view())
