"""One field as HTML, whatever it is written in."""

import re

from app.rendering.cloze import marks_to_html
from app.rendering.markdown import render_markdown
from app.rendering.sanitising import clean

TAG = re.compile(r"<[^>]*>")
TABLE = re.compile(r"<table(?: [^>]*)?>")
LONGEST_FIELD = 2**16
"""Characters a field may have: readers take no more, and the editor saves no more."""


def render_text(text: str, format: str) -> str:
    """A field as HTML that is safe to put into a page. `format` is `markdown` or `html`."""
    html = render_markdown(text) if format == "markdown" else text
    return _scrollable(clean(marks_to_html(html)))


def shows_nothing(html: str) -> bool:
    """Whether nothing of a field written in HTML is left to read."""
    return not TAG.sub("", clean(html)).strip()


def _scrollable(html: str) -> str:
    """Wide code and tables scroll in a box of their own, and a box that scrolls must be reachable by keyboard."""
    html = TABLE.sub(r'<div class="wide" tabindex="0">\g<0>', html).replace("</table>", "</table></div>")
    return html.replace("<pre>", '<pre tabindex="0">')
