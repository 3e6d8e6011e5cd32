"""Reads Cardlet's own deck format: docs/deck-format.md."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import cast

from app.errors import N_, UnreadableFile
from app.importing.encoding import decode_utf8
from app.importing.parsed import (
    LONGEST_FIELD,
    BadRow,
    DeckHeader,
    NoteKind,
    ParsedDeck,
    ParsedNote,
    ReadingOptions,
    path_of,
    tag_of,
)
from app.rendering import has_cloze

FENCE = "---"
HEADER_KEYS = {"deck", "id", "lang", "answer-lang", "description", "license", "tags"}
NOTE_KEYS = {"type", "tags", "source", "quote", "format"}
SOURCE_KEYS = {"source", "quote"}
KEY_LINE = re.compile(r"([a-z][a-z-]*):(?: +(.*))?$")
HEADING_ID = re.compile(r"\{#([^{}]*)\}$")
IDENTITY = re.compile(r"[A-Za-z0-9_.-]{1,100}")
LANGUAGE = re.compile(r"(?=.{2,35}$)[A-Za-z]{2,8}(-[A-Za-z0-9]{1,8})*")
_LINE_END = re.compile(r"\r\n|\r|\n")
CODE_FENCE = re.compile(r" {0,3}(`{3,}|~{3,})")
IMPOSSIBLE = N_("“%(value)s” cannot be the value of %(key)s")
UNKNOWN_KEY = N_("unknown key “%(key)s”; known are: %(known)s")
KINDS = {"basic", "reversed", "cloze"}
FORMATS = {"markdown", "html"}


def read(content: bytes, options: ReadingOptions) -> ParsedDeck:
    """The deck in the file, which says everything itself: the options are not looked at.

    The whole file is checked first, so that it is refused before anything of it is taken. Raises UnreadableFile with
    the line for a broken header, an unknown or repeated key, or an id that is malformed or stands twice.
    """
    lines = _LINE_END.split(decode_utf8(content))
    header_keys, body_start = _header(lines)
    header = DeckHeader(
        path=path_of(header_keys["deck"]),
        guid=header_keys.get("id"),
        language=header_keys.get("lang", "en"),
        description=header_keys.get("description", ""),
        license=header_keys.get("license", ""),
    )
    blocks = list(_blocks(lines, body_start))
    _check_ids(blocks)
    answer_language = header_keys.get("answer-lang", header.language)
    common = _tags(header_keys.get("tags", ""))
    return ParsedDeck(header, (_note(block, (header.language, answer_language), common) for block in blocks))


def _header(lines: list[str]) -> tuple[dict[str, str], int]:
    """The header's keys and the index of the line after it."""
    if not lines or lines[0].strip() != FENCE:
        raise UnreadableFile(N_("a deck file starts with a line of three hyphens and a header"), line=1)
    end = next((i for i, line in enumerate(lines[1:], 1) if line.strip() == FENCE), None)
    if end is None:
        raise UnreadableFile(N_("the header is not closed by a line of three hyphens"), line=len(lines))
    keys: dict[str, str] = {}
    for number, line in enumerate(lines[1:end], 2):
        if line.strip():
            _add_key(keys, line, number, HEADER_KEYS)
    if not keys.get("deck"):
        raise UnreadableFile(N_("the header needs the deck's name: deck: …"), line=end + 1)
    _check_header(keys, lines)
    return keys, end + 1


def _check_header(keys: dict[str, str], lines: list[str]) -> None:
    for key, allowed in (("id", IDENTITY), ("lang", LANGUAGE), ("answer-lang", LANGUAGE)):
        if key in keys and not allowed.fullmatch(keys[key]):
            number = next(i for i, line in enumerate(lines, 1) if line.startswith(f"{key}:"))
            raise UnreadableFile(IMPOSSIBLE, line=number, key=key, value=keys[key])


def _add_key(keys: dict[str, str], line: str, number: int, known: set[str]) -> None:
    match = KEY_LINE.match(line.rstrip())
    if match is None:
        raise UnreadableFile(N_("expected “key: value”, found “%(text)s”"), line=number, text=line.strip()[:60])
    key, value = match[1], (match[2] or "").strip()
    if key not in known:
        raise UnreadableFile(UNKNOWN_KEY, line=number, key=key, known=sorted(known))
    if key in keys:
        raise UnreadableFile(N_("the key “%(key)s” stands twice"), line=number, key=key)
    keys[key] = value


def _tags(text: str) -> tuple[str, ...]:
    return tuple(dict.fromkeys(tag for part in text.split(",") if (tag := tag_of(part))))


@dataclass
class _Block:
    """A note's heading, keys and text, still in lines."""

    line: int
    question: str
    guid: str | None
    keys: dict[str, str] = field(default_factory=dict)
    # Where the note comes from, as often as it is said, and the words that stand there.
    sources: list[str] = field(default_factory=list)
    quotes: list[str] = field(default_factory=list)
    text: list[str] = field(default_factory=list)


def _add_note_key(block: _Block, line: str, number: int) -> None:
    """Only a source can be given several times, each with its quote below it."""
    one: dict[str, str] = {}
    _add_key(block.keys if line.partition(":")[0] not in SOURCE_KEYS else one, line, number, NOTE_KEYS)
    if "source" in one:
        block.sources.append(one["source"])
        block.quotes.append("")
    if "quote" in one:
        if not block.sources or block.quotes[-1]:
            raise UnreadableFile(N_("a quote stands below the source it is from, one below each"), line=number)
        block.quotes[-1] = one["quote"]


def _blocks(lines: list[str], start: int) -> Iterator[_Block]:
    block: _Block | None = None
    in_keys, code = False, ""
    for number, line in enumerate(lines[start:], start + 1):
        if not code and (line.startswith("## ") or line == "##"):
            if block is not None:
                yield block
            block, in_keys = _heading(line, number), True
            continue
        code = _code_after(code, line)
        if block is None:
            if line.strip():
                raise UnreadableFile(N_("text before the first note; a note starts with “## ”"), line=number)
        elif in_keys and line.strip():
            _add_note_key(block, line, number)
            _check_choice(block.keys, "type", KINDS, number)
            _check_choice(block.keys, "format", FORMATS, number)
        else:
            in_keys = False
            block.text.append(line)
    if block is not None:
        yield block


def _heading(line: str, number: int) -> _Block:
    question = line[2:].strip()
    match = HEADING_ID.search(question)
    guid = match[1] if match else None
    if match:
        question = question[: match.start()].rstrip()
    if guid is not None and not IDENTITY.fullmatch(guid):
        raise UnreadableFile(IMPOSSIBLE, line=number, key="id", value=guid)
    return _Block(number, question, guid)


def _code_after(code: str, line: str) -> str:
    """The fence of the code block the next line lies in, or nothing."""
    match = CODE_FENCE.match(line)
    if match is None:
        return code
    if not code:
        return match[1]
    closes = match[1][0] == code[0] and len(match[1]) >= len(code) and not line.strip().strip(code[0])
    return "" if closes else code


def _check_choice(keys: dict[str, str], key: str, choices: set[str], number: int) -> None:
    if key in keys and keys[key] not in choices:
        raise UnreadableFile(
            N_("“%(value)s” is no %(key)s; there are: %(known)s"),
            line=number,
            key=key,
            value=keys[key],
            known=sorted(choices),
        )


def _check_ids(blocks: list[_Block]) -> None:
    seen: dict[str, int] = {}
    for block in blocks:
        if block.guid is None:
            continue
        if block.guid in seen:
            raise UnreadableFile(
                N_("the id “%(guid)s” stands twice; the first time in line %(first)s"),
                line=block.line,
                guid=block.guid,
                first=seen[block.guid],
            )
        seen[block.guid] = block.line


def _note(block: _Block, languages: tuple[str, str], common_tags: tuple[str, ...]) -> ParsedNote | BadRow:
    question, answer = _split(block)
    if max(len(question), len(answer)) > LONGEST_FIELD:
        return BadRow(block.line, N_("a text is longer than %(longest)s characters"), {"longest": LONGEST_FIELD})
    kind = cast(NoteKind, block.keys.get("type") or ("cloze" if has_cloze(question) else "basic"))
    if not question:
        return BadRow(block.line, N_("a note without a question"))
    if kind == "cloze" and not has_cloze(question):
        return BadRow(block.line, N_("a cloze note that hides nothing; write {{c1::hidden}}"))
    if kind != "cloze" and not answer:
        return BadRow(block.line, N_("a note without an answer"))
    return ParsedNote(
        line=block.line,
        kind=kind,
        fields=(question, answer),
        languages=languages,
        guid=block.guid,
        format="html" if block.keys.get("format") == "html" else "markdown",
        tags=tuple(dict.fromkeys((*common_tags, *_tags(block.keys.get("tags", ""))))),
        source="\n".join(block.sources),
        quote="\n".join(block.quotes) if any(block.quotes) else "",
    )


def _split(block: _Block) -> tuple[str, str]:
    """Question and answer: the heading, and the text above and below the first line of hyphens outside code."""
    code, split = "", False
    above: list[str] = []
    below: list[str] = []
    for line in block.text:
        if not code and not split and line.rstrip() == FENCE:
            split = True
            continue
        (below if split else above).append(line if code else _unescaped(line))
        code = _code_after(code, line)
    first, second = "\n".join(above).strip("\n").rstrip(), "\n".join(below).strip("\n").rstrip()
    if not split:
        return block.question, first
    return f"{block.question}\n\n{first}".strip(), second


def _unescaped(line: str) -> str:
    return line[1:] if re.match(r"\\+(## |---$)", line) else line
