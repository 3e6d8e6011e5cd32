"""For administrators: who learns here, who may join, and help for whoever forgot a password."""

from typing import get_args

from flask import Blueprint, flash, redirect, render_template, request, session, url_for
from flask.typing import ResponseReturnValue

from app.accounts import (
    choose_sign_up,
    invitations,
    make_link,
    named_learner,
    people,
    set_disabled,
    withdraw_invitation,
)
from app.accounts.people import SignUp
from app.clock import now
from app.database import db, writing
from app.errors import N_, NotFound, Refused
from app.pages.access import current_learner
from app.pages.accounts import sign_up_now
from app.pages.language import _
from app.pages.numbers import number_in
from app.pages.words import error_words

bp = Blueprint("people", __name__)

SHOWN_ONCE = "shown_once"
"""Where the browser's cookie carries a link from the moment it is made to the page that shows it."""
CHOICES: dict[SignUp, tuple[str, str]] = {
    "open": (N_("Everybody"), N_("Guests too: nobody has to ask.")),
    "invite": (N_("Whoever has an invitation"), N_("You make a link for each new learner.")),
    "closed": (N_("Nobody"), N_("Whoever is here stays; invitations made before still work.")),
}
assert CHOICES.keys() == {*get_args(SignUp)}


@bp.before_request
def _administrators_alone() -> None:
    """To everybody else these pages do not exist."""
    if not current_learner().is_admin:
        raise NotFound()


@bp.get("/learners")
def learners_page() -> ResponseReturnValue:
    return _page(None)


def _page(error: Refused | None) -> str:
    words, page = request.args.get("words", "").replace("\x00", ""), 1
    if "page" in request.args:
        page = number_in("page") or 0
    return render_template(
        "accounts/learners.html",
        found=people(db.session, words, page),
        words=words,
        sign_up=sign_up_now(),
        choices=CHOICES,
        invitations=invitations(db.session, now()),
        link=session.pop(SHOWN_ONCE, None),
        problem=error_words(error) if error else None,
    )


@bp.post("/learners/sign-up")
def change_sign_up() -> ResponseReturnValue:
    try:
        with writing() as transaction:
            choose_sign_up(transaction, request.form.get("sign_up", ""))
    except Refused as error:
        return _page(error), error.status
    flash(_("Saved."))
    return _back()


@bp.post("/learners/invitations")
def create_invitation() -> ResponseReturnValue:
    with writing() as transaction:
        code = make_link(transaction, "invite", now())
    address = url_for("joining.join_page", invitation_code=code, _external=True)
    session[SHOWN_ONCE] = {"address": address, "name": None}
    return _back()


@bp.post("/learners/invitations/<id:link_id>/end")
def end_invitation(link_id: int) -> ResponseReturnValue:
    with writing() as transaction:
        withdraw_invitation(transaction, link_id)
    flash(_("The invitation is withdrawn."))
    return _back()


@bp.post("/learners/<id:learner_id>/password")
def create_reset(learner_id: int) -> ResponseReturnValue:
    """A link by which the learner chooses a new password."""
    with writing() as transaction:
        user = named_learner(transaction, learner_id)
        code = make_link(transaction, "reset", now(), user.id)
    address = url_for("joining.reset_page", reset_code=code, _external=True)
    session[SHOWN_ONCE] = {"address": address, "name": user.name}
    return _back()


@bp.post("/learners/<id:learner_id>/disable")
def disable(learner_id: int) -> ResponseReturnValue:
    return _set_disabled(learner_id, disabled=True)


@bp.post("/learners/<id:learner_id>/enable")
def enable(learner_id: int) -> ResponseReturnValue:
    return _set_disabled(learner_id, disabled=False)


def _set_disabled(learner_id: int, *, disabled: bool) -> ResponseReturnValue:
    admin = current_learner()
    try:
        with writing() as transaction:
            name = set_disabled(transaction, admin, learner_id, disabled=disabled).name
    except Refused as error:
        return _page(error), error.status
    flash(
        _("%(name)s is signed out and cannot sign in.", name=name)
        if disabled
        else _("%(name)s can sign in.", name=name)
    )
    return _back()


def _back() -> ResponseReturnValue:
    return redirect(url_for("people.learners_page"), 303)
