"""A learner's settings, their password, and how they leave."""

from collections.abc import Callable
from datetime import datetime
from zoneinfo import available_timezones

from flask import Blueprint, current_app, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session

from app.accounts import (
    Preferences,
    begin_leaving,
    check_admins_left,
    decks_left_behind,
    finish_leaving,
    is_only_admin,
    set_password,
    set_preferences,
)
from app.accounts.leaving import Left
from app.accounts.passwords import hash_password
from app.clock import now
from app.database import db, importing_lock, writing
from app.errors import N_, CardletError, Refused
from app.importing import delete_uploaded
from app.library.media import delete_files, unnamed
from app.locking import locked
from app.models import User
from app.pages.access import current_learner, leave, sign_in_as
from app.pages.accounts import with_password
from app.pages.language import LANGUAGES, _
from app.pages.numbers import number_in
from app.pages.words import error_words

bp = Blueprint("settings", __name__)

WRONG = N_("That is not your password.")


@bp.get("/settings")
def settings_page() -> ResponseReturnValue:
    learner = current_learner()
    return _settings(Preferences(**{name: getattr(learner, name) for name in Preferences.__dataclass_fields__}), None)


@bp.post("/settings")
def settings_submit() -> ResponseReturnValue:
    learner, form = current_learner(), request.form
    hour, buttons, minutes = number_in("day_starts_at"), number_in("answer_mode"), number_in("drill_after")
    chosen = Preferences(
        language=form["language"] if form.get("language") in LANGUAGES else None,
        time_zone=form.get("time_zone", ""),
        day_starts_at=-1 if hour is None else hour,
        theme=form.get("theme", ""),
        single_key_shortcuts="single_key_shortcuts" in form,
        answer_mode=learner.answer_mode if "answer_mode" not in form else buttons or 0,
        drill_after=learner.drill_after if "drill_after" not in form else minutes or 0,
        new_per_day=learner.new_per_day if "new_per_day" not in form else number_in("new_per_day"),
        reviews_per_day=_reviews_per_day(),
    )
    try:
        with writing() as transaction:
            set_preferences(transaction, learner, chosen)
    except Refused as error:
        return _settings(chosen, error), error.status
    flash(_("Saved."))
    return redirect(url_for("settings.settings_page"), 303)


def _reviews_per_day() -> int | None:
    """Empty is no limit; what is no number is none that could be a limit."""
    if "reviews_per_day" not in request.form:
        return current_learner().reviews_per_day
    if not request.form["reviews_per_day"].strip():
        return None
    limit = number_in("reviews_per_day")
    return -1 if limit is None else limit


def _settings(shown: Preferences, error: Refused | None) -> str:
    return render_template(
        "accounts/settings.html",
        learner=current_learner(),
        shown=shown,
        time_zones=sorted(available_timezones()),
        error=error,
        words=error_words(error) if error else None,
    )


@bp.get("/settings/password")
def password_page() -> ResponseReturnValue:
    if current_learner().is_guest:
        return redirect(url_for("accounts.sign_up_page"), 303)
    return render_template("accounts/change_password.html", error=None, words=None)


@bp.post("/settings/password")
def change_password() -> ResponseReturnValue:
    """Another password; every other browser is signed out."""
    learner = current_learner()
    try:
        password_hash = hash_password(request.form.get("password", ""))
        _with_password(lambda transaction, user: set_password(transaction, user.id, password_hash))
    except CardletError as error:
        shown = {"error": error, "words": error_words(error)}
        return render_template("accounts/change_password.html", **shown), error.status
    sign_in_as(learner.id)
    flash(_("You have a new password. Everywhere else you are signed out."))
    return redirect(url_for("settings.settings_page"), 303)


def _with_password(act: Callable[[Session, User], object]) -> None:
    """Does something in the transaction that sees that the form holds the learner's password. Refused if it does not;
    wrong ones count as they do when signing in."""
    learner = current_learner()

    def do(transaction: Session, user: User) -> bool:
        if user.id == learner.id:
            act(transaction, user)
        return user.id == learner.id

    if learner.name is None or not with_password(learner.name, request.form.get("old_password", ""), do):
        raise Refused(WRONG, field="old_password")


@bp.get("/settings/delete")
def leave_page() -> ResponseReturnValue:
    return _leaving(None)


def _leaving(error: CardletError | None) -> str:
    learner = current_learner()
    return render_template(
        "accounts/leave.html",
        left=decks_left_behind(db.session, learner.id),
        learner=learner,
        is_only_admin=is_only_admin(db.session, learner.id),
        error=error,
        words=error_words(error) if error else None,
    )


@bp.post("/settings/delete")
def delete_account() -> ResponseReturnValue:
    """Deletes the learner's account with all that is theirs. Stopped half way, the next start goes on."""
    learner, moment = current_learner(), now()
    try:
        if learner.is_guest:
            with writing() as transaction:
                begin_leaving(transaction, learner, moment)
        else:
            _with_password(lambda transaction, user: _begin_leaving(transaction, user, moment))
    except CardletError as error:
        return _leaving(error), error.status
    _delete_what_lies_on_disk(finish_leaving(db.session, learner.id, moment, writing))
    leave()
    flash(_("Your account is deleted, and everything that was yours with it."))
    return redirect(url_for("home.home"), 303)


def _begin_leaving(transaction: Session, user: User, moment: datetime) -> None:
    """Refused for the only administrator, unless they say that they leave the server without one."""
    if "without_admin" not in request.form:
        check_admins_left(transaction, user.id)
    begin_leaving(transaction, user, moment)


def _delete_what_lies_on_disk(left: Left) -> None:
    """Deletes uploads and files. While somebody imports, who may be about to name one of the files, that is left to the
    next start."""
    data = current_app.config["DATA_DIR"]
    delete_uploaded(data / "uploads", left.uploads)
    with locked(data / "media.lock"), locked(importing_lock(), wait=False) as nobody_imports:
        # Somebody may have stored the same file since.
        delete_files(data / "media", unnamed(db.session, left.digests) if nobody_imports else [])
