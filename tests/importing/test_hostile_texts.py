"""Texts and archives that mean harm: each is refused with a sentence, or costs its own rows alone, and quickly."""

import io
import json
import struct
import time
import zipfile
from collections.abc import Callable
from contextlib import suppress

import pytest

from app.errors import UnreadableFile, filled
from app.importing import BadRow, ReadingOptions, Source, read_deck


def archive(files: dict[str, str | bytes], pack: int = zipfile.ZIP_DEFLATED) -> bytes:
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w", pack) as file:
        for name, text in files.items():
            file.writestr(name, text)
    return content.getvalue()


def everything(*lines: object) -> bytes:
    return archive({"cardlet.jsonl": "".join(json.dumps(line) + "\n" for line in lines)})


def encrypted() -> bytes:
    content = bytearray(archive({"a.md": "a::b"}))
    content[content.index(b"PK\x01\x02") + 8] |= 1
    return bytes(content)


def duplicated() -> bytes:
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w") as file:
        file.writestr("a.md", "a::b")
        with pytest.warns(UserWarning, match="Duplicate"):
            file.writestr("a.md", "c::d")
    return content.getvalue()


def link() -> bytes:
    entry = zipfile.ZipInfo("a.md")
    entry.external_attr = 0o120777 << 16
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w") as file:
        file.writestr(entry, "/etc/passwd")
    return content.getvalue()


def said_to_hold(count: int) -> bytes:
    content = bytearray(archive({"a.md": "a::b"}))
    struct.pack_into("<HH", content, len(content) - 14, count, count)
    return bytes(content)


def lying_about_its_size() -> bytes:
    content = bytearray(archive({"a.md": "a::b\n" * 1000}))
    struct.pack_into("<I", content, content.index(b"PK\x01\x02") + 24, 10)
    return bytes(content)


HEADER = {"cardlet": {"version": 1}}
DECK = {"deck": {"name": "A", "language": "en", "guid": "g"}}
END = {"end": {"notes": 0}}
NOTE = {"type": "basic", "fields": ["a", "b"], "field_languages": ["en", "en"], "cards": [{"ordinal": 0, "deck": 0}]}


def crowd(**members: object) -> bytes:
    return json.dumps({"__type__": "Deck", "name": "D", "notes": [], **members}).encode()


REFUSED: list[tuple[str, str, Callable[[], bytes]]] = [
    ("a program", "a.csv", lambda: b"MZ\x00\x00\x01" * 100),
    ("NUL in Markdown", "a.md", lambda: b"a::b\nc\x00d::e\n"),
    ("a line without end", "a.csv", lambda: b"a," * 2**22),
    ("no JSON", "a.json", lambda: b"{"),
    ("JSON too deep", "a.json", lambda: b"[" * 100_000),
    ("JSON too deep, in order", "a.json", lambda: b'{"children":[' * 500 + b"]}" * 500),
    ("no number", "a.json", lambda: b'{"__type__": "Deck", "notes": [NaN]}'),
    ("a number too large", "a.json", lambda: b'{"__type__": "Deck", "notes": [9223372036854775808]}'),
    ("a number far too large", "a.json", lambda: b'{"__type__": "Deck", "notes": [' + b"9" * 100_000 + b"]}"),
    ("a surrogate", "a.json", lambda: b'{"__type__": "Deck", "name": "\\ud800", "notes": [1]}'),
    ("NUL in JSON", "a.json", lambda: b'{"__type__": "Deck", "name": "\\u0000", "notes": [1]}'),
    ("JSON that is not UTF-8", "a.json", lambda: b'{"name": "\xff"}'),
    ("a list", "a.json", lambda: b"[]"),
    ("another JSON", "a.json", lambda: b'{"a": 1}'),
    ("notes that are none", "a.json", lambda: crowd(notes={"a": 1})),
    ("a note type without fields", "a.json", lambda: crowd(note_models=[{"name": "x"}], children=[{}])),
    ("no archive", "a.zip", lambda: b"PK\x03\x04 and nothing else"),
    ("half an archive", "a.zip", lambda: archive({"a.md": "a::b\n" * 1000})[:60]),
    ("an empty archive", "a.zip", lambda: archive({})),
    ("encrypted", "a.zip", encrypted),
    ("two of one name", "a.zip", duplicated),
    ("a link", "a.zip", link),
    ("outside", "a.zip", lambda: archive({"../../a.md": "a::b"})),
    ("outside, on Windows", "a.zip", lambda: archive({"..\\a.md": "a::b"})),
    ("absolute", "a.zip", lambda: archive({"/a.md": "a::b"})),
    ("a drive", "a.zip", lambda: archive({"C:/a.md": "a::b"})),
    ("too many files", "a.zip", lambda: archive({f"{n}.txt": "" for n in range(20_001)}, zipfile.ZIP_STORED)),
    ("a count that is too large", "a.zip", lambda: said_to_hold(65_000)),
    ("a bomb", "a.zip", lambda: archive({f"{n}.md": b"\0" * 2**25 for n in range(3)})),
    ("packed strangely", "a.zip", lambda: archive({"a.md": "a::b"}, zipfile.ZIP_BZIP2)),
    ("lying about its size", "a.zip", lying_about_its_size),
    ("everything without lines", "a.cardlet", lambda: archive({"b.txt": "x"})),
    ("no header", "a.cardlet", lambda: everything(DECK, END)),
    ("no deck", "a.cardlet", lambda: everything(HEADER, END)),
    ("cut off", "a.cardlet", lambda: everything(HEADER, DECK)),
    ("two things on a line", "a.cardlet", lambda: everything(HEADER, {"deck": {}, "note": {}})),
    ("a deck below none", "a.cardlet", lambda: everything(HEADER, {"deck": {"name": "A", "parent": 3}}, END)),
    ("a name that is a number", "a.cardlet", lambda: everything(HEADER, {"deck": {"name": 3}}, END)),
]


@pytest.mark.parametrize(("name", "content"), [case[1:] for case in REFUSED], ids=[case[0] for case in REFUSED])
def test_it_is_refused_with_a_sentence_in_two_seconds(name: str, content: Callable[[], bytes]) -> None:
    source = Source(name, content=content())
    began = time.perf_counter()
    with pytest.raises(UnreadableFile) as refused, read_deck(source) as deck:
        list(deck.rows)
    assert time.perf_counter() - began < 2
    assert len(filled(refused.value.message, refused.value.places, ", ")) > 10


COSTS_ROWS: list[tuple[str, str, bytes, int]] = [
    ("NUL far down", "a.csv", b"a,b\n" * 400_000 + b"c\x00,d\n", 1),
    ("open quotation marks", "a.csv", b'a,b\n"c,d\n' + b"e,f\n" * 10, 1),
    ("nothing but quotation marks", "a.csv", b'x,"y\n' * 200_000, 1),
    ("a field of a million", "a.csv", b"a,b\n" + b"x" * 10**6 + b",c\n", 1),
    ("a field of two million", "a.csv", b"a,b\n" + b"x" * 2 * 10**6 + b",c\nd,e\n", 1),
    ("ragged", "a.csv", b"a,b\nc\nd,e,f\n", 2),
    ("bytes that are no text", "a.csv", b"a,b\n" * 50 + "é,b\n".encode() * 50 + b"\xff,c\n", 1),
    ("surrogates in UTF-16", "a.csv", "a,b\nc,d\n".encode("utf-16") + b"\x00\xd8,\x00e\x00\n\x00", 1),
    ("a million brackets", "a.md", b"C: " + b"[" * 10**6, 1),
    ("a million backslashes", "a.md", b"C: [" + b"\\" * 10**6, 1),
    ("a million highlights", "a.md", b"#flashcards\n" + b"==a" * 300_000 + b"==", 1),
    ("a million backticks", "a.md", b"#flashcards\nx::y\n" + b"`" * 10**6 + b"::a", 0),
    (
        "backticks of all lengths",
        "a.md",
        b"#flashcards\n" + b"".join(b"`" * n + b"a" for n in range(1, 800)) + b"::x",
        0,
    ),
    ("a million pictures", "a.md", b"#flashcards\nx::" + b"![" * 10**5, 0),
    ("a million embeds", "a.md", b"#flashcards\nx::" + b"![[" * 8 * 10**4, 0),
    (
        "a note of numbers",
        "a.cardlet",
        everything(HEADER, DECK, {"note": {**NOTE, "fields": [1, 2]}}, {"end": {"notes": 1}}),
        1,
    ),
    (
        "an impossible memory",
        "a.cardlet",
        everything(
            HEADER,
            DECK,
            {"note": {**NOTE, "cards": [{"ordinal": 0, "deck": 0, "memory": {"interval": 2**40}}]}},
            {"note": {**NOTE, "cards": [{"ordinal": 0, "deck": 0, "memory": {"drill_at_ms": -(2**62)}}]}},
            {"note": {**NOTE, "cards": [{"ordinal": 0, "deck": 0, "reviews": [[1, 2]]}]}},
            {"note": NOTE},
            {"end": {"notes": 4}},
        ),
        3,
    ),
    ("notes of numbers", "a.json", crowd(notes=[1, "x", None, {"fields": 3}]), 4),
]


@pytest.mark.parametrize(
    ("name", "content", "least"), [case[1:] for case in COSTS_ROWS], ids=[case[0] for case in COSTS_ROWS]
)
def test_it_costs_its_own_rows_alone(name: str, content: bytes, least: int) -> None:
    began = time.perf_counter()
    with read_deck(Source(name, content=content)) as deck:
        bad = [row for row in deck.rows if isinstance(row, BadRow)]
    assert time.perf_counter() - began < 5
    assert len(bad) >= least
    assert all(row.message % row.places if row.places else row.message for row in bad)


@pytest.mark.parametrize("encoding", ["nonsense", "hex", "idna", "undefined", "rot13", "utf-7", "a\x00b", ""])
def test_an_encoding_that_is_none_is_refused_or_read(encoding: str) -> None:
    with suppress(UnreadableFile):
        list(read_deck(Source("a.csv", content=b"a,b\n\xff,c\n" * 3), ReadingOptions(encoding=encoding)).rows)
