"""Who is asking. Every page refuses strangers unless its endpoint is on the short list here."""

from typing import cast
from urllib.parse import urlsplit

from flask import Flask, redirect, request, session, url_for
from flask.sessions import SecureCookieSessionInterface
from flask.typing import ResponseReturnValue
from flask_login import LoginManager, current_user, login_user, logout_user
from flask_wtf import CSRFProtect
from itsdangerous import URLSafeTimedSerializer

from app.accounts import open_sign_in, sign_out, user_of
from app.accounts.signing_in import note_presence, presence_is_old
from app.clock import now
from app.database import db, writing
from app.models import SignedInUser

PUBLIC = {
    "static",
    "health.alive",
    "health.ready",
    "home.home",
    "accounts.sign_in_page",
    "accounts.sign_in_submit",
    "accounts.sign_up_page",
    "accounts.sign_up_submit",
    "accounts.start_as_guest_submit",
    "accounts.choose_language",
    # Whoever has the link.
    "joining.join_page",
    "joining.join",
    "joining.reset_page",
    "joining.reset",
}


class _Cookies(SecureCookieSessionInterface):
    _serializer: URLSafeTimedSerializer | None = None

    def get_signing_serializer(self, app: Flask) -> URLSafeTimedSerializer | None:
        """Made once: the key it derives is the same for every request."""
        self._serializer = self._serializer or super().get_signing_serializer(app)
        return self._serializer

    def get_cookie_secure(self, app: Flask) -> bool:
        """Over https the cookie never leaves it; on a plain-http home network it would otherwise never arrive."""
        return request.is_secure


def init_app(app: Flask) -> None:
    """Sign-in and CSRF protection for all pages."""
    app.session_interface = _Cookies()
    manager = LoginManager(app)
    # flask-login's own protection believes X-Forwarded-For from anybody; a sign-in's row does better.
    manager.session_protection = None
    manager.user_loader(lambda token: user_of(db.connection, token, now()))
    CSRFProtect(app)
    app.before_request(_refuse_strangers)
    app.before_request(_note_presence)


def current_learner() -> SignedInUser:
    """The signed-in learner; only where strangers are refused."""
    return cast(SignedInUser, current_user._get_current_object())


def enter(user: SignedInUser) -> None:
    """Signs this browser in as the user. Call it after the transaction that opened the sign-in."""
    language = session.get("language")
    session.clear()
    session.permanent = True
    if language is not None:
        session["language"] = language
    login_user(user)


def leave() -> None:
    """Signs this browser out; call it with the sign-in ended."""
    logout_user()
    session.clear()


def end_sign_in() -> None:
    """Ends the sign-in this browser came with, if there is one."""
    if current_user.is_authenticated:
        token = current_learner().get_id()
        with writing() as transaction:
            sign_out(transaction, token)


def sign_in_as(user_id: int) -> None:
    """Opens a sign-in for a user and gives it to this browser; the sign-in it came with ends."""
    end_sign_in()
    with writing() as transaction:
        token = open_sign_in(transaction, user_id, now())
    enter_with(token)


def enter_with(token: str) -> None:
    """Gives a sign-in that was opened just now to this browser."""
    user = user_of(db.connection, token, now())
    assert user is not None, "the sign-in was opened just now"
    enter(user)


def safe_path(target: str | None) -> str | None:
    """The path to go on to after signing in, if it stays on this site."""
    if not target or not target.startswith("/") or target[1:2] in {"/", "\\"}:
        return None
    if not target.isprintable() or urlsplit(target).netloc:
        return None
    return target


def _refuse_strangers() -> ResponseReturnValue | None:
    if request.endpoint is None or request.endpoint in PUBLIC or current_user.is_authenticated:
        return None
    target = request.full_path.rstrip("?") if request.method == "GET" else None
    return redirect(url_for("accounts.sign_in_page", next=target), 303)


def _note_presence() -> None:
    if request.method != "POST" or not current_user.is_authenticated:
        return
    learner, moment = current_learner(), now()
    if presence_is_old(learner.seen_at, moment):
        with writing() as transaction:
            note_presence(transaction, learner, moment)
