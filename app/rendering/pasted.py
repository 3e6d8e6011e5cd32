"""HTML from a word processor or a page, as the Markdown somebody would have written."""

import re
from html.parser import HTMLParser
from typing import NamedTuple

from app.rendering.sanitising import WEIGHED, clean_pasted

OF_OFFICE = re.compile(r"<o:p>|<w:|class=\"?Mso|style=['\"][^'\"]*mso-|<!--\[if |xmlns:o=", re.IGNORECASE)
"""What Word and its kin leave in a text, and nobody writes by hand."""
BLOCKS = {
    "address",
    "article",
    "aside",
    "blockquote",
    "div",
    "dl",
    "dd",
    "dt",
    "footer",
    "header",
    "main",
    "p",
    "section",
}
BLOCKS |= {"ol", "ul", "table", "tr", "hr", "h1", "h2", "h3", "h4", "h5", "h6"}
AROUND = {"b": "**", "strong": "**", "i": "*", "em": "*", "code": "`", "kbd": "`", "samp": "`", "span": ""}
WEIGHT = re.compile(r"font-weight:\s*(\w+)")
BOLD = {"bold", "bolder", "600", "700", "800", "900"}
SLANT = re.compile(r"font-style:\s*(\w+)")
BULLET = re.compile(r"^[·•o§▪‣–-]\s+")
"""Word writes the sign of a list as a text before its words."""


def is_of_office(text: str) -> bool:
    """Whether a text is HTML from a word processor, and not somebody's words about such HTML."""
    return text.lstrip().startswith("<") and OF_OFFICE.search(text) is not None


def markdown_of(html: str) -> str:
    """The words, with what is bold, slanted, code, a list, a link or a table; nothing else of the HTML is left. A
    table's first row is its head, for Markdown knows no table without one."""
    reader = _Reader()
    reader.feed(clean_pasted(html))
    reader.close()
    return reader.text()


class _Around(NamedTuple):
    """An element in a line: the sign behind its words, where in the line it began, and whether it goes on where another
    of the kind has ended; `inside`: the signs for bold and slanted in which what it holds stands."""

    tag: str
    after: str
    at: int
    goes_on: bool
    inside: str


class _Reader(HTMLParser):
    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self._done: list[str] = []
        self._line = ""
        self._pre = 0
        self._lists: list[int | None] = []
        self._around: list[_Around] = []
        self._ended = ("", 0)
        self._tables = 0
        self._rows: list[list[str]] = []
        self._in_cell = False

    def text(self) -> str:
        self._end_line()
        lines = re.sub(r"\n{3,}", "\n\n", "\n".join(self._done))
        return lines.strip("\n")

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if self._of_table(tag, ends=False):
            return
        if tag == "br":
            self._end_line()
        elif tag == "pre":
            self._end_paragraph()
            self._done.append("```")
            self._pre += 1
        elif tag in AROUND and not self._pre:
            sign = self._sign(tag, dict(attrs).get("style") or "")
            self._open(tag, sign, sign)
        elif tag == "a" and not self._pre:
            self._open(tag, "[", f"]({_address(dict(attrs).get('href'))})")
        else:
            self._begin(tag, dict(attrs))

    def _begin(self, tag: str, attrs: dict[str, str | None]) -> None:
        if tag in {"ul", "ol"}:
            self._end_line()
            self._lists.append(1 if tag == "ol" else None)
        elif tag == "li":
            self._end_line()
            self._line = self._item()
        elif tag in BLOCKS and not self._pre:
            self._end_paragraph()
            if "MsoListParagraph" in (attrs.get("class") or ""):
                self._line = "- "

    def _item(self) -> str:
        depth, number = max(0, len(self._lists) - 1), self._lists[-1] if self._lists else None
        if number is not None:
            self._lists[-1] = number + 1
        return "    " * depth + ("- " if number is None else f"{number}. ")

    def _of_table(self, tag: str, *, ends: bool) -> bool:
        """Takes a tag that makes a table; in a cell also what would begin a line, for a cell is one line."""
        if tag == "table" and not self._pre:
            self._tables += -1 if ends else 1
            if not self._in_cell:
                self._end_table() if ends else self._end_paragraph()
                return True
        elif tag == "tr" and self._tables == 1:
            self._rows += [] if ends else [[]]
            return True
        elif tag in {"td", "th"} and self._tables == 1:
            self._end_cell() if ends else self._begin_cell()
            return True
        if self._in_cell and tag not in AROUND and tag != "a":
            self._line = f"{self._line.rstrip()} "
            return True
        return False

    def _begin_cell(self) -> None:
        self._end_paragraph()
        self._line, self._in_cell = "", True

    def _end_cell(self) -> None:
        while self._around:
            self._close(self._around[-1].tag)
        self._rows[-1].append(self._line.strip().replace("|", r"\|"))
        self._line, self._in_cell = "", False

    def _end_table(self) -> None:
        width = max(map(len, self._rows), default=0)
        rows = [row + [""] * (width - len(row)) for row in self._rows]
        self._rows = []
        if width < 2:
            # A frame around words rather than a table.
            self._done += [line for row in rows for cell in row for line in (cell.replace(r"\|", "|"), "")]
        else:
            rows.insert(1, ["---"] * width)
            self._done += ["", *(f"| {' | '.join(row)} |" for row in rows), ""]

    def handle_endtag(self, tag: str) -> None:
        if self._of_table(tag, ends=True):
            return
        if tag == "pre" and self._pre:
            self._end_line()
            self._done += ["```", ""]
            self._pre -= 1
        elif tag in {"ul", "ol"} and self._lists:
            self._end_line()
            self._lists.pop()
            self._done += [""] if not self._lists else []
        elif tag in AROUND or tag == "a":
            self._close(tag)
        elif tag == "li":
            self._end_line()
        elif tag in BLOCKS and not self._pre:
            self._end_paragraph()

    def handle_data(self, data: str) -> None:
        if self._pre:
            first, *others = data.split("\n")
            self._line += first
            for line in others:
                self._done.append(self._line)
                self._line = line
            return
        words = re.sub(r"[\s\xa0]+", " ", data)
        if self._line == "- " or not self._line:
            words = words.lstrip()
        elif self._line.endswith(" "):
            words = words.lstrip(" ")
        if self._line == "- ":
            words = BULLET.sub("", words + " ").rstrip() if len(words.strip()) <= 1 else BULLET.sub("", words)
        self._line += words

    def _sign(self, tag: str, style: str) -> str:
        """What stands around the words of an element: as its style says, else its name. Not once more what stands
        around it already."""
        sign = AROUND[tag]
        if tag in WEIGHED:
            weight, slant = WEIGHT.search(style), SLANT.search(style)
            is_bold = weight[1] in BOLD if weight else sign == "**"
            is_slanted = slant[1] in {"italic", "oblique"} if slant else sign == "*"
            there = self._around[-1].inside if self._around else ""
            bold = "**" if is_bold and there not in {"**", "***"} else ""
            sign = bold + ("*" if is_slanted and there not in {"*", "***"} else "")
        return sign

    def _open(self, tag: str, before: str, after: str) -> None:
        goes_on = bool(after) and self._ended == (after, len(self._line))
        there = self._around[-1].inside if self._around else ""
        inside = there + after if tag in WEIGHED else there
        self._around.append(_Around(tag, after, len(self._line), goes_on, inside))
        self._line += before

    def _close(self, tag: str) -> None:
        """Puts the sign behind the words; without words there is none. Blanks at an end stand outside."""
        if not self._around or self._around[-1].tag != tag:
            return
        _, after, at, goes_on, _ = self._around.pop()
        before = "[" if tag == "a" else after
        if at + len(before) > len(self._line):
            # It began in an earlier line, which has been closed.
            return
        words = self._line[at + len(before) :]
        core = words.strip()
        if not core or (tag == "a" and after == "]()"):
            self._line = self._line[:at] + words
            return
        if words[:1] == " " and self._line[:at].endswith(" "):
            words = words.lstrip()
        lead, trail = words[: len(words) - len(words.lstrip())], words[len(words.rstrip()) :]
        if goes_on and not lead and before == after:
            # Two runs of the same kind, of different colours perhaps.
            at, before = at - len(after), ""
        self._line = f"{self._line[:at]}{lead}{before}{core}{after}{trail}"
        self._ended = (after, len(self._line) - len(trail))

    def _end_line(self) -> None:
        while self._around and not self._pre:
            self._close(self._around[-1].tag)
        line = self._line if self._pre else re.sub(r"^ (?! )", "", self._line.rstrip())
        if line.strip() and line.strip() != "-":
            self._done.append(line)
        self._line = ""

    def _end_paragraph(self) -> None:
        if self._lists and self._line.strip() in {"", "-"}:
            return
        had = bool(self._line.strip())
        is_item = self._line.startswith("- ")
        self._end_line()
        if had and not self._lists and not is_item:
            self._done.append("")


def _address(href: str | None) -> str:
    given = (href or "").strip()
    return given if re.match(r"(https?|mailto):\S+$", given) else ""
