"""Progress: what was done, what is coming, how far each deck has come."""

from flask import Blueprint, render_template
from flask.typing import ResponseReturnValue

from app.clock import now
from app.database import db
from app.pages.access import current_learner
from app.progress import activity_of, forecast_of, maturity_of, streak_of

bp = Blueprint("progress", __name__)


@bp.get("/progress")
def progress_page() -> ResponseReturnValue:
    learner = current_learner()
    today = learner.today(now())
    return render_template(
        "progress/progress.html",
        today=today,
        activity=activity_of(db.session, learner, today),
        streak=streak_of(db.session, learner, today),
        forecast=forecast_of(db.session, learner, today),
        decks=maturity_of(db.session, learner),
    )
