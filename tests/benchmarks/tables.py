"""Importing a table through the terminal, as one process: how long, and how much memory at most."""

import os
import subprocess
import sys
import time
from pathlib import Path

from tests.benchmarks.serving import ROOT, environment_for
from tests.benchmarks.stores import Store

ROWS = 100_000


def start_once(environment: dict[str, str]) -> None:
    """The first start brings the starter decks in; that is no part of what is measured. What the doctor finds is not
    looked at: some of the learners around the measured one wait on days that nothing has made."""
    command = [sys.executable, "-m", "app", "doctor"]
    subprocess.run(command, cwd=ROOT, env={**os.environ, **environment}, capture_output=True, check=False)


def import_table(store: Store, name: str, rows: int = ROWS) -> dict[str, float]:
    """Seconds and megabytes of `cardlet import`, its start included, for the first learner of that database."""
    environment = {**os.environ, **environment_for(store, name)}
    start_once(environment)
    table = Path(environment["CARDLET_DATA_DIR"]) / "table.csv"
    lines = (
        f"What is part {number} of system {number % 97}?,It keeps record {number} in order.\n" for number in range(rows)
    )
    table.write_text("".join(lines))
    command = [sys.executable, "-m", "app", "import", str(table), "--owner", "learner-1", "--deck", "Table"]
    began = time.perf_counter()
    process = subprocess.Popen(command, cwd=ROOT, env=environment, stdout=subprocess.PIPE)
    assert process.stdout is not None
    told = process.stdout.read().decode()
    _, status, used = os.wait4(process.pid, 0)
    seconds = time.perf_counter() - began
    process.returncode = os.waitstatus_to_exitcode(status)
    process.stdout.close()
    assert f"{rows} added" in told, told
    table.unlink()
    return {"rows": rows, "seconds": seconds, "peak_mb": used.ru_maxrss / 1024}
