"""Reading tables, whatever they look like."""

import pytest

from app.config import shipped
from app.errors import UnreadableFile
from app.importing import BadRow, ParsedDeck, ParsedNote, ReadingOptions, Source, read_deck
from app.importing.encoding import decode


def read(text: str | bytes, name: str = "words.csv", **options: object) -> ParsedDeck:
    content = text.encode() if isinstance(text, str) else text
    return read_deck(Source(name, content=content), ReadingOptions(**options))


def fields(deck: ParsedDeck) -> list[tuple[str, str]]:
    return [row.fields for row in deck.rows if isinstance(row, ParsedNote)]


def bad(deck: ParsedDeck) -> list[tuple[int, str]]:
    return [(row.line, row.message % row.places) for row in deck.rows if isinstance(row, BadRow)]


@pytest.mark.parametrize("delimiter", [",", "\t", ";", "|"])
def test_the_delimiter_is_found(delimiter: str) -> None:
    deck = read(f"a{delimiter}b\nc{delimiter}d\n")
    assert (deck.table.delimiter, fields(deck)) == (delimiter, [("a", "b"), ("c", "d")])


def test_commas_inside_a_tab_table_do_not_mislead() -> None:
    assert fields(read("one, two, three\tanswer\nx\ty\n")) == [("one, two, three", "answer"), ("x", "y")]


def test_a_table_inside_a_cell_does_not_mislead() -> None:
    cell = '"| a | b | c |\n| - | - | - |\n| 1 | 2 | 3 |"'
    assert read(f"front,back\nWhat is this?,{cell}\nx,y,z\n").table.delimiter == ","
    assert read(f"What is this?,{cell}\nx,y\n").table.delimiter == ","


@pytest.mark.parametrize("names", ["front,back,tags", "Question,Answer,Tags", "问题,答案,标签", "正面,背面,标签"])
def test_a_row_of_names_is_a_header(names: str) -> None:
    deck = read(f"{names}\na,b,x y\n")
    (note,) = deck.rows
    assert (deck.table.has_header, note.fields, note.tags) == (True, ("a", "b"), ("x", "y"))


def test_columns_are_found_by_name_wherever_they_stand() -> None:
    assert fields(read("tags,back,note,front\nt,b,n,f\n")) == [("f", "b")]


def test_without_names_the_columns_are_question_answer_tags() -> None:
    (note,) = read("a,b,t1 t2\n").rows
    assert (note.fields, note.tags) == (("a", "b"), ("t1", "t2"))


def test_quotes_and_line_breaks_belong_to_their_cell() -> None:
    deck = read('"a, ""b""\nc",d\ne,f,g\nh,i\n')
    first, ragged, last = deck.rows
    assert first.fields == ('a, "b"\nc', "d")
    assert (ragged.line, last.line) == (3, 4)


@pytest.mark.parametrize(
    ("encoding", "expected"),
    [
        ("utf-8", "utf-8"),
        ("utf-8-sig", "utf-8"),
        ("utf-16", "utf-16"),
        ("utf-16-le", "utf-16-le"),
        ("utf-16-be", "utf-16-be"),
        ("gb18030", "gb18030"),
        ("gbk", "gb18030"),
    ],
)
def test_the_encoding_is_found(encoding: str, expected: str) -> None:
    text = "问题,答案\n容器是什么,一种隔离进程的方式\n节点上运行什么,kubelet\nPod 是什么,最小的部署单元\n"
    deck = read(text.encode(encoding))
    assert deck.table.encoding == expected
    assert fields(deck)[0] == ("容器是什么", "一种隔离进程的方式")


def rows_of_a_deck(topic: str) -> list[str]:
    """The questions and answers of a Chinese starter deck, as rows of a table."""
    deck = read_deck(Source("deck.md", content=(shipped("decks") / f"{topic}.zh-Hans.md").read_bytes()))
    return ['"{}","{}"'.format(*(text.replace('"', '""') for text in note.fields)) for note in deck.rows]


@pytest.mark.parametrize("topic", ["01-component-roles", "02-controller-types", "03-service-classes"])
@pytest.mark.parametrize("count", [3, 5, 10, 20, 50])
def test_chinese_tables_of_any_length_are_found(topic: str, count: int) -> None:
    rows = rows_of_a_deck(topic)
    for start in range(0, len(rows) - count, count):
        text = "\n".join(rows[start : start + count])
        assert decode(text.encode("gb18030")) == (text, "gb18030")


def test_short_lists_of_words_are_found() -> None:
    words = [
        "苹果,apple",
        "香蕉,banana",
        "橙子,orange",
        "葡萄,grape",
        "西瓜,watermelon",
        "草莓,strawberry",
        "樱桃,cherry",
    ]
    for start in range(len(words) - 3):
        text = "\n".join(words[start : start + 3])
        assert decode(text.encode("gb18030"))[0] == text


@pytest.mark.parametrize(
    ("encoding", "text"),
    [
        ("big5", "容器是什麼,一種隔離程序的方式\n節點上執行什麼,每個節點上的代理程式\n叢集有什麼,控制平面與節點\n" * 3),
        ("shift_jis", "りんごは何色ですか,赤いです\nそらは何色ですか,あおいです\nこれはペンですか,はいそうです\n" * 3),
        ("euc_kr", "사과는 무슨 색입니까,빨간색입니다\n하늘은 무슨 색입니까,파란색입니다\n" * 3),
    ],
)
def test_other_encodings_are_not_taken_for_chinese(encoding: str, text: str) -> None:
    assert decode(text.encode(encoding))[0] == text


def test_western_text_is_found_too() -> None:
    deck = read("réponse,garçon\nété,forêt\nœuvre,naïveté\n".encode("cp1252"))
    assert fields(deck)[0] == ("réponse", "garçon")


def test_the_learner_knows_better_than_the_detection() -> None:
    deck = read("ação,coração\n".encode("cp1252"), encoding="cp1252", delimiter=",", has_header=False)
    assert fields(deck) == [("ação", "coração")]


def test_a_damaged_line_is_reported_and_the_others_stay() -> None:
    lines = ["容器,一种进程".encode()] * 20 + [b"\xff\xfe broken,x"] + ["节点,机器".encode()]
    deck = read(b"\n".join(lines))
    rows = list(deck.rows)
    assert deck.table.encoding == "utf-8"
    assert [row.line for row in rows if isinstance(row, BadRow)] == [21]
    assert len(rows) == 22


def test_ragged_and_empty_rows_are_reported_with_their_lines() -> None:
    deck = read("a,b\n\nonly one\nc,d,e\n,x\ny,\nf,g\n")
    assert bad(deck) == [
        (3, "expected 2 columns, found 1"),
        (4, "expected 2 columns, found 3"),
        (5, "the question is empty"),
        (6, "the answer is empty"),
    ]


@pytest.mark.parametrize("broken", ['"c,d', '"c" d,e', 'c,"d'])
def test_a_row_whose_quotes_do_not_match_costs_that_row_alone(broken: str) -> None:
    deck = read(f'a,b\n{broken}\ne,f\n"g",h\n', delimiter=",", has_header=False)
    rows = list(deck.rows)
    assert [(row.line, isinstance(row, BadRow)) for row in rows] == [(1, False), (2, True), (3, False), (4, False)]
    assert "quotation marks" in rows[1].message


def test_a_file_of_nothing_but_open_quotes_ends() -> None:
    rows = list(read('x,"y\n' * 5001).rows)
    assert len(rows) <= 5001


def test_clozes_one_a_line_keep_their_commas() -> None:
    deck = read("The {{c1::kubelet}}, an agent, runs on nodes\nThe {{c1::scheduler}} places Pods\n")
    assert [row.fields[0] for row in deck.rows] == [
        "The {{c1::kubelet}}, an agent, runs on nodes",
        "The {{c1::scheduler}} places Pods",
    ]


def test_a_picture_is_not_a_table() -> None:
    with pytest.raises(UnreadableFile, match="not a text file"):
        read(b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR\x00\x00\x01\x00" * 20)


def test_a_cloze_needs_no_answer() -> None:
    (note,) = read("The {{c1::kubelet}} runs on every node.,\n").rows
    assert note.kind == "cloze"


def test_the_language_of_each_side_is_guessed() -> None:
    deck = read("容器,container\n节点,node\n")
    assert (deck.table.languages, deck.header.language) == (("zh-Hans", "en"), "zh-Hans")


def test_a_question_of_nothing_but_code_is_empty() -> None:
    assert bad(read("<script>alert(1)</script>,a<br>b\n<b>q</b>,a\n")) == [(1, "the question is empty")]


def test_html_is_recognised() -> None:
    assert read("a<br>b,<b>c</b>\n").table.format == "html"
    assert read("a < b,c > d\n").table.format == "markdown"


def test_the_decks_name_is_the_files_unless_said_otherwise() -> None:
    assert read("a,b\n").header.path == ("words",)
    assert read("a,b\n", deck_name="English::Verbs").header.path == ("English", "Verbs")


def test_an_ending_nobody_reads_is_refused_by_name() -> None:
    with pytest.raises(UnreadableFile, match=r"words.exe.*\.csv"):
        read("a,b\n", name="words.exe")


ANKI = """#separator:tab
#html:true
#guid column:1
#deck column:2
#tags column:5
k(x1\tKubernetes\tWhat is a <b>Pod</b>?\t"A group of
containers"\tk8s basics
k(x2\tKubernetes\tetcd\tA store\t
"""


def test_a_text_exported_by_anki_is_read_by_what_its_first_lines_say() -> None:
    deck = read(ANKI, "notes.txt")
    assert (deck.table.delimiter, deck.table.has_header, deck.table.format) == ("\t", False, "html")
    notes = [row for row in deck.rows if isinstance(row, ParsedNote)]
    assert [(note.guid, note.line, note.fields, note.tags) for note in notes] == [
        ("anki/k(x1", 6, ("What is a <b>Pod</b>?", "A group of\ncontainers"), ("k8s", "basics")),
        ("anki/k(x2", 8, ("etcd", "A store"), ()),
    ]


def test_tags_and_a_separator_of_all_rows_are_taken_from_the_first_lines() -> None:
    deck = read("#separator:Pipe\n#tags:a b\nfront|back\nx|y\n")
    notes = [row for row in deck.rows if isinstance(row, ParsedNote)]
    assert [(note.fields, note.tags) for note in notes] == [(("front", "back"), ("a", "b")), (("x", "y"), ("a", "b"))]


@pytest.mark.parametrize(
    "text",
    ["#hash tag: what is it?,A label\nx,y\n", "# a heading,b\nx,y\n", "#1,b\nx,y\n"],
)
def test_a_card_that_begins_with_a_hash_is_a_card(text: str) -> None:
    assert len(fields(read(text))) == 2


@pytest.mark.parametrize("odd", ["#tags column:99", "#tags column:x", "#separator:", "#guid column:0", "#html:perhaps"])
def test_headers_that_make_no_sense_say_nothing(odd: str) -> None:
    assert fields(read(f"{odd}\na,b\nc,d\n")) == [("a", "b"), ("c", "d")]
