"""The starter decks and one's own notes in the browser: follow, study with sources, copy between languages, draft."""

import re

import pytest
import sqlalchemy as sa
from flask import Flask
from playwright.sync_api import Page, expect

from app.config import shipped
from app.database import db
from app.models import Memory, Note
from tests.browser.steps import grade, question, reveal, sign_up, start_as_guest

pytestmark = pytest.mark.long


def test_a_guest_follows_kubernetes_as_one_deck_with_twelve_inside(page: Page) -> None:
    start_as_guest(page)
    page.goto("/")
    shelf = page.locator("main > section > .shelf > li")
    expect(shelf).to_have_count(1)
    expect(shelf.locator(".about .name").first).to_have_text("Kubernetes")
    expect(shelf.get_by_text("20 new today").first).to_be_visible()
    shelf.get_by_text("12 decks inside").click()
    expect(shelf.locator(".inside .name")).to_have_count(12)
    expect(shelf.get_by_text("nothing today")).to_have_count(11)


def test_the_answer_names_its_line_and_links_its_page(page: Page) -> None:
    start_as_guest(page)
    reveal(page)
    sources = page.locator(".sources > li")
    expect(sources.first).to_have_text(re.compile(r"From the notes, line \d+: \S"))
    link = sources.get_by_role("link").first
    expect(link).to_have_attribute("href", re.compile(r"https://kubernetes\.io/docs/"))
    expect(link).to_have_attribute("rel", re.compile("noopener"))
    before = question(page).inner_text()
    link.focus()
    page.context.on("page", lambda opened: opened.close())
    page.keyboard.press("Enter")
    expect(question(page)).to_have_text(before)


def test_what_is_known_in_english_is_copied_to_chinese_and_taken_back(page: Page, app: Flask) -> None:
    start_as_guest(page)
    for _ in range(3):
        grade(page)
    page.goto("/decks")
    page.get_by_role("link", name="Kubernetes（中文）", exact=True).click()
    expect(page.get_by_text("You know 3 cards there.")).to_be_visible()
    page.get_by_role("button", name="Follow").click()
    page.get_by_role("link", name="Kubernetes（中文）", exact=True).click()
    page.get_by_role("button", name="Copy the 3 cards I know there").click()
    expect(page.get_by_role("status")).to_have_text("3 cards are known here now.")
    with app.app_context():
        assert db.session.scalar(sa.select(sa.func.count()).select_from(Memory)) == 6
    page.get_by_role("button", name="Undo the copy").click()
    expect(page.get_by_role("status")).to_contain_text("The copy is undone.")
    with app.app_context():
        assert db.session.scalar(sa.select(sa.func.count()).select_from(Memory)) == 3


def test_the_shipped_notes_become_forty_drafts_of_which_one_is_mended_and_two_are_kept(page: Page, app: Flask) -> None:
    sign_up(page, "Ada")
    page.goto("/import")
    page.locator("#file").set_input_files(shipped("decks") / "kubernetes-notes.md")
    page.get_by_role("button", name="Look at the file").click()
    drafts = page.locator(".drafts > li")
    expect(page.get_by_role("heading", name="Drafts from your notes")).to_be_visible()
    assert drafts.count() >= 40
    kept = drafts.filter(has=page.get_by_text("line 66", exact=True))
    expect(kept.get_by_label("Question", exact=True)).to_have_value("kubelet")
    for box in page.get_by_role("checkbox").all():
        box.uncheck()
    kept.get_by_role("checkbox").check()
    kept.get_by_label("Answer", exact=True).fill("管理本节点上容器的生命周期")
    drafts.filter(has=page.get_by_text("line 45", exact=True)).get_by_role("checkbox").check()
    page.get_by_role("button", name="Save what is ticked").last.click()
    expect(page.get_by_role("heading", name="Kubernetes is on your shelf")).to_be_visible()
    page.get_by_role("link", name="Study it").click()
    expect(question(page)).to_have_text("borg 的架构：[…]、borglet、Paxos")
    with app.app_context():
        own = sa.select(Note.fields).where(Note.owner_id.is_not(None)).order_by(Note.id)
        assert db.session.scalars(own).all()[1] == ["kubelet", "管理本节点上容器的生命周期"]
