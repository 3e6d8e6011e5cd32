"""The same questions asked of Anki's own backend, through the Python package `anki`, in an environment with it.

Run by that environment's Python: `python beside_anki.py FOLDER SIZE`. Prints one JSON object. It uses nothing of
Cardlet, and Cardlet nothing of it.
"""

import json
import shutil
import sys
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path
from statistics import median
from typing import Any

DECKS, TIMES = 20, 200
SEARCHES = {
    "a word": "record",
    "two Chinese characters": "编排",
    "is:due, a tag and a word": "is:due tag:subject record",
}


def build(path: Path, size: int) -> None:
    """As many cards as Cardlet's learner has met, in as many decks, a tenth of them due, ten rows of log each."""
    from anki.collection import AddNoteRequest, Collection

    collection = Collection(str(path))
    kind = collection.models.by_name("Basic")
    decks = [collection.decks.id(f"Bench::Subject {number}") for number in range(DECKS)]
    limits = collection.decks.all_config()[0]
    limits["new"]["perDay"] = limits["rev"]["perDay"] = 9999
    collection.decks.save(limits)
    for start in range(0, size, 5000):
        requests = []
        for i in range(start, min(size, start + 5000)):
            note = collection.new_note(kind)
            chinese = f" 容器编排如何运行第 {i} 部分？" if i % 7 == 0 else ""
            question = f"What does part {i} of system {i % 97} answer for?{chinese}"
            note.fields[:2] = [question, f"It keeps record {i} in order."]
            note.tags = [f"subject::part-{i % 10}"]
            requests.append(AddNoteRequest(note, decks[i * DECKS // size]))
        collection.add_notes(requests)
    today, now = collection.sched.today, int(time.time())
    collection.db.execute(
        "UPDATE cards SET type = 2, queue = 2, ivl = 5 + id % 90, factor = 2500, reps = 10, data = '{}',"
        " due = CASE WHEN id % 10 = 0 THEN ? - id % 3 ELSE ? + 1 + id % 89 END",
        today,
        today,
    )
    collection.db.execute(
        "WITH RECURSIVE n(j) AS (SELECT 0 UNION ALL SELECT j + 1 FROM n WHERE j < 9)"
        " INSERT INTO revlog SELECT (? - 1400 * 86400) * 1000 + j * ? * 10 + row_number() OVER (ORDER BY cards.id),"
        " cards.id, -1, 3, 10, 5, 2500, 4000, 1 FROM n, cards",
        now,
        size,
    )
    collection.close()


def timed(act: Callable[[], Any]) -> tuple[Any, float]:
    begin = time.perf_counter()
    result = act()
    return result, time.perf_counter() - begin


def measure(path: Path) -> dict[str, float]:
    """Medians in milliseconds, and the memory held at the end."""
    import psutil
    from anki.cards import Card
    from anki.collection import Collection
    from anki.scheduler.v3 import CardAnswer

    collection = Collection(str(path))
    collection.decks.select(collection.decks.id("Bench"))
    scheduler = collection.sched
    names = ("next", "answer", "answer and next", "undo", "next after a suspend", "deck tree")
    taken: dict[str, list[float]] = {name: [] for name in names}
    for _ in range(TIMES):
        queue, getting = timed(scheduler.get_queued_cards)
        if not queue.cards:
            break
        card = Card(collection, backend_card=queue.cards[0].card)
        card.start_timer()
        answer = scheduler.build_answer(card=card, states=queue.cards[0].states, rating=CardAnswer.GOOD)
        _, answering = timed(lambda given=answer: scheduler.answer_card(given))
        taken["next"].append(getting)
        taken["answer"].append(answering)
        taken["answer and next"].append(getting + answering)
    for _ in range(9):
        taken["undo"].append(timed(collection.undo)[1])
        scheduler.get_queued_cards()
    for _ in range(9):
        queue = scheduler.get_queued_cards()
        if not queue.cards:
            break
        scheduler.suspend_cards([queue.cards[0].card.id])
        taken["next after a suspend"].append(timed(scheduler.get_queued_cards)[1])
    for _ in range(9):
        taken["deck tree"].append(timed(scheduler.deck_due_tree)[1])
    for name, days in {"graphs, a year": 365, "graphs, all time": 0}.items():
        taken[name] = [timed(partial(collection._backend.graphs, search="", days=days))[1] for _ in range(5)]
    taken |= _searches(collection)
    results = {name: round(median(each) * 1000, 4) for name, each in taken.items() if each}
    collection.close()
    return {**results, "memory_mb": round(psutil.Process().memory_info().rss / 2**20, 1)}


def _searches(collection: Any) -> dict[str, list[float]]:
    return {
        f"search, {name}": [timed(lambda given=query: collection.find_cards(given))[1] for _ in range(9)]
        for name, query in SEARCHES.items()
    }


def main() -> None:
    folder, size = Path(sys.argv[1]), int(sys.argv[2])
    folder.mkdir(parents=True, exist_ok=True)
    kept, work = folder / f"collection-{size}-tagged.anki2", folder / "work"
    if not kept.exists():
        shutil.rmtree(folder / "building", ignore_errors=True)
        (folder / "building").mkdir()
        build(folder / "building" / "collection.anki2", size)
        (folder / "building" / "collection.anki2").rename(kept)
    shutil.rmtree(work, ignore_errors=True)
    work.mkdir()
    shutil.copy(kept, work / "collection.anki2")
    result = measure(work / "collection.anki2")
    result["megabytes"] = round(kept.stat().st_size / 2**20, 1)
    print(json.dumps(result))


if __name__ == "__main__":
    # The package imports its own parts in a circle, and only this way round.
    import anki.collection  # noqa: F401

    main()
