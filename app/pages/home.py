"""The first page: what Cardlet is, or what waits today."""

from flask import Blueprint, render_template
from flask.typing import ResponseReturnValue
from flask_login import current_user

from app.clock import now, study_day
from app.database import db
from app.library.decks import other_starter_decks, shelf, starter_decks
from app.models.portion import Counts
from app.pages import time_box
from app.pages.access import current_learner
from app.pages.accounts import sign_up_now
from app.pages.language import language
from app.progress import Scope, activity_of

bp = Blueprint("home", __name__)

SECONDS_A_CARD, AS_IF_ANSWERED = 9, 20
"""What a card takes before anything is known of today's pace, and how many answers that guess weighs."""


@bp.get("/")
def home() -> ResponseReturnValue:
    if not current_user.is_authenticated:
        decks = starter_decks(db.session, language())
        return render_template("home/landing.html", decks=decks, sign_up=sign_up_now())
    learner, moment = current_learner(), now()
    today = learner.today(moment)
    decks_on_shelf = shelf(db.connection, learner, today)
    waiting = sum((deck.counts for deck in decks_on_shelf), Counts(0, 0, 0))
    done = activity_of(db.session, Scope(learner.id, ()), today)
    pace = (done.took_ms / 1000 + SECONDS_A_CARD * AS_IF_ANSWERED) / (done.answers + AS_IF_ANSWERED)
    others = other_starter_decks(db.session, learner)
    return render_template(
        "home/home.html",
        shelf=decks_on_shelf,
        waiting=waiting,
        minutes=max(1, round(waiting.total * pace / 60)),
        done=done,
        boxes=time_box.OFFERED,
        starters=[tree for tree in others if tree.deck.language == language()] or ([] if decks_on_shelf else others),
        first_day=study_day(learner.created_at, learner.time_zone, learner.day_starts_at) == today,
    )
