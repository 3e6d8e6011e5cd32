"""Reads study notes: a Markdown or plain outline becomes drafts of notes, for its author to look through.

A line that says something of a term (`kubelet： …`, `kubelet – …`, `kubelet 负责 …`) becomes a question and its answer;
a point with points below it becomes a text with a gap for each. Every word of a draft stands in the file: nothing is
added but the marks of gaps, ` › ` between a point and the one above it, and the punctuation between points.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from itertools import islice

from app.errors import N_, Refused
from app.importing.encoding import decode
from app.importing.parsed import DeckHeader, ParsedDeck, ParsedNote, path_of
from app.rendering import LONGEST_FIELD, has_cloze

MOST_DRAFTS = 500
LONGEST_DRAFT = 2_000
MOST_POINTS = 20_000
MOST_GAPS = 9
TAB = 4

HEADING = re.compile(r"#{1,6}\s+(\S.*)$")
POINT = re.compile(r"(\s*)(?:[*+\-•·‣]|\d{1,3}[.)、])\s+(.*)$")
FENCE = re.compile(r"\s*(```|~~~)")
NOTHING_TO_ASK = re.compile(r"<?https?://\S+|<!--.*-->$")

HAN = r"\u3400-\u9fff"
COLON = re.compile(r"：|:(?=\s)|\s(?:—|–|-|=|=>|->|→)(?=\s)|——")
WIDE_GAP = re.compile(r"\t+|(?<=\S)[ \u3000]{2,}(?=\S)")
LATIN_THEN_HAN = re.compile(rf"(?<=[A-Za-z0-9)])[ ](?=[{HAN}])")
NOT_ABOUT_IT = re.compile(r"[与和及或至到的中在里上下以对为被间]")
"""A Chinese word that goes on with the term instead of saying something of it: `Pod 与 Pod 的通信`."""
ACRONYM = re.compile(r"([A-Za-z][a-z]*(?: [A-Za-z]+)+) +([A-Z][A-Za-z]*[A-Z])$")
SHORTEST_SAID = 3
MARKS_OF_GAPS = ("::", "{{", "}}")
"""What would end a gap before its end: `std::vector`."""
SEPARATORS = (",", "\t", ";", "|")


@dataclass(frozen=True, slots=True)
class Draft:
    """A note that could be. An empty answer: the question has gaps. `sources`: the lines it comes from, by number."""

    sources: tuple[tuple[int, str], ...]
    question: str
    answer: str = ""

    @property
    def line(self) -> int:
        return self.sources[0][0]


@dataclass(frozen=True, slots=True)
class Outline:
    """Study notes as their reader sees them: the first heading, if they begin with one, and the drafts, MOST_DRAFTS at
    most; `has_more` if there were others."""

    title: str | None
    is_chinese: bool
    drafts: list[Draft]
    has_more: bool


@dataclass
class Point:
    """A line of the outline with the points below it."""

    line: int
    indent: int
    text: str
    parent: "Point | None" = None
    points: list["Point"] = field(default_factory=list)

    @cached_property
    def name(self) -> str:
        """What it is about: its term, or all it says."""
        told = _term_and_said(self.text, has_points=bool(self.points))
        return told[0] if told else self.text.rstrip(":： ") or self.text


def looks_like_outline(text: str) -> bool:
    """Whether most lines are headings and points. A numbered table has neither headings nor points below points."""
    lines = [line[:LONGEST_DRAFT] for line in text.splitlines() if line.strip()]
    marked = sum(bool(HEADING.match(line) or POINT.match(line)) for line in lines)
    has_shape = any(HEADING.match(line) or line[0].isspace() for line in lines)
    like_rows = sum(any(separator in line for separator in SEPARATORS) for line in lines)
    is_table = not has_shape and (like_rows >= 0.5 * len(lines) or has_cloze(text))
    return len(lines) >= 3 and marked >= 0.6 * len(lines) and not is_table


def read_outline(content: bytes) -> Outline:
    """The outline in a file, its drafts in the order of its lines. Raises UnreadableFile for what is no text."""
    text, _ = decode(content)
    drafts = (draft for point in _points(text) for draft in (_about_term(point), _about_points(point)) if draft)
    short = (draft for draft in drafts if max(len(draft.question), len(draft.answer)) <= LONGEST_DRAFT)
    found = list(islice(short, MOST_DRAFTS + 1))
    return Outline(_title(text), is_chinese(text), found[:MOST_DRAFTS], len(found) > MOST_DRAFTS)


def deck_of_drafts(drafts: Sequence[Draft], name: str, language: str) -> ParsedDeck:
    """A deck of the drafts its author kept. Refused if there is none, or one without a question or an answer."""
    if not drafts:
        raise Refused(N_("Keep at least one draft."))
    for draft in drafts:
        if max(len(draft.question), len(draft.answer)) > LONGEST_FIELD:
            too_long = N_("The draft from line %(line)s is longer than %(longest)s characters.")
            raise Refused(too_long, line=draft.line, longest=LONGEST_FIELD)
        if "\x00" in draft.question + draft.answer:
            raise Refused(N_("The draft from line %(line)s has a character that is no text."), line=draft.line)
        if not draft.question.strip() or not (draft.answer.strip() or has_cloze(draft.question)):
            raise Refused(N_("The draft from line %(line)s needs a question and an answer."), line=draft.line)
    header = DeckHeader(path_of(name), language=language)
    return ParsedDeck(header, (_note(draft, language) for draft in drafts))


def _note(draft: Draft, language: str) -> ParsedNote:
    return ParsedNote(
        line=draft.line,
        kind="cloze" if has_cloze(draft.question) else "basic",
        fields=(draft.question.strip(), draft.answer.strip()),
        languages=(language, language),
        source="\n".join(f"notes line {line}" for line, _ in draft.sources),
        quote="\n".join(text for _, text in draft.sources),
    )


def is_chinese(text: str) -> bool:
    """Whether the text has a Chinese character."""
    return bool(re.search(f"[{HAN}]", text))


def _title(text: str) -> str | None:
    first = next((line for line in text.splitlines() if line.strip()), "")
    heading = HEADING.match(first)
    return heading[1].rstrip().rstrip("#").rstrip() if heading else None


def _points(text: str) -> list[Point]:
    """Every line that says something, each below the one it is indented under. A heading is a point above all."""
    points: list[Point] = []
    above: list[Point] = []
    for number, line in _lines_outside_code(text):
        if len(line) > 2 * LONGEST_DRAFT or len(points) == MOST_POINTS:
            continue
        if HEADING.match(line):
            above = []
            continue
        match = POINT.match(line)
        words = (match[2] if match else line).strip()
        if NOTHING_TO_ASK.match(words) or not _has_words(words):
            continue
        # A line without a mark stands by itself, wherever it begins.
        indent = len(match[1].expandtabs(TAB)) if match else -1
        above = [one for one in above if 0 <= one.indent < indent]
        point = Point(number, indent, words, above[-1] if above else None)
        if point.parent is not None:
            point.parent.points.append(point)
        points.append(point)
        above.append(point)
    return points


def _has_words(text: str) -> bool:
    return any(map(str.isalnum, text))


def _lines_outside_code(text: str) -> Iterator[tuple[int, str]]:
    inside: str | None = None
    for number, line in enumerate(text.splitlines(), 1):
        fence = FENCE.match(line)
        if fence and inside in {None, fence[1]}:
            inside = None if inside else fence[1]
        elif inside is None:
            yield number, line


def _about_term(point: Point) -> Draft | None:
    """A question of what the line says of its term."""
    told = _term_and_said(point.text, has_points=bool(point.points))
    if told is None:
        return None
    term, said = told
    return Draft(((point.line, point.text),), _below(point, term), said)


def _term_and_said(text: str, *, has_points: bool) -> tuple[str, str] | None:
    """What a line is about and what it says of it, if it has that shape."""
    acronym = ACRONYM.match(text)
    if acronym and "".join(word[0] for word in acronym[1].split()).casefold() == acronym[2].casefold():
        return acronym[2], acronym[1]
    explicit = [match for match in (COLON.search(text), WIDE_GAP.search(text)) if match and match.start() > 0]
    implicit = None if has_points else LATIN_THEN_HAN.search(text)
    if implicit and (NOT_ABOUT_IT.match(text[implicit.end() :]) or len(text) - implicit.end() < SHORTEST_SAID):
        implicit = None
    found = min([*explicit, *([implicit] if implicit else [])], key=lambda match: match.start(), default=None)
    if found is None:
        return None
    term, said = text[: found.start()].strip(), text[found.end() :].strip()
    are_two_names = re.fullmatch(r"[A-Za-z]+", term) and re.fullmatch(r"[A-Za-z]+", said) and found.re is WIDE_GAP
    return (term, said) if _has_words(term) and _has_words(said) and not are_two_names else None


def _about_points(point: Point) -> Draft | None:
    """A text with a gap for each point below this one; for a single point, a question. No more gaps than one can hold
    in the head."""
    if not 1 <= len(point.points) <= MOST_GAPS:
        return None
    sources = tuple((one.line, one.text) for one in (point, *point.points))
    question = _below(point, point.name)
    if len(point.points) == 1:
        return Draft(sources, question, point.points[0].text)
    if any(mark in one.name for one in point.points for mark in MARKS_OF_GAPS):
        return None
    colon, comma = ("：", "、") if is_chinese(" ".join(text for _, text in sources)) else (": ", ", ")
    gaps = (f"{{{{c{number}::{one.name}}}}}" for number, one in enumerate(point.points, 1))
    return Draft(sources, f"{question}{colon}{comma.join(gaps)}")


def _below(point: Point, words: str) -> str:
    """The words, after the point they stand under: `服务分类 › 有状态服务`."""
    return words if point.parent is None else f"{point.parent.name} › {words}"
