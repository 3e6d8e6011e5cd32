"""Cardlet as it is really served: processes of their own, spoken to over HTTP."""

import os
import signal
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import IO

ROOT = Path(__file__).parent.parent.parent
PROGRAM = [sys.executable, "-m", "app"]
STARTS_WITHIN = 60


@contextmanager
def served(
    command: list[str], environment: Mapping[str, str], cwd: Path, *, complaints: IO[str] | None = None
) -> Iterator[str]:
    """Runs a `serve` command on a free port and gives its address; stops it and wants a clean end.

    It must not say more than where it runs and, where nobody has a name yet, how to administer it; unless there is a
    file for its `complaints`."""
    process = subprocess.Popen(
        [*command, "serve"],
        cwd=cwd,
        env={**os.environ, **environment, "CARDLET_PORT": "0"},
        stdout=subprocess.PIPE,
        stderr=complaints or subprocess.STDOUT,
        text=True,
    )
    assert process.stdout is not None
    try:
        first = process.stdout.readline()
        assert "Cardlet is running on http://127.0.0.1:" in first, first + process.stdout.read()
        yield first.split("running on ")[1].split()[0]
    finally:
        process.send_signal(signal.SIGTERM)
        rest, _ = process.communicate(timeout=STARTS_WITHIN)
    said = [line for line in rest.splitlines() if not line.startswith("To administer it in the browser")]
    assert (process.returncode, said) == (0, [])
