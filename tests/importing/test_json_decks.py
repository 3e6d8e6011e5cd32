"""Decks in JSON: CrowdAnki's and our own. And lists of pairs."""

import io
import json
import zipfile
from uuid import UUID

import pytest

from app.errors import UnreadableFile
from app.importing import BadRow, LostCard, ParsedDeck, ParsedNote, ReadingOptions, Source, read_deck

STOCK_CSS = ".card {\n font-family: arial;\n font-size: 20px;\n}\n"


def model(uuid: str, name: str, fields: list[str], templates: list[tuple[str, str]], css: str = STOCK_CSS) -> dict:
    return {
        "__type__": "NoteModel",
        "crowdanki_uuid": uuid,
        "name": name,
        "css": css,
        "flds": [{"name": field, "ord": ord} for ord, field in enumerate(fields)],
        "tmpls": [{"name": f"Card {n}", "ord": n, "qfmt": q, "afmt": a} for n, (q, a) in enumerate(templates)],
    }


ANSWER = "{{FrontSide}}\n\n<hr id=answer>\n\n{{Back}}"
BACK = "{{FrontSide}}\n\n<hr id=answer>\n\n{{Front}}"
CROWD = {
    "__type__": "Deck",
    "name": "Geography",
    "desc": "<b>Capitals</b>",
    "note_models": [
        model("m1", "Basic", ["Front", "Back"], [("{{Front}}", ANSWER)]),
        model("m2", "Both", ["Front", "Back"], [("{{Front}}", ANSWER), ("{{Back}}", BACK)]),
        model("m3", "Cloze", ["Text", "Extra"], [("{{cloze:Text}}", "{{cloze:Text}}<br>\n{{Extra}}")]),
        model("m4", "Map", ["Country", "Map", "Flag"], [("{{Map}}", "{{Country}}")], ".card { color: red } .x { }"),
    ],
    "notes": [
        {"guid": "g1", "fields": ["Capital of <b>Peru</b>?", "Lima"], "tags": ["a b", "c"], "note_model_uuid": "m1"},
        {"guid": "g2", "fields": ["no type", "x"], "tags": [], "note_model_uuid": "nope"},
    ],
    "children": [
        {
            "__type__": "Deck",
            "name": "Europe",
            "children": [],
            "notes": [
                {"guid": "g3", "fields": ["Rome", "Italy"], "note_model_uuid": "m2"},
                {"guid": "g4", "fields": ["The {{c1::Seine}}", ""], "note_model_uuid": "m3"},
                {"guid": "g5", "fields": ["Spain", "<img src='es.png'>", ""], "note_model_uuid": "m4"},
            ],
        }
    ],
}


def test_a_deck_of_crowdanki_comes_with_its_tree_and_types() -> None:
    deck = read_deck(Source("deck.json", content=json.dumps(CROWD).encode()))
    rows = list(deck.rows)
    good = [row for row in rows if isinstance(row, ParsedNote)]
    assert [row.kind for row in good] == ["basic", "reversed", "cloze", "custom"]
    assert [row.guid for row in good] == ["anki/g1", "anki/g3", "anki/g4", "anki/g5"]
    assert [deck.decks[row.deck].path for row in good] == [("Geography",)] + [("Geography", "Europe")] * 3
    assert good[0].tags == ("a-b", "c") and good[0].format == "html"
    assert [(shape.name, shape.field_names) for shape in deck.note_types] == [("Map", ("Country", "Map", "Flag"))]
    assert isinstance(rows[1], BadRow) and rows[1].line == 2
    assert deck.whole_guids and deck.header.description == "Capitals" and deck.total == 5


def zipped(files: dict[str, str | bytes]) -> bytes:
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, text in files.items():
            archive.writestr(name, text)
    return content.getvalue()


def test_a_zipped_folder_of_crowdanki_brings_its_media() -> None:
    files = {"Geo/Geo.json": json.dumps(CROWD), "Geo/media/es.png": b"flag", "Geo/README.txt": "x"}
    with read_deck(Source("Geo.zip", content=zipped(files))) as deck:
        assert sum(isinstance(row, ParsedNote) for row in deck.rows) == 4
        assert [file.name for file in deck.media] == ["es.png"]


ID = "0b9c1d5e-8c55-4b0e-9d0b-0123456789ab"
LINES = [
    {"cardlet": {"version": 1, "made_by": "Cardlet", "with_progress": True, "everything": True, "notes": 2}},
    {"learner": {"language": "en"}},
    {"deck": {"owner": "learner", "parent": None, "above": ["Up"], "guid": "d1", "language": "en", "name": "A"}},
    {"deck": {"owner": "server", "parent": 0, "guid": "d2", "language": "zh-Hans", "name": "B"}},
    {
        "note_type": {
            "name": "T",
            "fields": ["F"],
            "templates": [{"name": "C", "front": "{{F}}", "back": "x"}],
            "css": "",
        }
    },
    {"parameter_set": {"id": 7, "deck": 0, "algorithm": "fsrs", "parameters": [0.1] * 21}},
    {"scheduler_version": {"version": 1, "deck": 0, "scheduler": "fsrs", "retention": 0.85, "maximum_interval": 100}},
    {"follow": {"deck": 0, "new_per_day": 15, "reviews_per_day": None, "scheduler_version": 1}},
    {"something new": {"x": 1}},
    {
        "note": {
            "guid": "d1/n1",
            "type": "basic",
            "format": "markdown",
            "fields": ["问", "答 😀"],
            "field_languages": ["zh-Hans", "en"],
            "tags": ["t"],
            "source": "s",
            "quote": "q",
            "created_at_ms": 5,
            "cards": [
                {
                    "ordinal": 0,
                    "deck": 1,
                    "position": 3,
                    "retired": True,
                    "memory": {
                        "repetitions": 2,
                        "interval": 6,
                        "ease": 2600,
                        "due_day": 20,
                        "last_day": 14,
                        "answers": 2,
                    },
                    "mark": {"suspended": True, "buried_until": 21, "flag": 3},
                    "reviews": [
                        [ID, 1, 14, 9, 1_000, 4, 2_000, None, None, 1],
                        [ID, 6, 15, 9, 1_001, 0, 0, 9, {"a": 1}, 1],
                    ],
                }
            ],
        }
    },
    {
        "note": {
            "guid": "n2",
            "type": 0,
            "fields": ["f"],
            "field_languages": ["en"],
            "cards": [{"ordinal": 0, "deck": 0}],
        }
    },
    {"lost_card": {"reviews": [[ID, 3, 14, 9, 1_000, 4, 2_000, None, [1, 2, 3, 2500], None]]}},
    {"end": {"notes": 2, "cards": 2, "reviews": 3}},
]


def everything(lines: list[dict]) -> ParsedDeck:
    text = "".join(json.dumps(line, ensure_ascii=False) + "\n" for line in lines)
    return read_deck(Source("all.cardlet", content=zipped({"cardlet.jsonl": text, "media/a.png": b"a"})))


def test_everything_of_a_learner_comes_back() -> None:
    with everything(LINES) as deck:
        first, second, lost = deck.rows
        assert [header.path for header in deck.decks] == [("Up", "A"), ("Up", "A", "B")]
        assert [header.of_server for header in deck.decks] == [False, True]
        (card,) = first.cards
        assert (card.deck, card.position, card.retired, card.taken_over) == (1, 3, True, False)
        assert (card.suspended, card.buried_until, card.flag) == (True, 21, 3)
        assert (card.state.interval, card.state.ease, card.state.due_day) == (6, 2600, 20)
        assert [(one.id, one.kind, one.undone_at_ms, one.state) for one in card.reviews] == [
            (UUID(ID), 1, None, None),
            (UUID(ID), 6, 9, '{"a":1}'),
        ]
        assert (first.guid, first.source, first.quote, first.added_ms) == ("d1/n1", "s", "q", 5)
        assert second.shape.name == "T" and second.kind == "custom"
        assert isinstance(lost, LostCard) and lost.reviews[0].state == "[1,2,3,2500]"
        (preset,) = deck.presets
        assert (preset.new_per_day, preset.settings.retention, preset.settings.scheduler) == (15, 0.85, "fsrs")
        assert deck.whole_guids and deck.total == 2 and [file.name for file in deck.media] == ["a.png"]


def test_a_file_that_is_cut_off_says_so() -> None:
    with everything(LINES[:-1]) as deck, pytest.raises(UnreadableFile, match="ends too early"):
        list(deck.rows)


def test_a_newer_file_is_refused() -> None:
    with pytest.raises(UnreadableFile, match="newer Cardlet"):
        everything([{"cardlet": {"version": 2}}, *LINES[1:]])


def test_a_broken_note_costs_the_others_nothing() -> None:
    broken = {"note": {**LINES[9]["note"], "cards": [{"ordinal": 0, "deck": 99}]}}
    with everything([*LINES[:9], broken, *LINES[9:]]) as deck:
        rows = list(deck.rows)
        assert [type(row).__name__ for row in rows] == ["BadRow", "ParsedNote", "ParsedNote", "LostCard"]
        assert rows[0].line == 10 and deck.remarks


def test_a_list_of_pairs_with_separators_of_ones_own() -> None:
    text = 'a "quoted - term - its meaning\nin two lines;;;b - c;;;only a term;;;'
    options = ReadingOptions(delimiter=" - ", row_delimiter=";;;", tags=("t",))
    rows = list(read_deck(Source("pasted.csv", content=text.encode()), options).rows)
    assert rows[0].fields == ('a "quoted', "term - its meaning\nin two lines") and rows[0].tags == ("t",)
    assert (rows[1].fields, rows[1].line) == (("b", "c"), 2)
    assert isinstance(rows[2], BadRow)


def test_pasted_pairs_keep_their_quotation_marks() -> None:
    deck = read_deck(Source("pasted.csv", content=b'12" disc\ta record\nthe "real" one\tx\n'))
    assert [row.fields for row in deck.rows] == [('12" disc', "a record"), ('the "real" one', "x")]
