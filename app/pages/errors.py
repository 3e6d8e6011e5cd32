"""What the reader sees when something goes wrong: what happened, that nothing was lost, what to do next."""

from urllib.parse import urlsplit

from flask import Flask, Response, current_app, render_template, request
from flask.typing import ResponseReturnValue
from flask_wtf.csrf import CSRFError
from sqlalchemy.exc import DBAPIError
from werkzeug.exceptions import HTTPException

from app.database import db
from app.errors import N_, CardletError
from app.pages.language import _
from app.pages.words import error_words

MESSAGES = {
    400: N_("The browser sent something Cardlet cannot read. Nothing was changed."),
    404: N_("There is nothing here."),
    405: N_("This address does not work that way."),
    413: N_("That is more than fits here. Nothing was changed."),
    503: N_("The database does not answer or cannot be written. Nothing was changed; please try again later."),
    500: N_("Something went wrong inside Cardlet. What you had saved is safe. Please try again."),
}
SECRET_FIELDS = {"csrf_token", "password"}


def init_app(app: Flask) -> None:
    """Registers the pages for errors."""
    app.register_error_handler(CardletError, _told)
    app.register_error_handler(CSRFError, _without_token)
    app.register_error_handler(HTTPException, _http)
    app.register_error_handler(DBAPIError, _database_failed)
    app.register_error_handler(Exception, _unexpected)


def wants_fragment() -> bool:
    """Whether a script asked for a piece of the page instead of the whole."""
    return "X-Fragment" in request.headers


def error_page(message: str, status: int, again: list[tuple[str, str]] | None = None) -> ResponseReturnValue:
    """The page for an error; `again`: the fields of a form that can be sent once more."""
    template = "_error.html" if wants_fragment() else "error.html"
    return render_template(template, message=message, status=status, again=again), status


def _told(error: CardletError) -> ResponseReturnValue:
    return error_page(error_words(error), error.status)


def _http(error: HTTPException) -> ResponseReturnValue:
    code = error.code or 500
    if code < 400:
        return error
    if code == 413 and request.blueprint == "importing":
        most = current_app.config["MAX_UPLOAD_MB"]
        return error_page(_("That file is too large: at most %(most)s MiB can be imported.", most=most), code)
    return error_page(_(MESSAGES.get(code, MESSAGES[400 if code < 500 else 500])), code)


def _without_token(error: CSRFError) -> ResponseReturnValue:
    """The form's token is missing or from before a new sign-in. What was written is kept and can be sent again, but
    only if it came from a page of ours: a click must not be lent to another site."""
    again = None
    if _from_our_page():
        again = [(name, value) for name, value in request.form.items(multi=True) if name not in SECRET_FIELDS]
    message = _("This page had been open too long, so nothing was changed yet. What you entered is still here.")
    return error_page(message if again else _(MESSAGES[400]), 400, again)


def _from_our_page() -> bool:
    site = request.headers.get("Sec-Fetch-Site")
    if site is not None:
        return site == "same-origin"
    try:
        return urlsplit(request.headers.get("Origin") or request.referrer or "").netloc == request.host
    except ValueError:
        return False


def _unexpected(error: Exception) -> ResponseReturnValue:
    current_app.logger.exception("unexpected error at %s %s", request.method, request.path)
    return _without_the_database(MESSAGES[500], 500)


def _database_failed(error: DBAPIError) -> ResponseReturnValue:
    """The disk is full or read-only, or the database is gone: reading may still work, and nothing was half written."""
    current_app.logger.error("the database failed at %s %s: %s", request.method, request.path, error.orig)
    return _without_the_database(MESSAGES[503], 503)


def _without_the_database(message: str, status: int) -> ResponseReturnValue:
    """An error page even if the page's frame, which asks who is signed in, cannot be had."""
    try:
        db.stop_reading()
        return error_page(_(message), status)
    except Exception:
        current_app.logger.exception("no error page could be made")
        return Response(message, status, mimetype="text/plain")
