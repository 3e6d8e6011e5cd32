"""Cloze deletions: `{{c1::hidden}}` and `{{c1::hidden::hint}}`."""

import re
from collections.abc import Callable

CLOZE = re.compile(
    r"""
    \{\{ c (\d{1,3}) ::
    ( (?: (?! \}\} | :: | \{\{c\d ) . )*+ )           # what is hidden
    (?: :: ( (?: (?! \}\} | \{\{c\d ) . )*+ ) )?      # a hint
    \}\}
    """,
    re.DOTALL | re.VERBOSE,
)
"""A gap ends before the next begins, and nothing is tried twice: else a few kilobytes of open braces take hours."""
OPEN, CLOSE = "\ue000", "\ue001"
"""Private-use characters that stand for a gap's edges while the text becomes HTML: neither Markdown nor the sanitiser
gives them a meaning, so a gap can lie inside bold text or code."""


def has_cloze(text: str) -> bool:
    """Whether the text hides anything."""
    return bool(cloze_numbers(text))


def cloze_numbers(text: str) -> list[int]:
    """The numbers of the text's clozes, each once, in order: one card a number. c0 is none."""
    return sorted({int(match[1]) for match in CLOZE.finditer(text)} - {0})


def question_text(text: str, number: int) -> str:
    """The text with the parts of this number hidden (their hint shown) and all others open."""
    return _filled(text, number, lambda hidden, hint: f"[{hint or '…'}]")


def answer_text(text: str, number: int) -> str:
    """The text with everything open and the parts of this number marked."""
    return _filled(text, number, lambda hidden, hint: hidden)


def marks_to_html(html: str) -> str:
    """The gaps' edges as HTML, once the text around them is."""
    return html.replace(OPEN, '<span class="cloze">').replace(CLOSE, "</span>")


def _filled(text: str, number: int, asked: Callable[[str, str | None], str]) -> str:
    def fill(match: re.Match[str]) -> str:
        if int(match[1]) != number:
            return match[2]
        return f"{OPEN}{asked(match[2], match[3])}{CLOSE}"

    return CLOZE.sub(fill, text.replace(OPEN, "").replace(CLOSE, ""))
