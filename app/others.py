"""Whether somebody else writes to the same SQLite file, which has one writer at a time."""

from time import monotonic

import sqlalchemy as sa

ALONE_AFTER = 1.0
"""Seconds without somebody else's writing."""


class Others:
    """What one connection to a SQLite file notices of those who write through others."""

    def __init__(self) -> None:
        self._version, self._seen = None, -ALONE_AFTER

    def write(self, connection: sa.Connection) -> bool:
        """Whether somebody else has written lately; to be asked again and again. At first it is supposed."""
        # See https://www.sqlite.org/pragma.html#pragma_data_version.
        version = connection.exec_driver_sql("PRAGMA data_version").scalar()
        if version != self._version:
            self._version, self._seen = version, monotonic()
        return monotonic() - self._seen < ALONE_AFTER
