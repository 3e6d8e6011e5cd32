"""Run by a Python that has Anki: imports a package and prints what became of it, as JSON."""

import json
import sys
from pathlib import Path
from typing import Any

from anki.collection import Collection, ImportAnkiPackageOptions, ImportAnkiPackageRequest

NAMES = ("id", "ord", "type", "queue", "ivl", "factor", "reps", "lapses", "flags")


def described(collection: Any, card: Any) -> dict[str, Any]:
    note = card.note()
    told = {name: getattr(card, name) for name in NAMES}
    told |= {"fields": list(note.fields), "tags": list(note.tags), "guid": note.guid}
    told["data"] = json.loads(collection.db.scalar("SELECT data FROM cards WHERE id = ?", card.id) or "{}")
    told["deck"] = collection.decks.name(card.did)
    told["due_in"] = card.due - collection.sched.today if card.type == 2 else card.due
    return told


def main(package: str, folder: str) -> None:
    collection = Collection(str(Path(folder) / "target.anki2"))
    options = ImportAnkiPackageOptions(with_scheduling=True, with_deck_configs=True, merge_notetypes=False)
    collection.import_anki_package(ImportAnkiPackageRequest(package_path=package, options=options))
    rows = collection.db.all
    cards = [described(collection, collection.get_card(card_id)) for (card_id,) in rows("SELECT id FROM cards")]
    log = rows("SELECT id, cid, ease, ivl, lastIvl, factor, time, type FROM revlog ORDER BY id")
    media = {path.name: path.read_bytes().hex() for path in sorted(Path(collection.media.dir()).iterdir())}
    presets = [conf for conf in collection.decks.all_config() if conf["id"] != 1]
    found = {"cards": cards, "log": log, "media": media, "presets": presets, "fsrs": collection.get_config("fsrs")}
    print(json.dumps(found))
    collection.close()


if __name__ == "__main__":
    main(*sys.argv[1:3])
