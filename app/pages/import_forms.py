"""What the forms of an import say, and what they offer."""

from collections.abc import Collection, Mapping
from pathlib import Path
from typing import Any, cast

from flask import current_app

from app.errors import N_, NotFound
from app.importing import Duplicates, ReadingOptions
from app.importing.encoding import OFFERED
from app.importing.parsed import DELIMITERS, Role, TableLayout, TextFormat
from app.importing.reading import FORMATS
from app.models import Learner, Upload
from app.models.placing import LONGEST_NAME
from app.pages.language import CARD_LANGUAGES, _
from app.pages.wording import tags_in

DUPLICATES: tuple[Duplicates, ...] = ("update", "keep both", "skip")
ROLES: tuple[Role, ...] = ("question", "answer", "tags", "deck", "guid", "left out")
MOST_COLUMNS = 30
COPIED, COPY_ENDING = "copy/", ".cardlet"
"""About the name of what a copy of a deck is made from. What is uploaded has no stroke in its name."""
LIST_DELIMITERS = ("\t", ",", ";", ":", "=", " - ")
ROW_DELIMITERS = {"line": "\n", "semicolon": ";", "empty line": "\n\n"}
"""By names, for browsers send a line break alone as two characters."""


def uploads_folder() -> Path:
    data: Path = current_app.config["DATA_DIR"]
    return data / "uploads"


def file_of(kept: Upload) -> Path:
    """Where the file of an upload lies. Raises NotFound if it was swept away."""
    path = uploads_folder() / kept.stored_as
    if not path.is_file():
        raise NotFound(N_("This upload is no longer here. Choose the file again."))
    return path


def options_of(given: Any, kept: Upload, learner: Learner) -> ReadingOptions:
    """What the form says about the file. Empty fields leave the answer to the reader."""
    encoding, delimiter, format = given.get("encoding"), given.get("delimiter"), given.get("format")
    front, back = given.get("question_language"), given.get("answer_language")
    known = front in CARD_LANGUAGES and back in CARD_LANGUAGES
    return ReadingOptions(
        deck_name=(given.get("deck_name") or "").strip() or None,
        default_name=name_of(kept),
        encoding=encoding if encoding in OFFERED else None,
        delimiter=delimiter if delimiter in _delimiters(given) else None,
        row_delimiter=ROW_DELIMITERS.get(given.get("row_delimiter") or ""),
        has_header={"yes": True, "no": False}.get(given.get("has_header") or ""),
        format=cast(TextFormat, format) if format in {"markdown", "html"} else None,
        languages=(front, back) if known else None,
        columns=_columns(given),
        tags=tuple(tags_in(given.get("tags") or "")),
        time_zone=learner.time_zone,
        day_starts_at=learner.day_starts_at,
        with_schedule=given.get("with_schedule") != "no",
        reader=given.get("reader") if given.get("reader") in FORMATS else None,
    )


def _delimiters(given: Any) -> Collection[str]:
    return LIST_DELIMITERS if given.get("reader") == "list" else DELIMITERS


def list_words() -> tuple[list[tuple[str, str]], list[tuple[str, str]]]:
    """What may stand between a term and its meaning, and between two pairs, in words."""
    terms = (_("Tab"), _("Comma"), _("Semicolon"), _("Colon"), _("Equals sign"), _("Dash"))
    rows = (_("A new line"), _("A semicolon"), _("An empty line"))
    return list(zip(LIST_DELIMITERS, terms, strict=True)), list(zip(ROW_DELIMITERS, rows, strict=True))


def row_delimiter_of(given: Any) -> str:
    """The choice that stands in the form."""
    chosen = given.get("row_delimiter")
    return chosen if chosen in ROW_DELIMITERS else next(iter(ROW_DELIMITERS))


def _columns(given: Mapping[str, str]) -> tuple[Role, ...] | None:
    """The roles of the columns, as far as they were said from left to right."""
    said = [given.get(f"column-{number}") for number in range(MOST_COLUMNS)]
    said = said[: said.index(None)] if None in said else said
    return tuple(cast(Role, role) for role in said) if said and all(role in ROLES for role in said) else None


def duplicates_of(given: Any, on_match: Duplicates | None = None) -> Duplicates:
    """What the learner wants done with notes that are there already, else what the file wants."""
    chosen = given.get("duplicates")
    return cast(Duplicates, chosen) if chosen in DUPLICATES else on_match or "update"


def name_of(kept: Upload) -> str:
    """The name of the deck, where nobody says one."""
    stem = (copied_deck(kept.file_name) or kept.file_name.rsplit(".", 1)[0])[:LONGEST_NAME].strip()
    return _("Pasted cards") if stem == "pasted" else stem


def shown_name(file_name: str) -> str:
    if (deck := copied_deck(file_name)) is not None:
        return _("Copy of %(deck)s", deck=deck)
    return _("Pasted text") if file_name.startswith("pasted.") else file_name


def copied_deck(file_name: str) -> str | None:
    """The name of the deck that is copied; None: it is a file that somebody brought."""
    return file_name.removeprefix(COPIED).removesuffix(COPY_ENDING) if file_name.startswith(COPIED) else None


def encodings_for(table: TableLayout | None) -> list[tuple[str, str]]:
    """The encodings to choose from; one that was found and is not offered stands first, and means: as it was found."""
    offered, found = [(name, name) for name in OFFERED], table.encoding if table else None
    return offered if found is None or found in OFFERED else [("", found), *offered]


def formats_for(file_name: str) -> list[tuple[str, str]]:
    """The formats a text may be read as; other files say themselves what they are."""
    if not file_name.lower().endswith((".md", ".txt", ".csv", ".tsv")):
        return []
    return [(name, _(FORMATS[name].title)) for name in ("table", "list", "deck", "hashcards", "obsidian")]


def role_words() -> list[tuple[Role, str]]:
    """What a column may hold, in words."""
    words = (_("Question"), _("Answer"), _("Tags"), _("Deck"), _("Identity"), _("Left out"))
    return list(zip(ROLES, words, strict=True))
