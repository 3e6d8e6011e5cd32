"""Collections as somebody may have written and learnt them: decks in decks, notes of every kind, types of one's own,
files, marks, and a log of each kind."""

from io import BytesIO
from pathlib import Path
from typing import Any
from uuid import uuid4

from hypothesis import strategies as st
from sqlalchemy.orm import Session

from app.library.media import name_file, store_file
from app.models import Card, Deck, Kind, Mark, Note, NoteType, Review, SchedulerVersion, User
from app.models.note import set_tags
from app.rendering import cloze_numbers
from app.study.rebuilding import rebuild
from tests.exporting.filled import PNG, answered
from tests.factories import a_deck, a_follow, a_note, at

FILES = {"p.png": PNG, "聴く.mp3": b"ID3" + bytes(300), "big picture.png": PNG + b"big" * 9_000}
SAMPLES = ["", " ", "食べる", "שלום עולם", "مرحبا", "🏔️👩‍👩‍👧", "**b** `c`", "<b>raw</b>", "$x_1$", "a ", "ﬁ"]
CLOZES = ["{{c1::gap::hint}} {{c2::x}}", "{{c1::食べる}}", "{{c3::a {{c1::deep}} gap}}", "{{c2::שלום}} {{c4::🏔️}}"]
SHOWN = ["![p](p.png)", '<img src="p.png">', "[sound:聴く.mp3]", "![](<big picture.png>)"]
FIELD = st.lists(
    st.sampled_from([*SAMPLES, *SHOWN, CLOZES[0]])
    | st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0\x1f"), max_size=9),
    max_size=4,
).map("".join)
LONG = "a field of a hundred kilobytes"
TAGS = st.lists(st.sampled_from([*(f"tag::{n}" for n in range(40)), "動詞", "שם", "🏔️", "C#"]), max_size=30, unique=True)
DECK_NAMES = ["Words", "卡片", "עברית", "🏔️ Berge", "a b", "Ünï.code", "100%"]
CSS = ["", ".card { color: red; }", ".card::before { content: '卡'; }\n.nightMode { color: white }"]
LANGUAGES = ("en", "ja", "zh-Hans", "he")


@st.composite
def note_types(draw: st.DrawFn) -> dict[str, Any]:
    """A type of one's own: one to three fields, one or two templates, perhaps a style and a picture in it."""
    names = ["Word", "意味", "Some more"][: draw(st.integers(1, 3))]
    last = names[-1]
    fronts = ["{{Word}}", f"{{{{#{last}}}}}{{{{{last}}}}}{{{{/{last}}}}} {{{{Word}}}} <img src='p.png'>"]
    back = "{{FrontSide}}<hr id=answer>" + "".join(f"{{{{{name}}}}}" for name in names)
    sides = enumerate(fronts[: draw(st.integers(1, 2))])
    templates = [{"name": f"Card {n}", "front": front, "back": back} for n, front in sides]
    return {"field_names": names, "templates": templates, "css": draw(st.sampled_from(CSS))}


@st.composite
def notes(draw: st.DrawFn, types: int, decks: int) -> dict[str, Any]:
    """A note as somebody may have written it, and what a learner did with its first card."""
    kind = draw(st.sampled_from(["basic", "reversed", "typed", "cloze", *(["custom"] * bool(types))]))
    first = draw(FIELD.filter(str.strip) | st.just(LONG))
    fields = [draw(st.sampled_from(CLOZES)) + first if kind == "cloze" and first != LONG else first, draw(FIELD)]
    kind = "basic" if kind == "cloze" and first == LONG else kind
    columns = {"format": draw(st.sampled_from(["markdown", "html"])), "source": draw(FIELD), "quote": draw(FIELD)}
    waits = st.sampled_from([(False, None), (True, None), (False, 20_525)])
    return {
        "kind": kind,
        "type": draw(st.integers(0, types - 1)) if types else None,
        "deck": draw(st.integers(0, decks - 1)),
        "apart": draw(st.booleans()),
        "fields": fields,
        "tags": draw(TAGS),
        "columns": columns,
        "languages": draw(st.lists(st.sampled_from(LANGUAGES), min_size=3, max_size=3)),
        "grades": draw(st.lists(st.integers(2, 5), max_size=6)),
        "log": draw(st.lists(st.sampled_from([Kind.IMPORTED, Kind.PRACTICE]), max_size=2)),
        # Anki has no card that is both suspended and put off, and puts off until tomorrow.
        "mark": draw(st.none() | st.tuples(waits, st.integers(0, 6))),
    }


@st.composite
def collections(draw: st.DrawFn, most: int = 4) -> dict[str, Any]:
    """A deck with others inside it, each in one before it, and what is in them."""
    decks = [draw(st.integers(0, place)) for place in range(draw(st.integers(0, 3)))]
    types = draw(st.lists(note_types(), max_size=2))
    return {
        "names": draw(st.lists(st.sampled_from(DECK_NAMES), min_size=len(decks) + 1, max_size=len(decks) + 1)),
        "parents": decks,
        "types": types,
        "notes": draw(st.lists(notes(len(types), len(decks) + 1), min_size=1, max_size=most)),
        "fsrs": draw(st.booleans()),
    }


def made(session: Session, learner: User, told: dict[str, Any], data_dir: Path) -> Deck:
    """The rows of it; returns the topmost deck, which the learner follows."""
    version = 1 if told["fsrs"] else None
    decks = _decks(session, learner, told, version)
    types = [
        NoteType(owner_id=learner.id, kind="custom", name=f"类型 {n}", **one) for n, one in enumerate(told["types"])
    ]
    session.add_all(types)
    session.flush()
    for name, content in FILES.items():
        name_file(session, learner, name, store_file(data_dir / "media", BytesIO(content), name), at(0))
    for note in told["notes"]:
        cards = _note(session, decks, note, types)
        _learn(session, learner, cards[0], note, version)
    session.flush()
    rebuild(session, learner.id)
    return decks[0]


def _decks(session: Session, learner: User, told: dict[str, Any], version: int | None) -> list[Deck]:
    named = [f"{name} {place}" for place, name in enumerate(told["names"])]
    decks = [a_deck(session, owner=learner, language="zh-Hans", name=named[0])]
    for name, parent in zip(named[1:], told["parents"], strict=True):
        parent_id = decks[parent].id
        decks.append(a_deck(session, owner=learner, language="zh-Hans", name=name, parent_id=parent_id))
    if version is not None:
        settings = {"scheduler": "fsrs", "retention": 0.85, "maximum_interval": 1000, "fuzz": False, "chosen_at": at(0)}
        session.add(SchedulerVersion(user_id=learner.id, version=version, deck_id=decks[0].id, **settings))
    for deck in decks:
        root_id = None if deck is decks[0] else decks[0].id
        a_follow(session, learner, deck, scheduler_version=version, root_id=root_id)
    return decks


def _note(session: Session, decks: list[Deck], told: dict[str, Any], types: list[NoteType]) -> list[Card]:
    deck, kind = decks[told["deck"]], told["kind"]
    fields = ["长 " * 50_000 if text == LONG else text for text in told["fields"]]
    cards = a_note(session, deck, kind="basic" if kind == "custom" else kind, fields=(fields[0], fields[1]))
    row = session.get_one(Note, cards[0].note_id)
    row.tags = told["tags"]
    set_tags(session, row.owner_id, {row.id: tuple(told["tags"])})
    for name, value in told["columns"].items():
        setattr(row, name, value)
    row.field_languages = told["languages"][:2]
    ordinals = [card.ordinal for card in cards]
    if kind == "custom":
        own = types[told["type"]]
        row.note_type_id, size = own.id, len(own.field_names)
        row.fields, row.field_languages = (fields * 2)[:size], told["languages"][:size]
        ordinals = list(range(len(own.templates)))
    elif kind == "cloze":
        ordinals = cloze_numbers(fields[0])
    cards[0].ordinal = ordinals[0]
    # One note's cards may lie in several decks.
    elsewhere = decks[0] if told["apart"] else deck
    for place, ordinal in enumerate(ordinals[len(cards) :], start=1_000 + row.id):
        cards.append(Card(deck_id=elsewhere.id, note_id=row.id, ordinal=ordinal, position=place, retired=False))
    session.add_all(cards)
    session.flush()
    return cards


def _learn(session: Session, learner: User, card: Card, told: dict[str, Any], version: int | None) -> None:
    if told["grades"]:
        answered(session, learner, card, *told["grades"], version=version)
    for number, kind in enumerate(told["log"] if told["grades"] else ()):
        # Anki's log is keyed by the moment: no two rows have the same.
        moment = at(-14, hour=1 + number, minute=card.id % 60)
        state = [2, -600, 30, 1_900] if kind is Kind.IMPORTED else None
        log = {"deck_id": card.deck_id, "day": 20_500, "hour": 9, "at": moment, "took_ms": 900}
        session.add(Review(user_id=learner.id, card_id=card.id, id=uuid4(), kind=kind, state=state, grade=3, **log))
    if told["mark"] not in {None, ((False, None), 0)}:
        (suspended, buried_until), flag = told["mark"]
        row = {"suspended": suspended, "buried_until": buried_until, "flag": flag}
        session.add(Mark(user_id=learner.id, card_id=card.id, **row))
