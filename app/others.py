"""Whether somebody else writes to the same SQLite file, which has one writer at a time."""

from time import monotonic

import sqlalchemy as sa

ALONE_AFTER = 1.0
"""Seconds without somebody else's writing."""


class Others:
    """What one connection to a SQLite file notices of those who write through others. `supposed`: that somebody does,
    until it is known."""

    def __init__(self, *, supposed: bool = True) -> None:
        self._supposed, self._seen = supposed, -ALONE_AFTER
        self._version: int | None = None

    def write(self, connection: sa.Connection) -> bool:
        """Whether somebody else has written lately; to be asked again and again."""
        # See https://www.sqlite.org/pragma.html#pragma_data_version.
        version = connection.exec_driver_sql("PRAGMA data_version").scalar()
        if version != self._version and (self._supposed or self._version is not None):
            self._seen = monotonic()
        self._version = version
        return monotonic() - self._seen < ALONE_AFTER
