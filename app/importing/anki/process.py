"""The parent's side of the child process: it is started, listened to, and never outlives the deck it reads."""

import json
import marshal
import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from queue import Queue
from threading import Thread
from typing import IO, Any

from app.errors import N_, UnreadableFile

CHILD = Path(__file__).with_name("child.py")
LONGEST_FRAME = 96 * 2**20
PIPE = 2**20
"""As much as Linux lets anybody have."""
PIECE, PIECES = 2**18, 16
"""Bytes read at a time, and how many such pieces may wait."""
if os.name == "posix":
    import fcntl

GIVEN_UP = N_("reading the collection took more memory or time than Cardlet allows, or its database is damaged")
KEPT = ("LD_LIBRARY_PATH", "PATH", "PYTHONTZPATH", "SYSTEMROOT")
"""What the child may know of the environment: not the server's secrets."""


class Ahead:
    """Reads a pipe in a thread of its own, some pieces ahead, so that writing rows and reading the next go on at the
    same time; a pipe alone holds a few hundred notes."""

    def __init__(self, pipe: IO[bytes]) -> None:
        self._pieces: Queue[bytes] = Queue(PIECES)
        self._piece = memoryview(b"")
        self._ended = False
        Thread(target=self._pump, args=(pipe.fileno(),), daemon=True).start()

    def _pump(self, descriptor: int) -> None:
        while piece := os.read(descriptor, PIECE):
            self._pieces.put(piece)
        self._pieces.put(b"")

    def read(self, size: int) -> bytes:
        """So many bytes, or what there is up to the end."""
        parts: list[memoryview] = []
        while size > 0 and self._more():
            parts.append(self._piece[:size])
            self._piece = self._piece[size:]
            size -= len(parts[-1])
        return b"".join(parts)

    def _more(self) -> bool:
        if not self._piece and not self._ended:
            self._piece = memoryview(self._pieces.get())
            self._ended = not self._piece
        return bool(self._piece)

    def drain(self) -> None:
        """To the end of a pipe whose writer is gone: nobody may close it under a thread that reads it."""
        while self._more():
            self._piece = memoryview(b"")


class Reading:
    """A child process that reads the database at a path, once it is told to `go`, and sends its notes when `asked`."""

    def __init__(self, path: Path, folder: Path) -> None:
        environment = {name: os.environ[name] for name in KEPT if name in os.environ}
        environment["SQLITE_TMPDIR"] = str(folder)
        # What it says on the way down is nobody's business: a refusal comes through the pipe.
        self._process = subprocess.Popen(  # noqa: S603 - this Python, a file of ours, a path we made
            [sys.executable, "-I", str(CHILD), str(path)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            env=environment,
            cwd=folder,
        )

        assert self._process.stdout is not None
        self._widen()
        self._pipe = Ahead(self._process.stdout)

    def go(self) -> None:
        """The database lies there now. Until then the child loads what it needs, which takes as long as unpacking."""
        self._tell(b"")

    def ask(self, request: dict[str, Any]) -> None:
        """How the notes are wanted."""
        self._tell(json.dumps(request).encode())

    def _tell(self, line: bytes) -> None:
        assert self._process.stdin is not None
        # If it has refused and is gone already, the pipe says why.
        with suppress(BrokenPipeError):
            self._process.stdin.write(line + b"\n")
            self._process.stdin.flush()

    def _widen(self) -> None:
        """Lets the child be a frame ahead: through the usual pipe, of 64 KiB, each waits for the other all the time."""
        pipe = self._process.stdout
        if pipe is not None and os.name == "posix" and hasattr(fcntl, "F_SETPIPE_SZ"):
            with suppress(OSError):
                fcntl.fcntl(pipe, fcntl.F_SETPIPE_SZ, PIPE)

    def frames(self) -> Iterator[tuple[str, Any]]:
        """What the child sends, to the end. Raises UnreadableFile if it refuses, or ends before it is done."""
        pipe = self._pipe
        while True:
            size = int.from_bytes(pipe.read(4))
            data = pipe.read(size) if 0 < size <= LONGEST_FRAME else b""
            if not data or len(data) < size:
                raise UnreadableFile(GIVEN_UP)
            kind, content = marshal.loads(data)  # noqa: S302 - written by our own child, which decides what it says
            if kind == "refused":
                message, places = content
                raise UnreadableFile(message, **places)
            yield kind, content
            if kind == "end":
                return

    def close(self) -> None:
        """Ends the child, wherever it is."""
        self._process.kill()
        self._pipe.drain()
        if self._process.stdin is not None:
            with suppress(BrokenPipeError):
                self._process.stdin.close()
        if self._process.stdout is not None:
            self._process.stdout.close()
        self._process.wait()
