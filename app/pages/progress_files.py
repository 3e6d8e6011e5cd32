"""Progress to take away: its numbers as files."""

import csv
import json
from io import StringIO

from flask import Blueprint, Response

from app.clock import date_of
from app.database import db
from app.pages.progress_views import View, current_view
from app.progress import DAY_COLUMNS, day_rows, report_of

bp = Blueprint("progress_files", __name__)


@bp.get("/progress/download.csv")
def days_file() -> Response:
    """A row for each day. Dates and numbers only, so nothing in it can be taken for a formula."""
    view, lines = current_view(), StringIO()
    rows = csv.writer(lines)
    rows.writerow(DAY_COLUMNS)
    rows.writerows(day_rows(db.session, view.scope, view.span))
    return _file(view, lines.getvalue(), "text/csv; charset=utf-8", "csv")


@bp.get("/progress/download.json")
def report_file() -> Response:
    """All figures."""
    view = current_view()
    report = report_of(db.session, view.learner, view.scope, view.span)
    return _file(view, json.dumps(report, indent=2), "application/json", "json")


def _file(view: View, text: str, type: str, ending: str) -> Response:
    response = Response(text, content_type=type)
    name = f"cardlet-progress-{date_of(view.today).isoformat()}.{ending}"
    response.headers["Content-Disposition"] = f'attachment; filename="{name}"'
    return response
