"""Bringing collections in and taking them out through the terminal, each as a process of its own, start included; and
Anki doing the same with the same files, if it is there."""

import sys
from pathlib import Path
from typing import Any

from tests.benchmarks.serving import environment_for
from tests.benchmarks.stored import seconds_to_store
from tests.benchmarks.stores import Sqlite, Store
from tests.benchmarks.tables import ANKI, start_once
from tests.benchmarks.watched import watched

SIZES = (10_000, 100_000)
Used = dict[str, float]
"""Seconds to the end, and until something was told; the megabytes a process held at most, those it started included."""


def brought_and_taken(store: Store, name: str, sizes: list[int], python: str | None) -> dict[str, dict[str, Used]]:
    """Packages with schedule and history, by size and act; empty without Anki, which makes them. Each size comes into a
    copy of its own of the database with this name, as Anki's comes into a collection of its own."""
    found: dict[str, dict[str, Used]] = {}
    for size in sizes if python else ():
        assert python is not None
        folder = store.folder / "packages"
        folder.mkdir(exist_ok=True)
        package = folder / f"{size}.apkg"
        if not package.exists():
            _run([python, str(ANKI), "make", str(folder), str(size)], {})
        store.copy(name, "work")
        found[str(size)] = _one_size(store, "work", package, python)
        store.drop("work")
    return found


def _one_size(store: Store, name: str, package: Path, python: str) -> dict[str, Used]:
    environment, out = environment_for(store, name), package.parent / "out"
    out.mkdir(exist_ok=True)
    start_once(environment)
    ours = [sys.executable, "-m", "app"]
    acts: dict[str, Used] = {
        "import": _run([*ours, "import", str(package), "--owner", "learner-1"], environment),
        "rows alone": {"seconds": seconds_to_store(store, name)} if isinstance(store, Sqlite) else {},
        "import again": _run([*ours, "import", str(package), "--owner", "learner-1"], environment),
    }
    for ending in ("apkg", "cardlet", "csv"):
        file = out / f"all.{ending}"
        taking = [*ours, "export", str(file), "--user", "learner-1", "--deck", "Bench"]
        acts[f"export {ending}"] = _run(taking, environment)
        file.unlink()
    for act in ("import", "import again", "export apkg"):
        acts[f"anki {act}"] = _run([python, str(ANKI), act.split()[0], str(package), act], {})
    return acts


def _run(command: list[str], environment: dict[str, str]) -> Used:
    done = watched(command, environment)
    return {
        "seconds": round(done.seconds, 2),
        "told_after": round(done.told_after, 2),
        "peak_mb": round(done.peak_mb),
    }


def rows_of(found: dict[str, dict[str, Any]]) -> list[list[str]]:
    """The report's rows: what, how long, how many a second, how much memory, and Anki's beside it. An import is over
    when its report stands there; what the words of its notes take after that has a row of its own."""
    rows = []
    for size, acts in found.items():
        for act, used in acts.items():
            if act.startswith("anki ") or not used:
                continue
            if act == "rows alone":
                rows.append(_floor(size, used["seconds"], acts["anki import"]))
                continue
            if not act.startswith("import"):
                rows.append(_row(act, size, used["seconds"], used, acts.get(f"anki {act}")))
                continue
            rows.append(_row(act, size, used["told_after"], used, acts.get(f"anki {act}")))
            rows.append(_row(f"{act}, with its words indexed", size, used["seconds"], used, None))
    return rows


def _floor(size: str, seconds: float, anki: Used) -> list[str]:
    what, pace = f"the rows of it, stored by the driver alone, {int(size):,} cards", f"{int(size) / seconds:,.0f}"
    return [what, f"{seconds:.1f} s", pace, "", "", "", f"{seconds / anki['seconds']:.1f}"]


def _row(act: str, size: str, seconds: float, used: Used, anki: Used | None) -> list[str]:
    beside = [f"{anki['seconds']:.1f} s", f"{anki['peak_mb']:.0f} MB"] if anki else ["", ""]
    ratio = f"{seconds / anki['seconds']:.1f}" if anki else ""
    pace = f"{int(size) / seconds:,.0f}"
    return [f"{act}, {int(size):,} cards", f"{seconds:.1f} s", pace, f"{used['peak_mb']:.0f} MB", *beside, ratio]
