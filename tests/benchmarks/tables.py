"""Importing a table through the terminal, as one process: how long, and how much memory at most; and Anki doing the
same with the same file, if it is there."""

import os
import subprocess
import sys
from pathlib import Path

from tests.benchmarks.serving import ROOT, environment_for
from tests.benchmarks.stores import Store
from tests.benchmarks.watched import watched

ROWS = 100_000
ANKI = Path(__file__).with_name("anki_files.py")


def start_once(environment: dict[str, str]) -> None:
    """The first start brings the starter decks in; that is no part of what is measured. What the doctor finds is not
    looked at: some of the learners around the measured one wait on days that nothing has made."""
    command = [sys.executable, "-m", "app", "doctor"]
    subprocess.run(command, cwd=ROOT, env={**os.environ, **environment}, capture_output=True, check=False)


def import_table(store: Store, name: str, python: str | None, rows: int = ROWS) -> dict[str, float]:
    """Seconds of `cardlet import` until its report stands there, its start included, and until the words are in the
    index too; and megabytes. For the first learner of that database. `python`: one that has Anki."""
    environment = environment_for(store, name)
    start_once(environment)
    table = Path(environment["CARDLET_DATA_DIR"]) / "table.csv"
    lines = (
        f"What is part {number} of system {number % 97}?,It keeps record {number} in order.\n" for number in range(rows)
    )
    table.write_text("".join(lines))
    command = [sys.executable, "-m", "app", "import", str(table), "--owner", "learner-1", "--deck", "Table"]
    done = watched(command, environment)
    assert f"{rows} added" in done.told, done.told
    found = {"rows": rows, "seconds": done.told_after, "seconds_indexed": done.seconds, "peak_mb": done.peak_mb}
    if python:
        beside = watched([python, str(ANKI), "table", str(table)], {})
        assert f"{rows} added" in beside.told, beside.told
        found |= {"anki_seconds": beside.told_after, "anki_peak_mb": beside.peak_mb}
    table.unlink()
    return found
