"""The child process that reads a collection's database: `python -I child.py PATH`; frames come out.

It loads what it needs, waits for a line on its input, which says that the database lies there, looks what is in it, and
waits for another, a JSON object that says how the notes are wanted: whoever starts it may know neither yet.

A frame is its length in four bytes and a marshalled pair: "head" and what the collection holds; "rows" and notes;
"end" and what was counted on the way; or "refused", a message and its places. The process bounds itself first, and
imports only what is light: starting it must not cost what starting Cardlet does.
"""

import gc
import json
import marshal
import sys
from pathlib import Path
from types import ModuleType
from typing import IO, Any

MEMORY = 512 * 2**20
SECONDS = 60
SECONDS_A_MIB = 0.25
"""So much processor time more for each MiB of the database: what is large may take its time."""
STACKS_OF_ROWS = 2 * 2**30
"""Bytes SQLite may put aside to sort what has no index."""


def main(path: Path, told: IO[bytes], out: IO[bytes]) -> None:
    """Reads and sends; a refusal is sent too."""
    from app.errors import UnreadableFile
    from app.importing.anki.guarded import open_guarded, sentences
    from app.importing.anki.sending import send

    def put(kind: str, content: Any) -> None:
        data = marshal.dumps((kind, content), 2)
        out.write(len(data).to_bytes(4) + data)
        # Somebody waits for each: without it a short one would lie here until the next.
        out.flush()

    # Millions of tuples, none of which knows itself: looking for cycles among them costs a tenth of the time.
    gc.disable()
    told.readline()
    seconds = SECONDS + SECONDS_A_MIB * path.stat().st_size / 2**20
    _bound(int(seconds) + 5)
    try:
        with sentences():
            send(open_guarded(path, seconds), path, lambda: json.loads(told.readline()), put)
    except UnreadableFile as error:
        put("refused", (error.message, error.places))


def _bound(seconds: int) -> None:
    """Limits this process, where the system knows limits."""
    try:
        import resource
    except ImportError:
        return
    for limit, value in (
        (resource.RLIMIT_AS, MEMORY),
        (resource.RLIMIT_CPU, seconds),
        (resource.RLIMIT_FSIZE, STACKS_OF_ROWS),
        (resource.RLIMIT_CORE, 0),
    ):
        hard = resource.getrlimit(limit)[1]
        resource.setrlimit(limit, (value if hard < 0 else min(value, hard), hard))


def _stand_in_for_the_house() -> None:
    """Lets `app.importing.anki` be imported without running what `app` and `app.importing` import."""
    here = Path(__file__).resolve().parent
    house = here.parents[1]
    for name, folder in (("app", house), ("app.importing", here.parent), ("app.scheduling", house / "scheduling")):
        package = ModuleType(name)
        package.__path__ = [str(folder)]
        sys.modules[name] = package


if __name__ == "__main__":
    _stand_in_for_the_house()
    main(Path(sys.argv[1]), sys.stdin.buffer, sys.stdout.buffer)
