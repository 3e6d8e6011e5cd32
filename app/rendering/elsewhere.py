"""Fields as another program shows them: HTML with clozes, sounds and formulas in Anki's own signs."""

import re
from html import escape

from app.rendering.marks import PLACE, Pieces, without_marks
from app.rendering.maths import take_formulas

PLAIN = re.compile(r"[^\n\\`*_\[\]<>&#$~|!+=.)\"-]*")
"""A line without any of Markdown's signs, which is most of what short cards hold."""
DOTTED = re.compile(r"[^\n\\`*_\[\]<>&#$~|!+=)\"-]*")
COLOURS = re.compile(r"</?span[^>]*>")


def html_of(text: str, format: str) -> str:
    """A field as HTML. What is HTML already goes out as it is."""
    if format != "markdown":
        return text
    if PLAIN.fullmatch(text) or (DOTTED.fullmatch(text) and not text[:1].isdigit()):
        return text.strip()
    from app.rendering.markdown import render_markdown

    pieces = Pieces()
    html = render_markdown(take_formulas(without_marks(text), pieces), pieces)
    if "{{c" in text:
        # A colour must not cut the braces of a gap in two.
        html = COLOURS.sub("", html)
    html = PLACE.sub(lambda match: _formula(pieces.sources(match[0])), html).strip()
    is_one = html.startswith("<p>") and html.endswith("</p>") and html.count("<p") == 1
    return html[3:-4] if is_one else html


def _formula(source: str) -> str:
    """A formula as MathJax finds it in a page."""
    if source.startswith("$$"):
        source = f"\\[{source[2:-2]}\\]"
    elif source.startswith("$"):
        source = f"\\({source[1:-1]}\\)"
    return escape(source, quote=False)
