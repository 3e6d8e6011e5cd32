"""One field as HTML, whatever it is written in."""

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from html import unescape
from urllib.parse import unquote, urlsplit

from app.rendering.furigana import Readings, with_readings
from app.rendering.marks import CLOSE, OPEN, PLACE, Elsewhere, Medium, Pieces, marks_to_html, without_marks
from app.rendering.maths import may_have_formulas, take_formulas, take_from, without_breaks
from app.rendering.sanitising import LONGEST_FIELD, clean

TAG = re.compile(r"<[^>]*>")
CLEAN_TAG = re.compile(r'<(/?)([a-z][a-z0-9]*)((?:[^<>"]|"[^"]*")*+)>')
"""A tag as the sanitiser writes it: everything in quotation marks, and none of them inside."""
ATTRIBUTE = re.compile(r'([a-z]+)="([^"]*)"')
SOUND = re.compile(r"\[sound:([^\[\]\n]{1,300})\]")
SOUNDS = (".mp3", ".ogg", ".oga", ".opus", ".wav", ".m4a", ".webm", ".flac", ".aac", ".3gp")
LONGEST_NAME = 300
LONGEST_MARKDOWN = 2**17
"""A longer text is shown as it was written: nobody writes one, and a megabyte of Markdown takes half a minute."""
MOST_MEDIA = 500
"""On one card; more are not shown."""


def field_html(text: str, format: str, pieces: Pieces, *, readings: Readings | None = None) -> str:
    """A field as clean HTML, with what the door or the end puts in taken out into `pieces`.

    `format` is `markdown` or `html`; `readings`: what becomes of readings in brackets, None if they are none.
    """
    is_markdown = format == "markdown"
    if is_markdown and len(text) > LONGEST_MARKDOWN:
        return f"<p>{escape_text(text[:LONGEST_FIELD]).replace(OPEN, '').replace(CLOSE, '')}</p>"
    html = _of_markdown(text, pieces) if is_markdown else without_breaks(text)
    return _Finishing(pieces, readings, formulas=not is_markdown).finish(clean(marks_to_html(html)))


def _of_markdown(text: str, pieces: Pieces) -> str:
    # Here, because its libraries are a twentieth of a start, and most commands in a terminal render nothing.
    from app.rendering.markdown import render_markdown

    return render_markdown(take_formulas(text, pieces), pieces)


def files_shown_in(texts: Sequence[str], format: str) -> set[str]:
    """The names, in NFC, of the files that fields show, or consist of: a template may make a picture of such a name."""
    names = {text.strip() for text in texts}
    for text in texts:
        pieces = Pieces()
        field_html(without_marks(text), format, pieces)
        names |= {piece.name for piece in pieces.taken if isinstance(piece, Medium)}
    return {unicodedata.normalize("NFC", name) for name in names}


def only_finished(html: str, pieces: Pieces) -> str:
    """Clean HTML made of finished fields: the pictures and sounds of the template itself are taken out."""
    return _Finishing(pieces, None, formulas=False, is_text=False).finish(html)


def shows_nothing(html: str) -> bool:
    """Whether nothing of a field written in HTML is left to see."""
    cleaned = clean(html)
    return "<img" not in cleaned and not TAG.sub("", cleaned).strip()


def plain_text(html: str) -> str:
    """The words of a piece of clean HTML."""
    lines = re.sub(r"<(?:br|/p|/div|/li|/tr)\b[^>]*>", "\n", html)
    return unescape(PLACE.sub("", TAG.sub("", lines))).strip()


@dataclass(slots=True)
class _Finishing:
    """One walk through clean HTML: the tags that become something of ours, and the text between them."""

    pieces: Pieces
    readings: Readings | None
    formulas: bool
    is_text: bool = True
    code: int = 0

    def finish(self, html: str) -> str:
        done, at = [], 0
        for match in CLEAN_TAG.finditer(html):
            done += [self._text(html[at : match.start()]), self._tag(match)]
            at = match.end()
        return "".join([*done, self._text(html[at:])])

    def _tag(self, match: re.Match[str]) -> str:
        closing, name, attributes = match.groups()
        if name in {"code", "pre"}:
            self.code += -1 if closing else 1
        # Wide code and tables scroll in a box of their own, and a box that scrolls must be reachable by keyboard.
        if name == "table" and self.is_text:
            return "</table></div>" if closing else f'<div class="wide" tabindex="0">{match[0]}'
        if name == "pre" and self.is_text and not closing:
            return f'<pre tabindex="0"{attributes}>'
        if name == "img":
            return self._picture(dict(ATTRIBUTE.findall(self.pieces.in_address(attributes))))
        return self._restored(match[0])

    def _restored(self, tag: str) -> str:
        """The tag; a formula in an address was none."""
        return self.pieces.in_address(tag) if "\ue002" in tag or "%EE%80%82" in tag else tag

    def _picture(self, attributes: dict[str, str]) -> str:
        source, alt = (unescape(attributes.get(key, "")) for key in ("src", "alt"))
        return self._placed(medium(source, alt))

    def _placed(self, found: Medium | Elsewhere) -> str:
        self.pieces.media += 1
        return self.pieces.place(found) if self.pieces.media <= MOST_MEDIA else ""

    def _text(self, text: str) -> str:
        if not text or self.code:
            return text
        if self.formulas:
            text = self._formulas(text)
        if self.readings:
            text = with_readings(text, self.readings)
        if "[sound:" in text:
            text = SOUND.sub(lambda match: self._placed(medium(unescape(match[1]), "", is_sound=True)), text)
        return text

    def _formulas(self, text: str) -> str:
        """Formulas in what was written as HTML: there they are text, with its characters escaped."""
        if not may_have_formulas(text):
            return text
        return escape_text(take_from(unescape(text), self.pieces))


def escape_text(text: str) -> str:
    """Text as HTML."""
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def medium(source: str, alt: str, *, is_sound: bool = False) -> Medium | Elsewhere:
    """The picture or sound that is meant: a name among the author's files, or something on another site."""
    source = source.strip()
    try:
        parts = urlsplit(source)
    except ValueError:
        return Medium(source[:LONGEST_NAME], alt, is_sound)
    if parts.netloc and parts.scheme in {"http", "https", ""}:
        return Elsewhere(source if parts.scheme else f"https:{source}", alt)
    name = unquote(source)[:LONGEST_NAME]
    return Medium(name, alt, is_sound or name.lower().endswith(SOUNDS))
