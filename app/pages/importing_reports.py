"""What imports did: the report, its rows to take away, and the import undone as a whole."""

import csv
import io
from typing import Any

from flask import Blueprint, Response, flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue

from app.clock import now
from app.database import db, writing
from app.importing import BadRow, UndoneImport, own_import, report_of, undo_import
from app.importing.parsed import Remark
from app.models import Deck
from app.models.deck import with_parents
from app.pages.access import current_learner
from app.pages.import_forms import copied_deck, shown_name
from app.pages.language import _, ngettext
from app.pages.words import bad_row
from app.study.rebuilding import refold

bp = Blueprint("reports", __name__, url_prefix="/import/reports")
BEGINS_A_FORMULA = ("=", "+", "-", "@", "\t", "\r")


@bp.get("/<id:import_id>")
def report_page(import_id: int) -> ResponseReturnValue:
    learner = current_learner()
    done = own_import(db.session, learner.id, import_id)
    report = report_of(done)
    deck = db.session.get(Deck, report["deck_id"]) if report["deck_id"] else None
    if deck is not None:
        with_parents(db.session, [deck])
    return render_template(
        "importing/report.html",
        done=done,
        report=report,
        rows=_rows(report),
        remarks=[_(one.message, **one.places) for one in (Remark(**remark) for remark in report["remarks"])],
        deck=deck if deck is not None and deck.published and done.undone_at is None else None,
        file_name=shown_name(done.file_name),
        copy_of=copied_deck(done.file_name),
    )


def _rows(report: dict[str, Any]) -> list[BadRow]:
    return [BadRow(**row) for row in report["bad_rows"]]


@bp.get("/<id:import_id>/rows.csv")
def download_rows(import_id: int) -> ResponseReturnValue:
    """The rows that gave no note, as a table."""
    done = own_import(db.session, current_learner().id, import_id)
    text = io.StringIO()
    table = csv.writer(text)
    table.writerow([_("Line"), _("What is wrong")])
    table.writerows([row.line, harmless(bad_row(row))] for row in _rows(report_of(done)))
    # The mark makes spreadsheets read it as what it is.
    response = Response("\ufeff" + text.getvalue(), mimetype="text/csv")
    response.headers.set("Content-Disposition", "attachment", filename=f"import-{import_id}.csv")
    return response


def harmless(cell: str) -> str:
    """A cell that no spreadsheet takes for a formula."""
    return f"'{cell}" if cell.startswith(BEGINS_A_FORMULA) else cell


@bp.post("/<id:import_id>/undo")
def undo(import_id: int) -> ResponseReturnValue:
    learner = current_learner()
    own_import(db.session, learner.id, import_id)
    for words in _undone_words(undo_import(learner.id, import_id, now(), writing, refold)):
        flash(words)
    return redirect(url_for("reports.report_page", import_id=import_id), 303)


def _undone_words(undone: UndoneImport) -> list[str]:
    """What became of the import, and what was left as it is."""
    words = [ngettext("Undone: %(num)s note was taken back.", "Undone: %(num)s notes were taken back.", undone.removed)]
    if undone.restored:
        words.append(ngettext("%(num)s note is as before.", "%(num)s notes are as before.", undone.restored))
    if undone.kept:
        words.append(
            ngettext(
                "%(num)s note stays as it is, because it was changed since.",
                "%(num)s notes stay as they are, because they were changed since.",
                undone.kept,
            )
        )
    return words
