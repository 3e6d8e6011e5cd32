"""JSON from strangers: what a database or a renderer would stumble over is refused where it is read."""

import json
import re
from collections.abc import Iterator, Mapping
from typing import Any

from app.errors import N_, UnreadableFile

DEEPEST = 40
LARGEST_INT = 2**63
MANY_DIGITS = re.compile(r"[0-9]{19}")
ODD_TEXT = re.compile("[\x00\ud800-\udfff]")
NO_JSON = N_("this is not JSON, or a part of it is missing")
NO_TEXT = N_("there is a character that is no text")


def parsed(content: bytes, line: int | None = None) -> Any:
    """What a piece of JSON says. Raises UnreadableFile with the line for what is none, goes too deep, or holds a number
    or a character that no database takes."""
    try:
        text = content.decode("utf-8-sig")
        if len(text) > 2**16 or text.count("[") + text.count("{") > DEEPEST:
            _check_depth(text, line)
        value = json.loads(text, parse_constant=_refuse, parse_int=_bounded if MANY_DIGITS.search(text) else None)
    except (ValueError, RecursionError, OverflowError):
        raise UnreadableFile(NO_JSON, line=line) from None
    # Only an escape can hold one: UTF-8 has no surrogates, and JSON no bare NUL.
    if "\\u" in text and any(ODD_TEXT.search(found) for found in _texts(value)):
        raise UnreadableFile(NO_TEXT, line=line)
    return value


def _refuse(name: str) -> None:
    raise ValueError(name)


def _bounded(digits: str) -> int:
    if len(digits) > 20 or not -LARGEST_INT <= int(digits) < LARGEST_INT:
        raise ValueError(digits[:30])
    return int(digits)


def _check_depth(text: str, line: int | None) -> None:
    depth = 0
    for found in re.finditer(r'"(?:[^"\\]|\\.)*+"|[\[\]{}]', text):
        if found[0] in "[{":
            depth += 1
            if depth > DEEPEST:
                raise UnreadableFile(NO_JSON, line=line)
        elif found[0] in "]}":
            depth -= 1


def _texts(value: Any) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, list):
        for part in value:
            yield from _texts(part)
    elif isinstance(value, dict):
        for name, part in value.items():
            yield name
            yield from _texts(part)


class Members:
    """An object's members, each taken as the type it has to have. Raises UnreadableFile for another one."""

    def __init__(self, value: Any, line: int | None = None) -> None:
        if not isinstance(value, Mapping):
            raise UnreadableFile(
                N_("something in this file is not what it should be: “%(name)s”"), line=line, name="{}"
            )
        self.value, self.line = value, line

    def text(self, name: str, default: str = "") -> str:
        found = self.value.get(name, default)
        return found if isinstance(found, str) else self._fail(name)

    def text_or_none(self, name: str) -> str | None:
        return None if self.value.get(name) is None else self.text(name)

    def whole(self, name: str, default: int = 0) -> int:
        found = self.value.get(name, default)
        # A bool is an int for Python alone.
        return found if isinstance(found, int) and not isinstance(found, bool) else self._fail(name)

    def whole_or_none(self, name: str) -> int | None:
        return None if self.value.get(name) is None else self.whole(name)

    def number_or_none(self, name: str) -> float | None:
        found = self.value.get(name)
        if found is not None and (not isinstance(found, int | float) or isinstance(found, bool) or abs(found) > 1e15):
            self._fail(name)
        return None if found is None else float(found)

    def yes(self, name: str) -> bool:
        found = self.value.get(name, False)
        return found if isinstance(found, bool) else self._fail(name)

    def items(self, name: str) -> list[Any]:
        found = self.value.get(name) or []
        return found if isinstance(found, list) else self._fail(name)

    def texts(self, name: str) -> tuple[str, ...]:
        found = self.items(name)
        return tuple(found) if all(isinstance(part, str) for part in found) else self._fail(name)

    def objects(self, name: str) -> "list[Members]":
        return [Members(part, self.line) for part in self.items(name)]

    def _fail(self, name: str) -> Any:
        words = N_("something in this file is not what it should be: “%(name)s”")
        raise UnreadableFile(words, line=self.line, name=name)
