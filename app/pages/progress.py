"""Progress: what was done, what is coming, how far each deck has come."""

from flask import Blueprint, render_template
from flask.typing import ResponseReturnValue

from app.database import db
from app.pages.progress_foreseen import foresight
from app.pages.progress_growth import growth_picture
from app.pages.progress_leeches import leeches_in
from app.pages.progress_spreads import spreads_of
from app.pages.progress_states import NAMES as STATES
from app.pages.progress_states import states_of
from app.pages.progress_views import NAMES, current_view
from app.progress import activity_of, forecast_of, streak_of

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
    return render_template("progress/mastery.html", view=current_view())
