"""What links that work once lead to: joining by an invitation, running the server, choosing a new password."""

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_login import current_user

from app.accounts import claim, create_user, look_at_link, make_admin, named_learner, set_password, use_link
from app.accounts.links import INVITATIONS
from app.accounts.passwords import hash_password
from app.clock import now
from app.database import db, writing
from app.errors import Refused
from app.models import Standing
from app.pages.access import current_learner, sign_in_as
from app.pages.accounts import browsers_time_zone
from app.pages.language import _, language
from app.pages.words import error_words

bp = Blueprint("joining", __name__)


@bp.get("/join/<invitation_code>")
def join_page(invitation_code: str) -> ResponseReturnValue:
    link = look_at_link(db.session, invitation_code, INVITATIONS, now())
    if not _has_a_name():
        return render_template("accounts/sign_up.html", name="", next=None, error=None, invitation=link.kind)
    if link.kind == "admin" and not current_learner().is_admin:
        return render_template("accounts/become_admin.html", learner=current_learner())
    return render_template("accounts/invited_already.html", learner=current_learner())


@bp.post("/join/<invitation_code>")
def join(invitation_code: str) -> ResponseReturnValue:
    """Makes an account for whoever was invited, a guest's progress with it. Who has one already can become an
    administrator by a link for that."""
    if _has_a_name():
        return _become_admin(invitation_code)
    name, moment = request.form.get("name", ""), now()
    link = look_at_link(db.session, invitation_code, INVITATIONS, moment)
    try:
        user_id = _joined(invitation_code, name, hash_password(request.form.get("password", "")))
    except Refused as error:
        shown = {"name": name, "next": None, "error": error, "words": error_words(error), "invitation": link.kind}
        return render_template("accounts/sign_up.html", **shown), error.status
    sign_in_as(user_id)
    flash(_("Welcome, %(name)s.", name=current_learner().name))
    return redirect(url_for("home.home"), 303)


def _joined(code: str, name: str, password_hash: str) -> int:
    moment, guest = now(), current_learner() if current_user.is_authenticated else None
    with writing() as transaction:
        kind, _whose = use_link(transaction, code, INVITATIONS, moment)
        if guest is None:
            zone = browsers_time_zone()
            user_id = create_user(transaction, name, password_hash, zone, moment, language=language()).id
        else:
            claim(transaction, guest, name, password_hash)
            user_id = guest.id
        if kind == "admin":
            make_admin(transaction, user_id)
    return user_id


def _become_admin(code: str) -> ResponseReturnValue:
    learner = current_learner()
    with writing() as transaction:
        use_link(transaction, code, ["admin"], now())
        make_admin(transaction, learner.id)
    flash(_("You run this server now."))
    return redirect(url_for("people.learners_page"), 303)


def _has_a_name() -> bool:
    return current_user.is_authenticated and not current_learner().is_guest


@bp.get("/new-password/<reset_code>")
def reset_page(reset_code: str) -> ResponseReturnValue:
    return _reset_page(reset_code, None)


def _reset_page(code: str, error: Refused | None) -> str:
    link = look_at_link(db.session, code, ["reset"], now())
    assert link.user_id is not None, "such a link is about an account"
    name, words = named_learner(db.session, link.user_id).name, error_words(error) if error else None
    return render_template("accounts/new_password.html", name=name, error=error, words=words)


@bp.post("/new-password/<reset_code>")
def reset(reset_code: str) -> ResponseReturnValue:
    """Gives the link's account a new password, ends its sign-ins, and signs this browser in."""
    # A hash costs the server much, and is made for those alone who have a link.
    look_at_link(db.session, reset_code, ["reset"], now())
    try:
        password_hash = hash_password(request.form.get("password", ""))
    except Refused as error:
        return _reset_page(reset_code, error), error.status
    with writing() as transaction:
        _kind, user_id = use_link(transaction, reset_code, ["reset"], now())
        assert user_id is not None, "such a link is about an account"
        welcome = set_password(transaction, user_id, password_hash).standing == Standing.WELCOME
    if not welcome:
        return redirect(url_for("accounts.sign_in_page"), 303)
    sign_in_as(user_id)
    flash(_("You have a new password."))
    return redirect(url_for("home.home"), 303)
