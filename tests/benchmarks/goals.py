"""The goals, each with how it is read from a run's results. A later feature adds its lines here."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

REFERENCE = 100_000
LOOKING_BACK = {
    "progress": 100,
    "progress, all time": 100,
    "progress, one deck": 100,
    "progress, memory": None,
    "progress, mastery": None,
}
"""Milliseconds that a page of progress may take, however large the collection."""
Cases = dict[str, dict[str, float]]


@dataclass(frozen=True)
class Line:
    """One goal as it was measured. `met` None: measured beside the goals, without a limit of its own."""

    goal: str
    limit: str
    measured: str
    floor: str
    ratio: str
    met: bool | None
    anki: str = ""


@dataclass(frozen=True)
class Measured:
    """One engine's results, and Anki's where it was there."""

    results: dict[str, Any]
    anki: dict[str, Any]

    @property
    def sizes(self) -> list[int]:
        return sorted(map(int, self.results["inside"]))

    @property
    def reference(self) -> int:
        """The size the goals speak of, or the largest below it."""
        return max((size for size in self.sizes if size <= REFERENCE), default=self.sizes[0])

    def cases(self, size: int, mode: str = "FULL") -> Cases:
        modes: dict[str, Cases] = self.results["inside"][str(size)]
        return modes.get(mode) or modes["FULL"]

    def anki_ms(self, size: int, name: str) -> str:
        found = self.anki.get(str(size), {}).get(name)
        return "" if found is None else ms(found)


def ms(value: float) -> str:
    """Milliseconds with three figures that mean something."""
    return f"{value:.0f} ms" if value >= 100 else f"{value:.1f} ms" if value >= 10 else f"{value:.2f} ms"


def words(size: int) -> str:
    return f"{size // 1_000_000}M" if size >= 1_000_000 else f"{size // 1000}k"


def lines(measured: Measured) -> list[Line]:
    """All goals of an engine for which this run has figures."""
    return [line for goal in GOALS for line in goal(measured)]


def answering(measured: Measured) -> Iterator[Line]:
    size = measured.reference
    cases, anki = measured.cases(size), measured.anki_ms(size, "answer")
    took, floor = cases["due answer"]["ms"], cases["floor of a due answer"]["ms"]
    goal = f"answer a due card, {words(size)}"
    yield Line(goal, "≤ 2 × floor", ms(took), ms(floor), f"{took / floor:.2f}", took <= 2 * floor, anki)
    took, floor = cases["due answer with its page"]["ms"], cases["floor of a due answer with its page"]["ms"]
    both = measured.anki_ms(size, "answer and next")
    yield Line("the same with the next card in the reply", "", ms(took), ms(floor), f"{took / floor:.2f}", None, both)
    took, floor = cases["undo with its page"]["ms"], cases["floor of an undo with its page"]["ms"]
    undo = measured.anki_ms(size, "undo")
    yield Line("undo, with the card in the reply", "", ms(took), ms(floor), f"{took / floor:.2f}", None, undo)
    if "NORMAL" in measured.results["inside"][str(size)]:
        cases = measured.cases(size, "NORMAL")
        took, floor, ratio = cases["due answer"]["ms"], cases["no-op"]["ms"], cases["due answer"]["noops"]
        goal = "answer with `synchronous=NORMAL`, against the no-op"
        yield Line(goal, "≤ 6 ×, fails over 9 ×", ms(took), ms(floor), f"{ratio:.2f}", ratio <= 6)


def next_card(measured: Measured) -> Iterator[Line]:
    size = measured.reference
    for name in ("due page", "drill page", "new page, 50 % met"):
        cases = measured.cases(size)
        took, noop, template = cases[name]["ms"], cases["no-op"]["ms"], cases["template"]["ms"]
        allowed, ratio = 3.5 * noop + template, (took - template) / noop
        goal, anki = f"next card, {name.replace(' page', '')}", measured.anki_ms(size, "next")
        yield Line(goal, "≤ 3.5 × no-op + template", ms(took), ms(allowed), f"{ratio:.2f}", took <= allowed, anki)


def many_at_once(measured: Measured) -> Iterator[Line]:
    load = measured.results.get("load")
    if load:
        eight = load["answer 8"]
        ratio = eight["p99"] / eight["p50"]
        goal = "99th percentile of answers, 8 connections"
        yield Line(goal, "≤ 5 × median", ms(eight["p99"]), ms(eight["p50"]), f"{ratio:.2f}", ratio <= 5)
        failed = f"{eight['failed']} of {eight['requests']}"
        yield Line("failed answers, 8 writers", "0", failed, "", "", eight["failed"] == 0)


def growth(measured: Measured) -> Iterator[Line]:
    """Each against the no-op just before it, so that the machine's drift between the runs cancels out."""
    small, large = measured.reference, max(measured.sizes)
    if small == large:
        return
    mode = "NORMAL"
    for word, limit in (("answer", 1.25), ("page", 1.1)):
        for case in ("due", "new", "new 50", "new 99"):
            name = f"due {word}" if case == "due" else f"new {word}, {case[4:] or 0} % met"
            few, many = measured.cases(small, mode), measured.cases(large, mode)
            ratio = many[name]["noops"] / few[name]["noops"]
            what = "answer" if word == "answer" else "next card"
            which = "due" if case == "due" else f"new, {case[4:] or 0} % met"
            goal = f"growth {words(small)} → {words(large)}: {what}, {which}"
            sizes = f"{many[name]['noops']:.1f} no-ops", f"{few[name]['noops']:.1f} no-ops"
            yield Line(goal, f"≤ {limit} ×", *sizes, f"{ratio:.2f}", ratio <= limit)


def after_changes(measured: Measured) -> Iterator[Line]:
    size = measured.reference
    for name in ("page after a suspend", "page after an edit"):
        took, anki = measured.cases(size)[name]["ms"], measured.anki_ms(size, "next after a suspend")
        goal = f"next card right after {name.split('after ')[1]}, {words(size)}"
        yield Line(goal, "≤ 2 ms", ms(took), "", "", took <= 2, anki)


def home(measured: Measured) -> Iterator[Line]:
    size = max(measured.sizes)
    cases = measured.cases(size)
    took, floor = cases["home"]["ms"], cases["bare home"]["ms"] + cases["no-op"]["ms"]
    goal, anki = f"first page with counts, {words(size)}", measured.anki_ms(size, "deck tree")
    yield Line(goal, "≤ 10 ms", ms(took), ms(floor), f"{took / floor:.2f}", took <= 10, anki)


def memory(measured: Measured) -> Iterator[Line]:
    load = measured.results.get("load")
    if load:
        for state, limit in (("idle", 80), ("loaded", 110)):
            held = load[f"{state}_mb"]
            yield Line(f"memory of the server, {state}", f"≤ {limit} MB", f"{held:.0f} MB", "", "", held <= limit)


def looking_back(measured: Measured) -> Iterator[Line]:
    """Ten answers a card; the floor is the no-op, the page's statements bare and its template. Anki: all numbers of
    its graphs, without a page."""
    for size in sorted({measured.reference, max(measured.sizes)}):
        cases = measured.cases(size)
        for name, limit in LOOKING_BACK.items():
            took, floor = cases[name]["ms"], cases[f"floor of {name}"]["ms"]
            anki = measured.anki_ms(size, "graphs, all time" if "all time" in name else "graphs, a year")
            goal = f"{name}, {words(size)} cards, {words(size * 10)} reviews"
            met = None if limit is None else took <= limit
            limits = "" if limit is None else f"≤ {limit} ms"
            yield Line(goal, limits, ms(took), ms(floor), f"{took / floor:.2f}", met, anki if limit else "")


def searching(measured: Measured) -> Iterator[Line]:
    for size in sorted({measured.reference, max(measured.sizes)}):
        for name in ("a word", "two Chinese characters", "is:due, a tag and a word"):
            case = f"search, {name}"
            took, anki = measured.cases(size)[case]["ms"], measured.anki_ms(size, case)
            yield Line(f"first page of a search, {words(size)}: {name}", "≤ 10 ms", ms(took), "", "", took <= 10, anki)


def switching(measured: Measured) -> Iterator[Line]:
    """Of one deck of twenty, ten answers a card."""
    size = measured.reference
    cases, reviews = measured.cases(size), size // 20 * 10
    for name, limit in (("preview of a switch", None), ("switch", reviews / 100_000 * 2000)):
        took, floor = cases[name]["ms"], cases[f"bare {name}"]["ms"]
        goal = f"{name} to FSRS, {words(reviews)} reviews"
        allowed = "" if limit is None else f"≤ {ms(limit)} (2 s for 100k)"
        met = None if limit is None else took <= limit
        yield Line(goal, allowed, ms(took), ms(floor), f"{took / floor:.2f}", met)


def importing(measured: Measured) -> Iterator[Line]:
    table = measured.results.get("table")
    if table:
        rate, goal = table["rows"] / table["seconds"], f"import of a table, {words(table['rows'])} rows"
        anki, held = "", ""
        if "anki_seconds" in table:
            anki, held = f"{table['rows'] / table['anki_seconds']:,.0f} rows/s", f"{table['anki_peak_mb']:.0f} MB"
        yield Line(goal, "≥ 48,000 rows/s", f"{rate:,.0f} rows/s", "", "", rate >= 48_000, anki)
        memory = f"{table['peak_mb']:.0f} MB"
        yield Line("memory of that import", "≤ 200 MB", memory, "", "", table["peak_mb"] <= 200, held)


def meanwhile(measured: Measured) -> Iterator[Line]:
    """Answers of eight learners; the floor is without an import, just before."""
    both = measured.results.get("meanwhile")
    if both:
        for which, met in (("p50", False), ("p95", True)):
            took, floor = both["during"][which], both["without"][which]
            goal = f"answers while {words(both['rows'])} rows are imported, {which}"
            limit = "< 2 ×" if met else ""
            yield Line(goal, limit, ms(took), ms(floor), f"{took / floor:.2f}", took < 2 * floor if met else None)


def painting(measured: Measured) -> Iterator[Line]:
    """In a browser on loopback; the floor is the frame that is being painted and the next."""
    painted = measured.results.get("painted")
    if painted:
        for which, limit in (("median", 50), ("p95", None)):
            took, floor = painted[which], painted["floor"]
            goal = f"a grade pressed to the next card painted, {which}"
            allowed, met = ("", None) if limit is None else (f"≤ {limit} ms", took <= limit)
            yield Line(goal, allowed, ms(took), ms(floor), f"{took / floor:.2f}", met)


GOALS: list[Callable[[Measured], Iterator[Line]]] = [
    answering,
    next_card,
    many_at_once,
    growth,
    after_changes,
    home,
    looking_back,
    searching,
    switching,
    memory,
    importing,
    meanwhile,
    painting,
]


def start(run: dict[str, Any]) -> Line:
    """Starting is the same whatever the engine."""
    took, floor = run["start"]["app_seconds"], run["start"]["libraries_seconds"]
    goal = "import and create the app, whole process"
    return Line(goal, "≤ 0.6 s", f"{took:.2f} s", f"{floor:.2f} s", f"{took / floor:.2f}", took <= 0.6)
