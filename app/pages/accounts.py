"""Starting as a guest, signing up, in and out, language."""

from collections.abc import Callable
from typing import TypeVar

from flask import Blueprint, abort, current_app, flash, redirect, render_template, request, session, url_for
from flask.typing import ResponseReturnValue
from flask_login import current_user
from sqlalchemy.orm import Session

from app.accounts import (
    begin_sign_in,
    claim,
    complete_sign_in,
    create_user,
    open_sign_in,
    set_language,
    sign_up_of,
    start_as_guest,
    sweep_guests,
)
from app.accounts.passwords import hash_password, needs_new_hash
from app.accounts.people import SignUp
from app.clock import is_time_zone, now
from app.database import db, writing
from app.errors import N_, CardletError, Refused
from app.library import follow
from app.library.decks import starter_decks
from app.models import User
from app.pages.access import current_learner, end_sign_in, enter_with, leave, safe_path, sign_in_as
from app.pages.language import LANGUAGES, _, language
from app.pages.words import error_words

bp = Blueprint("accounts", __name__)
Done = TypeVar("Done")


@bp.post("/guest")
def start_as_guest_submit() -> ResponseReturnValue:
    if current_user.is_authenticated:
        return redirect(url_for("home.home"), 303)
    _refuse_unless_open()
    moment = now()
    with writing() as transaction:
        sweep_guests(transaction, moment, at_most=20)
        guest = start_as_guest(transaction, language(), browsers_time_zone(), moment)
        for tree in starter_decks(transaction, language()):
            follow(transaction, guest, tree.deck.id, moment)
    sign_in_as(guest.id)
    return redirect(safe_path(request.form.get("next")) or url_for("study.study_page"), 303)


@bp.get("/sign-up")
def sign_up_page() -> ResponseReturnValue:
    if current_user.is_authenticated and not current_learner().is_guest:
        return redirect(url_for("home.home"), 303)
    return render_template("accounts/sign_up.html", name="", next=safe_path(request.args.get("next")), error=None)


@bp.post("/sign-up")
def sign_up_submit() -> ResponseReturnValue:
    name, target = request.form.get("name", ""), safe_path(request.form.get("next"))
    try:
        password_hash = hash_password(request.form.get("password", ""))
        user_id = _claim(name, password_hash) if current_user.is_authenticated else _sign_up(name, password_hash)
    except Refused as error:
        shown = {"name": name, "next": target, "error": error, "words": error_words(error)}
        return render_template("accounts/sign_up.html", **shown), error.status
    sign_in_as(user_id)
    flash(_("Welcome, %(name)s. Your progress is yours now.", name=current_learner().name))
    return redirect(target or url_for("home.home"), 303)


def _sign_up(name: str, password_hash: str) -> int:
    _refuse_unless_open()
    moment = now()
    with writing() as transaction:
        user = create_user(transaction, name, password_hash, browsers_time_zone(), moment, language=language())
        return user.id


def _claim(name: str, password_hash: str) -> int:
    guest = current_learner()
    with writing() as transaction:
        claim(transaction, guest, name, password_hash)
        return guest.id


REFUSED: dict[SignUp, str] = {
    "invite": N_("Whoever is new here needs an invitation. Ask whoever runs this server for one."),
    "closed": N_("This server takes no new learners. Ask whoever runs it for an account."),
}


def sign_up_now() -> SignUp:
    """Who may become a learner at present."""
    return sign_up_of(db.session, current_app.config["SIGN_UP"])


def _refuse_unless_open() -> None:
    present = sign_up_now()
    if present != "open":
        raise Refused(REFUSED[present])


def browsers_time_zone() -> str:
    """The browser's time zone, which a script wrote into the form; UTC without one."""
    name = request.form.get("time_zone", "")
    return name if is_time_zone(name) else "UTC"


@bp.get("/sign-in")
def sign_in_page() -> ResponseReturnValue:
    target = safe_path(request.args.get("next"))
    if current_user.is_authenticated and not current_learner().is_guest:
        return redirect(target or url_for("home.home"), 303)
    return _sign_in_page(name="", next=target, words=None)


@bp.post("/sign-in")
def sign_in_submit() -> ResponseReturnValue:
    name, target = request.form.get("name", ""), safe_path(request.form.get("next"))
    words, status = _("That name and password do not belong together."), 422
    try:
        token = with_password(name, request.form.get("password", ""), _open_sign_in)
    except CardletError as error:
        words, status, token = error_words(error), error.status, None
    if token is None:
        return _sign_in_page(name=name, next=target, words=words), status
    end_sign_in()
    enter_with(token)
    return redirect(target or url_for("home.home"), 303)


def _open_sign_in(transaction: Session, user: User) -> str:
    return open_sign_in(transaction, user.id, now())


def _sign_in_page(**shown: str | None) -> str:
    return render_template("accounts/sign_in.html", is_open=sign_up_now() == "open", **shown)


def with_password(name: str, password: str, act: Callable[[Session, User], Done]) -> Done | None:
    """Does what the user with this name and password may, in the transaction that sees that it is their password still;
    None if it is not. It is looked at between two transactions because that is slow."""
    with writing() as transaction:
        attempt = begin_sign_in(transaction, name, request.remote_addr or "", now())
    if not attempt.succeeds_with(password):
        return None
    outdated = attempt.password_hash is not None and needs_new_hash(attempt.password_hash)
    new_hash = hash_password(password) if outdated else None
    with writing() as transaction:
        user = complete_sign_in(transaction, attempt, new_hash)
        return None if user is None else act(transaction, user)


@bp.post("/sign-out")
def sign_out_submit() -> ResponseReturnValue:
    end_sign_in()
    leave()
    return redirect(url_for("home.home"), 303)


@bp.post("/language")
def choose_language() -> ResponseReturnValue:
    chosen = request.form.get("language", "")
    if chosen not in LANGUAGES:
        abort(404)
    session["language"] = chosen
    if current_user.is_authenticated:
        learner = current_learner()
        with writing() as transaction:
            set_language(transaction, learner, chosen)
    return redirect(safe_path(request.form.get("next")) or url_for("home.home"), 303)
