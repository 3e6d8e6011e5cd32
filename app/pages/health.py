"""Whether the server lives, and whether it can work."""

from flask import Blueprint
from flask.typing import ResponseReturnValue
from sqlalchemy.exc import SQLAlchemyError

from app.database import db
from app.schema import current_revision, newest_revision

bp = Blueprint("health", __name__)


@bp.get("/healthz")
def alive() -> ResponseReturnValue:
    return {"status": "ok"}


@bp.get("/readyz")
def ready() -> ResponseReturnValue:
    try:
        current = current_revision(db.engine)
    except SQLAlchemyError:
        return {"status": "the database cannot be reached"}, 503
    if current != newest_revision():
        return {"status": "the database has another schema", "schema": current}, 503
    return {"status": "ok", "schema": current}
