"""What goes out as Markdown comes back as it was."""

import zipfile
from io import BytesIO
from pathlib import Path

import sqlalchemy as sa
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy.orm import Session

from app.exporting import FORMATS
from app.exporting.markdown_deck import write_folder
from app.exporting.markdown_note import lines_of
from app.exporting.markdown_types import type_block
from app.exporting.walking import OutNote
from app.importing import ParsedNote, Source, read_deck
from app.models import Deck, Note, NoteType
from app.rendering import LONGEST_FIELD, has_cloze
from tests.exporting.filled import PNG, a_collection, an_export
from tests.factories import a_deck, a_learner, a_note

MARKS = st.sampled_from(
    [
        *(
            "---",
            "## ",
            "##",
            "### W",
            "### M",
            "\\---",
            "\\## ",
            "```",
            "~~~~",
            "{#id}",
            "key: value",
            "\n",
            "\n\n",
            " ",
        ),
        *(
            "---  ",
            "{{c1::x}}",
            "{{c2::y::z}}",
            "|",
            "> ",
            "    ",
            "- a",
            "**b**",
            "<b>",
            "食べる",
            "שלום",
            "🏔️",
            "`",
            r"\u0000",
        ),
    ]
)
TEXT = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), max_size=30)
FIELDS = st.lists(MARKS | TEXT, max_size=8).map("".join)
WORDS = st.text(st.characters(exclude_categories=["Cs", "Z", "Cc"]), min_size=1, max_size=12)


@st.composite
def notes(draw: st.DrawFn, size: int = 2) -> OutNote:
    """Any note a reader may have let in: with a question, at least."""
    first = draw(FIELDS.filter(str.strip))
    fields = [first, *(draw(FIELDS) for _ in range(size - 1))]
    languages = draw(st.lists(st.sampled_from(["en", "zh-Hans", "ja"]), min_size=size, max_size=size))
    tags = draw(st.lists(WORDS | TEXT.filter(bool), max_size=30, unique=True))
    guid = draw(WORDS.filter(lambda text: len(text) < 100))
    source, quote = draw(st.sampled_from([("", ""), ("a\nb", ""), ("a", "q"), ("a\nb", "\nq")]) | st.tuples(TEXT, TEXT))
    format = draw(st.sampled_from(["markdown", "html"]))
    return OutNote(1, None, 1, guid, "en", format, languages, tags, source, quote, 0, 0, fields, 0, [])


def read_back(text: str) -> ParsedNote:
    (note,) = read_deck(Source("x.md", content=f"---\ndeck: D\nid: d\n---\n\n{text}\n".encode())).rows
    assert isinstance(note, ParsedNote), note
    return note


def same(note: OutNote, read: ParsedNote) -> None:
    assert list(read.fields) == note.fields
    assert list(read.languages) == note.languages
    assert (read.guid, list(read.tags), read.format) == (note.guid, note.tags, note.format)
    assert (read.source, read.quote) == (note.source, note.quote)


@given(notes(), st.sampled_from(["basic", "reversed", "typed", "cloze"]))
@settings(max_examples=200, deadline=None)
def test_a_note_comes_back_as_it_was(note: OutNote, kind: str) -> None:
    if kind == "cloze" and not has_cloze(note.fields[0]):
        kind = "basic"
    read = read_back("\n".join(lines_of(note, note.guid, kind, None, ("en", "en"))))
    same(note, read)
    assert read.kind == kind


TEMPLATES = st.lists(
    st.tuples(WORDS | TEXT | MARKS, st.sampled_from(["{{W}}", "fields:\n{{W}}", "\n{{W}}```\n"]), FIELDS),
    min_size=1,
    max_size=3,
)


@given(notes(size=2), TEMPLATES, FIELDS, st.sampled_from([["W", "M"], ["W", "M, (x)"], ["W: ", "M"]]))
@settings(max_examples=100, deadline=None)
def test_a_note_type_comes_back_as_it_was(
    note: OutNote, templates: list[tuple[str, str, str]], css: str, names: list[str]
) -> None:
    note.fields[0] = f"x{note.fields[0]}"
    cards = [
        {"name": name, "front": front.replace("{{W}}", f"{{{{{names[0]}}}}}"), "back": back}
        for name, front, back in templates
    ]
    cards[0]["front"] = "plain {{W}}" if names[0] == "W" else "{{W: }}"
    note_type = NoteType(id=1, kind="custom", name="T", field_names=names, templates=cards, css=css)
    shape = note_type.shape
    assert shape is not None
    block = "\n".join(type_block("T", note_type))
    text = "\n".join(lines_of(note, note.guid, "T", shape, ("en", "en")))
    parsed = read_deck(Source("x.md", content=f"---\ndeck: D\nid: d\n---\n\n{block}\n{text}\n".encode()))
    assert parsed.note_types == (shape,)
    (read,) = parsed.rows
    if isinstance(read, ParsedNote):
        same(note, read)


def test_a_simple_note_stays_easy_to_read() -> None:
    note = OutNote(1, None, 1, "pod", "en", "markdown", ["en", "en"], ["t"], "s", "q", 0, 0, ["Q?", "A.\n\n- b"], 0, [])
    assert list(lines_of(note, "pod", "basic", None, ("en", "en"))) == [
        *("## Q? {#pod}", "tags: t", "source: s", "quote: q", "", "A.", "", "- b", "")
    ]


def test_the_longest_fields_and_many_tags(session: Session, data_dir: Path) -> None:
    ada = a_learner(session)
    deck = a_deck(session, owner=ada)
    long, tags = "字" * LONGEST_FIELD, tuple(f"tag::{number}" for number in range(500))
    a_note(session, deck, fields=("q\n\nmore", long), tags=tags)
    text = b"".join(FORMATS["markdown"].write(session, an_export(session, ada, deck, data_dir)))
    (note,) = read_deck(Source("x.md", content=text)).rows
    assert note.fields == ("q\n\nmore", long) and note.tags == tags


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=20, deadline=None)
@given(st.sampled_from(["name:Old", "plain", "a b/ü"]), TEXT, st.lists(WORDS, min_size=1, max_size=2))
def test_a_deck_comes_back_as_it_was(
    session: Session, data_dir: Path, guid: str, description: str, names: list[str]
) -> None:
    session.rollback()
    ada = a_learner(session)
    parent = a_deck(session, owner=ada, name=names[0])
    deck = a_deck(
        session,
        owner=ada,
        name=names[-1],
        parent_id=parent.id,
        guid=guid,
        language="ja",
        description=description,
    )
    a_note(session, deck, guid="anki/a b,c")
    a_note(session, deck, guid=f"{guid}/x", fields=(" 漢字[かんじ]", ""))
    text = b"".join(FORMATS["markdown"].write(session, an_export(session, ada, deck, data_dir)))
    parsed = read_deck(Source("x.md", content=text))
    header = parsed.header
    assert (header.guid, header.language, header.description) == (guid, "ja", description)
    assert header.path == (names[0], names[-1]) and parsed.whole_guids
    assert [note.guid for note in parsed.rows] == ["anki/a b,c", f"{guid}/x"]
    session.rollback()


def test_decks_in_a_deck_come_as_files_with_what_they_show(session: Session, data_dir: Path) -> None:
    ada, deck = a_collection(session, data_dir)
    content = b"".join(FORMATS["markdown"].write(session, an_export(session, ada, deck, data_dir)))
    archive = zipfile.ZipFile(BytesIO(content))
    assert archive.namelist() == ["语言.md", "语言 - Words.md", "media/p.png"]
    assert archive.read("media/p.png") == PNG
    own = {}
    for name in archive.namelist()[:2]:
        parsed = read_deck(Source(name, content=archive.read(name)))
        own |= {note.guid: note for note in parsed.rows}
    stored = session.scalars(sa.select(Note).where(Note.owner_id == ada.id)).all()
    decks = {d.id: d for d in session.scalars(sa.select(Deck))}
    assert len(own) == len(stored) == 6 and decks
    assert sorted(note.fields for note in own.values()) == sorted(tuple(note.fields) for note in stored)


def test_one_deck_can_bring_its_files(session: Session, data_dir: Path) -> None:
    ada, deck = a_collection(session, data_dir)
    inside = session.scalars(sa.select(Deck).where(Deck.parent_id == deck.id)).one()
    archive = zipfile.ZipFile(BytesIO(b"".join(write_folder(session, an_export(session, ada, inside, data_dir)))))
    assert archive.namelist() == ["语言 - Words.md", "media/p.png"]
