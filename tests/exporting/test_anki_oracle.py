"""What Anki itself makes of our packages; skipped without it. `ANKI_PYTHON` names a Python that has it."""

import importlib.util
import json
import os
import subprocess
import sys
import zipfile
from contextlib import closing
from datetime import datetime
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy.orm import Session

from app.exporting.anki_package import FIRST_DAY, write
from app.exporting.choosing import Export
from app.models import SchedulerVersion
from app.models.follow import Follow
from tests.exporting.filled import PNG, a_collection, an_export, answered
from tests.exporting.test_anki_package import unpacked
from tests.factories import a_deck, a_follow, a_learner, a_note, at

PYTHON = os.environ.get("ANKI_PYTHON") or (sys.executable if importlib.util.find_spec("anki") else None)
pytestmark = pytest.mark.skipif(PYTHON is None, reason="needs the anki package: set ANKI_PYTHON")


def read_by_anki(package: bytes, tmp_path: Path) -> dict[str, Any]:
    path = tmp_path / "ours.apkg"
    path.write_bytes(package)
    command = [str(PYTHON), str(Path(__file__).with_name("anki_reads.py")), str(path), str(tmp_path)]
    environment = {**os.environ, "PYTHONPATH": "", "TZ": "UTC"}
    done = subprocess.run(command, capture_output=True, text=True, check=False, env=environment, timeout=120)
    assert done.returncode == 0, done.stderr
    found: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    return found


def test_anki_takes_everything_as_it_is(session: Session, data_dir: Path, tmp_path: Path) -> None:
    ada, deck = a_collection(session, data_dir)
    package = b"".join(write(session, an_export(session, ada, deck, data_dir)))
    found = read_by_anki(package, tmp_path)
    with closing(unpacked(package, tmp_path)) as ours:
        log = ours.execute("SELECT id, cid, ease, ivl, lastIvl, factor, time, type FROM revlog ORDER BY id").fetchall()
        cards = {
            row[0]: row
            for row in ours.execute(
                "SELECT c.id, ord, type, queue, due, ivl, factor, reps, lapses, c.flags, flds, guid, n.tags"
                " FROM cards c JOIN notes n ON n.id = nid"
            )
        }
    assert [tuple(row) for row in found["log"]] == log
    assert found["media"] == {"p.png": PNG.hex()}
    assert len(found["cards"]) == len(cards) == 8
    today = (datetime.now().astimezone().date() - datetime(1970, 1, 1).date()).days  # noqa: DTZ001
    for card in found["cards"]:
        own = cards[card["id"]]
        names = ("id", "ord", "type", "queue", "ivl", "factor", "reps", "lapses", "flags")
        assert [card[name] for name in names] == [*own[:4], *own[5:10]], card
        assert "\x1f".join(card["fields"]) == own[10] and card["guid"] == own[11]
        assert card["tags"] == own[12].split()
        if card["type"] == 2:
            assert abs(card["due_in"] - (own[4] + FIRST_DAY - today)) <= 1, "the day may turn while the test runs"
    assert {card["deck"] for card in found["cards"]} == {"语言", "语言::Words"}
    assert [preset["new"]["perDay"] for preset in found["presets"]] == [7]


def test_anki_takes_fsrs_memories_and_parameters(session: Session, data_dir: Path, tmp_path: Path) -> None:
    ada = a_learner(session)
    deck = a_deck(session, owner=ada)
    (card,) = a_note(session, deck)
    version = {"scheduler": "fsrs", "retention": 0.85, "maximum_interval": 1000, "fuzz": False, "chosen_at": at(0)}
    session.add(SchedulerVersion(user_id=ada.id, version=1, deck_id=deck.id, **version))
    follow: Follow = a_follow(session, ada, deck, scheduler_version=1)
    answered(session, ada, card, 4, 5, version=1)
    export: Export = an_export(session, ada, deck, data_dir)
    found = read_by_anki(b"".join(write(session, export)), tmp_path)
    data = found["cards"][0]["data"]
    assert data["s"] > 1 and 1 <= data["d"] <= 10 and data["dr"] == 0.85
    assert data["lrt"] == int(at(1, minute=card.id % 60).timestamp())
    (preset,) = found["presets"]
    assert preset["desiredRetention"] == pytest.approx(0.85) and len(preset["fsrsParams6"]) == 21
    assert preset["rev"]["maxIvl"] == 1000 and follow.new_per_day == preset["new"]["perDay"]


def test_the_collection_for_an_old_anki_says_why_it_is_empty(session: Session, data_dir: Path) -> None:
    ada, deck = a_collection(session, data_dir)
    archive = zipfile.ZipFile(BytesIO(b"".join(write(session, an_export(session, ada, deck, data_dir)))))
    assert archive.namelist()[:2] == ["collection.anki2", "collection.anki21"]
