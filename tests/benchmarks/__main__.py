"""`make bench`: builds what is missing, measures everything, writes docs/performance.md.

From the environment: SIZES (cards met, default "1000 10000 100000 1000000"), ENGINES (default "sqlite postgresql"),
TIMES (calls of each case, default 200), CROWD (learners, default a hundredth of the largest size, 200 to 10000),
ANSWERS (over sockets, default 4000), ANKI_PYTHON (a Python with the packages `anki` and `psutil`).
"""

import json
import os
import platform
import subprocess
import sys
import time
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from app.locking import locked
from tests.benchmarks import report
from tests.benchmarks.bringing import SIZES, brought_and_taken
from tests.benchmarks.building import COLLECTION, CROWD, built
from tests.benchmarks.cases import measure_all
from tests.benchmarks.inside import inside
from tests.benchmarks.meanwhile import others_meanwhile
from tests.benchmarks.painting import graded_to_painted
from tests.benchmarks.serving import ROOT, start_up, under_load
from tests.benchmarks.stores import NoPostgres, Store, store_for
from tests.benchmarks.tables import import_table

FOLDER = ROOT / ".bench"
HERE = Path(__file__).parent


def setting(name: str, default: str) -> str:
    return os.environ.get(name) or default


def main() -> None:
    FOLDER.mkdir(exist_ok=True)
    with locked(FOLDER / "lock", wait=False) as alone:
        if not alone:
            sys.exit("Another run is under way in this checkout.")
        measure()


def measure() -> None:
    began = time.monotonic()
    # Wherever it is installed, Cardlet finds its modules compiled. Told not to keep them, each command and each server
    # would compile two hundred before it begins.
    os.environ.pop("PYTHONDONTWRITEBYTECODE", None)
    sizes = sorted(int(size) for size in setting("SIZES", "1000 10000 100000 1000000").split())
    times = int(setting("TIMES", "200"))
    crowd = int(setting("CROWD", str(max(200, min(10_000, max(sizes) // 100)))))
    run: dict[str, Any] = {
        "date": f"{datetime.now(UTC):%Y-%m-%d}",
        "machine": machine(),
        "times": times,
        "crowd": crowd,
    }
    run["start"] = start_up()
    run["pieces"] = pieces()
    run["anki"], run["anki_version"] = anki(sizes, os.environ.get("ANKI_PYTHON"))
    run["engines"] = {}
    for engine in setting("ENGINES", "sqlite postgresql").split():
        try:
            with store_for(engine, FOLDER) as store:
                run["engines"][engine] = measured(store, sizes, times, crowd)
            keep(run, began)
        except NoPostgres as missing:
            say(f"{engine}: left out. {missing}")
    say(f"docs/performance.md is written; the raw figures are in {FOLDER.name}/results.json ({run['seconds']} s)")


def keep(run: dict[str, Any], began: float) -> None:
    """Writes what there is so far: a run that is broken off in its second hour is not lost."""
    run["seconds"] = round(time.monotonic() - began)
    (FOLDER / "results.json").write_text(json.dumps(run, indent=1))
    report.write(run, ROOT / "docs" / "performance.md")


def say(words: str) -> None:
    print(words, flush=True)


def measured(store: Store, sizes: list[int], times: int, crowd: int) -> dict[str, Any]:
    """Everything on one engine. Each measuring has a copy of its own, so that none finds what another has changed."""
    results: dict[str, Any] = {"version": store.version(), "builds": {}, "inside": {}}
    for size in sizes:
        name, facts = built(store, COLLECTION, size)
        results["builds"][name] = facts
        say(f"{store.engine}: {size:,} cards met, {facts['megabytes']} MB, built in {facts['seconds']} s")
        results["inside"][str(size)] = {}
        for mode in ("FULL", "NORMAL") if store.engine == "sqlite" else ("FULL",):
            store.copy(name, "work")
            with inside(store, "work", mode) as here:
                results["inside"][str(size)][mode] = measure_all(here, store.engine, size, times)
            store.drop("work")
    name, facts = built(store, CROWD, crowd)
    results["builds"][name] = facts
    say(f"{store.engine}: {crowd:,} learners, {facts['megabytes']} MB, built in {facts['seconds']} s")
    store.copy(name, "work")
    results["load"] = under_load(store, "work", crowd, min(int(setting("ANSWERS", "4000")), crowd * 10))
    store.drop("work")
    store.copy(name, "work")
    results["meanwhile"] = others_meanwhile(store, "work")
    store.drop("work")
    store.copy(built(store, COLLECTION, sizes[0])[0], "work")
    results["table"] = import_table(store, "work", os.environ.get("ANKI_PYTHON"))
    store.drop("work")
    packages, smallest = [size for size in SIZES if size <= max(sizes)], built(store, COLLECTION, sizes[0])[0]
    results["packages"] = brought_and_taken(store, smallest, packages, os.environ.get("ANKI_PYTHON"))
    store.copy(built(store, COLLECTION, sizes[0])[0], "work")
    results["painted"] = graded_to_painted(store, "work")
    store.drop("work")
    return results


def pieces() -> dict[str, float]:
    """Microseconds of the pure pieces, measured by pytest-benchmark."""
    out = FOLDER / "pieces.json"
    command = [sys.executable, "-m", "pytest", "-q", str(HERE / "bench_pieces.py"), f"--benchmark-json={out}"]
    subprocess.run(command, cwd=ROOT, check=True, capture_output=True)
    found = json.loads(out.read_text())["benchmarks"]
    return {one["name"]: one["stats"]["median"] * 1_000_000 for one in found}


def anki(sizes: list[int], python: str | None) -> tuple[dict[str, Any], str]:
    """Anki's figures at the same sizes, and its version, if there is a Python that has it."""
    if not python:
        return {}, ""
    results = {}
    for size in sizes:
        command = [python, str(HERE / "beside_anki.py"), str(FOLDER / "anki"), str(size)]
        done = subprocess.run(command, stdout=subprocess.PIPE, text=True, check=True, cwd=FOLDER)
        results[str(size)] = json.loads(done.stdout.splitlines()[-1])
        say(f"anki: {size:,} cards")
    asked = "import importlib.metadata as m; print('anki', m.version('anki'))"
    version = subprocess.run([python, "-c", asked], stdout=subprocess.PIPE, text=True, check=True).stdout.strip()
    return results, version


def machine() -> dict[str, Any]:
    """What this was measured on, without names that lead to one machine."""
    cpu = Path("/proc/cpuinfo").read_text().split("model name")[1].split(":", 1)[1].splitlines()[0].strip()
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30
    named = platform.freedesktop_os_release().get("PRETTY_NAME", platform.system())
    return {
        "cpu": cpu,
        "cores": os.cpu_count(),
        "memory": f"{memory:.0f} GiB",
        "system": f"{named}, Linux {platform.release().split('-')[0]}",
        "python": platform.python_version(),
        "load": os.getloadavg()[0],
    }


if __name__ == "__main__":
    main()
