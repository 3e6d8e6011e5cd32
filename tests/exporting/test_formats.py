"""What each format holds, and that nothing of anybody else is in any."""

import csv
import io
import json
import zipfile
from io import BytesIO
from pathlib import Path

import pytest
import sqlalchemy as sa
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy.orm import Session

from app.exporting import FORMATS
from app.exporting.table import NEUTRALISED, neutralised
from app.importing import Source, read_deck
from app.importing.formulas import MARK, without_prefix
from app.models import Card, Kind, Memory, Review
from tests.exporting.filled import PNG, a_collection, an_export
from tests.factories import a_deck, a_learner, a_note


def written(session: Session, data_dir: Path, format: str, *, everything: bool = False, **told: object) -> bytes:
    ada, deck = a_collection(session, data_dir)
    export = an_export(session, ada, None if everything else deck, data_dir, **told)
    return b"".join(FORMATS[format].write(session, export))


def lines_of(package: bytes) -> list[tuple[str, dict]]:
    archive = zipfile.ZipFile(BytesIO(package))
    assert archive.namelist()[0] == "cardlet.jsonl"
    return [next(iter(json.loads(line).items())) for line in archive.read("cardlet.jsonl").decode().splitlines()]


@pytest.mark.parametrize("format", FORMATS)
@pytest.mark.parametrize("everything", [False, True])
def test_nothing_of_anybody_else_is_in_it(session: Session, data_dir: Path, format: str, everything: bool) -> None:
    content = written(session, data_dir, format, everything=everything)
    texts = [content]
    if zipfile.is_zipfile(BytesIO(content)):
        archive = zipfile.ZipFile(BytesIO(content))
        texts = [name.encode() + archive.read(name) for name in archive.namelist()]
    assert b"canary" not in b"".join(texts).lower()


def test_cardlet_json_holds_everything(session: Session, data_dir: Path) -> None:
    package = written(session, data_dir, "cardlet", everything=True)
    assert zipfile.ZipFile(BytesIO(package)).read("media/p.png") == PNG
    lines = lines_of(package)
    keys = [key for key, _ in lines]
    assert keys == sorted(
        keys, key=["cardlet", "learner", "deck", "note_type", "follow", "note", "lost_card", "end"].index
    )
    ((_, end),) = [line for line in lines if line[0] == "end"]
    ada = Review.user_id == session.scalar(sa.select(Memory.user_id).order_by(Memory.user_id).limit(1))
    assert end == {"notes": 6, "cards": 8, "reviews": session.scalar(sa.select(sa.func.count()).where(ada))}
    notes = [value for key, value in lines if key == "note"]
    assert [note["type"] for note in notes].count(0) == 1
    (basic,) = [card for note in notes for card in note["cards"] if "**Bold**" in note["fields"][0]]
    assert [review[1] for review in basic["reviews"]] == [Kind.PRACTICE, Kind.IMPORTED, 1, 1, 1, 1]
    assert basic["reviews"][1][8] == [2, -600, 30, 1_900] and basic["memory"]["ease"] == 2_280


def test_without_progress_only_content_is_left(session: Session, data_dir: Path) -> None:
    lines = lines_of(written(session, data_dir, "cardlet", with_progress=False))
    assert {key for key, _ in lines} == {"cardlet", "deck", "note_type", "note", "end"}
    cards = [card for key, value in lines if key == "note" for card in value["cards"]]
    assert all(card.keys() == {"ordinal", "deck", "position", "retired"} for card in cards)


def test_the_history_of_a_lost_card_goes_along(session: Session, data_dir: Path) -> None:
    ada, _ = a_collection(session, data_dir)
    session.execute(sa.update(Review).where(Review.user_id == ada.id, Review.kind == Kind.PRACTICE).values(card_id=999))
    package = b"".join(FORMATS["cardlet"].write(session, an_export(session, ada, None, data_dir)))
    (lost,) = [value for key, value in lines_of(package) if key == "lost_card"]
    assert [review[1] for review in lost["reviews"]] == [Kind.PRACTICE]


def test_a_retired_card_that_was_met_goes_along(session: Session, data_dir: Path) -> None:
    ada, deck = a_collection(session, data_dir)
    met = sa.select(Memory.card_id).where(Memory.user_id == ada.id)
    session.execute(sa.update(Card).values(retired=True).where(Card.id.in_(met)))
    package = b"".join(FORMATS["cardlet"].write(session, an_export(session, ada, deck, data_dir)))
    cards = [card for key, value in lines_of(package) if key == "note" for card in value["cards"]]
    assert sum(card["retired"] for card in cards) == 3 and len(cards) == 8


def test_many_pages_of_notes_come_once_and_in_order(session: Session, data_dir: Path) -> None:
    ada = a_learner(session)
    deck = a_deck(session, owner=ada, cards=1_203)
    export = an_export(session, ada, deck, data_dir)
    notes = [value for key, value in lines_of(b"".join(FORMATS["cardlet"].write(session, export))) if key == "note"]
    assert [note["cards"][0]["position"] for note in notes] == list(range(1_203))


def test_a_table_has_ankis_headers_and_no_formulas(session: Session, data_dir: Path) -> None:
    text = written(session, data_dir, "csv").decode()
    head = [line for line in text.splitlines() if line.startswith("#")]
    assert head == [
        *("#separator:comma", "#html:true", "#guid column:1", "#notetype column:2", "#deck column:3"),
        *("#tags column:6", NEUTRALISED),
    ]
    rows = list(csv.reader(io.StringIO("\n".join(text.splitlines()[len(head) :]))))
    assert {len(row) for row in rows} == {6} and len(rows) == 6
    assert any(row[3] == "'=1+1" for row in rows)
    assert any(row[0] == "x;y" and row[5] == "" for row in rows)
    assert any(row[5] == "a::b c" for row in rows)


def test_a_table_of_markdown_is_read_as_it_was_written(session: Session, data_dir: Path) -> None:
    ada = a_learner(session)
    deck = a_deck(session, owner=ada)
    a_note(session, deck, fields=("**a**, b", "x\ny"), tags=("t",), guid=f"{deck.guid}/one")
    content = b"".join(FORMATS["tsv"].write(session, an_export(session, ada, deck, data_dir)))
    (note,) = read_deck(Source("words.txt", content=content)).rows
    assert (note.fields, note.tags, note.format) == (("**a**, b", "x\ny"), ("t",), "markdown")
    assert note.guid == f"{deck.guid}/one"


def test_formulas_come_back_as_they_were(session: Session, data_dir: Path) -> None:
    ada = a_learner(session)
    deck = a_deck(session, owner=ada)
    a_note(session, deck, fields=("=1+1", "'-2"))
    content = b"".join(FORMATS["csv"].write(session, an_export(session, ada, deck, data_dir)))
    (note,) = read_deck(Source("words.csv", content=content)).rows
    assert note.fields == ("=1+1", "'-2")


@given(st.text(alphabet="'=+-@\t\ra", max_size=6) | st.text())
def test_what_is_neutralised_comes_back(cell: str) -> None:
    assert without_prefix(neutralised(cell)) == cell
    assert neutralised(cell)[:1] not in {"=", "+", "-", "@", "\t", "\r"}
    assert MARK == NEUTRALISED


def test_crowdanki_has_decks_in_decks_and_the_files(session: Session, data_dir: Path) -> None:
    archive = zipfile.ZipFile(BytesIO(written(session, data_dir, "crowdanki")))
    assert archive.namelist() == ["语言/deck.json", "语言/media/p.png"]
    deck = json.loads(archive.read("语言/deck.json"))
    (inside,) = deck["children"]
    assert (deck["name"], inside["name"], len(deck["notes"]), len(inside["notes"])) == ("语言", "Words", 1, 5)
    models = {model["crowdanki_uuid"]: model for model in deck["note_models"]}
    for note in [*deck["notes"], *inside["notes"]]:
        assert len(models[note["note_model_uuid"]]["flds"]) == len(note["fields"])
    assert inside["media_files"] == ["p.png"]
