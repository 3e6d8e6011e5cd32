"""Three ways to use the same pages: the keyboard alone, the finger alone, and a mouse where no script runs."""

from typing import Protocol

from playwright.sync_api import Locator, Page, expect

from tests.browser.steps import answer, grade_button, question

KEYS = {"Again": "1", "Hard": "2", "Good": "3", "Easy": "4", "Not today": "b", "Suspend": "s", "Flag": "f"}
SWINGS = {"Undo": "u", "Redo": "Control+Shift+Z"}


class Hand(Protocol):
    """What a learner does to a page, whatever with."""

    page: Page

    def press(self, what: Locator) -> None: ...

    def reveal(self) -> None: ...

    def type(self, text: str) -> None:
        """Types an answer and has it compared."""

    def grade(self, name: str) -> None: ...

    def mark(self, name: str) -> None: ...

    def swing(self, name: str) -> None:
        """Undo, or Redo."""


class Keyboard:
    """Presses what has the focus, and the keys of the study page."""

    def __init__(self, page: Page) -> None:
        self.page = page

    def press(self, what: Locator) -> None:
        what.press("Enter")

    def reveal(self) -> None:
        self.page.keyboard.press("Space")

    def type(self, text: str) -> None:
        expect(self.page.get_by_label("Your answer")).to_be_focused()
        self.page.keyboard.type(text)
        self.page.keyboard.press("Enter")

    def grade(self, name: str) -> None:
        self.page.keyboard.press("Enter" if name == "Good" else KEYS[name])

    def mark(self, name: str) -> None:
        self.page.keyboard.press(KEYS[name])

    def swing(self, name: str) -> None:
        self.page.keyboard.press(SWINGS[name])


class Mouse:
    """Clicks buttons, with scripts or without."""

    def __init__(self, page: Page) -> None:
        self.page = page

    def press(self, what: Locator) -> None:
        what.click()

    def reveal(self) -> None:
        self.press(self.page.get_by_text("Show answer"))

    def type(self, text: str) -> None:
        self.page.get_by_label("Your answer").fill(text)
        self.press(self.page.get_by_role("button", name="Compare"))

    def grade(self, name: str) -> None:
        self.press(grade_button(self.page, name))

    def mark(self, name: str) -> None:
        self.press(self.page.get_by_role("button", name="This card"))
        self.press(self.page.get_by_role("dialog", name="This card").get_by_role("button", name=name))

    def swing(self, name: str) -> None:
        self.press(self.page.get_by_role("button", name=name))


class Finger(Mouse):
    """Taps; the question itself is the largest button there is."""

    def press(self, what: Locator) -> None:
        what.tap()

    def reveal(self) -> None:
        words = question(self.page)
        self.press(self.page.get_by_text("Show answer") if words.locator("iframe, audio, a").count() else words)


def expect_answer(page: Page) -> None:
    """The answer is to be seen, and no error instead of it."""
    expect(answer(page)).to_be_visible()
    expect(page.locator(".notice.wrong")).to_have_count(0)
