"""A walk over every page there is, in whatever language: it goes by addresses and names of fields, not by words."""

from collections.abc import Iterator

from playwright.sync_api import Page, expect

from app.config import shipped
from tests.browser.steps import more, question, sign_up

WIDE_DECK = """---
deck: A deck with a rather long name for such a narrow telephone::第二层的名字也很长很长很长很长很长很长
description: What is wide scrolls in its own box.
---

## Which `apiVersion` does this manifest have, and what about https://kubernetes.io/docs/concepts/workloads/controllers/?
tags: kubernetes, a-tag-that-is-longer-than-most-tags-are, 工作负载

```yaml
apiVersion: apps/v1 # a comment that makes this line of the manifest much longer than any telephone is wide, and on
kind: Deployment
```

| workload | replicas | storage | identity | updates | example |
|---|---|---|---|---|---|
| Deployment | any | shared | none | rolling | web server |

## {{c1::etcd}} 保存集群的全部状态。
source: https://kubernetes.io/docs/concepts/overview/components/
"""
MANIFESTS = 11
"""Which deck inside Kubernetes has most code."""
RAGGED_TABLE = "question,answer\nFrance,Paris\nSpain\n,nothing\nItaly,Rome\n"
KNOWN = ("/progress/memory", "/progress/memory/history", "/progress/memory/calibration")


def walk(page: Page) -> Iterator[str]:
    """Shows one page after another and yields the name of each."""
    yield from _as_a_stranger(page)
    sign_up(page, "Ada")
    yield "home with an empty shelf"
    for path in ("/decks", "/import", "/progress", "/progress/mastery", "/settings"):
        page.goto(path)
        yield f"{path} of a new learner"
    yield from _importing(page)
    yield from _studying(page)
    yield from _followed_tree(page)
    yield from _searching(page)
    of_progress = ("/progress", *KNOWN, "/progress/mastery", "/progress/added", "/progress/days")
    for path in ("/", "/decks", *of_progress, "/nowhere"):
        page.goto(path)
        for behind in page.locator("details.behind > summary").all():
            behind.click()
        yield path


def _searching(page: Page) -> Iterator[str]:
    for query in ("", "?q=kube", "?q=kube&sort=due", "?q=is:blue", "?q=zebra"):
        page.goto(f"/search{query}")
        yield f"/search{query}"
    page.goto("/search/replacement?q=card&find=e&by=f")
    yield "find and replace"
    for what in ("resets", "deletions"):
        page.goto("/search?q=tag:none or -tag:none")
        page.locator("[name=chosen]").first.check()
        page.locator("[name=which][value=all]").check()
        more(page)
        yield f"cards chosen, before {what}"
        page.locator(f"[formaction$={what}]").click()
        expect(page.locator("main form")).to_be_visible()
        yield f"question before {what}"


def _as_a_stranger(page: Page) -> Iterator[str]:
    for path in ("/", "/sign-in", "/sign-up"):
        page.goto(path)
        yield f"{path} of a stranger"
    page.goto("/sign-in")
    page.locator("#name").fill("nobody")
    page.locator("#password").fill("wrong")
    page.locator("main form button").click()
    expect(page.get_by_role("alert")).to_be_visible()
    yield "sign-in refused"


def _importing(page: Page) -> Iterator[str]:
    _paste(page, RAGGED_TABLE)
    expect(page.get_by_role("region")).to_be_visible()
    yield "preview with bad rows"
    page.locator("form:not([action$=cancel]) button.primary").click()
    expect(page.locator("table.figures")).to_be_visible()
    yield "report with bad rows"
    _paste(page, (shipped("decks") / "kubernetes-notes.md").read_text())
    expect(page.locator(".drafts > li").first).to_be_visible()
    yield "drafts from notes"
    _paste(page, WIDE_DECK)
    expect(page.locator(".cards-preview > li")).to_have_count(2)
    yield "preview of a deck"
    page.locator("form:not([action$=cancel]) button.primary").click()
    page.locator("a[href^='/decks/']").click()
    expect(page.locator("ol.notes > li")).to_have_count(2)
    more(page)
    yield "deck"
    yield from _editing(page)


def _editing(page: Page) -> Iterator[str]:
    """The note with much in it: refused, saved, saved over from another tab; then a note of somebody else's."""
    deck = page.url
    page.locator("a.edit").first.click()
    yield "editor of a note"
    field, text = page.locator("#field-0"), page.locator("#field-0").input_value()
    seen = page.locator("[name=seen]").input_value()
    field.fill(" ")
    page.locator("#editor button.primary").click()
    expect(page.locator("#problem")).to_be_visible()
    yield "editor, something is missing"
    page.locator("#field-0").fill(f"{text} Which group?")
    page.locator("#editor button.primary").click()
    expect(page.locator(".notice form button")).to_be_visible()
    yield "deck, a note was edited"
    page.locator("a.edit").first.click()
    expect(page.locator(".versions ins")).to_be_visible()
    yield "editor, with earlier versions"
    page.locator("[name=seen]").evaluate("(field, seen) => (field.value = seen)", seen)
    page.locator("#field-0").fill(f"{text} 哪个版本？")
    page.locator("#editor button.primary").click()
    expect(page.get_by_role("alert")).to_be_visible()
    yield "editor, changed elsewhere"
    page.goto("/notes/1/edit")
    yield "a note of a starter deck"
    yield from _writing(page, deck)
    page.goto(deck)


def _writing(page: Page, deck: str) -> Iterator[str]:
    """A deck that is made, a card in it, one that begins as it does, and what else an author may do with them."""
    page.goto("/decks/new")
    yield "a new deck"
    page.locator("#name").fill("::")
    page.locator("main form button.primary").click()
    expect(page.get_by_role("alert")).to_be_visible()
    yield "a new deck, refused"
    page.locator("#name").fill("A deck that was made here::第二层")
    page.locator("main form button.primary").click()
    expect(page.locator(".tools")).to_be_visible()
    yield "a new card"
    made = page.url.removesuffix("/notes/new")
    page.goto(f"{made}/notes/new?type=cloze&tags=工作负载, ")
    for _ in range(2):
        page.locator("#field-0").fill("{{c1::a very long answer}} that is here already")
        expect(page.locator(".cards-preview > li")).to_have_count(1)
        page.keyboard.press("Control+Enter")
        expect(page.locator("#field-0")).to_have_value("")
    page.locator("#field-0").fill("{{c1::a very long answer}} that is here already")
    expect(page.locator("#same a")).to_have_count(2)
    page.locator("#tags").fill("工")
    expect(page.locator("#tag-choices li")).to_have_count(1)
    page.keyboard.press("ArrowDown")
    yield "a new card, with a warning and a list"
    page.reload()
    expect(page.locator("#draft")).to_be_visible()
    yield "a draft"
    page.locator("#draft button").click()
    page.goto(f"{made}/name")
    yield "a deck's name"
    page.goto(deck)
    page.goto((page.locator("a.edit").first.get_attribute("href") or "").replace("/edit", "/type?to=reversed&of-1=-&"))
    yield "another type, impossible"
    page.goto(page.url.replace("of-1=-", "of-1=0"))
    expect(page.locator("#foreseen form")).to_be_visible()
    yield "another type"


def _followed_tree(page: Page) -> Iterator[str]:
    """Kubernetes as a whole (the first deck), one of its topics with code, and its other edition (the second)."""
    page.goto("/decks")
    page.locator("form[action='/decks/1/follow'] button").click()
    page.goto("/")
    tree = page.locator(".shelf > li:has(.inside):has(.about [href='/decks/1'])")
    tree.locator(".inside > summary").click()
    yield "home with a tree of decks"
    tree.locator("> .about .name").click()
    # The home page has a shelf too: without waiting for the address, what is looked at may be neither page.
    page.wait_for_url("**/decks/1")
    expect(page.locator("main .shelf .name").nth(MANIFESTS)).to_be_visible()
    yield "a deck with decks inside"
    page.locator("main .shelf .name").nth(MANIFESTS).click()
    expect(page.locator("pre .a").first).to_be_visible()
    yield "a deck with code"
    page.goto("/study?deck=1")
    page.keyboard.press("Space")
    page.locator("button.good").click()
    expect(page.locator("#reveal[open]")).to_have_count(0)
    yield from _with_six_buttons(page)
    yield from _planned(page)
    yield from _practising(page)
    page.goto("/decks")
    page.locator("form[action='/decks/2/follow'] button").click()
    page.goto("/decks/2")
    yield "an edition with something to copy"
    page.locator("form[action$='/copies'] button").click()
    expect(page.locator("form[action$='/copies/undo']")).to_be_visible()
    yield "an edition that was copied to"


def _practising(page: Page) -> Iterator[str]:
    """Practice of one tag to its end, and the ends of a tag and of a time box."""
    page.goto("/study?deck=1&minutes=5&since=1000")
    yield "the time is up"
    page.goto("/study?tag=nobody-has-it")
    yield "nothing more under a tag"
    page.goto("/practice?deck=1&cards=ahead")
    yield "what to practise"
    page.goto("/practice/run?deck=1&cards=all&most=1")
    yield "practice, question"
    page.keyboard.press("Space")
    expect(page.locator("#reveal")).to_have_attribute("open", "")
    yield "practice, answer"
    page.locator("button.good").click()
    expect(page.locator(".done")).to_be_visible()
    page.locator(".arriving").evaluate_all("all => Promise.all(all[0]?.getAnimations().map(a => a.finished) ?? [])")
    yield "practice, finished"


def _with_six_buttons(page: Page) -> Iterator[str]:
    page.goto("/settings")
    page.locator("#answer_mode").select_option("6")
    page.locator("main form button.primary").click()
    page.goto("/study?deck=1")
    page.keyboard.press("Space")
    expect(page.locator("#reveal")).to_have_attribute("open", "")
    page.locator(".arriving").evaluate_all("all => Promise.all(all[0]?.getAnimations().map(a => a.finished) ?? [])")
    yield "study, six buttons"


def _planned(page: Page) -> Iterator[str]:
    """How the deck is scheduled: chosen, previewed, changed, and a year of it."""
    page.goto("/decks/1/scheduling")
    yield "how a deck is scheduled"
    page.locator("[name=scheduler][value=fsrs]").check()
    page.locator("form[method=get] button").click()
    expect(page.locator("#changes .chart")).to_be_visible()
    for behind in page.locator("details.behind > summary").all():
        behind.click()
    yield "what a switch would change"
    page.locator("#changes form button").click()
    expect(page.locator("#changes")).to_have_count(0)
    page.goto("/decks/1/scheduling?scheduler=fsrs&retention=5")
    yield "a retention out of range"
    page.goto("/decks/1/fit")
    yield "too little to fit to"
    page.goto("/decks/1/year?new_per_day=1")
    for behind in page.locator("details.behind > summary").all():
        behind.click()
    yield "a year ahead"


def _paste(page: Page, text: str) -> None:
    page.goto("/import")
    page.locator("#text").fill(text)
    page.locator("form:has(#text) button").click()


def _studying(page: Page) -> Iterator[str]:
    page.locator("a[href^='/study?deck=']").click()
    page.wait_for_load_state()
    for name in ("study, wide code", "study, cloze"):
        expect(question(page)).to_be_visible()
        page.locator(".arriving").evaluate_all("all => Promise.all(all[0]?.getAnimations().map(a => a.finished) ?? [])")
        yield f"{name}, question"
        page.keyboard.press("Space")
        expect(page.locator("#reveal")).to_have_attribute("open", "")
        yield f"{name}, answer"
        page.locator("button.good").click()
        expect(page.locator("#reveal[open]")).to_have_count(0)
    expect(page.locator(".done")).to_be_visible()
    page.locator(".arriving").evaluate_all("all => Promise.all(all[0]?.getAnimations().map(a => a.finished) ?? [])")
    yield "study, finished"
