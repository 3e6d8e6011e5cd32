"""One field as HTML, whatever it is written in."""

from functools import lru_cache

from app.rendering.cloze import marks_to_html
from app.rendering.markdown import render_markdown
from app.rendering.sanitising import clean

CACHED_TEXTS = 4_096


@lru_cache(maxsize=CACHED_TEXTS)
def render_text(text: str, format: str) -> str:
    """A field as HTML that is safe to put into a page. `format` is `markdown` or `html`."""
    html = render_markdown(text) if format == "markdown" else text
    return _scrollable(clean(marks_to_html(html)))


def _scrollable(html: str) -> str:
    """Wide code and tables scroll in a box of their own, and a box that scrolls must be reachable by keyboard."""
    html = html.replace("<table>", '<div class="wide" tabindex="0"><table>').replace("</table>", "</table></div>")
    return html.replace("<pre>", '<pre tabindex="0">')
