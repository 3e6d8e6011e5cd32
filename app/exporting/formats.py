"""The formats there are. A new one is one file beside this one and one line in FORMATS.

A writer is loaded when it writes: a command writes one format, and pages only say which there are.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from importlib import import_module
from typing import Any

from sqlalchemy.orm import Session

from app.errors import N_
from app.exporting.choosing import Export
from app.exporting.naming import file_stem

Writer = Callable[[Session, Export], Iterator[bytes]]
ZIP, UTF_8 = "application/zip", "charset=utf-8"


@dataclass(frozen=True, slots=True)
class Format:
    """A format: its name and what it is for, in words for people; the ending and type of its files; who writes it.
    `progress`: whether it can hold what the learner knows; `of_one`: a file holds one deck, several are a zip."""

    name: str
    about: str
    ending: str
    content_type: str
    write: Writer
    progress: bool = False
    of_one: bool = False

    def file_name(self, export: Export) -> str:
        return f"{file_stem(export.name)}{self.ending if self._is_whole(export) else '.zip'}"

    def type_of(self, export: Export) -> str:
        return self.content_type if self._is_whole(export) else ZIP

    def _is_whole(self, export: Export) -> bool:
        return len(export.decks) == 1 or not self.of_one


def _by(module: str, verb: str = "write", **how: Any) -> Writer:
    def write(session: Session, export: Export) -> Iterator[bytes]:
        pieces: Iterator[bytes] = getattr(import_module(f"app.exporting.{module}"), verb)(session, export, **how)
        return pieces

    return write


FORMATS: dict[str, Format] = {
    "apkg": Format(
        N_("Anki package (.apkg)"),
        N_("For Anki: notes, cards, pictures and sound, and if you like your history and your schedule."),
        ".apkg",
        "application/octet-stream",
        _by("anki_package"),
        progress=True,
    ),
    "cardlet": Format(
        N_("Cardlet (.cardlet)"),
        N_("For another Cardlet, or to keep: everything, to the last answer."),
        ".cardlet",
        ZIP,
        _by("cardlet_json"),
        progress=True,
    ),
    "markdown": Format(
        N_("Markdown (.md)"),
        N_("To read, to edit as text, to keep under version control. Several decks come as a .zip."),
        ".md",
        f"text/markdown; {UTF_8}",
        _by("markdown_deck"),
        of_one=True,
    ),
    "markdown-zip": Format(
        N_("Markdown with pictures and sound (.zip)"),
        N_("The same, a file for each deck, with the files they ask for."),
        ".zip",
        ZIP,
        _by("markdown_deck", "write_folder"),
    ),
    "csv": Format(
        N_("Table (.csv)"),
        N_("For spreadsheets. Cells that would be taken for a formula begin with an apostrophe."),
        ".csv",
        f"text/csv; {UTF_8}",
        _by("table"),
    ),
    "tsv": Format(
        N_("Table (.tsv)"),
        N_("The same with tabs, as Anki's own text export."),
        ".tsv",
        f"text/tab-separated-values; {UTF_8}",
        _by("table", separator="tab"),
    ),
    "raw-csv": Format(
        N_("Table as it is (.csv)"),
        N_("For programs. Do not open it in a spreadsheet: a cell that begins with = would be run as a formula."),
        ".csv",
        f"text/csv; {UTF_8}",
        _by("table", raw=True),
    ),
    "crowdanki": Format(
        N_("CrowdAnki (.zip)"),
        N_("For decks that several people keep together, without anybody's progress."),
        ".zip",
        ZIP,
        _by("crowdanki"),
    ),
}
OF_EVERYTHING = ("cardlet", "apkg")
