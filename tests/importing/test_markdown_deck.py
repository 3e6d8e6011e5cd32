"""Reading the deck format, and refusing with the line what is not it."""

import pytest

from app.errors import UnreadableFile
from app.importing import BadRow, ParsedDeck, ParsedNote, Source, read_deck

HEADER = "---\ndeck: Test\nid: test\nlang: en\n---\n"


def read(body: str, header: str = HEADER) -> ParsedDeck:
    return read_deck(Source("test.md", content=(header + body).encode()))


def notes(body: str, header: str = HEADER) -> list[ParsedNote | BadRow]:
    return list(read(body, header).rows)


def test_a_note_has_its_question_answer_and_keys() -> None:
    (note,) = notes(
        "## What is a Pod? {#pod}\nsource: notes line 76\nquote: * pod\ntags: Pods, core idea\n\nA group.\n"
    )
    assert (note.fields, note.guid, note.kind, note.line) == (("What is a Pod?", "A group."), "pod", "basic", 6)
    assert (note.source, note.quote, note.tags) == ("notes line 76", "* pod", ("Pods", "core-idea"))


def test_a_note_names_all_its_sources_and_what_stands_there() -> None:
    page = "https://kubernetes.io/docs/concepts/workloads/pods/"
    (note,) = notes(f"## Q {{#q}}\nsource: {page}\nsource: notes line 76\nquote: * pod\ntags: a\nsource: book\n\nA\n")
    assert (note.source, note.quote) == (f"{page}\nnotes line 76\nbook", "\n* pod\n")


@pytest.mark.parametrize(("keys", "line"), [("quote: a\nsource: b", 7), ("source: b\nquote: a\nquote: c", 9)])
def test_a_quote_without_a_source_of_its_own_is_refused(keys: str, line: int) -> None:
    with pytest.raises(UnreadableFile) as refused:
        notes(f"## Q {{#q}}\n{keys}\n\nA\n")
    assert refused.value.line == line


def test_the_header_speaks_for_the_whole_file() -> None:
    header = "---\ndeck: A::B\nlang: zh-Hans\nanswer-lang: en\ntags: all\ndescription: d: e\nlicense: CC0\n---\n"
    deck = read("## 问 {#q}\n\nanswer\n", header)
    (note,) = deck.rows
    assert (deck.header.path, deck.header.description, deck.header.license) == (("A", "B"), "d: e", "CC0")
    assert (note.languages, note.tags) == (("zh-Hans", "en"), ("all",))


def test_a_heading_with_a_gap_is_a_cloze() -> None:
    (note,) = notes("## The {{c1::kubelet}} runs on every node. {#k}\n")
    assert (note.kind, note.fields) == ("cloze", ("The {{c1::kubelet}} runs on every node.", ""))


def test_hyphens_split_a_long_question_from_its_answer() -> None:
    (note,) = notes("## Read this. {#r}\n\n```yaml\n---\nspec: 1\n```\n\nHow many?\n\n---\n\nOne.\n\n---\nmore\n")
    assert note.fields[0] == "Read this.\n\n```yaml\n---\nspec: 1\n```\n\nHow many?"
    assert note.fields[1] == "One.\n\n---\nmore"


def test_a_question_may_stand_wholly_below_an_empty_heading() -> None:
    (note,) = notes("## {#r}\n\n- a\n- b\n\n---\nanswer\n")
    assert note.fields == ("- a\n- b", "answer")


def test_a_heading_inside_code_is_code() -> None:
    (note,) = notes("## Q {#q}\n\n```sh\n## not a note\n```\n")
    assert note.fields[1] == "```sh\n## not a note\n```"


def test_even_a_bare_heading_inside_code_is_code() -> None:
    (note,) = notes("## Q {#q}\n\n```sh\n##\nx\n```\n")
    assert note.fields[1] == "```sh\n##\nx\n```"


def test_a_backslash_keeps_a_line_from_being_markup() -> None:
    (note,) = notes("## Q {#q}\n\n\\## text\n\\---\n")
    assert note.fields[1] == "## text\n---"


def test_reversed_is_asked_for_by_name() -> None:
    (note,) = notes("## kubelet {#q}\ntype: reversed\n\nThe agent on each node.\n")
    assert note.kind == "reversed"


def test_windows_line_ends_and_a_byte_order_mark_are_nothing_special() -> None:
    text = (HEADER + "## Q {#q}\n\nA\n").replace("\n", "\r\n")
    (note,) = read_deck(Source("test.md", content=b"\xef\xbb\xbf" + text.encode())).rows
    assert note.fields == ("Q", "A")


@pytest.mark.parametrize(
    ("body", "line", "reason"),
    [
        ("## {#q}\n\n", 6, "without a question"),
        ("## Q {#q}\n", 6, "without an answer"),
        ("## Q {#q}\ntype: cloze\n\nA\n", 6, "hides nothing"),
        ("## Q {#q}\n\n" + "x" * 70_000, 6, "longer than"),
    ],
)
def test_a_note_that_is_none_is_reported_and_the_others_stay(body: str, line: int, reason: str) -> None:
    bad, good = notes(f"{body}\n## Other {{#other}}\n\nA\n")
    assert isinstance(bad, BadRow)
    assert bad.line == line
    assert reason in bad.message
    assert good.guid == "other"


@pytest.mark.parametrize(
    ("text", "line", "reason"),
    [
        ("## Q\n\nA\n", 1, "three hyphens"),
        ("---\ndeck: D\n## Q\n", 4, "not closed"),
        ("---\nlang: en\n---\n## Q\n\nA\n", 3, "deck's name"),
        ("---\ndeck: D\ncolour: red\n---\n", 3, "unknown key “colour”"),
        ("---\ndeck: D\ndeck: E\n---\n", 3, "stands twice"),
        ("---\ndeck: D\nid: a b\n---\n", 3, "cannot be the value of id"),
        ("---\ndeck: D\nlang: english please\n---\n", 3, "cannot be the value of lang"),
        ("---\ndeck: D\nlang: en" + "-abc" * 20 + "\n---\n", 3, "cannot be the value of lang"),
        (HEADER + "text\n## Q\n\nA\n", 6, "before the first note"),
        (HEADER + "## Q {#q}\ncolour: red\n\nA\n", 7, "unknown key “colour”"),
        (HEADER + "## Q {#q}\nA straight away\n", 7, "expected “key: value”"),
        (HEADER + "## Q {#q}\ntype: riddle\n\nA\n", 7, "“riddle” is no type"),
        (HEADER + "## Q {#q}\n\nA\n\n## R {#q}\n\nB\n", 10, "stands twice; the first time in line 6"),
        (HEADER + "## Q {#q r}\n\nA\n", 6, "cannot be the value of id"),
        (HEADER + "## Q {#q}\n\nA\0B\n", 8, "not text"),
        (HEADER + '## \nid:= "q"\nfields:= ["Q", "\\u0000"]\n', 8, "no JSON text"),
        (HEADER + '## \nid:= "q"\ntags:= ["a", "\\ud800"]\n', 8, "no JSON text"),
    ],
)
def test_a_broken_file_is_refused_with_its_line(text: str, line: int, reason: str) -> None:
    with pytest.raises(UnreadableFile) as refused:
        read_deck(Source("test.md", content=text.encode()))
    assert refused.value.line == line
    assert reason in str(refused.value)


def test_what_only_looks_like_the_escape_of_a_sign_is_text() -> None:
    (note,) = notes('## \nid:= "q"\nfields:= [" What is \\\\u0000?", "NUL, \\\\ud800 is none"]\n')
    assert note.fields == (" What is \\u0000?", "NUL, \\ud800 is none")


def test_a_file_that_is_not_utf8_is_refused_with_the_line() -> None:
    with pytest.raises(UnreadableFile) as refused:
        read_deck(Source("test.md", content=(HEADER + "## 问 {#q}\n").encode() + "答".encode("gb18030")))
    assert refused.value.line == 7
