"""A process, how long it took, and how much memory it held at most, the processes it started included."""

import json
import os
import resource
import subprocess
import sys
import time
from pathlib import Path
from typing import NamedTuple

ROOT = Path(__file__).parent.parent.parent


class Watched(NamedTuple):
    """What the process printed, and what it used. `told_after`: the seconds until its first line stood there."""

    told: str
    seconds: float
    told_after: float
    peak_mb: float


def watched(command: list[str], environment: dict[str, str]) -> Watched:
    """Runs a command to its end. Raises RuntimeError with what it printed if it fails.

    It is the child of a small process: the system counts for a child the memory of its parent too, from before the
    child's own program is loaded, and a benchmark with a million cards is larger than what it measures."""
    small, around = [sys.executable, __file__, *command], {**os.environ, **environment}
    done = subprocess.run(small, cwd=ROOT, env=around, stdout=subprocess.PIPE, text=True, check=False)
    told, _, used = done.stdout.rpartition("\n")
    if done.returncode:
        raise RuntimeError(f"{command}: {done.stdout}")
    return Watched(told, **json.loads(used))


def main() -> int:
    """The small process: passes on what the command prints, and says on a last line what it used."""
    began = time.perf_counter()
    with subprocess.Popen(sys.argv[1:], stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        first = process.stdout.readline()
        told_after = time.perf_counter() - began
        sys.stdout.write(first + process.stdout.read())
    seconds, peak = time.perf_counter() - began, resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss
    used = {"seconds": seconds, "told_after": told_after, "peak_mb": peak / 1024}
    sys.stdout.write("\n" + json.dumps(used))
    return process.returncode


if __name__ == "__main__":
    sys.exit(main())
