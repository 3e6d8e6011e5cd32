"""Locks on files: between the processes of one machine."""

import os
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO

if os.name == "posix":
    import fcntl


class WriteGate:
    """SQLite has one writer. Waiting at this gate is fair; waiting inside SQLite sleeps in steps and starves somebody.

    Threads queue at a lock and processes at a lock on a file beside the database; where there are no such locks
    (Windows, a database in memory) SQLite's own waiting has to do for the processes.
    """

    def __init__(self, database: Path | None) -> None:
        self._turn = threading.Lock()
        self._file: IO[bytes] | None = None
        if database is not None and os.name == "posix":
            self._file = database.with_name(f"{database.name}.gate").open("ab")

    @contextmanager
    def passed(self) -> Iterator[None]:
        with self._turn:
            if self._file is None:
                yield
                return
            fcntl.flock(self._file, fcntl.LOCK_EX)
            try:
                yield
            finally:
                fcntl.flock(self._file, fcntl.LOCK_UN)

    def close(self) -> None:
        if self._file is not None:
            self._file.close()


@contextmanager
def locked(path: Path, *, shared: bool = False, wait: bool = True) -> Iterator[bool]:
    """Holds a lock on a file against other processes, and says whether it was got. Where there are no such locks
    (Windows) every process takes itself for the only one."""
    if os.name != "posix":
        yield True
        return
    how = (fcntl.LOCK_SH if shared else fcntl.LOCK_EX) | (0 if wait else fcntl.LOCK_NB)
    with path.open("ab") as file:
        try:
            fcntl.flock(file, how)
        except BlockingIOError:
            yield False
            return
        yield True


def try_lock(file: IO[bytes] | int, *, shared: bool = False) -> bool:
    """Locks an open file, or a folder's descriptor, without waiting, until it is closed by everybody who has it, child
    processes too; whether it could be locked."""
    if os.name != "posix":
        return True
    try:
        fcntl.flock(file, (fcntl.LOCK_SH if shared else fcntl.LOCK_EX) | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True
