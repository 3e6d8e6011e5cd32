"""Importing at the door: upload or paste, look, import, report."""

from collections.abc import Callable
from io import BytesIO

import pytest
import sqlalchemy as sa

from app.models import Deck, Note, Upload
from tests.visitor import Visitor

DECK = "---\ndeck: Mine\nid: mine\n---\n## What is it? {#what}\n\n**中文。**下一句\n\n## {{c1::Gap}} here {#gap}\n"


@pytest.fixture
def ada(visitor: Callable[[], Visitor]) -> Visitor:
    return visitor().sign_up("Ada")


def upload(ada: Visitor, content: bytes, name: str) -> None:
    ada.get("/import")
    ada.press("/import", file=(BytesIO(content), name), text="")


def test_a_table_is_looked_at_imported_and_studied(ada: Visitor, stored: Callable) -> None:
    upload(ada, "问题,答案\n容器是什么,一种进程\n坏行\n".encode("gb18030"), "中文词.csv")
    assert "<p>容器是什么</p>" in ada.page
    assert "expected 2 columns, found 1" in ada.page
    assert stored(sa.select(Note)) == []
    ada.press(r"/import/\d+", deck_name="中文词")
    assert "中文词 is on your shelf" in ada.page
    assert "<td>3</td>" in ada.page.replace(' class="number"', "")
    ada.get("/study")
    assert "容器是什么" in ada.page


def test_a_markdown_deck_is_pasted_and_looks_as_it_should(ada: Visitor) -> None:
    ada.get("/import")
    ada.press("/import", text=DECK)
    assert "<strong>中文。</strong>下一句" in ada.page
    assert '<span class="cloze">[…]</span> here' in ada.page
    ada.press(r"/import/\d+")
    assert "Mine is on your shelf" in ada.page


def test_the_same_again_changes_nothing(ada: Visitor, stored: Callable) -> None:
    for _ in range(2):
        upload(ada, DECK.encode(), "mine.md")
        ada.press(r"/import/\d+")
    assert "<td>unchanged</td><td>2</td>" in ada.page
    assert len(stored(sa.select(Note.id))) == 2


def test_pressing_import_twice_imports_once(ada: Visitor, stored: Callable) -> None:
    upload(ada, DECK.encode(), "mine.md")
    form = ada.form(r"/import/\d+")
    for _ in range(2):
        response = ada.client.post(form.action, data=form.fields, follow_redirects=True)
        assert "<td>added</td><td>2</td>" in response.text
    assert len(stored(sa.select(Deck.id))) == 1


def test_what_was_found_out_can_be_corrected(ada: Visitor) -> None:
    upload(ada, b"a;b,x\nc;d,y\n", "words.csv")
    path = ada.form(r"/import/\d+").action
    ada.get(f"{path}?delimiter=,&has_header=yes&deck_name=Other")
    assert ada.form(path).fields["delimiter"] == ","
    assert ada.form(path).fields["has_header"] == "yes"
    assert ada.form(path).fields["deck_name"] == "Other"


def test_a_broken_deck_is_refused_with_its_line_and_nothing_is_kept(ada: Visitor, stored: Callable) -> None:
    response_before = len(stored(sa.select(Deck.id)))
    upload(ada, DECK.replace("{#gap}", "{#what}").encode(), "mine.md")
    assert "Line 9: the id “what” stands twice; the first time in line 5." in ada.page
    assert "Nothing was imported." in ada.page
    assert not any("Import 1" in part for part in ada.page.split("button"))
    assert len(stored(sa.select(Deck.id))) == response_before


@pytest.mark.parametrize(
    ("content", "name", "reason"),
    [
        (b"", "empty.csv", "nothing in that file"),
        (b"x", "photo.png", "cannot read files like"),
        (b"", "", "Choose a file"),
    ],
)
def test_what_cannot_be_imported_is_refused_at_once(ada: Visitor, content: bytes, name: str, reason: str) -> None:
    upload(ada, content, name)
    assert reason in ada.page


def test_a_picture_with_a_tables_name_is_told_apart(ada: Visitor) -> None:
    upload(ada, b"\x89PNG\r\n\x1a\n" + b"\x00\x01" * 50, "picture.csv")
    assert "This is not a text file." in ada.page


def test_a_file_without_a_single_card_cannot_be_imported(ada: Visitor) -> None:
    upload(ada, b"only\none\ncolumn\n", "one.csv")
    assert "0 notes in this file" in ada.page
    assert "3 rows will be left out" in ada.page
    assert "/cancel" in ada.page


def test_an_upload_can_be_dropped(ada: Visitor, stored: Callable) -> None:
    upload(ada, b"a,b\n", "words.csv")
    ada.press(r"/import/\d+/cancel")
    assert stored(sa.select(Upload.id)) == []


def test_a_learner_keeps_few_uploads_at_once(ada: Visitor, stored: Callable) -> None:
    for number in range(5):
        upload(ada, b"a,b\n", f"{number}.csv")
    assert [row.file_name for row in stored(sa.select(Upload.file_name).order_by(Upload.id))] == [
        "2.csv",
        "3.csv",
        "4.csv",
    ]


def test_a_name_of_a_file_is_text_and_nothing_else(ada: Visitor) -> None:
    upload(ada, b"a,b\n", "<img src=x>..\\..\\evil.csv")
    assert "evil.csv" in ada.page
    assert "<img" not in ada.page
