"""The places for imports that run: few on a server, and one for a learner. Who holds a place says so in its file."""

from pathlib import Path
from typing import IO

from app.errors import N_, Stale
from app.locking import locked, try_lock

SLOTS = 2
"""Each keeps a processor busy."""


def take_slot(folder: Path, learner_id: int) -> IO[bytes]:
    """A place, held until its file is closed by everybody who has it, a child process too. Raises Stale."""
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    with locked(folder / "slots.lock"):
        if learner_id in _holders(folder):
            raise Stale(N_("An import of yours is still running. Wait for it to finish, then start the next."))
        for number in range(SLOTS):
            file = (folder / f"slot-{number}").open("a+b")
            if try_lock(file):
                file.truncate(0)
                file.write(str(learner_id).encode())
                file.flush()
                return file
            file.close()
    raise Stale(N_("Other people's imports are running at this moment. Please try again in a minute."))


def is_importing(folder: Path, learner_id: int) -> bool:
    """Whether an import of the learner's runs at this moment."""
    if not folder.exists():
        return False
    with locked(folder / "slots.lock"):
        return learner_id in _holders(folder)


def _holders(folder: Path) -> set[int]:
    holders = set()
    for path in folder.glob("slot-*"):
        with path.open("rb") as file:
            if not try_lock(file, shared=True):
                holders.add(int(file.read() or b"0"))
    return holders
