"""Reads cards in notes of Obsidian, as its spaced repetition plugin has them: `question::answer`, `?` alone on a line,
`==gap==`, with the schedule in a comment. Format: the plugin's documentation, Flashcards."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from app.errors import N_
from app.importing.markdown_text import MarkdownFile, file_of, gap, lines_in_code, without_code
from app.importing.obsidian_schedule import COMMENT, cards_of
from app.importing.parsed import BadRow, NoteKind, ParsedDeck, ParsedNote, ReadingOptions, Source, tag_of

TAG = re.compile(r"(?<!\S)#flashcards((?:/[^\s#/]+)*)(?!\S)")
BLOCK_ID = re.compile(r"(?:^|\s)\^([A-Za-z0-9-]{1,60})\s*$")
BETWEEN = re.compile(r":{2,3}")
HIGHLIGHT = re.compile(r"==(?=\S)([^=\n](?:.{0,2000}?\S)?)==(?:\^\[([^\[\]\n]{1,300})\])?(?:\[\^(\d{1,3})\])?")
CURLY = re.compile(r"\{\{(?!c\d)([^{}\n]{1,2000})\}\}(?:\^\[([^\[\]\n]{1,300})\])?(?:\[\^(\d{1,3})\])?")
BOLD = re.compile(r"\*\*(?=\S)([^*\n]{1,2000})\*\*(?:\^\[([^\[\]\n]{1,300})\])?(?:\[\^(\d{1,3})\])?")
NO_CUT = re.compile(COMMENT.pattern + r"|\{\{c\d{1,3}::[^\n]*?\}\}")
HEADING = re.compile(r"#{1,6} ")
FENCE, BOTH_WAYS, ONE_WAY = "---", "??", "?"
MOST_GAPS = 200


@dataclass(slots=True)
class _Block:
    """Lines up to an empty one. `code`: which of them stand in code; `deck`: what a tag above says."""

    line: int
    deck: tuple[str, ...]
    lines: list[str] = field(default_factory=list)
    code: list[bool] = field(default_factory=list)


def looks_like(text: str) -> bool:
    """Whether cards are written as the plugin does: it is asked for, a question mark stands alone, or most lines are
    cards. `std::vector` in somebody's notes makes none."""
    lines = text[: 2**18].split("\n")
    outside = [without_code(line) for line, code in zip(lines, lines_in_code(lines), strict=True) if not code]
    if COMMENT.search(text) or TAG.search("\n".join(outside)) or _tags_of_header(lines) is not None:
        return True
    said = [line for line in outside if line.strip() and not line.startswith("#")]
    cards = sum(bool(_cut(line) or HIGHLIGHT.search(line)) for line in said)
    return any(line.strip() in {ONE_WAY, BOTH_WAYS} for line in said) or cards * 2 > len(said)


def read(source: Source, options: ReadingOptions) -> ParsedDeck:
    """The cards of a file. Raises UnreadableFile for what is no text."""
    file = file_of(source, options)
    return ParsedDeck(file.decks.headers[0], notes(file), decks=file.decks.headers)


def notes(file: MarkdownFile) -> Iterator[ParsedNote | BadRow]:
    """Cards of all forms; bold words and curly brackets are gaps only where the file has no other card."""
    blocks = list(_blocks(file))
    found = False
    for block in blocks:
        for row in _cards(file, block, (HIGHLIGHT,)):
            found = True
            yield row
    for block in blocks if not found else ():
        yield from _cards(file, block, (CURLY, BOLD))


def _tags_of_header(lines: Sequence[str]) -> str | None:
    """The deck that the properties at the top of a note name, as `/sub/deck`; None if they name none."""
    if not lines or lines[0].strip() != FENCE:
        return None
    for line in lines[1:200]:
        if line.strip() == FENCE:
            return None
        found = re.search(r"(?:^\s*-|^tags:|[\[,])\s*[\"']?#?flashcards((?:/[^\s#/,\]\"']+)*)", line)
        if found:
            return found[1]
    return None


def _deck(file: MarkdownFile, tag: str) -> tuple[str, ...]:
    return (*file.path, *(part for part in tag.split("/") if part))


def _blocks(file: MarkdownFile) -> Iterator[_Block]:
    lines = file.text.split("\n")
    of_header = _tags_of_header(lines)
    deck = _deck(file, of_header or "")
    block = _Block(1, deck)
    start = 0
    if lines[0].strip() == FENCE:
        start = next((index + 1 for index, line in enumerate(lines[1:], 1) if line.strip() == FENCE), 0)
    in_code = lines_in_code(lines)
    for number, line in enumerate(lines[start:], start + 1):
        is_code = in_code[number - 1]
        tag = None if is_code else TAG.search(without_code(line))
        said = line if tag is None else _without_tag(line)
        deck = deck if tag is None else _deck(file, tag[1])
        if is_code or (said.strip() and not HEADING.match(line)):
            block.lines.append(said)
            block.code.append(is_code)
            block.deck = deck
            continue
        if block.lines:
            yield block
        block = _Block(number + 1, deck)
    if block.lines:
        yield block


def _without_tag(line: str) -> str:
    """The line without the tag of its deck; nothing, if there are only tags."""
    return TAG.sub("", line).rstrip() if re.sub(r"#\S+", "", line).strip() else ""


def _cards(file: MarkdownFile, block: _Block, gaps: tuple[re.Pattern[str], ...]) -> Iterator[ParsedNote | BadRow]:
    """The cards of a block: one around a line of question marks, one on each line with colons, or one with gaps."""
    plain = [line if code else line.strip() for line, code in zip(block.lines, block.code, strict=True)]
    marks = [at for at, line in enumerate(plain) if line in {ONE_WAY, BOTH_WAYS} and not block.code[at]]
    if marks:
        kind: NoteKind = "reversed" if plain[marks[0]] == BOTH_WAYS else "basic"
        above, below = block.lines[: marks[0]], block.lines[marks[0] + 1 :]
        answer, guid, comment = _tail("\n".join(below))
        yield _finished(
            file, block.line, file.note(block.line, kind, "\n".join(above), answer, block.deck), guid, comment
        )
        return
    found = False
    for at, line in enumerate(block.lines):
        cut = _cut(line) if not block.code[at] else None
        if cut is not None:
            found = True
            following = block.lines[at + 1] if at + 1 < len(block.lines) else ""
            answer, guid, comment = _tail(
                cut[1] + ("\n" + following if following.lstrip().startswith("<!--SR:") else "")
            )
            note = file.note(block.line + at, cut[2], cut[0], answer, block.deck)
            yield _finished(file, block.line + at, note, guid, comment)
    if not found:
        yield from _cloze(file, block, gaps)


def _cut(line: str) -> tuple[str, str, NoteKind] | None:
    """Question and answer on one line, cut at the longest run of colons outside code."""
    plain = NO_CUT.sub(lambda match: "\0" * len(match[0]), without_code(line))
    runs = [run for run in BETWEEN.finditer(plain) if line[: run.start()].strip() and line[run.end() :].strip(" :")]
    if not runs:
        return None
    longest = max(runs, key=lambda run: (len(run[0]), -run.start()))
    return line[: longest.start()], line[longest.end() :], "reversed" if len(longest[0]) == 3 else "basic"


def _tail(text: str) -> tuple[str, str | None, str]:
    """A text without its comment and its block's id; the id, and what the comment says."""
    comments = COMMENT.findall(text)
    text = COMMENT.sub("", text).rstrip()
    guid = BLOCK_ID.search(text)
    return (text[: guid.start()].rstrip() if guid else text), (guid[1] if guid else None), "".join(comments)


def _cloze(file: MarkdownFile, block: _Block, patterns: Sequence[re.Pattern[str]]) -> Iterator[ParsedNote | BadRow]:
    if any(block.code):
        return
    text, guid, comment = _tail("\n".join(block.lines))
    for pattern in patterns:
        written, count = _with_gaps(text, pattern)
        if 0 < count <= MOST_GAPS:
            yield _finished(file, block.line, file.note(block.line, "cloze", written, "", block.deck), guid, comment)
            return
        if count:
            yield BadRow(block.line, N_("a text with more than %(most)s gaps"), {"most": MOST_GAPS})
            return


def _with_gaps(text: str, pattern: re.Pattern[str]) -> tuple[str, int]:
    """The text with each of its gaps in our writing, and how many there are. Gaps of one group are asked together."""
    plain = without_code(text)
    parts: list[str] = []
    end = count = 0
    numbers: dict[str, int] = {}
    for match in pattern.finditer(plain):
        count += 1
        number = numbers.setdefault(match[3] or f"alone {count}", len(numbers) + 1)
        parts += text[end : match.start()], gap(number, text[match.start(1) : match.end(1)], match[2] or "")
        end = match.end()
    return "".join(parts) + text[end:], count


def _finished(
    file: MarkdownFile, line: int, row: ParsedNote | BadRow, guid: str | None, comment: str
) -> ParsedNote | BadRow:
    """A note with its identity, its tags and its schedule."""
    if isinstance(row, BadRow):
        return row
    if guid is not None:
        # Two files may both have a block of that name.
        row.guid = guid if guid not in file.guids else f"{tag_of(file.name)[-60:]}^{guid}"
        file.guids.add(row.guid)
    if comment and file.options.with_schedule:
        row.cards = cards_of(row, comment, file.options)
    return row
