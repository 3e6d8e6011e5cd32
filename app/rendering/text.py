"""One field as HTML, whatever it is written in."""

import re
from functools import lru_cache

from app.rendering.cloze import marks_to_html
from app.rendering.markdown import render_markdown
from app.rendering.sanitising import clean

CACHED_TEXTS, LONGEST_CACHED = 2_048, 8_192
TAG = re.compile(r"<[^>]*>")
TABLE = re.compile(r"<table(?: [^>]*)?>")


def render_text(text: str, format: str) -> str:
    """A field as HTML that is safe to put into a page. `format` is `markdown` or `html`."""
    return (_cached if len(text) <= LONGEST_CACHED else _rendered)(text, format)


def shows_nothing(text: str, format: str) -> bool:
    """Whether nothing of a field is left to read once it is rendered."""
    return not TAG.sub("", render_text(text, format)).strip()


def _rendered(text: str, format: str) -> str:
    html = render_markdown(text) if format == "markdown" else text
    return _scrollable(clean(marks_to_html(html)))


_cached = lru_cache(maxsize=CACHED_TEXTS)(_rendered)


def _scrollable(html: str) -> str:
    """Wide code and tables scroll in a box of their own, and a box that scrolls must be reachable by keyboard."""
    html = TABLE.sub(r'<div class="wide" tabindex="0">\g<0>', html).replace("</table>", "</table></div>")
    return html.replace("<pre>", '<pre tabindex="0">')
