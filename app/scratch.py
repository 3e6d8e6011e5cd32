"""Folders for what is needed once. Whoever makes one holds a lock on it; one that nobody holds is what a process left
that was killed, and whoever comes next removes it."""

import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from app.locking import try_lock

PREFIX = "cardlet-scratch-"


@contextmanager
def scratch_folder(within: Path | None = None) -> Iterator[Path]:
    """A folder of one's own that is gone at the end, with all in it; None: where the system keeps such. What others
    have left there goes too."""
    sweep_scratch(within)
    folder, hold = _made(within)
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)
        if hold is not None:
            os.close(hold)


def sweep_scratch(within: Path | None = None) -> int:
    """Removes the folders whose makers were killed; how many. None where folders cannot be locked (Windows), for one
    that is in use looks like one that was left."""
    if os.name != "posix":
        return 0
    swept = 0
    for folder in (within or Path(tempfile.gettempdir())).glob(f"{PREFIX}*"):
        with suppress(OSError):
            swept += _swept(folder)
    return swept


def _made(within: Path | None) -> tuple[Path, int | None]:
    """A new folder and what holds it. Somebody who sweeps may come between its making and its lock; then another."""
    while True:
        folder = Path(tempfile.mkdtemp(prefix=PREFIX, dir=within))
        if os.name != "posix":
            return folder, None
        try:
            hold = os.open(folder, os.O_RDONLY)
        except FileNotFoundError:
            continue
        if _is_locked(hold) and folder.exists():
            return folder, hold
        os.close(hold)


def _is_locked(hold: int) -> bool:
    """Whether it is ours now; true also where the file system knows no such locks, and nobody can sweep."""
    try:
        return try_lock(hold)
    except OSError:
        return True


def _swept(folder: Path) -> bool:
    """Removes a folder if it is this user's and nobody holds it."""
    if folder.is_symlink() or folder.stat().st_uid != os.geteuid():
        return False
    hold = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW)
    try:
        is_left = try_lock(hold)
        if is_left:
            shutil.rmtree(folder)
        return is_left
    finally:
        os.close(hold)
