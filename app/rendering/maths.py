"""Formulas in a text, `$…$`, `$$…$$`, `\\(…\\)` and `\\[…\\]`, and as Anki wrote them before, `[$]…[/$]`, `[$$]…[/$$]`
and `[latex]…[/latex]`, as MathML of our own making.

A formula is taken out of the text before it becomes HTML and put in when the HTML has been cleaned: what an author
writes as MathML never gets through, and what a library makes of a formula is copied element by element.
"""

import re
from html import escape, unescape
from typing import TYPE_CHECKING

from app.errors import N_
from app.rendering.marks import CLOSE, OPEN, Fault, Piece, Pieces, Ready

if TYPE_CHECKING:
    from xml.etree.ElementTree import Element

LONGEST_FORMULA, DEEPEST = 1_000, 40
MOST_FORMULAS, MOST_CHARACTERS = 200, 8_000
"""In one card; what comes after them is text."""

OPENING = re.compile(r"\[(?:\$\$?|latex)\]|\\[(\[$]|\\\\|\$\$?")
ENDS = {"\\(": "\\)", "\\[": "\\]", "$$": "$$", "[$]": "[/$]", "[$$]": "[/$$]", "[latex]": "[/latex]"}
BLOCKS = {"$$", "\\[", "[$$]", "[latex]"}
AROUND = re.compile(r"\\(?:begin|end)\{(?:displaymath|equation\*?|math)\}|\$\$?|\\[()\[\]]")
"""What makes a formula of a part of a LaTeX document; inside `[latex]` all is taken for one."""
BREAK = re.compile(r"<(?:br|/?div|/?p)\b[^<>]{0,200}>", re.IGNORECASE)
DOLLAR_END = re.compile(r"(?<![\s\\])\$(?!\d)")
"""A dollar that closes has no space before it and no digit after it, so that `$5 and $10` are money: Pandoc's rule."""
CODE = re.compile(r"(?P<fence>^ {0,3}(?P<bar>`{3,}|~{3,})[^\n]*\n)|(?P<ticks>`+)", re.MULTILINE)

ELEMENTS = {
    *("math", "mrow", "mi", "mn", "mo", "ms", "mtext", "mspace", "mfrac", "msqrt", "mroot", "mstyle", "mpadded"),
    *("mphantom", "msub", "msup", "msubsup", "munder", "mover", "munderover", "mmultiscripts", "mprescripts"),
    *("mtable", "mtr", "mtd", "none"),
}
ATTRIBUTES = {
    *("accent", "accentunder", "columnalign", "columnspacing", "depth", "display", "displaystyle", "fence", "form"),
    *("height", "largeop", "linethickness", "lspace", "mathvariant", "maxsize", "minsize", "movablelimits"),
    *("rowspacing", "rspace", "scriptlevel", "separator", "stretchy", "symmetric", "voffset", "width"),
}
VALUE = re.compile(r"[A-Za-z0-9.%+ -]{1,40}")
TOUCHED = re.compile(
    r'[(（“「]?<math alttext="[^"]*">(?:(?!</math>).)*</math>[-.,;:!?)，。；：！？、）”」]*', re.DOTALL
)
"""A formula in a line, with the punctuation around it."""
WRONG = N_("This formula cannot be read.")
TOO_LONG = N_("This formula is too long to be shown as one.")


def may_have_formulas(text: str) -> bool:
    """Whether there is any of the signs that formulas begin with."""
    return "$" in text or "\\" in text or "[latex]" in text


def take_formulas(text: str, pieces: Pieces) -> str:
    """Markdown with its formulas taken out. Fenced code and code between backticks are passed by; in what turns out to
    be code otherwise, the renderer puts the sources back."""
    if not may_have_formulas(text):
        return text
    taken, at = [], 0
    while match := CODE.search(text, at):
        taken.append(take_from(text[at : match.start()], pieces))
        end = _end_of_code(text, match)
        taken.append(text[match.start() : end])
        at = end
    return "".join([*taken, take_from(text[at:], pieces)])


def _end_of_code(text: str, match: re.Match[str]) -> int:
    """Where the code ends that begins here; backticks that nothing closes are no code."""
    if match["fence"] is None:
        closed = re.compile(rf"(?<!`){match['ticks']}(?!`)").search(text, match.end(), match.end() + 10_000)
        return closed.end() if closed else match.end()
    bar = match["bar"]
    closed = re.compile(rf"^ {{0,3}}{bar}{bar[0]}*[ \t]*$", re.MULTILINE).search(text, match.end())
    return closed.end() if closed else len(text)


def take_from(text: str, pieces: Pieces) -> str:
    """A text without code in it, its formulas taken out."""
    taken, at = [], 0
    while pieces.formulas < MOST_FORMULAS and pieces.characters < MOST_CHARACTERS:
        match = OPENING.search(text, at)
        if match is None:
            break
        found = _formula(text, match)
        if found is None:
            # An escaped backslash or dollar, or a dollar that is money.
            taken.append(text[at : match.end()])
            at = match.end()
            continue
        source, end = found
        taken.append(text[at : match.start()])
        whole = text[match.start() : end]
        taken.append(pieces.place(_piece(source, whole, pieces, is_block=match[0] in BLOCKS)))
        at = end
    return "".join([*taken, text[at:]])


def without_breaks(html: str) -> str:
    """HTML whose old formulas lie on one line each: an editor put tags where a line of LaTeX ended."""
    done, at = [], 0
    while (start := html.find("[latex]", at)) >= 0 and (end := html.find("[/latex]", start)) >= 0:
        done += [html[at:start], BREAK.sub(" ", html[start:end])]
        at = end
    return "".join([*done, html[at:]])


def _formula(text: str, opening: re.Match[str]) -> tuple[str, int] | None:
    """The formula that begins here and where it ends, if it is one."""
    start, sign = opening.end(), opening[0]
    if sign in ENDS:
        end = text.find(ENDS[sign], start, start + LONGEST_FORMULA * 4)
        source = text[start:end]
        if end <= start or not source.strip() or "\n\n" in source:
            return None
        return AROUND.sub(" ", source) if sign == "[latex]" else source, end + len(ENDS[sign])
    if sign != "$" or not text[start : start + 1].strip():
        return None
    closing = DOLLAR_END.search(text, start + 1, start + LONGEST_FORMULA * 4)
    if closing is None or "\n\n" in text[start : closing.start()]:
        return None
    return text[start : closing.start()], closing.end()


def _piece(source: str, whole: str, pieces: Pieces, *, is_block: bool) -> Piece:
    pieces.formulas += 1
    pieces.characters += len(source)
    if len(source) > LONGEST_FORMULA:
        return Fault(TOO_LONG, source=_bare(whole))
    html = mathml(source, is_block=is_block)
    return Fault(WRONG, source=_bare(whole)) if html is None else Ready(html, whole)


def _bare(text: str) -> str:
    return text.replace(OPEN, "").replace(CLOSE, "")


def mathml(source: str, *, is_block: bool = False) -> str | None:
    """A formula as MathML, None if it is wrong. The edges of gaps in it are kept where they lie around whole parts."""
    if not _is_shallow(source):
        return None
    from latex2mathml.converter import convert_to_element

    marked = source.replace(OPEN, f"{{{OPEN} ").replace(CLOSE, f" {CLOSE}}}")
    try:
        made = convert_to_element(marked, display="block" if is_block else "inline")
        inside = "".join(_copied(child) for child in made)
    except Exception:
        # The library has an exception for some mistakes and stumbles over others; to the reader it is all the same.
        return None
    display = ' display="block"' if is_block else ""
    shown = f'<math{display} alttext="{escape(" ".join(_bare(source).split()))}">{inside}</math>'
    return f'<span class="formula" tabindex="0">{shown}</span>' if is_block else shown


def kept_together(html: str) -> str:
    """Finished HTML in which no full stop begins a line: a browser breaks one on either side of a formula."""
    return TOUCHED.sub(_together, html) if "<math " in html else html


def _together(match: re.Match[str]) -> str:
    whole = match[0]
    return whole if whole.startswith("<") and whole.endswith(">") else f'<span class="together">{whole}</span>'


def _is_shallow(source: str) -> bool:
    """Whether the formula is nested no deeper than a formula is; the library calls itself for each level."""
    depth = 0
    for sign in re.findall(r"\\?[{}]|\\left|\\right|\\begin|\\end", source):
        depth += {"{": 1, "}": -1, "\\left": 1, "\\right": -1, "\\begin": 1, "\\end": -1}.get(sign, 0)
        if not 0 <= depth <= DEEPEST:
            return False
    return depth == 0 and re.search(r"(\\(sqrt|frac|[a-z]*bar|hat|vec|math[a-z]+)\s*){20}", source) is None


def _copied(element: "Element") -> str:
    """An element of known kind with known attributes, and what is in it. Raises ValueError for a command the library
    did not know: it hands such on as if they were names."""
    text = unescape(element.text or "")
    if text in {OPEN, CLOSE}:
        return text
    if text.startswith("\\") and len(text) > 1:
        raise ValueError(text)
    name = element.tag if element.tag in ELEMENTS else "mrow"
    given = {key: value for key, value in element.items() if key in ATTRIBUTES and VALUE.fullmatch(str(value))}
    attributes = "".join(f' {key}="{value}"' for key, value in given.items())
    inside = _with_gaps([_copied(child) for child in element])
    return f"<{name}{attributes}>{escape(text, quote=False)}{inside}</{name}>"


def _with_gaps(children: list[str]) -> str:
    """The elements one after another, those between a gap's edges as one; an edge without its other is dropped."""
    shown, starts = [""], 0
    for child in children:
        if child == OPEN:
            shown.append("")
            starts += 1
        elif child == CLOSE and starts:
            starts -= 1
            inside = shown.pop()
            shown[-1] += f'<mrow class="cloze">{inside}</mrow>'
        elif child != CLOSE:
            shown[-1] += child
    return "".join(shown)
