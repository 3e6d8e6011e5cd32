"""The texts of others' notes as a learner is shown them, for many rows at once; for a page's notes see `shown_to`."""

from collections.abc import Mapping, Sequence
from types import SimpleNamespace
from typing import Any

import sqlalchemy as sa

from app.models import Adjustment
from app.models.change import NoteVersion, content_when
from app.models.posting import listing, one_of

THEN = ("note_type_id", "format", "field_languages")
_OWN = (
    *(Adjustment.note_id, Adjustment.note_type_id, Adjustment.format),
    sa.cast(Adjustment.fields, sa.Text).label("fields"),
)


def as_shown(
    connection: sa.Connection, user_id: int, rows: Sequence[Any], closed: Mapping[int, int | None]
) -> list[Any]:
    """Rows of notes, those that the learner is shown otherwise than they are now with other columns; `authors_fields`
    is beside the fields where those are the learner's own wording. `closed`: others' notes, and the last change of each
    of which the learner sees something; None: all."""
    if not closed:
        return list(rows)
    then: dict[int, Any] = {}
    for change_id in {after for after in closed.values() if after is not None}:
        ids = [note_id for note_id, after in closed.items() if after == change_id]
        then |= {row.note_id: row._mapping for row in connection.execute(_changed_since(ids, change_id))}
    dialect = connection.dialect.name
    mine = sa.select(*_OWN).where(Adjustment.user_id == user_id, one_of(dialect, Adjustment.note_id, "note_ids"))
    own = {row.note_id: row for row in connection.execute(mine, {"note_ids": listing(dialect, sorted(closed))})}
    return [
        _over(row, then.get(row.note_id, {}), own.get(row.note_id)) if row.note_id in {*then, *own} else row
        for row in rows
    ]


def _changed_since(note_ids: Sequence[int], change_id: int) -> Any:
    texts = [sa.cast(getattr(NoteVersion, name), sa.Text).label(name) for name in ("fields", "tags")]
    columns = [getattr(NoteVersion, name) for name in ("note_id", *THEN)]
    return content_when(note_ids, change_id).with_only_columns(*columns, *texts)


def _over(row: Any, then: Mapping[str, Any], own: Any) -> Any:
    columns = {**row._mapping, **then}
    if own is not None and (own.note_type_id, own.format) == (columns["note_type_id"], columns["format"]):
        columns |= {"authors_fields": columns["fields"], "fields": own.fields}
    return SimpleNamespace(**columns)
