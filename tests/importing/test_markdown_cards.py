"""Cards in the Markdown of other programs, alone and in zipped folders."""

import io
import zipfile

import pytest

from app.importing import BadRow, ParsedDeck, ParsedNote, ReadingOptions, Source, read_deck
from app.importing.guessing import is_outline, pasted_name
from app.importing.reading import FORMATS, detect
from app.rendering import cloze_numbers

HASHCARDS = """---
name = "Anatomy::Heart"
---

Q: What pumps
the blood?
A: The heart

![a heart](img/my%20heart.png)

---

C: The [left] ventricle feeds the [aorta]; \\[sic\\] ![a](b.png)

Q: Without an answer
C: Without a gap
"""

OBSIDIAN = """---
tags: [flashcards/biology, other]
---
# Cells
What is a cell?::The unit of life ^cell-1
<!--SR:!2025-03-10,14,250-->
dog:::Hund <!--SR:!2025-03-10,4,270!2025-03-02,1,230-->

Not a card: `a::b` and nothing else

What makes
energy?
?
The ==mitochondrion==
![[pic one.png|300]]

one way and back
??
![](folder/other.png)

The ==nucleus==^[core] holds ==DNA==[^1] and ==RNA==[^1].
<!--SR:!2000-01-01,1,250!fsrs,2025-04-01,20.4,5.1-->

```
code::not a card
?
```

#flashcards/physics/light
What is c?::The speed
"""


def read(text: str, name: str = "notes.md", **options: object) -> ParsedDeck:
    return read_deck(Source(name, content=text.encode()), ReadingOptions(**options))


def notes(deck: ParsedDeck) -> list[ParsedNote]:
    return [row for row in deck.rows if isinstance(row, ParsedNote)]


def test_hashcards_are_questions_and_gaps() -> None:
    deck = read(HASHCARDS, "heart.md")
    question, cloze, *bad = deck.rows
    assert deck.header.path == ("Anatomy", "Heart") and deck.format_name == FORMATS["hashcards"].title
    assert question.line == 5
    assert question.fields == ("What pumps\nthe blood?", "The heart\n\n![a heart](<my heart.png>)")
    assert cloze.fields[0] == "The {{c1::left}} ventricle feeds the {{c2::aorta}}; [sic] ![a](b.png)"
    assert [(row.line, isinstance(row, BadRow)) for row in bad] == [(15, True), (16, True)]


def test_a_gap_around_colons_and_brackets_stays_whole() -> None:
    (note,) = notes(read("C: In C++ it is [std::map<int, T>] {{x}}\n"))
    assert note.fields[0] == "In C++ it is {{c1::std:&#58;map<int, T>}} {{x}}" and cloze_numbers(note.fields[0]) == [1]


def test_a_question_that_begins_a_pasted_text_is_no_table() -> None:
    text = "Q: one, two?\nA: three, four\n"
    assert notes(read(text, pasted_name(text)))[0].fields == ("one, two?", "three, four")
    assert notes(read(text, "cards.txt"))[0].fields == ("one, two?", "three, four")


def test_obsidians_cards_of_all_forms() -> None:
    deck = read(OBSIDIAN)
    rows = notes(deck)
    assert [(note.kind, *note.fields) for note in rows] == [
        ("basic", "What is a cell?", "The unit of life"),
        ("reversed", "dog", "Hund"),
        ("basic", "What makes\nenergy?", "The ==mitochondrion==\n![](<pic one.png>)"),
        ("reversed", "one way and back", "![](other.png)"),
        ("cloze", "The {{c1::nucleus::core}} holds {{c2::DNA}} and {{c2::RNA}}.", ""),
        ("basic", "What is c?", "The speed"),
    ]
    paths = [deck.decks[note.deck].path for note in rows]
    assert paths == [("notes", "biology")] * 5 + [("notes", "physics", "light")]
    assert rows[0].guid == "cell-1"


def test_obsidians_schedules_come_along() -> None:
    rows = notes(read(OBSIDIAN))
    (cell,) = rows[0].cards
    assert (cell.state.interval, cell.state.ease, cell.state.due_day, cell.state.last_day) == (14, 2500, 20157, 20143)
    assert cell.taken_over and cell.as_of_ms // 86_400_000 == cell.state.last_day
    assert [(card.ordinal, card.state.interval, card.state.ease) for card in rows[1].cards] == [
        (0, 4, 2700),
        (1, 1, 2300),
    ]
    new, known = rows[4].cards
    assert new.state is None and (known.state.interval, known.state.ease) == (20, 2500)
    assert notes(read(OBSIDIAN, with_schedule=False))[0].cards is None


@pytest.mark.parametrize("comment", ["!2025-99-99,1,250", "!x", "!2025-01-01", "!fsrs,,", "!,,,,"])
def test_a_schedule_that_makes_no_sense_is_none(comment: str) -> None:
    (note,) = notes(read(f"a::b\n<!--SR:{comment}-->\n"))
    assert note.fields == ("a", "b") and note.cards is None


def test_bold_words_are_gaps_only_where_nothing_else_is_a_card() -> None:
    assert notes(read("#flashcards\nThe **heart** pumps.\n"))[0].fields[0] == "The {{c1::heart}} pumps."
    assert len(notes(read("#flashcards\nThe **heart** pumps.\n\na::b\n"))) == 1


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("# Notes\n\n* kubelet: an agent\n* std::vector is a list\n* a\n* b\n", True),
        ("---\ndeck: D\n---\n## Q\n\nA\n", False),
        (HASHCARDS, False),
        (OBSIDIAN, False),
    ],
)
def test_study_notes_stay_study_notes(text: str, expected: bool) -> None:
    assert is_outline(text.encode(), "notes.md") is expected


def test_clozes_of_ours_are_not_taken_for_obsidians() -> None:
    text = "The {{c1::kubelet}} runs\nThe {{c1::scheduler}} places\n"
    assert pasted_name(text) == "pasted.csv"


def zipped(files: dict[str, str | bytes]) -> bytes:
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, text in files.items():
            archive.writestr(name, text)
    return content.getvalue()


def test_a_folder_is_decks_with_their_pictures() -> None:
    files = {
        "vault/biology/cells.md": "a::b ^x\n",
        "vault/heart.md": HASHCARDS,
        "vault/empty.md": "nothing here\n",
        "vault/img/my heart.png": b"\x89PNG",
        "vault/.obsidian/app.json": "{}",
        "__MACOSX/vault/._heart.md": "junk",
    }
    with read_deck(Source("vault.zip", content=zipped(files))) as deck:
        rows = notes(deck)
        assert [deck.decks[note.deck].path for note in rows] == [
            ("vault", "Anatomy", "Heart"),
            ("vault", "Anatomy", "Heart"),
            ("vault", "biology", "cells"),
        ]
        (picture,) = deck.media
        with picture.open() as file:
            assert (picture.name, file.read()) == ("my heart.png", b"\x89PNG")
        assert [remark.places for remark in deck.remarks] == [{"name": "vault/empty.md"}]


TYPE = "```note-type {name}\nfields: Front, Back\ncard: One\nfront:\n{{{{Front}}}}{more}\nback:\n{{{{Back}}}}\n```\n"


def test_a_folder_of_our_own_decks_is_read_as_they_are() -> None:
    files = {
        "Top.md": "---\ndeck: Top\nid: top\n---\n"
        + TYPE.format(name="Word", more="")
        + "## q {#n1}\ntype: Word\n\na\n",
        "Inner.md": "---\ndeck: Top::Inner\nid: in\nlang: en\n---\n"
        + TYPE.format(name="Word", more="!")
        + "## q {#n1}\ntype: Word\n\n### Back\n\n![](media/x.png)\n",
        "media/x.png": b"x",
    }
    with read_deck(Source("export.zip", content=zipped(files)), ReadingOptions(tags=("t",))) as deck:
        rows = list(deck.rows)
        assert [header.path for header in deck.decks] == [("Top",), ("Top", "Inner")]
        assert [header.guid for header in deck.decks] == ["top", "in"]
        assert {shape.name for shape in deck.note_types} == {"Word", "Word (2)"}
        assert [(row.deck, row.guid, row.tags) for row in rows] == [(1, "n1", ("t",)), (0, "n1", ("t",))]
        assert "![](x.png)" in rows[0].fields[1]


def test_what_the_learner_says_comes_first() -> None:
    assert detect(Source("a.md", content=b"a::b\n"))[0] == "obsidian"
    assert detect(Source("a.md", content=b"a::b\n"), ReadingOptions(reader="hashcards"))[0] == "hashcards"
    assert detect(Source("a.csv", content=b"a,b\n"))[0] == "table"
