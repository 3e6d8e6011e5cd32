"""`docs/performance.md` from a run's results. What people wrote below the marker is kept."""

from pathlib import Path
from typing import Any

from tests.benchmarks.bringing import rows_of
from tests.benchmarks.goals import Line, Measured, lines, ms, start, words

MARKER = "<!-- Written by hand from here on, and kept when the figures above are made again. -->"
NOTES = "\n## What the figures say\n\nNothing has been written about this run yet.\n"
ENGINES = {"sqlite": "SQLite", "postgresql": "PostgreSQL"}
GROWING = {
    "no-op": "no-op",
    "due page": "next card, due",
    "new page, 0 % met": "next card, new, 0 % met",
    "new page, 50 % met": "next card, new, 50 % met",
    "new page, 99 % met": "next card, new, 99 % met",
    "drill page": "next card, drill",
    "due answer": "answer, due",
    "new answer, 0 % met": "answer, new, 0 % met",
    "new answer, 50 % met": "answer, new, 50 % met",
    "new answer, 99 % met": "answer, new, 99 % met",
    "due answer with its page": "answer with the next card",
    "undo with its page": "undo with the card",
    "page after a suspend": "next card after a suspend",
    "page after an edit": "next card after an edit",
    "home": "first page",
    "progress": "progress, a year",
    "progress, all time": "progress, all time",
    "progress, memory": "progress, what one knows",
    "progress, mastery": "progress, topics",
    "bare answer": "floor: an answer's statements",
    "bare due page": "floor: a page's statements",
    "template": "floor: a page's template",
    "fsync": "floor: fsync of 4 KiB",
}
PIECES = {
    "test_one_step_of_the_scheduler": "one step of SM-2",
    "test_the_words_of_four_buttons": "the four buttons' words",
    "test_replay_of_fifty_answers": "replay of fifty answers",
    "test_a_card_rendered_for_the_first_time": "a card rendered for the first time",
    "test_a_card_rendered_before": "a card rendered before",
}


def write(run: dict[str, Any], path: Path) -> None:
    """Writes the report, above whatever is written by hand in it."""
    kept = path.read_text().partition(MARKER)[2] if path.exists() else ""
    parts = [_introduction(run), _process(run)]
    for engine, results in run["engines"].items():
        measured = Measured(results, run["anki"])
        parts += [
            f"## {ENGINES[engine]}",
            _goals(measured),
            _growth(measured),
            _load(results),
            _packages(results),
            _builds(results),
        ]
    parts += [_anki(run), _pieces(run), MARKER]
    path.write_text("\n\n".join(part for part in parts if part) + (kept or NOTES))


def table(head: list[str], rows: list[list[str]]) -> str:
    """A Markdown table, its first column text and the others numbers."""
    ruled = ["---", *["---:"] * (len(head) - 1)]
    return "\n".join(f"| {' | '.join(row)} |" for row in [head, ruled, *rows])


def _introduction(run: dict[str, Any]) -> str:
    machine = run["machine"]
    engines = ", ".join(results["version"] for results in run["engines"].values())
    return f"""# Performance

How fast Cardlet is, how that changes as a collection grows, and what it costs to run. Every figure stands beside a
floor measured in the same minute: the app's shortest route (the *no-op*, `/healthz`), the very same SQL statements on
the bare driver, the page's template alone, one fsync of 4 KiB. Times drift with the machine and its disk; the ratios
hold.

Measured on {run["date"]}: {machine["cpu"]}, {machine["cores"]} cores, {machine["memory"]}, {machine["system"]}, Python
{machine["python"]}, {engines}. The load at the start was {machine["load"]:.1f}; whatever else ran then shows as longer
times and wider tails. The run took {run["seconds"] / 60:.0f} minutes.

To repeat it:

```sh
make bench
```

Quicker, in a minute or two: `make bench SIZES="1000 10000" ENGINES=sqlite`. With Anki beside it:
`make bench ANKI_PYTHON=…`, a Python in whose environment the packages `anki` and `psutil` are installed.

How it is measured: one learner has met so many cards in 20 decks, ten answers each, a tenth of them due; beside them
lies a deck of the same size of which other learners have met 0, 50 and 99 %. Requests go into the app in process,
without a socket; each figure is the median of up to {run["times"]} calls, taken in turn with its floors. The floor of
an answer is the no-op and the statements of an answer which the app was kept from committing, so that both do the same
writes for the first time, and whose COMMIT waits for the disk as the app's does. The floor of a page is what it may
take: 3.5 no-ops and its template; its ratio is that of the page without its template to the no-op. Growth is measured
in no-ops, on SQLite with `synchronous=NORMAL`, where no disk blurs it. Many at once are browsers over sockets on
loopback, in a crowd of {run["crowd"]:,} learners with 100 cards each, and their server CPU is without PostgreSQL's."""


def _process(run: dict[str, Any]) -> str:
    return "## Starting\n\n" + _lines([start(run)], anki=False)


def _lines(found: list[Line], *, anki: bool) -> str:
    marks = {True: "yes", False: "**no**", None: ""}
    head = ["", "goal", "measured", "floor", "ratio", "met", *(["Anki"] if anki else [])]
    rows = [
        [one.goal, one.limit, one.measured, one.floor, one.ratio, marks[one.met], *([one.anki] if anki else [])]
        for one in found
    ]
    return table(head, rows)


def _goals(measured: Measured) -> str:
    return "### Goals\n\n" + _lines(lines(measured), anki=bool(measured.anki))


def _growth(measured: Measured) -> str:
    text = "### As a collection grows\n\nMilliseconds, median"
    parts = []
    for mode in ("FULL", "NORMAL"):
        sizes = [size for size in measured.sizes if mode in measured.results["inside"][str(size)]]
        if not sizes:
            continue
        rows = []
        for name, title in GROWING.items():
            cells = [measured.cases(size, mode)[name]["ms"] for size in sizes]
            rows.append([title, *(f"{cell:.3f}" if cell < 1 else f"{cell:.2f}" for cell in cells)])
        how = " with `synchronous=NORMAL`" if mode == "NORMAL" else ""
        parts.append(f"{text}{how}.\n\n{table(['cards met', *map(words, sizes)], rows)}")
        text = "The same"
    return "\n\n".join(parts)


def _load(results: dict[str, Any]) -> str:
    load = results.get("load")
    if not load:
        return ""
    head = ["", "requests/s", "p50, ms", "p99, ms", "server CPU, ms", "failed"]
    rows = []
    for connections in (8, 64):
        for kind, title in (("no-op", "no-op"), ("answer", "answer with the next card")):
            one = load[f"{kind} {connections}"]
            cells = [f"{one['per_second']:.0f}", f"{one['p50']:.1f}", f"{one['p99']:.1f}", f"{one['cpu_ms']:.2f}"]
            rows.append([f"{title}, {connections} connections", *cells, f"{one['failed']} of {one['requests']}"])
    cpu = load["answer 8"]["cpu_ms"] / load["no-op 8"]["cpu_ms"]
    return (
        f"### Many at once\n\n{table(head, rows)}\n\nAn answer costs the server {cpu:.1f} times the processor time of"
        f" the no-op. The server was ready {load['ready_seconds']:.2f} s after its start, held {load['idle_mb']:.0f} MB"
        f" then and {load['loaded_mb']:.0f} MB at the end."
    )


def _packages(results: dict[str, Any]) -> str:
    rows = rows_of(results.get("packages") or {})
    if not rows:
        return ""
    head = ["", "Cardlet", "cards/s", "peak", "Anki", "peak", "Cardlet/Anki"]
    return (
        "### Bringing in and taking out\n\nPackages that Anki made, with ten answers a card; whole processes, their"
        f" start included.\n\n{table(head, rows)}"
    )


def _builds(results: dict[str, Any]) -> str:
    titles = {"collection": "one learner, {} cards met", "crowd": "{} learners, 100 cards each"}
    rows = []
    for name, facts in results["builds"].items():
        kind, size = name.rsplit("_", 1)
        count = words(int(size)) if int(size) >= 1000 else size
        rows.append([titles[kind].format(count), f"{facts['megabytes']:.0f}", f"{facts['seconds']:.1f}"])
    return "### Sizes\n\n" + table(["", "MB on disk", "seconds to build"], rows)


def _anki(run: dict[str, Any]) -> str:
    if not run["anki"]:
        return ""
    sizes = sorted(map(int, run["anki"]))
    names = [name for name in run["anki"][str(sizes[0])] if not name.startswith("mega") and name != "memory_mb"]
    rows = [[name, *(ms(run["anki"][str(size)][name]) for size in sizes)] for name in names]
    for name, title in (("memory_mb", "memory, MB"), ("megabytes", "file, MB")):
        rows.append([title, *(f"{run['anki'][str(size)][name]:.0f}" for size in sizes)])
    return (
        f"## Anki\n\nIts backend in process ({run['anki_version']}), one user and no web: it renders no page, and keeps"
        f" its queue in memory, which is why the next card is cheap until something drops the queue.\n\n"
        f"{table(['cards', *map(words, sizes)], rows)}"
    )


def _pieces(run: dict[str, Any]) -> str:
    rows = [[title, f"{run['pieces'][name]:.1f}"] for name, title in PIECES.items() if name in run["pieces"]]
    return f"## The pieces of a request\n\n{table(['', 'microseconds'], rows)}" if rows else ""
