"""A note as Cardlet's deck format has it: docs/deck-format.md. Easy to read where that can be; else sign by sign."""

import json
import re
from collections.abc import Iterator, Sequence

from app.exporting.walking import OutNote
from app.rendering import Shape, has_cloze
from app.rendering.fences import code_after

SIMPLE_ID = re.compile(r"[A-Za-z0-9_.-]{1,100}")
SIMPLE_TAG = re.compile(r"[^\s,]+")
SPLITS = re.compile(r"\\*(## |---$)")
HEADINGS = re.compile(r"\\*###? ")
FENCE = "---"


def exactly(key: str, value: object) -> str:
    return f"{key}:= {json.dumps(value, ensure_ascii=False)}"


def said(key: str, value: str) -> str:
    """A key and its text, on one line."""
    return f"{key}: {value}" if is_line(value) else exactly(key, value)


def is_line(text: str) -> bool:
    """Whether a text is what a line says once the blanks around it are gone."""
    return bool(text) and text == text.strip() and not re.search(r"[\r\n\0]", text)


def lines_of(note: OutNote, guid: str, kind: str, shape: Shape | None, languages: Sequence[str]) -> Iterator[str]:
    """The note's lines. `kind`: what its type is called in the file; `languages`: those it has if it says nothing."""
    fields = list(note.fields)
    text = _built_in(fields, kind) if shape is None else _own(fields, shape.field_names)
    heading, body = text if text is not None else ("", [])
    simple = bool(SIMPLE_ID.fullmatch(guid))
    yield " ".join(part for part in ("##", heading, f"{{#{guid}}}" if simple else "") if part)
    if not simple:
        yield said("id", guid)
    if shape is not None or kind != ("cloze" if has_cloze(fields[0]) else "basic"):
        yield said("type", kind)
    if note.tags:
        is_simple = all(map(SIMPLE_TAG.fullmatch, note.tags)) and len(set(note.tags)) == len(note.tags)
        yield f"tags: {', '.join(note.tags)}" if is_simple else exactly("tags", note.tags)
    yield from _sources(note.source, note.quote)
    if note.format == "html":
        yield "format: html"
    if list(languages) != note.languages:
        yield exactly("languages", note.languages)
    if text is None:
        yield exactly("fields", fields)
    yield ""
    if body:
        yield from body
        yield ""


def _sources(source: str, quote: str) -> Iterator[str]:
    sources, quotes = source.split("\n"), quote.split("\n")
    quotes += [""] * (len(sources) - len(quotes))
    are_lines = len(quotes) == len(sources) and all(map(is_line, sources))
    if are_lines and all(not one or is_line(one) for one in quotes) and (not quote or quote.strip("\n")):
        is_whole = not quote or quote.count("\n") == source.count("\n")
        if is_whole:
            for one, words in zip(sources, quotes, strict=True):
                yield f"source: {one}"
                if words:
                    yield f"quote: {words}"
            return
    if source or quote:
        yield exactly("source", source)
    if quote:
        yield exactly("quote", quote)


def _built_in(fields: Sequence[str], kind: str) -> tuple[str, list[str]] | None:
    """Heading and text of question and answer; None if a text would not come back as it is."""
    question, answer = fields
    escaped = [_escaped(field, SPLITS) for field in fields]
    if None in escaped or not question or question != question.strip():
        return None
    if not answer and kind != "cloze":
        return None
    above, below = (field or [] for field in escaped)
    if _is_heading(question):
        # With an empty heading of its own the answer is not taken for the question's.
        return question, below
    return "", [*above, "", FENCE, *(["", *below] if answer else [])]


def _own(fields: Sequence[str], names: Sequence[str]) -> tuple[str, list[str]] | None:
    """The same for a type of an author's own, whose fields have headings."""
    escaped = [_escaped(field, HEADINGS) for field in fields]
    if None in escaped or len(fields) != len(set(names)) or not all(map(is_line, names)):
        return None
    first, *others = (field or [] for field in escaped)
    heading = ""
    if first and _is_heading(fields[0]):
        heading, first = fields[0], []
    body = list(first)
    for name, lines in zip(names[1:], others, strict=True):
        if lines:
            body += [*([""] if body else []), f"### {name}", "", *lines]
    return heading, body


def _is_heading(text: str) -> bool:
    return is_line(text) and not text.endswith("}")


def _escaped(text: str, wanted: re.Pattern[str]) -> list[str] | None:
    """The lines of a field with the backslashes they need; none for an empty one; None if reading would change them."""
    if not text:
        return []
    if text != text.strip("\n").rstrip() or re.search(r"[\r\0]", text):
        return None
    done, code = [], ""
    for line in text.split("\n"):
        is_text = not code
        if is_text and (line == "##" or (line.rstrip() == FENCE and line != FENCE)):
            return None
        done.append(f"\\{line}" if is_text and wanted.match(line) else line)
        code = code_after(code, done[-1])
    return None if code else done
