"""Reads Cardlet's own deck format: docs/deck-format.md."""

import re
from collections.abc import Iterator, Set
from dataclasses import dataclass, field
from typing import Any, cast

from app.errors import N_, UnreadableFile
from app.importing.encoding import decode_utf8
from app.importing.exact_values import ExactValue, check_exact, exact
from app.importing.note_type_blocks import TOO_LONG, NoteTypeBlock, fields_of, read_note_types
from app.importing.parsed import (
    BadRow,
    DeckHeader,
    NoteKind,
    ParsedDeck,
    ParsedNote,
    ReadingOptions,
    Source,
    path_of,
    tag_of,
)
from app.rendering import LONGEST_FIELD, Shape, card_ordinals, has_cloze
from app.rendering.fences import code_after

FENCE = "---"
HEADER_KEYS = {"deck", "id", "ids", "lang", "answer-lang", "description", "license", "tags"}
NOTE_KEYS = {"id", "type", "tags", "source", "quote", "format", "languages", "fields"}
SOURCE_KEYS = {"source", "quote"}
KEY_LINE = re.compile(r"([a-z][a-z-]*):(=?)(?: +(.*))?$")
HEADING_ID = re.compile(r"\{#([^{}]*)\}$")
IDENTITY = re.compile(r"[A-Za-z0-9_.-]{1,100}")
WHOLE = re.compile("whole")
LANGUAGE = re.compile(r"(?=.{2,35}$)[A-Za-z]{2,8}(-[A-Za-z0-9]{1,8})*")
_LINE_END = re.compile(r"\r\n|\r|\n")
IMPOSSIBLE = N_("“%(value)s” cannot be the value of %(key)s")
UNKNOWN_KEY = N_("unknown key “%(key)s”; known are: %(known)s")
KINDS = {"basic", "reversed", "cloze", "typed"}
FORMATS = {"markdown", "html"}
WRONG_NUMBER = N_("a note with more or fewer fields than its type has")


def read(source: Source, options: ReadingOptions) -> ParsedDeck:
    """The deck in the file, which says everything itself: the options are not looked at.

    The whole file is checked first, so that it is refused before anything of it is taken. Raises UnreadableFile with
    the line for a broken header, an unknown or repeated key, or an id that is malformed or stands twice.
    """
    lines = _LINE_END.split(decode_utf8(source.read()))
    header_keys, body_start = _header(lines)
    header = DeckHeader(
        path=_path(header_keys["deck"]),
        guid=header_keys.get("id"),
        language=header_keys.get("lang", "en"),
        description=header_keys.get("description", ""),
        license=header_keys.get("license", ""),
    )
    types, body_start = read_note_types(lines, body_start, KINDS)
    blocks = list(_blocks(lines, body_start, KINDS | types.keys()))
    _check_ids(blocks)
    common = _tags(header_keys.get("tags", ""))
    languages = header.language, header_keys.get("answer-lang", header.language)
    notes = (_note_of_type(block, languages, common, types.get(block.keys.get("type", ""))) for block in blocks)
    shapes, are_whole = tuple(type.shape for type in types.values()), header_keys.get("ids") == "whole"
    return ParsedDeck(header, notes, note_types=shapes, whole_guids=are_whole)


def _path(deck: ExactValue) -> tuple[str, ...]:
    return path_of(deck) if isinstance(deck, str) else tuple(deck)


def _header(lines: list[str]) -> tuple[dict[str, Any], int]:
    """The header's keys and the index of the line after it."""
    if not lines or lines[0].strip() != FENCE:
        raise UnreadableFile(N_("a deck file starts with a line of three hyphens and a header"), line=1)
    end = next((i for i, line in enumerate(lines[1:], 1) if line.strip() == FENCE), None)
    if end is None:
        raise UnreadableFile(N_("the header is not closed by a line of three hyphens"), line=len(lines))
    keys: dict[str, Any] = {}
    for number, line in enumerate(lines[1:end], 2):
        if line.strip():
            _add_key(keys, line, number, HEADER_KEYS)
    if not keys.get("deck"):
        raise UnreadableFile(N_("the header needs the deck's name: deck: …"), line=end + 1)
    _check_header(keys, lines)
    return keys, end + 1


def _check_header(keys: dict[str, Any], lines: list[str]) -> None:
    for key, allowed in (("id", IDENTITY), ("ids", WHOLE), ("lang", LANGUAGE), ("answer-lang", LANGUAGE)):
        is_exact = any(line.startswith(f"{key}:=") for line in lines)
        if key in keys and not is_exact and not allowed.fullmatch(keys[key]):
            number = next(i for i, line in enumerate(lines, 1) if line.startswith(f"{key}:"))
            raise UnreadableFile(IMPOSSIBLE, line=number, key=key, value=keys[key])


def _add_key(keys: dict[str, Any], line: str, number: int, known: set[str]) -> None:
    match = KEY_LINE.match(line.rstrip())
    if match is None:
        raise UnreadableFile(N_("expected “key: value”, found “%(text)s”"), line=number, text=line.strip()[:60])
    key, value = match[1], (match[3] or "").strip()
    if key not in known:
        raise UnreadableFile(UNKNOWN_KEY, line=number, key=key, known=sorted(known))
    if key in keys:
        raise UnreadableFile(N_("the key “%(key)s” stands twice"), line=number, key=key)
    keys[key] = exact(key, value, number) if match[2] else value
    check_exact(key, keys[key], number)


def _tags(text: ExactValue) -> tuple[str, ...]:
    if not isinstance(text, str):
        return tuple(text)
    return tuple(dict.fromkeys(tag for part in text.split(",") if (tag := tag_of(part))))


@dataclass
class _Block:
    """A note's heading, keys and text, still in lines."""

    line: int
    question: str
    guid: str | None
    keys: dict[str, Any] = field(default_factory=dict)
    # Where the note comes from, as often as it is said, and the words that stand there.
    sources: list[str] = field(default_factory=list)
    quotes: list[str] = field(default_factory=list)
    text: list[str] = field(default_factory=list)


def _add_note_key(block: _Block, line: str, number: int) -> None:
    """Only a source can be given several times, each with its quote below it."""
    one: dict[str, Any] = {}
    _add_key(block.keys if line.partition(":")[0] not in SOURCE_KEYS else one, line, number, NOTE_KEYS)
    if "source" in one:
        block.sources.append(one["source"])
        block.quotes.append("")
    if "quote" in one:
        if not block.sources or block.quotes[-1]:
            raise UnreadableFile(N_("a quote stands below the source it is from, one below each"), line=number)
        block.quotes[-1] = one["quote"]
    if "id" in one or block.keys.get("id"):
        block.guid = block.keys["id"]


def _blocks(lines: list[str], start: int, types: Set[str]) -> Iterator[_Block]:
    block: _Block | None = None
    in_keys, code = False, ""
    for number, line in enumerate(lines[start:], start + 1):
        if not code and (line.startswith("## ") or line == "##"):
            if block is not None:
                yield block
            block, in_keys = _heading(line, number), True
            continue
        code = code_after(code, line)
        if block is None:
            if line.strip():
                raise UnreadableFile(N_("text before the first note; a note starts with “## ”"), line=number)
        elif in_keys and line.strip():
            _add_note_key(block, line, number)
            _check_choice(block.keys, "type", types, number)
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


def _check_choice(keys: dict[str, Any], key: str, choices: Set[str], number: int) -> None:
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


def _note_of_type(
    block: _Block, languages: tuple[str, str], common_tags: tuple[str, ...], own: NoteTypeBlock | None
) -> ParsedNote | BadRow:
    if own is None:
        return _note(block, languages, common_tags)
    fields = _exact_fields(block) or fields_of(block.question, block.text, own.shape.field_names)
    if len(fields) != len(own.shape.field_names):
        return BadRow(block.line, WRONG_NUMBER)
    if max(map(len, fields)) > LONGEST_FIELD:
        return BadRow(block.line, TOO_LONG, {"longest": LONGEST_FIELD})
    spoken = tuple(language or languages[0] for language in own.languages)
    note = _with_keys(block, "custom", fields, spoken, common_tags, own.shape)
    if not card_ordinals(note.content):
        return BadRow(block.line, N_("a note without a card: the fields its questions show are empty"))
    return note


def _exact_fields(block: _Block) -> tuple[str, ...] | None:
    """The fields as the note's key says them, sign by sign; None if its text does."""
    return tuple(block.keys["fields"]) if "fields" in block.keys else None


def _note(block: _Block, languages: tuple[str, str], common_tags: tuple[str, ...]) -> ParsedNote | BadRow:
    exactly = _exact_fields(block)
    if exactly is not None and len(exactly) != 2:
        return BadRow(block.line, WRONG_NUMBER)
    question, answer = exactly or _split(block)
    if max(len(question), len(answer)) > LONGEST_FIELD:
        return BadRow(block.line, TOO_LONG, {"longest": LONGEST_FIELD})
    kind = cast(NoteKind, block.keys.get("type") or ("cloze" if has_cloze(question) else "basic"))
    if not question and exactly is None:
        return BadRow(block.line, N_("a note without a question"))
    if kind == "cloze" and not has_cloze(question):
        return BadRow(block.line, N_("a cloze note that hides nothing; write {{c1::hidden}}"))
    if kind != "cloze" and not answer and exactly is None:
        return BadRow(block.line, N_("a note without an answer"))
    return _with_keys(block, kind, (question, answer), languages, common_tags)


def _with_keys(
    block: _Block,
    kind: NoteKind,
    fields: tuple[str, ...],
    languages: tuple[str, ...],
    common_tags: tuple[str, ...],
    shape: Shape | None = None,
) -> ParsedNote:
    """A note with what the keys under its heading say of it."""
    said = block.keys.get("languages")
    if said is not None:
        given = tuple(said) if not isinstance(said, str) else tuple(part.strip() for part in said.split(","))
        languages = given if len(given) == len(fields) else languages
    return ParsedNote(
        line=block.line,
        kind=kind,
        fields=fields,
        languages=languages,
        shape=shape,
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
        code = code_after(code, line)
    first, second = "\n".join(above).strip("\n").rstrip(), "\n".join(below).strip("\n").rstrip()
    if not split:
        return block.question, first
    return f"{block.question}\n\n{first}".strip(), second


def _unescaped(line: str) -> str:
    return line[1:] if re.match(r"\\+(## |---$)", line) else line
