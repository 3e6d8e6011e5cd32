"""Makes a collection with years of history by Anki's own backend, packs it, and asks Anki for its graphs' numbers.

Run by a Python that has the package `anki`: `python -I anki_graphs.py FOLDER`. Leaves `whole.colpkg` there and prints
JSON. It uses nothing of Cardlet, and Cardlet nothing of it.
"""

import json
import random
import sys
from collections.abc import Iterator
from itertools import count
from pathlib import Path
from typing import Any

LEARNING, REVIEW, RELEARNING, FILTERED, MANUAL, RESCHEDULED = range(6)
DAY, MINUTES, DAYS = 86_400, -600, 1_500
DECKS = ("A", "A::B", "C")
SPANS = ("one_month", "three_months", "one_year", "all_time")
SINCE = ("today", "yesterday", "week", "month", "year", "all_time")
Row = tuple[int, int, int, int, int, int]
"""Day before today, second of the day, kind, button, last interval, factor."""


def build(collection: Any) -> None:
    """A few hundred cards, a tenth of them deleted with their history behind."""
    chance, ids = random.Random(8), count(1)  # noqa: S311
    notes = []
    for number in range(330):
        note = collection.new_note(collection.models.by_name("Basic"))
        note.fields[:2] = [f"front {number}", "back"]
        note.tags = ["odd"] if number % 2 else []
        collection.add_note(note, collection.decks.id(DECKS[number % 3]))
        notes.append(note.id)
        card = note.cards()[0]
        for row in _life(chance):
            _log(collection, card.id, row, next(ids) % 7, chance)
        _settle(collection, card, number)
    collection.remove_notes(notes[::10])


def _life(chance: random.Random) -> Iterator[Row]:
    """What happens to one card from the day it is met, which may be today."""
    day = chance.choice([0, 1, 29, 30, 31, *(chance.randrange(DAYS) for _ in range(20))])
    if chance.random() < 0.1:
        yield day, 10, FILTERED, 3, 0, 0
    yield day, chance.randrange(20, 9_000), LEARNING, chance.randint(1, 4), 0, 0
    yield day, chance.randrange(9_000, 18_000), LEARNING, chance.randint(1, 4), MINUTES, 0
    if day and chance.random() < 0.3:
        # Moved to the next day by a step of minutes, answered there, and graduated with an answer of the same day.
        day -= 1
        yield day, chance.randrange(100, 9_000), LEARNING, 3, MINUTES, 0
    interval = 1
    while (day := day - max(1, round(interval * chance.uniform(0.7, 1.3)))) >= 0:
        second = chance.choice([1, 2, chance.randrange(3, DAY // 2)])
        yield from _before(chance, day)
        button = chance.choices([1, 2, 3, 4], [2, 1, 6, 1])[0]
        yield day, second, REVIEW, button, interval, 2500
        if button == 1:
            for step in range(chance.randint(0, 2)):
                yield day, DAY // 2 + step * 600, RELEARNING, chance.randint(1, 3), MINUTES, 2300
            if chance.random() < 0.3 and day > 0:
                day -= 1
                yield day, chance.choice([5, DAY - 1]), RELEARNING, 3, chance.choice([MINUTES, -DAY]), 2300
        interval = 1 if button == 1 else round(interval * 2.3) + 1


def _before(chance: random.Random, day: int) -> Iterator[Row]:
    """What may come before a repetition and does not take its place."""
    lot = chance.random()
    if lot < 0.05:
        yield day, 1, FILTERED, chance.randint(1, 4), 12, 0
    elif lot < 0.1:
        yield day, 1, MANUAL, 0, 12, 2500
    elif lot < 0.15:
        yield day, 1, RESCHEDULED, 0, 12, 2500
    elif lot < 0.2:
        yield day, 1, RELEARNING, 3, MINUTES, 2500
    elif lot < 0.25 and day > 0:
        yield day + 1, DAY - 1, FILTERED, 3, 0, 0


def _log(collection: Any, card_id: int, row: Row, shift: int, chance: random.Random) -> None:
    day, second, kind, button, last, factor = row
    id = (collection.sched.day_cutoff - (day + 1) * DAY + second) * 1000 + shift
    while collection.db.scalar("SELECT 1 FROM revlog WHERE id = ?", id):
        id += 1
    took = chance.randrange(500, 60_000)
    values = (id, card_id, -1, button, max(1, last), last, factor, took, kind)
    collection.db.execute("INSERT INTO revlog VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)", *values)


def _settle(collection: Any, card: Any, number: int) -> None:
    due = collection.sched.today + number % 40 - 5
    row = "UPDATE cards SET type = 2, queue = 2, ivl = ?, due = ?, factor = 2500, reps = 5 WHERE id = ?"
    collection.db.execute(row, 1 + number % 90, due, card.id)


def graphs(collection: Any, search: str) -> dict[str, Any]:
    """The numbers of Anki's graphs, today being day 0."""
    found = collection._backend.graphs(search=search, days=0)
    kinds = ("learn", "relearn", "young", "mature", "filtered")
    names = ("young_passed", "young_failed", "mature_passed", "mature_failed")
    buttons = {span: getattr(found.buttons, span) for span in SPANS}
    return {
        "answers": {day: sum(getattr(row, kind) for kind in kinds) for day, row in found.reviews.count.items()},
        "took": {day: sum(getattr(row, kind) for kind in kinds) for day, row in found.reviews.time.items()},
        "buttons": {
            span: [sum(each) for each in zip(row.learning, row.young, row.mature, strict=True)]
            for span, row in buttons.items()
        },
        "retention": {
            since: [getattr(getattr(found.true_retention, since), name) for name in names] for since in SINCE
        },
        "today": [found.today.answer_count, found.today.answer_millis, found.today.correct_count],
    }


def one_day(collection: Any, *rows: tuple[int, int, int, int]) -> dict[str, Any]:
    """What Anki makes of one card's rows of three days ago: kind, button, last interval, factor."""
    collection.db.execute("DELETE FROM revlog")
    card_id = collection.db.scalar("SELECT id FROM cards")
    chance = random.Random(1)  # noqa: S311
    for place, row in enumerate(rows):
        _log(collection, card_id, (3, 600 * (place + 1), *row), 0, chance)
    found = graphs(collection, "")
    return {"answers": sum(found["answers"].values()), **{name: found[name] for name in ("buttons", "retention")}}


def main() -> None:
    # The package imports its own parts in a circle, and only this way round.
    from anki.collection import Collection

    folder = Path(sys.argv[1])
    collection = Collection(str(folder / "made.anki2"))
    build(collection)
    said: dict[str, Any] = {"today": collection.sched.day_cutoff // DAY - 1}
    said["graphs"] = {search: graphs(collection, search) for search in ("", "deck:A::B", "deck:C", "tag:odd")}
    collection.export_collection_package(str(folder / "whole.colpkg"), include_media=False, legacy=False)
    collection.reopen()
    said["singly"] = {
        "two repetitions on a day": one_day(collection, (REVIEW, 3, 10, 2500), (REVIEW, 1, 10, 2500)),
        "no button": one_day(collection, (REVIEW, 0, 10, 2500)),
    }
    print(json.dumps(said))


if __name__ == "__main__":
    main()
