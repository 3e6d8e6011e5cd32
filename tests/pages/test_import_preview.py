"""What the page between upload and import says of a file, and what it lets a learner mend."""

import re
from collections.abc import Callable
from html import unescape
from pathlib import Path

import pytest
import sqlalchemy as sa

from app.models import Deck, Note
from app.pages import import_cards
from tests.importing.anki_packages import Collection, Type
from tests.importing.anki_packages import Note as AnkiNote
from tests.importing.ten_years import ten_years
from tests.pages.test_importing import DECK, upload
from tests.visitor import Visitor

QUOTED = 'capital of France\tParis, "city of light"\ncapital of Italy\tRome\n'


@pytest.fixture
def ada(visitor: Callable[[], Visitor]) -> Visitor:
    return visitor().sign_up("Ada")


def paste(ada: Visitor, text: str) -> str:
    """Pastes a text; where its preview stands."""
    ada.get("/import")
    ada.press("/import", text=text)
    return ada.form(r"/import/\d+").action


def test_pictures_that_will_come_are_named_and_what_becomes_of_marks_is_said(ada: Visitor, tmp_path: Path) -> None:
    package = ten_years(3).package(tmp_path).read_bytes()
    upload(ada, package, "ten years.apkg")
    assert "Picture: heart.png" in ada.page and "Sound: gato.mp3" in ada.page
    assert "is missing" not in ada.page
    assert "Marked notes" in ada.page
    assert "<b>25</b> past answers" in ada.page
    ada.press(r"/import/\d+")
    assert "<td>Past answers</td><td>25</td>" in ada.page
    upload(ada, package, "ten years.apkg")
    assert "Picture: heart.png" not in ada.page and '<img src="/media/' in ada.page


@pytest.mark.parametrize(
    ("said", "chosen", "kept"), [("keep current", "skip", ["b"]), ("keep both", "keep both", ["b", "c"])]
)
def test_what_the_file_wants_done_with_notes_that_are_there_is_chosen_at_first(
    ada: Visitor, stored: Callable, said: str, chosen: str, kept: list[str]
) -> None:
    upload(ada, b"a,b\n", "words.csv")
    ada.press(r"/import/\d+")
    upload(ada, f"#separator:comma\n#if matches:{said}\na,c\n".encode(), "words.csv")
    assert f'<option value="{chosen}" selected>' in ada.page
    ada.press(r"/import/\d+", duplicates=chosen)
    assert sorted(fields[1] for (fields,) in stored(sa.select(Note.fields).where(Note.owner_id.is_not(None)))) == kept


@pytest.mark.parametrize(
    ("text", "name"),
    [
        (DECK, "Mine"),
        ("#separator:comma\n#deck:From Anki\na,b\n", "From Anki"),
        ("deck,front,back\nIts own,a,b\n", "Its own"),
        ("a,b\n", "Pasted cards"),
    ],
)
def test_a_pasted_text_keeps_the_name_it_has(ada: Visitor, stored: Callable, text: str, name: str) -> None:
    paste(ada, text)
    ada.press(r"/import/\d+")
    names = [deck for (deck,) in stored(sa.select(Deck.name).where(Deck.owner_id.is_not(None)))]
    assert name in names
    assert name == "Pasted cards" or "Pasted cards" not in names


def test_a_pasted_list_is_cut_as_the_learner_says(ada: Visitor, stored: Callable) -> None:
    paste(ada, QUOTED)
    assert "Between two cards" in ada.page
    ada.press(r"/import/\d+")
    assert ["capital of France", 'Paris, "city of light"'] in [
        fields for (fields,) in stored(sa.select(Note.fields).where(Note.owner_id.is_not(None)))
    ]
    address = paste(ada, "x = 1; y = 2")
    ada.get(f"{address}?reader=list&delimiter=%3D&row_delimiter=semicolon")
    assert "2 notes in this file" in ada.page
    ada.press(address, deck_name="Letters")
    assert "Letters is on your shelf" in ada.page
    assert ["y", "2"] in [fields for (fields,) in stored(sa.select(Note.fields).where(Note.owner_id.is_not(None)))]


@pytest.mark.parametrize(("text", "words"), [("a,b\n", "<b>1</b> card<"), ("a,b\nc,d\n", "<b>2</b> cards<")])
def test_one_is_counted_as_one(ada: Visitor, text: str, words: str) -> None:
    paste(ada, text)
    assert words in ada.page


def test_what_is_refused_as_a_whole_is_said_in_a_sentence(ada: Visitor) -> None:
    upload(ada, b"PK\x03\x04 nonsense", "bad.apkg")
    assert "<span>This is no Anki package, or it is cut off: it does not end as a zip archive does.</span>" in ada.page


def test_the_button_says_what_would_happen(ada: Visitor, tmp_path: Path) -> None:
    upload(ada, b"a,b\nc,d\n", "words.csv")
    assert "2 notes in this file" in ada.page and "Import 2 notes" in ada.page
    ada.press(r"/import/\d+")
    upload(ada, b"a,b\nc,d\n", "words.csv")
    assert "nothing would change" in ada.page and "Import all the same" in ada.page
    upload(ada, b"a,b\nc,other\ne,f\n", "words.csv")
    assert "3 notes in this file" in ada.page and "Import 2 notes" in ada.page
    upload(ada, b"a,other\nc,d\n", "words.csv")
    ada.get(f"{ada.form(r'/import/[0-9]+').action}?duplicates=skip")
    assert "nothing would change" in ada.page


def test_news_of_ones_progress_alone_is_told_from_nothing_new(ada: Visitor, tmp_path: Path) -> None:
    package = ten_years(3).package(tmp_path).read_bytes()
    upload(ada, package, "ten years.apkg")
    assert "with news of your progress" not in ada.page
    ada.press(r"/import/\d+", with_schedule="no")
    upload(ada, package, "ten years.apkg")
    assert "with news of your progress" in ada.page and "Import what is new" in ada.page
    ada.press(r"/import/\d+")
    upload(ada, package, "ten years.apkg")
    assert "with news of your progress" not in ada.page and "nothing would change" in ada.page


def test_the_menu_says_that_one_is_importing(ada: Visitor) -> None:
    ada.get("/import")
    assert 'aria-current="page">Import<' in ada.page
    upload(ada, b"a,b\n", "words.csv")
    assert 'aria-current="true">Import<' in ada.page
    ada.press(r"/import/\d+")
    assert "is on your shelf" in ada.page and 'aria-current="true">Import<' in ada.page
    ada.get("/import")
    ada.press("/import", text="- Pods\n  - a group of containers\n- Services\n  - a stable address\n")
    assert "/drafts" in ada.page
    assert 'aria-current="true">Import<' in ada.page
    ada.get("/decks")
    assert 'aria-current="true"' not in ada.page


STYLED = (Type(7, "Mine", css=".card { color: rebeccapurple; } .front { font-size: 40px }</style><script>"),)


def styled(tmp_path: Path, count: int = 3) -> bytes:
    fields = ['<b class="front" style="color: red">front {}</b><img src="p.png"><script>1</script>\x1fback {}']
    notes = [AnkiNote(fields[0].format(n, n), f"g{n}", type=7) for n in range(count)]
    return Collection(notes=notes, types=STYLED, media={"p.png": b"\x89PNG"}).package(tmp_path).read_bytes()


def test_cards_with_a_style_of_their_own_lie_in_frames_as_when_they_are_studied(ada: Visitor, tmp_path: Path) -> None:
    upload(ada, styled(tmp_path), "mine.apkg")
    frames = re.findall(r'<iframe class="side" sandbox="allow-same-origin"[^>]* src="([^"]+)"', ada.page)
    assert len(frames) == 6 and len(set(frames)) == 6
    import_cards._kept.clear()
    for address in frames:
        response = ada.client.get(unescape(address))
        assert response.status_code == 200
        assert "sandbox allow-same-origin" in response.headers["Content-Security-Policy"]
        assert "color: rebeccapurple" in response.text and "Picture: p.png" in response.text
        assert "<script" not in response.text.replace("<\\/style><script></style>", "")
    assert "back 2" in ada.client.get(frames[-1]).text and "back 2" not in ada.client.get(frames[-2]).text
    assert len(import_cards._kept) == 1
    assert ada.client.get(frames[0].replace("/1/", "/9/")).status_code == 404
    ada.press(r"/import/\d+")
    late = ada.client.get(frames[0])
    assert (late.status_code, late.data) == (204, b"")


def test_cards_in_frames_are_read_as_the_page_was(ada: Visitor, tmp_path: Path) -> None:
    upload(ada, styled(tmp_path), "mine.apkg")
    address = ada.form(r"/import/[0-9]+").action
    ada.get(f"{address}?tags=verb&question_language=ja&answer_language=en&count=all")
    (first, *_) = re.findall(r'<iframe [^>]*src="([^"]+)"', ada.page)
    assert "question_language=ja" in first and "count" not in first
    assert '<html lang="ja">' in ada.client.get(unescape(first)).text
