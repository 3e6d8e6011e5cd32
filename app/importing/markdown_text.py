"""What the Markdown of other programs has in common, and how it is written here."""

import re
from dataclasses import dataclass, field
from pathlib import PurePath
from urllib.parse import unquote

from app.errors import N_, UnreadableFile
from app.importing.encoding import UNREADABLE, decode
from app.importing.found_decks import FoundDecks
from app.importing.parsed import LONGEST_READ, BadRow, DeckHeader, NoteKind, ParsedNote, ReadingOptions, Source, path_of
from app.importing.table_layout import language_of

LARGEST = 2**24
"""Bytes of a Markdown file."""
FENCE = re.compile(r" {0,3}(`{3,}|~{3,})")
INLINE_CODE = re.compile(r"(?<!`)(`+)(?!`)(.{0,2000}?)(?<!`)\1(?!`)", re.DOTALL)
EMBED = re.compile(r"!\[\[([^\[\]|#\n]{1,300})(?:[|#][^\[\]\n]{0,200})?\]\]")
PICTURE = re.compile(r"!\[([^\[\]\n]{0,300})\]\(<?([^()<>\n]{1,500}?)>?\)")
SOUNDS = {".mp3", ".ogg", ".oga", ".opus", ".wav", ".m4a", ".flac", ".aac", ".3gp"}
TOO_LONG = N_("a text is longer than %(longest)s characters")


@dataclass(slots=True)
class MarkdownFile:
    """A file on its way to notes: its text, what is said about it, and where its notes go."""

    name: str
    text: str
    options: ReadingOptions
    decks: FoundDecks
    path: tuple[str, ...]
    languages: tuple[str, str]
    guids: set[str] = field(default_factory=set)

    def note(
        self, line: int, kind: NoteKind, question: str, answer: str = "", deck: tuple[str, ...] | None = None
    ) -> ParsedNote | BadRow:
        """A note of the file, with its pictures by their plain names."""
        fields = with_plain_names(question.strip()), with_plain_names(answer.strip())
        if max(map(len, fields)) > LONGEST_READ:
            return BadRow(line, TOO_LONG, {"longest": LONGEST_READ})
        if any(UNREADABLE in text for text in fields):
            return BadRow(line, N_("this row is not %(encoding)s"), {"encoding": "UTF-8"})
        if not fields[0]:
            return BadRow(line, N_("the question is empty"))
        if not fields[1] and kind != "cloze":
            return BadRow(line, N_("the answer is empty"))
        place = self.decks.place(self.path if deck is None else deck)
        return ParsedNote(line, kind, fields, self.languages, tags=self.options.tags, deck=place)


def text_of(source: Source, options: ReadingOptions) -> str:
    """The text of a Markdown file. Raises UnreadableFile for what is none, or is too large to be one."""
    if source.size > LARGEST:
        raise UnreadableFile(N_("A text of cards has at most %(most)s MB."), most=LARGEST // 2**20)
    return decode(source.read(), options.encoding)[0].replace("\r\n", "\n").replace("\r", "\n")


def file_of(source: Source, options: ReadingOptions, name: str | None = None) -> MarkdownFile:
    """A file that stands alone. `name`: what it calls its deck."""
    text = text_of(source, options)
    stem = PurePath(source.name).stem
    given = options.given_name(stem)
    language = language_of(text)
    languages = options.languages or (language, language)
    header = DeckHeader(path_of(given or name or options.deck_name or stem or "Deck"), language=languages[0])
    return MarkdownFile(source.name, text, options, FoundDecks(header), header.path, languages)


def with_plain_names(text: str) -> str:
    """The text with its pictures and sounds called by their names alone, without folders."""
    if "![" not in text:
        return text
    return PICTURE.sub(_plain_picture, EMBED.sub(lambda match: _shown("", match[1]), text))


def _plain_picture(match: re.Match[str]) -> str:
    target = match[2].strip()
    if re.match(r"[a-z][a-z0-9+.-]*:", target, re.IGNORECASE) or target.startswith("//"):
        return match[0]
    return _shown(match[1], unquote(re.sub(r'\s+"[^"]*"$', "", target)))


def _shown(words: str, path: str) -> str:
    name = path.replace("\\", "/").rsplit("/", 1)[-1].strip()
    if PurePath(name).suffix.lower() in SOUNDS:
        return f"[sound:{name}]"
    return f"![{words}]({name})" if " " not in name and "(" not in name else f"![{words}](<{name}>)"


def gap(number: int, text: str, hint: str = "") -> str:
    """A gap for a cloze; what would end it before its end is written otherwise."""
    inside = text.replace("::", ":&#58;").replace("}}", "}&#125;")
    told = "::" + hint.replace("}}", "") if hint else ""
    return f"{{{{c{number}::{inside}{told}}}}}"


def without_code(text: str) -> str:
    """The text with its inline code blotted out, every other character in its place."""
    if "`" not in text:
        return text
    return INLINE_CODE.sub(lambda match: "\0" * len(match[0]), text)


def lines_in_code(lines: list[str]) -> list[bool]:
    """Which lines belong to a block of code between fences."""
    inside, found = "", []
    for line in lines:
        fence = FENCE.match(line)
        if fence and (not inside or (fence[1].startswith(inside) and not line.strip().strip(inside[0]))):
            inside = "" if inside else fence[1]
            found.append(True)
        else:
            found.append(bool(inside))
    return found
