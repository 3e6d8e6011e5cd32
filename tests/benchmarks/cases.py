"""What is measured in process: each case beside its floors in one loop, so that a drift of the machine hits both."""

import re
from functools import partial
from time import perf_counter

from app.clock import now
from app.database import db
from app.library.finding import find_cards
from app.models import User
from tests.benchmarks.building import DRILLER, HEAVY, NEW_0, NEW_50, NEW_99, today
from tests.benchmarks.calling import AnswerForm, Browser, Reply, answer_form
from tests.benchmarks.inside import Inside
from tests.benchmarks.recording import Tape, replay

WARM_UP = 5
CARDS_A_ROUND = 4
"""How many due cards a round may use up, with some to spare."""
SEARCHED = 20
LOOKS_BACK = 5
"""Pages that look back, and switches: each may take seconds."""
PROGRESS = {
    "progress": "/progress",
    "progress, all time": "/progress?range=all",
    "progress, one deck": "/progress?deck=1",
    "progress, memory": "/progress/memory",
    "progress, cards over time": "/progress/memory/history?range=all",
    "progress, predicted and recalled": "/progress/memory/calibration",
    "progress, mastery": "/progress/mastery",
}
MET = {"0": NEW_0, "50": NEW_50, "99": NEW_99}


def measure_all(here: Inside, engine: str, size: int, times: int) -> dict[str, dict[str, float]]:
    """Every case on a built collection: up to so many times each, as far as the cards that wait suffice."""
    fresh, times = min(times // 4, size // 100 // 2 - 1), min(times, size // 10 // CARDS_A_ROUND)
    heavy = Browser(here.app, HEAVY)
    warm_up(heavy)
    for _ in range(times):
        due_round(here, heavy)
    here.samples.taken["floor of a due answer"] = _added(here, "no-op", "bare answer")
    here.samples.taken["floor of a due answer with its page"] = _added(here, "no-op", "bare answer", "bare page")
    here.samples.taken["floor of an undo with its page"] = _added(here, "no-op", "bare undo", "bare page")
    here.samples.taken["floor of a page"] = _added(here, "no-op", "bare due page", "template")
    home = Browser(here.app, HEAVY)
    for _ in range(times // 2):
        home_round(here, home)
    for name, number in MET.items():
        learner = Browser(here.app, number)
        for _ in range(fresh):
            new_round(here, learner, name, number)
    drill(here, times // 2)
    for _ in range(LOOKS_BACK):
        looking_back_round(here, home)
    searching(here)
    changes(here, engine, heavy, min(times // 4, 25))
    switching(here, Browser(here.app, HEAVY))
    return here.samples.summed_up()


def _added(here: Inside, *names: str) -> list[float]:
    return [sum(seconds) for seconds in zip(*(here.samples.taken[name] for name in names), strict=False)]


def warm_up(browser: Browser) -> None:
    """Compiles what is compiled once, and makes the day's first answer, which moves the learner's day."""
    for _ in range(WARM_UP):
        browser.get("/")
        form = browser.shown()
        assert browser.answer(form, fragment=True).status == 200
        assert browser.undo(form, fragment=True).status == 200


def due_round(here: Inside, browser: Browser) -> None:
    """Pages, answers and undos of due cards, and the same statements on the bare driver. Two cards are used up: one the
    app answers, one the bare driver does."""
    here.noop()
    page = here.recorder.recorded(lambda: browser.at(here.second).get("/study"))
    form = here.timed("due page", _again(browser, "/study"))
    here.samples.add("bare due page", replay(here.bare, page))
    here.template("template", browser, "/study")
    here.timed("due answer", browser.answer(_form(form.page)), 303)
    here.fsync()
    answer = _recorded(here, browser, browser.shown())
    here.samples.add("bare answer", replay(here.bare, answer))
    here.samples.add("bare page", replay(here.bare, page.without(answer)))
    shown = browser.shown()
    here.timed("due answer with its page", browser.answer(shown, fragment=True))
    here.timed("undo with its page", browser.undo(shown, fragment=True))
    again = browser.shown()
    browser.answer(again)
    undo = here.recorder.stopped_before_commit(lambda: browser.at(here.second).undo(again))
    here.samples.add("bare undo", replay(here.bare, undo))


def _again(browser: Browser, path: str) -> Reply:
    """A page called twice, the second time taken. After another connection has written, which only the bare one of this
    benchmark does so often, SQLite fetches its pages anew; the no-op beside it is called three times, too."""
    browser.get(path)
    return browser.get(path)


def _form(page: str) -> AnswerForm:
    form = answer_form(page)
    assert form is not None, "nothing waits"
    return form


def _recorded(here: Inside, browser: Browser, form: AnswerForm) -> Tape:
    return here.recorder.stopped_before_commit(lambda: browser.at(here.second).answer(form))


def home_round(here: Inside, browser: Browser) -> None:
    here.noop()
    page = here.recorder.recorded(lambda: browser.at(here.second).get("/"))
    here.timed("home", _again(browser, "/"))
    here.samples.add("bare home", replay(here.bare, page))
    here.template("template of home", browser, "/")


def looking_back_round(here: Inside, browser: Browser) -> None:
    """The pages of progress, each beside the same statements bare and its template alone."""
    for name, path in PROGRESS.items():
        here.noop()
        tape = here.recorder.recorded(lambda asked=path: browser.at(here.second).get(asked))
        here.timed(name, _again(browser, path))
        here.samples.add(f"bare {name}", replay(here.bare, tape))
        here.template(f"template of {name}", browser, path)
        parts = (here.samples.taken[part][-1] for part in ("no-op", f"bare {name}", f"template of {name}"))
        here.samples.add(f"floor of {name}", sum(parts))


def new_round(here: Inside, browser: Browser, met: str, number: int) -> None:
    """The next card of a deck of which so much is met, and its answer. The day's totals go each time, so that the limit
    of new cards is never reached."""
    here.noop()
    form = _form(here.timed(f"new page, {met} % met", _again(browser, "/study")).page)
    here.timed(f"new answer, {met} % met", browser.answer(form), 303)
    here.fsync()
    bare = _recorded(here, browser, browser.shown())
    here.samples.add(f"bare new answer, {met} % met", replay(here.bare, bare))
    here.bare.execute(f"DELETE FROM daily_summaries WHERE user_id = {number} AND day >= {today()}")


def drill(here: Inside, times: int) -> None:
    """The next card of a drill of twenty cards, all rested."""
    rested = today() * 86_400_000
    here.bare.execute(
        f"UPDATE memories SET drill_day = {today()}, drill_at = {rested} + card_id, last_day = {today()}"
        f" WHERE user_id = {DRILLER} AND card_id <= 20"
    )
    browser = Browser(here.app, DRILLER)
    for _ in range(times):
        here.noop()
        here.timed("drill page", _again(browser, "/study"))


SEARCHES = {
    "a word": "record",
    "two Chinese characters": "编排",
    "is:due, a tag and a word": "is:due tag:subject record",
}


def searching(here: Inside) -> None:
    """The first page of cards that a search finds, as the room hands it to the page."""
    with here.app.app_context():
        learner = db.session.get_one(User, HEAVY)
        for name, query in SEARCHES.items():
            for _ in range(SEARCHED):
                here.noop()
                db.stop_reading()
                begin = perf_counter()
                assert find_cards(db.connection, learner, query, now()).cards
                here.samples.add(f"search, {name}", perf_counter() - begin)


def switching(here: Inside, browser: Browser) -> None:
    """A deck of the heavy learner looked at under FSRS, switched and switched back; beside it the same statements bare,
    whose switch stands like the app's, and is undone like it."""
    deck = "/decks/1/scheduling"
    preview = f"{deck}?scheduler=fsrs&retention=90"
    for _ in range(LOOKS_BACK):
        here.noop()
        tape = here.recorder.recorded(lambda: browser.at(here.second).get(preview))
        fields = _hidden(here.timed("preview of a switch", browser.get(preview)).page)
        here.samples.add("bare preview of a switch", replay(here.bare, tape))
        here.timed("switch", browser.post(deck, fields), 303)
        undo = _hidden(browser.get(f"{deck}/undo").page)
        here.timed("undo of a switch", browser.post(f"{deck}/undo", undo), 303)
        switch = here.recorder.stopped_before_commit(partial(browser.at(here.second).post, deck, fields))
        here.samples.add("bare switch", replay(here.bare, switch))
        undo = _hidden(browser.get(f"{deck}/undo").page)
        assert browser.post(f"{deck}/undo", undo).status == 303


def _hidden(page: str) -> dict[str, str]:
    """What the forms of a page send without being asked."""
    return dict(re.findall(r'<input type="hidden" name="(\w+)" value="([^"]*)">', page))


def changes(here: Inside, engine: str, browser: Browser, times: int) -> None:
    """The next card right after the one shown was suspended, or its note was edited."""
    json = "::json" if engine == "postgresql" else ""
    suspend = f"UPDATE memories SET queue_day = NULL WHERE user_id = {HEAVY} AND card_id = {{0}}"
    edit = (
        f'UPDATE notes SET fields = \'["Edited {{0}}?", "**Yes**"]\'{json}, changed_at = changed_at + 1'
        " WHERE id = (SELECT note_id FROM cards WHERE id = {0})"
    )
    for name, statement in (("page after a suspend", suspend), ("page after an edit", edit)):
        for _ in range(times):
            shown = browser.shown()
            here.noop()
            here.bare.execute(statement.format(shown.card_id))
            now_shown = _form(here.timed(name, browser.get("/study")).page)
            assert (now_shown.card_id == shown.card_id) == (statement is edit)
