"""The ways through Cardlet besides studying: accounts, imports, decks, language, progress."""

import re
from pathlib import Path

import pytest
import sqlalchemy as sa
from flask import Flask
from playwright.sync_api import Page, expect

from app.database import db
from app.models import Follow, Review, User
from tests.browser.steps import (
    PASSWORD,
    answer,
    expect_grades,
    expect_saved,
    grade,
    question,
    reveal,
    sign_up,
    start_as_guest,
)

CHINESE_TABLE = """问题,答案,标签
容器编排系统 Kubernetes 的控制平面由哪些组件组成？,接口服务器、调度器、控制器管理器和 **etcd**。,架构
哪个组件负责把容器组分配到合适的节点上？,调度器,架构 调度
集群的全部状态保存在哪里？,etcd 键值数据库,存储
节点上负责启动和监视容器的代理程序叫什么？,kubelet,节点
服务发现在集群内部由哪个附加组件提供？,域名解析服务 CoreDNS,网络
"""

MARKDOWN_DECK = """---
deck: 我的笔记
id: my-notes
lang: zh-Hans
---

## 集群状态保存在 {{c1::etcd}} 里。

## 怎样强调中文？
tags: 排版

**中文。**下一句
"""


def import_what_is_shown(page: Page, button: str) -> None:
    page.get_by_role("button", name=button, exact=True).click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("is on your shelf")


def count(page: Page, what: str) -> str:
    """A figure of the import report."""
    return page.get_by_role("row").filter(has_text=re.compile(rf"^\s*{what}")).locator("td").last.inner_text()


def choose(page: Page, path: Path) -> None:
    page.goto("/import")
    page.locator("#file").set_input_files(path)
    page.get_by_role("button", name="Look at the file").click()
    expect(page.get_by_role("heading", name="Look before you import")).to_be_visible()


def paste(page: Page, text: str) -> None:
    page.goto("/import")
    page.locator("#text").fill(text)
    page.get_by_role("button", name="Look at the text").click()
    expect(page.get_by_role("heading", name="Look before you import")).to_be_visible()


@pytest.fixture
def chinese_table(tmp_path: Path) -> Path:
    path = tmp_path / "容器笔记.csv"
    path.write_bytes(CHINESE_TABLE.encode("gb18030"))
    return path


def test_who_signs_up_can_sign_out_and_in_again(page: Page) -> None:
    page.goto("/")
    page.get_by_role("link", name="Sign in").click()
    page.get_by_role("link", name="Sign up").click()
    page.get_by_label("Name").fill("Ada")
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Sign up").click()
    expect(page.get_by_role("status")).to_have_text("Welcome, Ada. Your progress is yours now.")
    page.get_by_role("link", name="Settings").click()
    page.get_by_role("button", name="Sign out").click()
    expect(page.get_by_role("button", name="Start now as a guest")).to_be_visible()
    page.get_by_role("link", name="Sign in").click()
    page.get_by_label("Name").fill("ada")
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Sign in").click()
    expect(page.get_by_text("Signed in as Ada")).to_be_visible()


def test_a_wrong_password_is_answered_with_the_name_kept(failing_page: Page) -> None:
    page = failing_page
    sign_up(page, "Ada")
    page.context.clear_cookies()
    page.goto("/sign-in")
    page.get_by_label("Name").fill("Ada")
    page.get_by_label("Password").fill("a wrong sentence")
    page.get_by_role("button", name="Sign in").click()
    expect(page.get_by_role("alert")).to_have_text("That name and password do not belong together.")
    expect(page.get_by_label("Name")).to_have_value("Ada")
    expect(page.get_by_label("Password")).to_have_value("")


def test_the_page_that_was_asked_for_comes_after_signing_in(page: Page) -> None:
    sign_up(page, "Ada")
    page.context.clear_cookies()
    page.goto("/progress")
    page.get_by_label("Name").fill("Ada")
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Sign in").click()
    expect(page.get_by_role("heading", name="Progress", level=1)).to_be_visible()


def test_a_guest_who_chooses_a_name_keeps_every_review(page: Page, app: Flask) -> None:
    start_as_guest(page)
    grade(page, "Good")
    grade(page, "Easy")
    page.goto("/")
    page.get_by_role("link", name="Keep your progress").click()
    page.get_by_label("Name").fill("Grace")
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Keep my progress").click()
    expect(page.get_by_text("Signed in as Grace")).to_be_visible()
    expect(page.get_by_text("2 answers today")).to_be_visible()
    with app.app_context():
        reviews = sa.select(Review.grade).join(User, User.id == Review.user_id).where(User.name == "Grace")
        assert list(db.session.scalars(reviews.order_by(Review.at))) == [4, 5]


def test_a_guest_is_in_the_time_zone_of_the_browser(page: Page, app: Flask) -> None:
    start_as_guest(page)
    with app.app_context():
        assert db.session.scalars(sa.select(User.time_zone)).one() == "Europe/Berlin"


def test_a_chinese_table_is_shown_as_cards_imported_and_studied(page: Page, app: Flask, chinese_table: Path) -> None:
    sign_up(page, "Ada")
    choose(page, chinese_table)
    cards = page.locator(".cards-preview > li")
    expect(cards).to_have_count(5)
    expect(cards.nth(0).locator("strong")).to_have_text("etcd")
    expect(cards.nth(1)).to_contain_text("调度器")
    expect(page.get_by_label("Encoding")).to_have_value("gb18030")
    expect(page.get_by_label("First row")).to_have_value("yes")
    import_what_is_shown(page, "Import 5 notes")
    expect(page.get_by_role("heading", level=1)).to_have_text("容器笔记 is on your shelf")
    assert count(page, "added") == "5"
    page.get_by_role("link", name="Study it").click()
    expect(question(page)).to_have_text("容器编排系统 Kubernetes 的控制平面由哪些组件组成？")
    expect(question(page)).to_have_attribute("lang", "zh-Hans")
    grade(page)
    expect_grades(page, app, [4])


def test_the_same_file_again_changes_nothing(page: Page, chinese_table: Path) -> None:
    sign_up(page, "Ada")
    choose(page, chinese_table)
    import_what_is_shown(page, "Import 5 notes")
    choose(page, chinese_table)
    import_what_is_shown(page, "Import all the same")
    assert [count(page, what) for what in ("added", "updated", "unchanged", "left out")] == ["0", "0", "5", "0"]
    page.goto("/decks")
    expect(page.get_by_role("link", name="容器笔记")).to_have_count(1)


def test_a_ragged_row_is_named_by_its_line_and_the_rest_imported(page: Page, tmp_path: Path) -> None:
    path = tmp_path / "capitals.csv"
    path.write_text("question,answer\nFrance,Paris\nSpain\nItaly,Rome\n")
    sign_up(page, "Ada")
    choose(page, path)
    left_out = page.get_by_role("region", name="Left out").get_by_role("row").nth(1)
    expect(left_out.get_by_role("cell")).to_have_text(["3", "expected 2 columns, found 1"])
    import_what_is_shown(page, "Import 2 notes")
    expect(left_out.get_by_role("cell")).to_have_text(["3", "expected 2 columns, found 1"])
    assert (count(page, "added"), count(page, "left out")) == ("2", "1")


def test_the_preview_looks_again_when_the_learner_knows_better(page: Page) -> None:
    sign_up(page, "Ada")
    paste(page, "question,answer\nFrance,Paris\n")
    expect(page.locator(".cards-preview > li")).to_have_count(1)
    page.get_by_label("Deck").fill("Capitals")
    page.get_by_text("Does it look wrong?").click()
    page.get_by_label("First row").select_option("no")
    expect(page.locator(".cards-preview > li")).to_have_count(2)
    expect(page.get_by_label("First row")).to_have_value("no")
    expect(page.get_by_label("Deck")).to_have_value("Capitals")
    page.get_by_label("Deck").fill("Capitals of the world")
    page.get_by_role("button", name="Import 2 notes").click()
    expect(page.get_by_role("heading", name="Capitals of the world is on your shelf")).to_be_visible()


def test_a_pasted_markdown_deck_is_shown_imported_and_studied(page: Page, app: Flask) -> None:
    sign_up(page, "Ada")
    paste(page, MARKDOWN_DECK)
    cards = page.locator(".cards-preview > li")
    expect(cards).to_have_count(2)
    expect(cards.nth(0).locator(".front .cloze")).to_have_text("[…]")
    expect(cards.nth(1).locator(".back strong")).to_have_text("中文。")
    import_what_is_shown(page, "Import 2 notes")
    page.get_by_role("link", name="Study it").click()
    expect(question(page)).to_have_text("集群状态保存在 […] 里。")
    reveal(page)
    expect(answer(page).locator(".cloze")).to_have_text("etcd")
    page.keyboard.press("3")
    expect(question(page)).to_have_text("怎样强调中文？")
    reveal(page)
    expect(answer(page).locator("strong")).to_have_text("中文。")
    expect(answer(page)).to_have_text("中文。下一句")
    page.keyboard.press("4")
    expect(page.get_by_role("heading", name="Done")).to_be_visible()
    expect_grades(page, app, [4, 5])


def test_a_broken_deck_file_is_refused_with_the_line(failing_page: Page) -> None:
    page = failing_page
    sign_up(page, "Ada")
    paste(page, "---\ndeck: Broken\ncolour: red\n---\n\n## Q?\n\nA\n")
    expect(page.get_by_role("alert")).to_contain_text("Line 3: unknown key “colour”")
    expect(page.get_by_role("button", name="Import")).to_have_count(0)


def test_what_is_pasted_is_only_ever_shown_as_text(page: Page) -> None:
    sign_up(page, "Ada")
    paste(page, "front,back\n<img src=x onerror=alert(1)>Q,<script>alert(2)</script>A\n")
    card = page.locator(".cards-preview > li")
    expect(card).to_contain_text("Q")
    expect(card.locator("img, script")).to_have_count(0)


def test_fewer_new_cards_a_day_are_waiting_at_home(page: Page, app: Flask) -> None:
    start_as_guest(page)
    page.goto("/")
    row = page.locator(".shelf > li").first
    expect(row.get_by_text("20 new today").first).to_be_visible()
    row.locator(".name").first.click()
    page.get_by_label("New cards a day").fill("3")
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_role("status")).to_have_text("Saved.")
    page.get_by_role("link", name="Today").click()
    expect(row.get_by_text("3 new today").first).to_be_visible()
    with app.app_context():
        assert db.session.scalars(sa.select(Follow.new_per_day).order_by(Follow.place)).first() == 3


def test_the_page_speaks_chinese_and_english_again(page: Page) -> None:
    start_as_guest(page)
    page.goto("/decks")
    page.get_by_role("button", name="简体中文").click()
    expect(page.locator("html")).to_have_attribute("lang", "zh-Hans")
    expect(page.get_by_role("navigation").get_by_role("link").first).to_have_text("今天")
    assert page.url.endswith("/decks")
    page.goto("/study")
    expect(page.get_by_text("显示答案")).to_be_visible()
    page.goto("/decks")
    page.get_by_role("button", name="English").click()
    expect(page.get_by_role("heading", name="Decks", level=1)).to_be_visible()


def test_progress_shows_figures_and_the_tables_behind_its_pictures(page: Page) -> None:
    start_as_guest(page)
    for _ in range(3):
        grade(page)
    expect_saved(page)
    page.goto("/progress")
    figures = page.locator(".figures-row > div")
    expect(figures.filter(has_text="Reviews today").locator("dd")).to_have_text("3")
    expect(figures.filter(has_text="Days in a row").locator("dd")).to_have_text("1")
    expect(page.get_by_role("img", name="3 answers on 1 day, 3 a day of study.")).to_be_visible()
    for behind in page.locator("details.behind > summary").all():
        behind.click()
    coming = page.get_by_role("table", name="What is coming").get_by_role("row").get_by_role("cell")
    expect(coming).to_have_text(["3"])
    page.get_by_role("link", name="What you know").click()
    page.get_by_text("As a table").first.click()
    decks = page.get_by_role("table", name="How far each deck has come").get_by_role("row")
    expect(decks.nth(1).get_by_role("cell").nth(1)).to_have_text("3")


def test_a_square_of_the_calendar_leads_to_the_days_cards_and_so_do_the_keys(page: Page) -> None:
    start_as_guest(page)
    grade(page, "Easy")
    expect_saved(page)
    page.goto("/progress")
    page.locator(".calendar a path[class^=d]").click()
    expect(page.get_by_text("1 answer, ")).to_be_visible()
    expect(page.get_by_text("Easy · ")).to_be_visible()
    page.go_back()
    page.get_by_text("Month by month").press("Enter")
    page.get_by_role("table", name="Calendar").get_by_role("link").first.press("Enter")
    page.get_by_role("table").get_by_role("link").first.press("Enter")
    expect(page.get_by_text("Easy · ")).to_be_visible()
    page.locator("ol.notes a").click()
    expect(page.get_by_role("heading", name="About this card")).to_be_visible()
