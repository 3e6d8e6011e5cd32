"""Tables of any size and origin: what their first lines say, what a learner corrects, and what is in memory."""

import csv
import io
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.errors import UnreadableFile
from app.importing import BadRow, ParsedDeck, ParsedNote, ReadingOptions, Source, read_deck
from app.importing.parsed import LONGEST_READ
from app.importing.text_lines import SAMPLE
from app.rendering import LONGEST_FIELD, Content
from app.rendering.cards import render_sides


def read(text: str | bytes, name: str = "words.csv", **options: object) -> ParsedDeck:
    content = text.encode() if isinstance(text, str) else text
    return read_deck(Source(name, content=content), ReadingOptions(**options))


def notes(deck: ParsedDeck) -> list[ParsedNote]:
    return [row for row in deck.rows if isinstance(row, ParsedNote)]


CELLS = st.text(
    st.characters(exclude_categories=("Cs",), exclude_characters="\x00\ufffd\ufeff"), min_size=1, max_size=30
).filter(lambda text: text.strip() == text)


@given(rows=st.lists(st.tuples(CELLS, CELLS), min_size=1, max_size=20), delimiter=st.sampled_from(",;|\t: #"))
def test_whatever_a_writer_quotes_is_read_back(rows: list[tuple[str, str]], delimiter: str) -> None:
    text = io.StringIO(newline="")
    csv.writer(text, delimiter=delimiter, quoting=csv.QUOTE_ALL).writerows([("front", "back"), *rows])
    deck = read(text.getvalue(), encoding="utf-8", delimiter=delimiter, format="markdown")
    assert [note.fields for note in notes(deck)] == rows


def test_a_row_is_found_again_at_its_line_however_long_the_cells_before_it() -> None:
    cell = "x\n" * 100_000
    deck = read(f'"a\n{cell}",b\nc,"d\ne,f\n', delimiter=",", has_header=False)
    long, broken, last = deck.rows
    assert (long.line, broken.line, last.line) == (1, 100_003, 100_004)
    assert isinstance(broken, BadRow) and last.fields == ("e", "f")


@pytest.mark.parametrize(
    ("encoding", "cell"),
    [
        ("gb18030", "容器是什么的一种"),
        ("utf-8", "容器"),
        ("big5", "節點上執行什麼"),
        ("euc_kr", "사과는 무슨 색입니까"),
    ],
)
def test_what_stands_behind_a_megabyte_of_ascii_tells_the_encoding(encoding: str, cell: str) -> None:
    ascii_rows = "a word,its meaning\n" * (SAMPLE // 19 + 10)
    deck = read((ascii_rows + f"{cell},{cell}\n" * 20).encode(encoding))
    assert notes(deck)[-1].fields == (cell, cell)
    assert deck.table.encoding == encoding


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "gb18030"])
def test_characters_are_whole_where_pieces_of_the_file_meet(tmp_path: Path, encoding: str) -> None:
    path = tmp_path / "words.csv"
    row = "一个节点上运行的代理,它保证容器都在运行x\n"
    path.write_bytes(("容器,一种隔离进程的方式\n" + row * 60_000).encode(encoding))
    with read_deck(Source("words.csv", path=path)) as deck:
        rows = list(deck.rows)
    assert rows[0].fields == ("容器", "一种隔离进程的方式")
    assert len(rows) == 60_001 and {row.fields[0] for row in rows[1:]} == {"一个节点上运行的代理"}


ANKI = """#separator:Semicolon
#html:false
#guid column:1
#notetype column:2
#deck column:3
#tags column:6
# a comment; with "a quote
a1;Basic;Biology::Cells;cell;"unit
# of life";bio
#a2;Basic;Biology;dropped;as a comment;
cardlet:own.1;Basic (and reversed card);Biology;dog;Hund;
a3;Cloze;Biology::Cells;The {{c1::cell}};;x y
a4;My own;Biology;one;two;
a5;Basic (type in the answer);;three
a6;Basic;Biology;four;five;t;surplus;cells
"""


def test_a_collection_exported_by_anki_brings_decks_types_and_identities() -> None:
    deck = read(ANKI, "notes.txt", tags=("imported",))
    rows = notes(deck)
    assert deck.whole_guids
    assert [note.guid for note in rows] == ["anki/a1", "own.1", "anki/a3", "anki/a4", "anki/a6"]
    assert [note.kind for note in rows] == ["basic", "reversed", "cloze", "basic", "basic"]
    assert [deck.decks[note.deck].path for note in rows] == [
        ("Biology", "Cells"),
        ("Biology",),
        ("Biology", "Cells"),
        ("Biology",),
        ("Biology",),
    ]
    assert rows[0].fields == ("cell", "unit\n# of life")
    assert [note.line for note in rows] == [8, 11, 12, 13, 15]
    assert rows[2].tags == ("imported", "x", "y")
    assert [remark.places for remark in deck.remarks] == [{"name": "My own"}]


def test_decks_lie_below_the_one_the_learner_names() -> None:
    deck = read(ANKI, "notes.txt", deck_name="Taken over")
    note = notes(deck)[0]
    assert deck.header.path == ("Taken over",) and deck.decks[0] is deck.header
    assert deck.decks[note.deck].path == ("Taken over", "Biology", "Cells")


@pytest.mark.parametrize(
    ("header", "expected"),
    [
        ("#deck:Languages::German", ("Languages", "German")),
        ("#deck:Languages::German,,,", ("Languages", "German,,,")),
        ("#deck:17", ("words",)),
    ],
)
def test_the_deck_of_all_rows(header: str, expected: tuple[str, ...]) -> None:
    assert read(f"{header}\na,b\n").header.path == expected


def test_what_a_spreadsheet_added_to_the_headers_is_cut_off() -> None:
    deck = read("#separator:Comma,,\n#html:true,,\n#tags column:3,,\na,b,t\n")
    assert (deck.table.delimiter, deck.table.format, notes(deck)[0].tags) == (",", "html", ("t",))


@pytest.mark.parametrize(
    ("name", "expected"),
    [("update current", "update"), ("keep both", "keep both"), ("keep current", "skip"), ("else", None)],
)
def test_what_to_do_with_notes_that_are_there(name: str, expected: str | None) -> None:
    assert read(f"#if matches:{name}\na,b\n").on_match == expected


def test_columns_are_found_by_the_labels_of_the_headers() -> None:
    deck = read("#separator:tab\n#columns:Note\tBack\tFront\nn\tb\tf\n")
    assert notes(deck)[0].fields == ("f", "b")


def test_the_third_column_holds_tags_where_nothing_else_is_said() -> None:
    assert notes(read("#separator:tab\na\tb\tx y\n"))[0].tags == ("x", "y")
    assert notes(read("#separator:tab\n#notetype:Basic (optional reversed card)\na\tb\ty\n"))[0].kind == "reversed"


def test_tags_in_the_first_line_as_anki_once_wrote_them() -> None:
    assert notes(read("tags: a b\nx,y\n"))[0].tags == ("a", "b")


def test_the_learner_says_which_column_is_which() -> None:
    deck = read(
        "id,b,a,deck\n1,back,front,Verbs\n", columns=("left out", "answer", "question", "deck"), has_header=True
    )
    note = notes(deck)[0]
    assert note.fields == ("front", "back") and deck.decks[note.deck].path == ("Verbs",)
    assert deck.table.columns == ("left out", "answer", "question", "deck")
    assert deck.table.sample == (("id", "b", "a", "deck"), ("1", "back", "front", "Verbs"))


def test_a_table_without_a_question_is_refused() -> None:
    with pytest.raises(UnreadableFile, match="which column holds the question"):
        read("a,b\n", columns=("answer", "tags"))


@pytest.mark.parametrize("delimiter", [" ", ":", "#", "。"])
def test_any_character_can_separate_columns(delimiter: str) -> None:
    assert notes(read(f"a{delimiter}b\n", delimiter=delimiter))[0].fields == ("a", "b")


@pytest.mark.parametrize("delimiter", ['"', "\n", "ab", "\x00"])
def test_what_cannot_separate_columns_is_refused(delimiter: str) -> None:
    with pytest.raises(UnreadableFile, match="one character"):
        read("a,b\n", delimiter=delimiter, reader="table")


def test_a_long_field_is_taken_over_and_shown_as_it_was_written() -> None:
    text = "**x** " * (LONGEST_READ // 6 - 1)
    assert len(text) > LONGEST_FIELD
    note = notes(read(f"a,{text}\n"))[0]
    sides = render_sides(Content("basic", note.fields, ("en", "en"), "markdown"), 0)
    assert "**x** **x**" in sides.answer and "<strong>" not in sides.answer


def test_a_field_that_is_too_long_costs_its_row_alone() -> None:
    rows = list(read(f"a,b\nc,{'x' * (LONGEST_READ + 1)}\nd,{'x' * 2**21}\ne,f\n", delimiter=",").rows)
    assert [isinstance(row, BadRow) for row in rows] == [False, True, True, False]
    assert all("longer than" in row.message for row in rows[1:3])


def test_a_line_without_end_is_refused() -> None:
    with pytest.raises(UnreadableFile, match="a line is longer"):
        list(read("a," * 2**22, delimiter=",").rows)
