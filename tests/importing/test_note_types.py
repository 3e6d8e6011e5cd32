"""Note types that come with a deck file: read, kept, changed by the next import, apart for each deck and learner."""

from contextlib import nullcontext
from pathlib import Path

import pytest
import sqlalchemy as sa
from sqlalchemy.orm import Session

from app.errors import UnreadableFile
from app.importing import BadRow, ParsedDeck, ParsedNote, ReadingOptions, Source, import_deck, read_deck
from app.importing.saving import ImportReport, sweep_unfinished
from app.models import Card, Note, NoteType
from app.rendering import CardTemplate, card_ordinals
from tests.factories import a_learner, at

TYPE = """```note-type Vocabulary
fields: Word, Reading, Meaning (en)
style:
.card { color: red; }

.a::before { content: "\\\\front:"; }
\\front:
card: Recognition
front:
{{Word}}
back:
{{FrontSide}}<hr>{{Meaning}}
card: Recall
front:
{{Meaning}}
back:
{{Word}}
```
"""
HEADER = "---\ndeck: D\nid: d\nlang: ja\n---\n\n"
NOTE = """
## 食べる {#taberu}
type: Vocabulary

### Reading
たべる

### Meaning

to eat

### Not a field
\\### Reading
"""


def deck(text: str) -> ParsedDeck:
    return read_deck(Source("d.md", content=(HEADER + text).encode()), ReadingOptions())


def test_a_note_type_is_read_with_everything_in_it() -> None:
    (shape,) = deck(TYPE + NOTE).note_types
    assert (shape.name, shape.field_names) == ("Vocabulary", ("Word", "Reading", "Meaning"))
    assert shape.css == '.card { color: red; }\n\n.a::before { content: "\\\\front:"; }\nfront:'
    assert shape.templates == (
        CardTemplate("Recognition", "{{Word}}", "{{FrontSide}}<hr>{{Meaning}}"),
        CardTemplate("Recall", "{{Meaning}}", "{{Word}}"),
    )


def test_a_note_gives_its_fields_below_headings() -> None:
    (note,) = deck(TYPE + NOTE).rows
    assert isinstance(note, ParsedNote)
    assert note.fields == ("食べる", "たべる", "to eat\n\n### Not a field\n### Reading")
    assert (note.kind, note.languages, note.guid) == ("custom", ("ja", "ja", "en"), "taberu")
    assert card_ordinals(note.content) == [0, 1]


def test_headings_in_code_are_code_and_fields_may_come_in_any_order() -> None:
    text = "## a\ntype: Vocabulary\n\nmore of it\n\n### Meaning\n```\n### Reading\n## b\n```\n### Reading\nr\n"
    (note,) = deck(TYPE + text).rows
    assert isinstance(note, ParsedNote)
    assert note.fields == ("a\n\nmore of it", "r", "```\n### Reading\n## b\n```")


def test_a_note_that_makes_no_card_is_left_out() -> None:
    cloze = "```note-type C\nfields: T\ncard: x\nfront:\n{{cloze:T}}\n```\n## nothing hidden\ntype: C\n"
    (row,) = deck(cloze).rows
    assert isinstance(row, BadRow) and row.message.startswith("a note without a card")


@pytest.mark.parametrize(
    ("text", "line", "words"),
    [
        ("```note-type A\nfields: F\n", 7, "is not closed"),
        ("```note-type A\ncard: x\nfront:\n{{F}}\n```\n", 7, "names no fields"),
        ("```note-type A\nfields: F, F\ncard: x\nfront:\n{{F}}\n```\n", 7, "names no fields"),
        ("```note-type A\nfields: F\n```\n", 7, "has no card"),
        ("```note-type A\nfields: F\ncard: x\nback:\n{{F}}\n```\n", 7, "has no card"),
        ("```note-type A\nfields: F{}\n```\n", 8, "cannot be the name of a field"),
        ("```note-type A\nwords\n```\n", 8, "does not belong here"),
        ("```note-type A\nfront:\n```\n", 8, "does not belong here"),
        ("```note-type A\nfields: F\nfields: G\n```\n", 9, "does not belong here"),
        ("```note-type basic\nfields: F\n```\n", 7, "stands twice"),
        (TYPE + TYPE, 25, "stands twice"),
        ("## a\ntype: Vocabulary\n\nx\n", 8, "is no type"),
        ("```note-types A\n```\n## a\n\nx\n", 7, "text before the first note"),
    ],
)
def test_a_note_type_that_makes_no_sense_refuses_the_file(text: str, line: int, words: str) -> None:
    with pytest.raises(UnreadableFile, match=words) as refused:
        list(deck(text).rows)
    assert refused.value.line == line


def test_a_typed_note_needs_an_answer() -> None:
    good, bad = deck("## Spring?\ntype: typed\n\nprintemps\n\n## Summer?\ntype: typed\n").rows
    assert isinstance(good, ParsedNote) and (good.kind, good.fields) == ("typed", ("Spring?", "printemps"))
    assert isinstance(bad, BadRow)


def imported(session: Session, text: str, owner_id: int | None, header: str = HEADER) -> ImportReport:
    parsed = read_deck(Source("d.md", content=(header + text).encode()), ReadingOptions())
    return import_deck(parsed, owner_id, at(0), lambda: nullcontext(session))


def types_of(session: Session, owner_id: int | None) -> list[NoteType]:
    own = NoteType.owner_id.is_not_distinct_from(owner_id), NoteType.kind == "custom"
    return list(session.scalars(sa.select(NoteType).where(*own).order_by(NoteType.id)))


def test_a_type_is_kept_once_for_its_deck_and_changes_with_it(session: Session) -> None:
    ada, bob = a_learner(session), a_learner(session)
    imported(session, TYPE + NOTE, bob.id)
    assert imported(session, TYPE + NOTE, ada.id).added == 1
    assert imported(session, TYPE + NOTE, ada.id).unchanged == 1
    (before,) = types_of(session, ada.id)
    other = HEADER.replace("id: d", "id: other")
    imported(session, TYPE.replace("red", "blue") + NOTE, ada.id, other)
    assert [note_type.css[15:18] for note_type in types_of(session, ada.id)] == ["red", "blu"]

    shorter = TYPE.partition("card: Recall")[0] + "```\n"
    assert imported(session, shorter.replace("red", "green") + NOTE, ada.id).added == 0
    assert (len(before.templates), before.css[15:20]) == (1, "green")
    mine = sa.select(Card.retired).join(Note).where(Note.note_type_id == before.id).order_by(Card.ordinal)
    assert list(session.scalars(mine)) == [False, True]
    assert len(types_of(session, bob.id)[0].templates) == 2


def test_a_starter_deck_may_bring_types_and_they_are_not_taken_for_built_in(session: Session) -> None:
    ada = a_learner(session)
    imported(session, TYPE + NOTE, None)
    imported(session, "## q\n\na\n", ada.id)
    assert len(types_of(session, None)) == 1
    kinds = sa.select(NoteType.kind).join(Note, Note.note_type_id == NoteType.id).where(Note.owner_id == ada.id)
    assert list(session.scalars(kinds)) == ["basic"]


def test_an_import_that_dies_leaves_no_type_behind(session: Session) -> None:
    ada = a_learner(session)
    begun = deck(TYPE + NOTE)

    def dies() -> object:
        yield from begun.rows
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        import_deck(
            ParsedDeck(begun.header, dies(), note_types=begun.note_types), ada.id, at(0), lambda: nullcontext(session)
        )
    assert types_of(session, ada.id) == []
    assert sweep_unfinished(lambda: nullcontext(session), at(1)) == 0


def test_the_deck_of_every_kind_comes_in_whole(session: Session) -> None:
    ada = a_learner(session)
    path = Path(__file__).parent.parent / "rendering" / "every_kind.md"
    report = import_deck(
        read_deck(Source(path.name, content=path.read_bytes())), ada.id, at(0), lambda: nullcontext(session)
    )
    assert (report.skipped, report.added) == (0, 23)
    assert session.scalar(sa.select(sa.func.count()).select_from(Card)) == 30
