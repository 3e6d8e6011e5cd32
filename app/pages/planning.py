"""Planning: which scheduler a deck has, what another would change, parameters fitted to its learner, a year ahead."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from app.clock import now, study_day
from app.database import connection_of, db, writing
from app.errors import CardletError, Refused, Stale
from app.models import ParameterSet, SchedulerVersion
from app.models.follow import Follow
from app.pages.access import current_learner
from app.pages.charts import Axis, axis_over
from app.pages.language import _
from app.pages.numbers import number_in
from app.pages.words import error_words, schedule
from app.planning.choosing import Choice, Scheduled, choice_from, choice_of, retention_from, scheduled
from app.planning.comparing import look_ahead
from app.planning.fitting import optimizer_is_installed
from app.planning.habits import PERSONAL_FROM
from app.planning.parameters import fit_deck, keep_parameters, parameter_sets
from app.planning.switching import MOVED_ON, Switch, carry_out, left_behind, plan_switch, plan_undo
from app.scheduling import Scheduler

bp = Blueprint("planning", __name__)

PREVIEW_DAYS = 30
MANY_MORE, TIMES_AS_MANY = 20, 1.5
"""A change that makes so many more cards due today, and so many times as many, is told with a warning."""
FEW_HELD_OUT = 200
"""Below so many, a better fit is partly luck: of learners made to be average, one in five came out better."""


@dataclass(frozen=True)
class Preview:
    """A planned switch as the page shows it: cards due today and on the next days, before and after."""

    switch: Switch
    due: tuple[int, int]
    before: list[int]
    after: list[int]

    @property
    def upwards(self) -> Axis:
        return axis_over([0, 4, *self.before, *self.after], from_zero=True)

    @property
    def is_landslide(self) -> bool:
        before, after = self.due
        return after > before + MANY_MORE and after > before * TIMES_AS_MANY


@bp.get("/decks/<id:deck_id>/scheduling")
def scheduling_page(deck_id: int) -> ResponseReturnValue:
    """How a deck is scheduled; with a scheduler in the query, what that choice would change."""
    if "scheduler" not in request.args:
        return _page(deck_id)
    try:
        choice = _choice(deck_id, request.args)
        return _page(deck_id, choice, plan_switch(db.session, current_learner(), deck_id, choice))
    except Refused as error:
        return _page(deck_id, error=error), error.status


@bp.get("/decks/<id:deck_id>/scheduling/undo")
def scheduling_undo_page(deck_id: int) -> ResponseReturnValue:
    """What undoing the latest change would change."""
    try:
        planned = plan_undo(db.session, current_learner(), deck_id)
    except Refused as error:
        return _page(deck_id, error=error)
    return _page(deck_id, planned.choice, planned)


@bp.post("/decks/<id:deck_id>/scheduling")
def change_scheduling(deck_id: int) -> ResponseReturnValue:
    learner = current_learner()
    return _carry_out(deck_id, lambda: plan_switch(db.session, learner, deck_id, _choice(deck_id, request.form)))


@bp.post("/decks/<id:deck_id>/scheduling/undo")
def undo_scheduling(deck_id: int) -> ResponseReturnValue:
    return _carry_out(deck_id, lambda: plan_undo(db.session, current_learner(), deck_id))


def _choice(deck_id: int, given: Any) -> Choice:
    return choice_from(given, scheduled(db.session, current_learner(), deck_id).choice)


def _carry_out(deck_id: int, plan: Callable[[], Switch]) -> ResponseReturnValue:
    """Does what the page showed; whoever looked at an older state of the deck is shown the present one instead."""
    learner, moment = current_learner(), now()
    try:
        present = scheduled(db.session, learner, deck_id)
        if number_in("instead_of") != (present.version or 0):
            raise Stale(MOVED_ON)
        planned = plan()
        with writing() as transaction:
            carry_out(transaction, learner, planned, moment)
    except (Refused, Stale) as error:
        return _page(deck_id, error=error), error.status
    flash(_("%(deck)s is now scheduled by %(settings)s.", deck=planned.now.path, settings=schedule(planned.choice)))
    return redirect(url_for("planning.scheduling_page", deck_id=planned.now.deck.id), 303)


def _page(
    deck_id: int, choice: Choice | None = None, planned: Switch | None = None, error: CardletError | None = None
) -> str:
    learner, moment = current_learner(), now()
    today, present = learner.today(moment), scheduled(db.session, learner, deck_id)
    shown = choice or present.choice
    # What was typed and refused stays to be mended.
    typed = request.values.to_dict() if choice is None and "scheduler" in request.values else _fields(shown)
    return render_template(
        "planning/scheduling.html",
        present=present,
        before_that=_before_that(present),
        deck=present.deck,
        shown=shown,
        fields={**_fields(shown), **typed},
        preview=None if planned is None else _preview(planned, today),
        left_behind=left_behind(connection_of(db.session), learner.id, present),
        sets=parameter_sets(db.session, learner, present),
        fitted_day=_fitted_day,
        chosen_day=_chosen_day(present.version),
        chosen=_fields,
        can_fit=optimizer_is_installed(),
        today=today,
        error=error,
        words=error_words(error) if error else None,
    )


def _before_that(present: Scheduled) -> Choice | None:
    """The choice that undoing brings back; None if nobody has chosen yet."""
    if present.version is None:
        return None
    learner = current_learner()
    replaced = None if present.replaces is None else db.session.get(SchedulerVersion, (learner.id, present.replaces))
    return choice_of(replaced)


def _fields(choice: Choice) -> dict[str, str]:
    """A choice as the fields of a form."""
    fields = {
        "scheduler": choice.scheduler.value,
        "retention": str(round(choice.retention * 100)),
        "maximum_interval": str(choice.maximum_interval),
        "parameter_set": "" if choice.parameter_set is None else str(choice.parameter_set),
    }
    return {**fields, "fuzz": "on"} if choice.fuzz else fields


def _preview(planned: Switch, today: int) -> Preview:
    return Preview(planned, planned.due_by(today), *planned.forecast(today, PREVIEW_DAYS))


def _chosen_day(version: int | None) -> int | None:
    learner = current_learner()
    chosen = None if version is None else db.session.get(SchedulerVersion, (learner.id, version))
    return None if chosen is None else study_day(chosen.chosen_at, learner.time_zone, learner.day_starts_at)


def _fitted_day(fitted: ParameterSet) -> int:
    learner = current_learner()
    return study_day(fitted.fitted_at, learner.time_zone, learner.day_starts_at)


@bp.get("/decks/<id:deck_id>/fit")
def fit_page(deck_id: int) -> ResponseReturnValue:
    """Parameters fitted to the learner's answers, and how they predict the newest of them; changes nothing."""
    try:
        fitted = fit_deck(db.session, current_learner(), deck_id)
    except Refused as error:
        # Nobody did anything wrong: there is only too little to learn from.
        return _page(deck_id, error=error)
    bins = (*fitted.fit.bins_before, *fitted.fit.bins_after)
    return render_template(
        "planning/fit.html",
        deck=fitted.now.deck,
        fit=fitted.fit,
        is_known=fitted.fit.parameters == fitted.now.settings.parameters,
        axis=axis_over([1.0, *(share for bin in bins for share in (bin.predicted, bin.recalled))]),
        few=FEW_HELD_OUT,
    )


@bp.post("/decks/<id:deck_id>/fit")
def keep_fit(deck_id: int) -> ResponseReturnValue:
    learner = current_learner()
    try:
        fitted = fit_deck(db.session, learner, deck_id)
        with writing() as transaction:
            kept = keep_parameters(transaction, learner, fitted, now()).id
        choice = replace(fitted.now.choice, scheduler=Scheduler.FSRS, parameter_set=kept)
    except Refused as error:
        return _page(deck_id, error=error), error.status
    flash(_("The parameters are kept. Here is what they would change."))
    return redirect(_preview_address(deck_id, choice), 303)


def _preview_address(deck_id: int, choice: Choice) -> str:
    query: Any = _fields(choice)
    return url_for("planning.scheduling_page", deck_id=deck_id, **query, _anchor="changes")


@bp.get("/decks/<id:deck_id>/year")
def year_page(deck_id: int) -> ResponseReturnValue:
    """A simulated year of the deck: SM-2 beside FSRS."""
    learner, today = current_learner(), current_learner().today(now())
    present = scheduled(db.session, learner, deck_id)
    choice, limit = present.choice, db.session.get_one(Follow, (learner.id, present.deck.id)).new_per_day
    shown: dict[str, Any] = {"deck": present.deck, "present": present, "today": today, "personal_from": PERSONAL_FROM}
    shown["wanted"] = {"new_per_day": limit, "retention": round(choice.retention * 100)}
    if "new_per_day" in request.args:
        given = number_in("new_per_day")
        limit = -1 if given is None else given
    retention = retention_from(request.args.get("retention"), choice)
    try:
        year = look_ahead(db.session, learner, deck_id, today, limit, retention)
    except Refused as error:
        return render_template("planning/year.html", error=error, words=error_words(error), **shown), error.status
    runs = [year.sm2, *year.curve]
    return render_template(
        "planning/year.html",
        year=year,
        across=axis_over([run.minutes_per_day for run in runs], ticks=5),
        upwards=axis_over([run.known for run in runs]),
        minutes_axis=axis_over([*year.sm2.weekly_minutes, *year.chosen.weekly_minutes], from_zero=True),
        known_axis=axis_over([*year.sm2.weekly_known, *year.chosen.weekly_known]),
        fitted_day=_fitted_day,
        preview_address=_preview_address(deck_id, replace(choice, scheduler=Scheduler.FSRS, retention=retention)),
        **shown,
    )
