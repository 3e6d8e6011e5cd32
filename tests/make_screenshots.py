"""Makes the pictures of the README: `make screenshots`. With `--all FOLDER`, every page at both widths, in both
languages and themes, for looking at before a change is called done."""

import argparse
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from uuid import uuid4

from playwright.sync_api import Browser, Page, sync_playwright

ROOT = Path(__file__).parent.parent
IMAGES = ROOT / "docs" / "images"
PHONE, DESKTOP = (360, 740), (1280, 800)
# The first decks are Kubernetes as a whole, in English and Chinese, and its first topic.
PAGES = ("/", "/decks", "/decks/1", "/decks/2", "/decks/3", "/import", "/progress", "/settings", "/nowhere")
OWN_DECK = {"en": 1, "zh": 2}
OF_OWN_DECK = ("scheduling", "scheduling?scheduler=fsrs&retention=90", "fit", "year")
PASSWORD = "a long sentence"
DAYS, NEW_PER_DAY = 40, 12


@contextmanager
def served() -> Iterator[str]:
    """A Cardlet of its own with a learner who has studied for some weeks."""
    folder = tempfile.mkdtemp()
    environment = {**os.environ, "CARDLET_DATA_DIR": folder, "CARDLET_PORT": "0"}
    _live_through_some_weeks(Path(folder))
    command = [sys.executable, "-m", "app", "serve"]
    process = subprocess.Popen(command, cwd=ROOT, env=environment, stdout=subprocess.PIPE, text=True)
    assert process.stdout is not None
    try:
        yield process.stdout.readline().split("running on ")[1].split()[0]
    finally:
        process.terminate()
        process.wait()
        shutil.rmtree(folder)


def _live_through_some_weeks(folder: Path) -> None:
    from app import create_app
    from app.accounts import create_user
    from app.accounts.passwords import hash_password
    from app.config import read_settings, shipped
    from app.database import close, db, writing
    from app.importing import publish_starter_decks
    from app.library import follow, set_new_per_day
    from app.library.decks import starter_decks
    from app.schema import upgrade

    app = create_app(read_settings({"CARDLET_DATA_DIR": str(folder)}))
    start = datetime.now(UTC).replace(microsecond=0) - timedelta(days=DAYS)
    with app.app_context():
        upgrade(db.engine)
        publish_starter_decks(shipped("decks"), start, writing)
        for name, language in (("Ada", "en"), ("小林", "zh-Hans")):
            with writing() as session:
                learner = create_user(session, name, hash_password(PASSWORD), "UTC", start, language=language)
                for tree in starter_decks(session, language):
                    follow(session, learner, tree.deck.id, start)
                    set_new_per_day(session, learner, tree.deck.id, NEW_PER_DAY)
            for day in range(DAYS):
                _study(learner.id, start + timedelta(days=day))
    close(app)


def _study(user_id: int, moment: datetime) -> None:
    """A day's work, most of it remembered."""
    from app.database import writing
    from app.models import User
    from app.study import AnswerGiven, answer_card, next_card, queue_of

    with writing() as session:
        learner = session.get_one(User, user_id)
        while (shown := next_card(session, learner, queue_of(session, learner, None, moment), moment)) is not None:
            moment += timedelta(seconds=8)
            luck = (shown.card.id * 7 + moment.day * 3) % 10
            grade = 4 if shown.reason == "drill" else {0: 2, 1: 3, 9: 5}.get(luck, 4)
            given = AnswerGiven(uuid4(), grade, shown.state.answers, 8_000)
            answer_card(session, learner, shown.card.id, given, moment)


def a_page(browser: Browser, address: str, name: str, size: tuple[int, int], scheme: str) -> Page:
    """A page of a learner who is signed in."""
    locale = "zh-CN" if name == "小林" else "en-GB"
    context = browser.new_context(
        base_url=address,
        viewport={"width": size[0], "height": size[1]},
        color_scheme=scheme,  # type: ignore[arg-type]
        locale=locale,
        device_scale_factor=2 if size == PHONE else 1,
    )
    page = context.new_page()
    page.goto("/sign-in")
    page.fill("#name", name)
    page.fill("#password", PASSWORD)
    page.press("#password", "Enter")
    page.wait_for_url("**/")
    return page


def for_the_readme(browser: Browser, address: str) -> None:
    IMAGES.mkdir(parents=True, exist_ok=True)
    for scheme in ("light", "dark"):
        for name, language in (("Ada", "en"), ("小林", "zh")):
            page = a_page(browser, address, name, (900, 640), scheme)
            page.goto("/study")
            page.keyboard.press("Space")
            page.wait_for_selector("details[open]")
            page.screenshot(path=IMAGES / f"study-{language}-{scheme}.png")
            page.goto("/progress")
            page.set_viewport_size({"width": 900, "height": 760})
            page.screenshot(path=IMAGES / f"progress-{language}-{scheme}.png")
            page.goto(f"/decks/{OWN_DECK[language]}/year")
            page.set_viewport_size({"width": 900, "height": 920})
            page.screenshot(path=IMAGES / f"year-{language}-{scheme}.png")
            page.context.close()


def everything(browser: Browser, address: str, folder: Path) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    for name, language in (("Ada", "en"), ("小林", "zh")):
        for width, size in (("phone", PHONE), ("desktop", DESKTOP)):
            for scheme in ("light", "dark"):
                page = a_page(browser, address, name, size, scheme)
                for path in PAGES:
                    page.goto(path)
                    title = path.strip("/").replace("/", "-") or "home"
                    whole = not path.startswith("/decks/")
                    page.screenshot(path=folder / f"{language}-{width}-{scheme}-{title}.png", full_page=whole)
                for path in OF_OWN_DECK:
                    page.goto(f"/decks/{OWN_DECK[language]}/{path}")
                    title = path.replace("?", "-").split("&")[0]
                    page.screenshot(path=folder / f"{language}-{width}-{scheme}-{title}.png", full_page=True)
                page.goto("/study")
                page.screenshot(path=folder / f"{language}-{width}-{scheme}-question.png")
                page.keyboard.press("Space")
                page.wait_for_selector("details[open]")
                page.screenshot(path=folder / f"{language}-{width}-{scheme}-answer.png")
                page.context.close()


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--all", type=Path, metavar="FOLDER")
    folder = parser.parse_args().all
    chromium = shutil.which("chromium") or shutil.which("google-chrome")
    with sync_playwright() as playwright, served() as address:
        browser = playwright.chromium.launch(executable_path=chromium, args=["--no-sandbox"])
        if folder is None:
            for_the_readme(browser, address)
        else:
            everything(browser, address, folder)
        browser.close()


if __name__ == "__main__":
    main()
