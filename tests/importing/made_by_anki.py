"""Makes packages with Anki's own backend, through the Python package `anki`, in an environment with it.

Run by that environment's Python: `python -I made_by_anki.py FOLDER`. Leaves packages of both kinds there and prints, as
JSON, what Anki says is in the collection. It uses nothing of Cardlet, and Cardlet nothing of it.
"""

import json
import sys
from pathlib import Path
from typing import Any

CARDS = "SELECT n.guid, c.ord, c.type, c.queue, c.due, c.ivl, c.factor, c.lapses, c.odid, c.odue, c.id FROM cards c"


def build(folder: Path) -> dict[str, Any]:
    """A collection with all that a learner leaves behind, packed as Anki packs it."""
    from anki.collection import Collection, ExportAnkiPackageOptions

    collection = Collection(str(folder / "collection.anki2"))
    _write_notes(collection)
    _study(collection)
    _filter(collection)
    said = {
        "first_day": collection.crt // 86_400,
        "cards": collection.db.all(f"{CARDS} JOIN notes n ON n.id = c.nid ORDER BY c.id"),
        "answers": collection.db.all("SELECT id, cid, ease, ivl, lastIvl, factor, time, type FROM revlog ORDER BY id"),
        "decks": [deck.name for deck in collection.decks.all_names_and_ids()],
        "memory": {card_id: _memory(collection, card_id) for card_id in collection.find_cards("")},
        "retention": collection.decks.config_dict_for_deck_id(collection.decks.id("Sprachen::日本語"))[
            "desiredRetention"
        ],
    }
    for legacy in (True, False):
        options = ExportAnkiPackageOptions(with_scheduling=True, with_deck_configs=True, with_media=True, legacy=legacy)
        collection.export_anki_package(out_path=str(folder / f"legacy{legacy:d}.apkg"), options=options, limit=None)
    for legacy in (True, False):
        path = str(folder / f"legacy{legacy:d}.colpkg")
        collection.export_collection_package(path, include_media=True, legacy=legacy)
        collection.reopen()
    return said


def _write_notes(collection: Any) -> None:
    collection.set_config("fsrs", True)
    folder = Path(collection.media.dir())
    folder.mkdir(exist_ok=True)
    (folder / "bild.png").write_bytes(b"\x89PNG\r\n\x1a\n" + bytes(range(256)))
    deck = collection.decks.id("Sprachen::日本語")
    for number in range(20):
        note = collection.new_note(collection.models.by_name("Basic"))
        note.fields = [f"ことば {number} <img src=bild.png>", f"word {number}"]
        note.tags = ["one", "marked"] if number == 3 else ["one::two"]
        collection.add_note(note, deck)
    for name, fields in (("Cloze", ["{{c1::a}} and {{c3::b}}", ""]), ("Basic (and reversed card)", ["f", "b"])):
        note = collection.new_note(collection.models.by_name(name))
        note.fields = fields
        collection.add_note(note, collection.decks.id("Other"))


def _study(collection: Any) -> None:
    collection.decks.select(collection.decks.id("Sprachen::日本語"))
    for number in range(14):
        card = collection.sched.getCard()
        if card is not None:
            collection.sched.answerCard(card, number % 4 + 1)
    cards = collection.find_cards("")
    collection.sched.suspend_cards(cards[-1:])
    collection.sched.bury_cards(cards[-2:-1])
    collection.set_user_flag_for_cards(4, cards[:1])
    collection.sched.set_due_date(cards[15:17], "5-9")


def _filter(collection: Any) -> None:
    deck_id = collection.decks.new_filtered("Filtered")
    deck = collection.decks.get(deck_id)
    deck["terms"] = [["is:review", 5, 0]]
    collection.decks.save(deck)
    collection.sched.rebuild_filtered_deck(deck_id)


def _memory(collection: Any, card_id: int) -> list[float] | None:
    state = collection.get_card(card_id).memory_state
    return None if state is None else [state.stability, state.difficulty]


if __name__ == "__main__":
    print(json.dumps(build(Path(sys.argv[1]))))
