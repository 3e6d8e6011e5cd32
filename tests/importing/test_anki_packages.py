"""What Anki packages of all three generations become."""

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from app.importing.anki import presets, reading
from app.importing.anki.stock import stock_kind
from app.importing.parsed import BadRow, LostCard, ParsedCard, ParsedDeck, ParsedNote, ReadingOptions, Source
from app.importing.reading import read_deck
from app.rendering import CardTemplate, Shape
from app.scheduling import MemoryState, Scheduler
from app.scheduling.fsrs import DEFAULT_PARAMETERS
from tests.importing.anki_packages import (
    BACK,
    BASIC,
    CHANGED,
    CREATED,
    FIRST_DAY,
    STOCK_CSS,
    Card,
    Collection,
    Deck,
    Note,
    Preset,
    Type,
)

GENERATIONS = pytest.mark.parametrize("generation", [1, 2, 3])
TODAY = FIRST_DAY + 500
MORNING = CREATED + 400 * 86_400
ANSWERED = [
    (MORNING * 1000, 1, -600, -60, 0, 4_000, 0),
    (MORNING * 1000 + 50_000, 3, 4, -600, 2500, 90_000, 1),
    (MORNING * 1000 + 90_000, 0, 7, 4, 2500, -3, 4),
]


def opened(path: Path, **options: Any) -> ParsedDeck:
    return reading.read(Source(path.name, path), ReadingOptions(**{"deck_name": "File", **options}))


def rows(path: Path, **options: Any) -> list[Any]:
    with opened(path, **options) as deck:
        return list(deck.rows)


def card_of(folder: Path, card: Card, **options: Any) -> ParsedCard:
    """The one card of a collection that has no other."""
    decks = [Deck(1, "Home"), Deck(9, "Filtered", preset=None)]
    (note,) = rows(Collection(notes=[Note("a\x1fb", cards=[card])], decks=decks).package(folder), **options)
    return note.cards[0]


@GENERATIONS
def test_every_generation_says_the_same(tmp_path: Path, generation: int) -> None:
    card = Card(deck=2, type=2, queue=2, due=510, ivl=20, factor=2300, reps=9, lapses=1, flags=3, answers=ANSWERED)
    made = Collection(
        notes=[Note("猫\x1fcat", "guid", tags=" a b::c ", cards=[card])],
        decks=[Deck(1, "Default"), Deck(2, "中文::动物", description="Beasts")],
        media={"cat.png": b"picture", "喵.mp3": b"sound"},
        generation=generation,
    )
    with read_deck(Source("mine.apkg", made.package(tmp_path)), ReadingOptions()) as deck:
        (note,) = deck.rows
        files = {file.name: file.open().read() for file in deck.media}
    assert isinstance(note, ParsedNote)
    assert [header.path for header in deck.decks] == [("中文", "动物")]
    assert (deck.header, deck.header.description, deck.header.language) == (deck.decks[0], "Beasts", "zh-Hans")
    assert (note.kind, note.fields, note.languages, note.format) == ("basic", ("猫", "cat"), ("zh-Hans", "en"), "html")
    assert (note.guid, note.tags, note.added_ms) == ("anki/guid", ("a", "b::c"), 1_600_100_000_000)
    assert files == {"cat.png": b"picture", "喵.mp3": b"sound"}
    assert deck.whole_guids
    assert deck.total == 1
    assert (card_ := note.cards[0]).state == MemoryState(8, 20, 2300, 1, FIRST_DAY + 400, FIRST_DAY + 510)
    assert (card_.flag, card_.as_of_ms, card_.suspended, card_.buried_until) == (3, CHANGED, False, None)
    assert [review[:5] for review in card_.reviews] == [
        (ANSWERED[0][0], 2, 4_000, 3, "[0,-600,-60,0]"),
        (ANSWERED[1][0], 4, 60_000, 3, "[1,4,-600,2500]"),
        (ANSWERED[2][0], 0, 0, 3, "[4,7,4,2500]"),
    ]
    assert {(review.day, review.hour) for review in card_.reviews} == {(FIRST_DAY + 400, 4)}


def test_days_and_hours_are_the_learners(tmp_path: Path) -> None:
    late = [(MORNING * 1000 - 60_000, 3, 4, 1, 2500, 1_000, 1)]
    card = Card(type=2, queue=2, due=510, ivl=5, answers=late)
    here = card_of(tmp_path, card, time_zone="UTC").reviews[0]
    there = card_of(tmp_path, card, time_zone="Asia/Kathmandu").reviews[0]
    assert (here.day, here.hour) == (FIRST_DAY + 399, 3)
    assert (there.day, there.hour) == (FIRST_DAY + 400, 9)


@pytest.mark.parametrize(
    ("card", "state"),
    [
        (Card(due=7), None),
        (Card(type=1, queue=1, due=CHANGED // 1000), None),
        (Card(type=2, queue=2, due=510, ivl=1, reps=1), (1, 1, 2500, 0, 509, 510)),
        (Card(type=2, queue=2, due=510, ivl=30, reps=1), (2, 30, 2500, 0, 480, 510)),
        (Card(type=2, queue=2, due=510, ivl=30, factor=1900, lapses=3, reps=20), (17, 30, 1900, 3, 480, 510)),
        (Card(type=3, queue=3, due=501, ivl=3, factor=2100, lapses=1, reps=9), (0, 3, 2100, 1, 498, 501)),
        (Card(type=2, queue=2, due=-300, ivl=30, odid=1, odue=520, deck=9), (2, 30, 2500, 0, 490, 520)),
        (Card(type=2, queue=2, due=510, ivl=30, data=json.dumps({"lrt": MORNING})), (2, 30, 2500, 0, 400, 510)),
        (Card(type=3, queue=1, due=CHANGED // 1000, ivl=4, answers=ANSWERED), (0, 4, 2500, 0, 400, 500)),
    ],
)
def test_a_card_is_due_when_it_was(tmp_path: Path, card: Card, state: tuple[int, ...] | None) -> None:
    found = card_of(tmp_path, card).state
    if state is None:
        assert found is None
        return
    assert found is not None
    assert found == MemoryState(*state[:4], FIRST_DAY + state[4], FIRST_DAY + state[5])


def test_fsrs_memory_comes_along(tmp_path: Path) -> None:
    state = card_of(tmp_path, Card(type=2, queue=2, due=510, ivl=30, data='{"s":12.5,"d":6.25,"pos":4}')).state
    assert state is not None
    assert (state.stability, state.difficulty) == (12.5, 6.25)


def test_marks_come_along_and_stay_away_with_the_schedule(tmp_path: Path) -> None:
    made = Collection(
        notes=[
            Note("a\x1fb", tags="marked Leech x", cards=[Card(queue=-1), Card(ord=1, flags=2)]),
            Note("c\x1fd", cards=[Card(type=2, queue=-3, due=501, ivl=4, answers=ANSWERED)]),
        ],
    ).package(tmp_path)
    first, second = rows(made)
    assert first.tags == ("x",)
    assert [(card.suspended, card.flag) for card in first.cards] == [(True, 7), (False, 2)]
    assert second.cards[0].buried_until == TODAY + 1
    with opened(made, with_schedule=False) as deck:
        first, second = deck.rows
    assert deck.presets == ()
    for card in (*first.cards, *second.cards):
        assert (card.state, card.suspended, card.buried_until, card.flag, list(card.reviews)) == (
            None,
            False,
            None,
            0,
            [],
        )


@pytest.mark.parametrize("indexes", [True, False])
def test_answers_find_their_cards_and_those_without_one_are_kept(tmp_path: Path, indexes: bool) -> None:
    def answers(number: int) -> list[tuple[int, ...]]:
        return [(MORNING * 1000 + number * 10 + n, 3, n, 1, 2500, 100, 1) for n in range(number)]

    cards = [Card(type=2, queue=2, due=510, ivl=5, answers=answers(number)) for number in range(1, 6)]
    made = Collection(
        notes=[Note(f"{n}\x1fb", cards=[card], type=77 if n == 2 else 1) for n, card in enumerate(cards)],
        lost=[(5_000, 999, 2, 1, 1, 2500, 100, 1), (6_000, 999, 4, 1, 1, 2500, 100, 1)],
        indexes=indexes,
        # A card created later than others, for an earlier note.
        sql=["UPDATE cards SET nid = (SELECT min(id) FROM notes) WHERE id = (SELECT max(id) FROM cards)"],
    ).package(tmp_path)
    found = rows(made)
    told = [[len(card.reviews) for card in row.cards] for row in found if isinstance(row, ParsedNote)]
    assert told == [[1], [2], [4]]
    assert [row.message for row in found if isinstance(row, BadRow)] == [
        "the note type of this note is not in the file",
        "the note has no cards",
    ]
    lost = [[review.at_ms for review in row.reviews] for row in found if isinstance(row, LostCard)]
    assert sorted(map(len, lost)) == [2, 3, 5]
    assert [5_000, 6_000] in lost


def test_guids_of_cardlets_own_come_home(tmp_path: Path) -> None:
    found = rows(Collection(notes=[Note("a\x1fb", "cardlet:deck/q:1"), Note("c\x1fd", "x")]).package(tmp_path))
    assert [note.guid for note in found] == ["deck/q:1", "anki/x"]


@GENERATIONS
def test_types_of_ones_own_keep_their_templates(tmp_path: Path, generation: int) -> None:
    own = (("One", "<script>go()</script>{{Front}}", "{{FrontSide}} {{Back}}"),)
    cloze = (("Cloze", "{{cloze:Text}} {{#Extra}}!{{/Extra}}", "{{cloze:Text}}"),)
    made = Collection(
        notes=[Note("a", type=2), Note("{{c2::x}}\x1f", type=3, cards=[Card(ord=1)]), Note("a\x1fb", type=4)],
        types=[
            BASIC,
            Type(2, "Mine", templates=own),
            Type(3, "Gaps", ("Text", "Extra"), cloze, cloze=True),
            Type(4, "Mine", templates=own, css=".card {}"),
        ],
        generation=generation,
    )
    with opened(made.package(tmp_path)) as deck:
        first, gaps, last = deck.rows
    assert [shape.name for shape in deck.note_types] == ["Mine", "Gaps", "Mine (2)"]
    assert first.shape.templates == (CardTemplate(*own[0]),)
    assert (first.kind, first.fields) == ("custom", ("a", ""))
    assert gaps.cards[0].ordinal == 2
    assert last.shape.css == ".card {}"


@pytest.mark.parametrize(
    ("kind", "fields", "templates"),
    [
        (
            "basic",
            ("Vorderseite", "Rückseite"),
            [("{{Vorderseite}}", "{{FrontSide}}\n\n<hr id=answer>\n\n{{Rückseite}}")],
        ),
        ("reversed", ("A", "B"), [("{{A}}", BACK.replace("Back", "B")), ("{{B}}", BACK.replace("Back", "A"))]),
        ("typed", ("正面", "背面"), [("{{正面}}\n\n{{type:背面}}", "{{正面}}\n\n<hr id=answer>\n\n{{type:背面}}")]),
        ("cloze", ("Text", "Extra"), [("{{cloze:Text}}", "{{cloze:Text}}<br>\n{{Extra}}")]),
        (None, ("A", "B"), [("{{A}}!", BACK.replace("Back", "B"))]),
        (None, ("A", "B", "C"), [("{{A}}", BACK.replace("Back", "B"))]),
    ],
)
def test_stock_types_are_known_in_every_language(
    kind: str | None, fields: tuple[str, ...], templates: list[tuple[str, str]]
) -> None:
    cards = tuple(CardTemplate("Card", front, back) for front, back in templates)
    newest = STOCK_CSS.replace("20px;", "20px;\n    line-height: 1.5;")
    cloze = "\n.cloze {\n font-weight: bold;\n color: blue;\n}\n.nightMode .cloze {\n color: lightblue;\n}"
    for css in (STOCK_CSS, newest, STOCK_CSS + cloze, ""):
        assert stock_kind(Shape("x", fields, cards, css)) == kind
    assert stock_kind(Shape("x", fields, cards, STOCK_CSS + "b {color: red}")) is None


@GENERATIONS
def test_options_become_presets(tmp_path: Path, generation: int) -> None:
    card = [Card(deck=3)]
    made = Collection(
        notes=[Note("a\x1fb", cards=card), Note("c\x1fd", cards=[Card(deck=4)]), Note("e\x1ff", cards=card)],
        decks=[Deck(1, "Default"), Deck(2, "Top", 1), Deck(3, "Top::Much", 2, retention=85), Deck(4, "Top::Little", 1)],
        presets=[Preset(1), Preset(2, 7, 70, 365, 0.92, tuple(DEFAULT_PARAMETERS))],
        conf={"creationOffset": 0, "fsrs": True},
        generation=generation,
    )
    with opened(made.package(tmp_path)) as deck:
        list(deck.rows)
    (preset,) = deck.presets
    assert deck.decks[preset.deck].path == ("Top",)
    assert (preset.new_per_day, preset.reviews_per_day) == (7, 70)
    assert preset.settings is not None
    assert (preset.settings.scheduler, preset.settings.retention) == (Scheduler.FSRS, 0.85)
    assert preset.settings.maximum_interval == 365
    assert preset.settings.parameters == pytest.approx(DEFAULT_PARAMETERS, abs=1e-4)
    assert any("options of their own" in remark.message for remark in deck.remarks)


def test_parameters_of_older_fsrs_are_carried_over() -> None:
    nineteen = DEFAULT_PARAMETERS[:19]
    assert presets.fsrs_6(nineteen) == (*nineteen, 0.0, 0.5)
    older = presets.fsrs_6(
        (0.4, 0.6, 2.4, 5.8, 4.93, 0.94, 0.86, 0.01, 1.49, 0.14, 0.94, 2.18, 0.05, 0.34, 1.26, 0.29, 2.61)
    )
    assert older[4:7] == (6.81, 0.4468, 1.36)
    assert older[17:] == (0.0, 0.0, 0.0, 0.5)
    assert presets.fsrs_6(()) == presets.fsrs_6((float("nan"),) * 21) == DEFAULT_PARAMETERS


def test_what_the_learner_says_goes_before_what_is_guessed(tmp_path: Path) -> None:
    made = Collection(notes=[Note("ねこ\x1f고양이")]).package(tmp_path)
    with opened(made) as deck:
        (note,) = deck.rows
    assert (deck.header.path, note.languages) == (("File",), ("ja", "ko"))
    with opened(made, languages=("en", "zh-Hans"), tags=("mine",)) as deck:
        (note,) = deck.rows
    assert (deck.header.language, note.languages, note.tags) == ("en", ("en", "zh-Hans"), ("mine",))


def test_the_child_imports_nothing_of_the_house_but_what_is_light() -> None:
    child = Path(reading.__file__).with_name("child.py")
    program = (
        f"import sys, runpy; sys.argv = ['child', '{{}}']\n"
        f"names = runpy.run_path({str(child)!r})\n"
        "names['_stand_in_for_the_house']()\n"
        "import app.importing.anki.sending, app.importing.anki.guarded\n"
        "print(*sorted(name for name in sys.modules if name.split('.')[0] in ('flask', 'sqlalchemy', 'app')))"
    )
    done = subprocess.run([sys.executable, "-I", "-c", program], capture_output=True, text=True, check=True)
    loaded = set(done.stdout.split())
    assert not {name for name in loaded if name.startswith(("flask", "sqlalchemy"))}
    assert {name for name in loaded if not name.startswith("app.importing.anki")} <= {
        "app",
        "app.clock",
        "app.errors",
        "app.importing",
        "app.importing.log_blocks",
        "app.importing.log_rows",
        "app.many_rows",
        "app.scheduling",
        "app.scheduling.memory",
        "app.scheduling.stages",
    }
