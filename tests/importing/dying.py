"""`python -m tests.importing.dying STEP WHAT MOMENT`: an import or its undoing in a process of its own, which kills
itself before its so-manieth step (0: never). A step is a statement, a commit, or something done to a file.

Counted steps, not seconds: the same number is the same moment on every machine.
"""

import json
import os
import signal
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from typing import Any

from sqlalchemy import Engine, event

from app import create_app
from app.cli import cardlet, decks
from app.cli.group import plain_app
from app.database import writing
from app.importing import undo_import
from app.study.rebuilding import refold

ON_FILES = {"os.rename", "os.remove", "os.mkdir", "tempfile.mkstemp", "tempfile.mkdtemp", "shutil.rmtree"}


class Steps:
    """Counts, and dies before step `last`."""

    def __init__(self, last: int) -> None:
        self.done, self.last, self.counting = 0, last, False

    def take(self, *_: Any) -> None:
        if not self.counting:
            return
        self.done += 1
        if self.done == self.last:
            os.kill(os.getpid(), signal.SIGKILL)

    def audit(self, name: str, arguments: tuple[Any, ...]) -> None:
        if name in ON_FILES:
            self.take()


@contextmanager
def counted(last: int) -> Iterator[Steps]:
    """From the first statement on; what Python itself does to files before is left out."""
    steps = Steps(last)
    # Python finds it by making a file there and removing it; who died in between would leave one that is not ours.
    tempfile.gettempdir()
    # A module that is loaded late would be kept compiled, which is a step the first time only.
    sys.dont_write_bytecode = True
    event.listen(Engine, "before_cursor_execute", steps.take)
    event.listen(Engine, "commit", steps.take)
    sys.addaudithook(steps.audit)
    steps.counting = True
    yield steps
    steps.counting = False


def main(last: int, what: str, moment: datetime) -> None:
    decks.now = lambda: moment  # type: ignore[assignment]
    with counted(last) as steps:
        if what == "import":
            cardlet(["import-upload"], obj=create_app, standalone_mode=False)
        else:
            told = json.loads(sys.stdin.read())
            with plain_app(create_app):
                undo_import(told["learner_id"], told["import_id"], moment, writing, refold)
    print(json.dumps({"steps": steps.done}))


if __name__ == "__main__":
    main(int(sys.argv[1]), sys.argv[2], datetime.fromisoformat(sys.argv[3]))
