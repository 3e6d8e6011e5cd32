"""From study notes to a deck, at the door: look, mend, keep, import."""

from collections.abc import Callable

import pytest
import sqlalchemy as sa

from app.config import shipped
from app.models import Deck, Note, Upload
from tests.pages.test_importing import upload
from tests.visitor import Visitor

NOTES = "# Kubernetes\n\n* kubelet： 管理容器\n* node\n    * kubelet\n    * docker\n* kube-proxy  写入规则\n"


@pytest.fixture
def ada(visitor: Callable[[], Visitor]) -> Visitor:
    return visitor().sign_up("Ada")


def tick(*numbers: int) -> dict[str, list[int]]:
    return {"keep": list(numbers)}


def test_study_notes_become_drafts_that_are_mended_and_kept(ada: Visitor, stored: Callable) -> None:
    upload(ada, NOTES.encode(), "notes.md")
    assert "Drafts from your notes" in ada.page and "3 drafts" in ada.page
    assert stored(sa.select(Note)) == []
    mended = {"answer-0": "管理节点上的容器", "deck_name": "我的::笔记", **tick(0, 1)}
    ada.press(r"/import/\d+/drafts", **mended)
    assert "我的::笔记 is on your shelf" in ada.page and "<td>added</td><td>2</td>" in ada.page
    notes = stored(sa.select(Note.fields, Note.source, Note.quote).order_by(Note.id))
    assert notes == [
        (["kubelet", "管理节点上的容器"], "notes line 3", "kubelet： 管理容器"),
        (
            ["node: {{c1::kubelet}}, {{c2::docker}}", ""],
            "notes line 4\nnotes line 5\nnotes line 6",
            "node\nkubelet\ndocker",
        ),
    ]
    ada.get("/study")
    assert "From the notes, line 3" in ada.page


def test_the_shipped_notes_become_at_least_forty_drafts(ada: Visitor) -> None:
    upload(ada, (shipped("decks") / "kubernetes-notes.md").read_bytes(), "kubernetes-notes.md")
    assert ada.page.count('name="keep"') >= 40
    assert 'value="Kubernetes"' in ada.page, "the first heading names the deck"


def test_pasted_notes_are_told_from_a_table(ada: Visitor) -> None:
    ada.get("/import")
    ada.press("/import", text=NOTES)
    assert "Drafts from your notes" in ada.page and "Pasted text" in ada.page


def test_a_draft_without_an_answer_is_named_and_nothing_is_lost(ada: Visitor, stored: Callable) -> None:
    upload(ada, NOTES.encode(), "notes.md")
    response = ada.press(r"/import/\d+/drafts", **{"answer-0": " ", "question-2": "Reworded", **tick(0, 2)})
    assert response.status_code == 422
    assert "The draft from line 3 needs a question and an answer." in ada.page
    assert "Reworded" in ada.page and ada.page.count(" checked") == 2
    assert stored(sa.select(Note)) == []


@pytest.mark.parametrize(
    ("answer", "words"),
    [
        ("x" * 70_000, "The draft from line 3 is longer than 65536 characters."),
        ("a\x00b", "The draft from line 3 has a character that is no text."),
    ],
)
def test_a_draft_that_no_note_could_be_is_refused(ada: Visitor, stored: Callable, answer: str, words: str) -> None:
    upload(ada, NOTES.encode(), "notes.md")
    assert ada.press(r"/import/\d+/drafts", **{"answer-0": answer, **tick(0)}).status_code == 422
    assert words in ada.page
    assert stored(sa.select(Note)) == []


def test_a_table_asked_for_drafts_and_a_file_that_is_no_text_are_answered(ada: Visitor) -> None:
    upload(ada, b"question,answer\na,b\n", "table.csv")
    assert ada.get("/import/1/drafts").status_code == 200
    upload(ada, b"\x00\x01", "notes.md")
    assert ada.get("/import/2/drafts").status_code == 422
    assert "This is not a text file." in ada.page


def test_ticks_that_are_no_drafts_are_not_looked_at(ada: Visitor) -> None:
    upload(ada, NOTES.encode(), "notes.md")
    assert ada.press(r"/import/\d+/drafts", keep=["9" * 5_000, "-1", "x"]).status_code == 422


def test_notes_in_another_encoding_are_read_as_they_are_meant(ada: Visitor) -> None:
    upload(ada, NOTES.encode("utf-16"), "notes.md")
    assert "管理容器" in ada.page and '<option value="zh-Hans" selected>' in ada.page


def test_nothing_ticked_is_said(ada: Visitor) -> None:
    upload(ada, NOTES.encode(), "notes.md")
    assert ada.press(r"/import/\d+/drafts", **tick(99)).status_code == 422
    assert "Keep at least one draft." in ada.page


def test_notes_that_say_nothing_of_a_term_are_no_drafts(ada: Visitor) -> None:
    upload(ada, b"# Only\n\nsome words\n", "words.md")
    assert "No line of this file says something of a term" in ada.page


def test_what_is_no_text_is_refused_with_its_reason(ada: Visitor) -> None:
    upload(ada, b"\x00\x01\x02 * a: b", "notes.md")
    assert "this is not text" in ada.page


def test_pressing_save_twice_imports_once(ada: Visitor, stored: Callable) -> None:
    upload(ada, NOTES.encode(), "notes.md")
    form = ada.form(r"/import/\d+/drafts")
    for _ in range(2):
        page = ada.client.post(form.action, data={**form.fields, **tick(0)}, follow_redirects=True)
        assert "<td>added</td><td>1</td>" in page.text
    assert len(stored(sa.select(Deck.id))) == 1
    assert len(stored(sa.select(Upload.import_id).where(Upload.import_id.is_not(None)))) == 1
    assert "on your shelf" in ada.get(form.action).text
