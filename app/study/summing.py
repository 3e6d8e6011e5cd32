"""The day's totals, kept beside the log so that no page has to add it up."""

import sqlalchemy as sa

from app.models.summing import Totals
from app.study.keeping import uncount


def change_totals(connection: sa.Connection, user_id: int, before: Totals, after: Totals) -> None:
    """Takes one card's former totals out of the summaries and puts the present ones in."""
    changes = []
    for share in before.keys() | after.keys():
        old, new = before.get(share, (0, 0)), after.get(share, (0, 0))
        if old != new:
            changes.append((share, new[0] - old[0], new[1] - old[1]))
    if changes:
        uncount(connection, user_id, changes)
