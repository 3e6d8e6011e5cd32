"""Collects the interface's sentences from code and templates into app/translations/*.po; `make translations` runs it.

Translations that are there stay; sentences nobody says any more go. With `--check` nothing is written, and the exit
status says whether a catalogue is behind.
"""

import io
import sys
from pathlib import Path

from babel.messages.catalog import Catalog
from babel.messages.extract import extract_from_dir
from babel.messages.pofile import read_po, write_po

ROOT = Path(__file__).parent.parent
FOLDER = ROOT / "app" / "translations"
LANGUAGES = {"zh-Hans": "zh_Hans"}
METHODS = [("**.py", "python"), ("templates/**.html", "jinja2")]
KEYWORDS = {"_": None, "N_": None, "gettext": None, "ngettext": (1, 2)}


def collected() -> Catalog:
    """Every sentence in the code, with the places it is said in."""
    catalog = Catalog(project="Cardlet")
    found = extract_from_dir(
        ROOT / "app", METHODS, {"templates/**.html": {"newstyle_gettext": "true", "trimmed": "true"}}, KEYWORDS
    )
    for name, _line, message, comments, context in found:
        catalog.add(message, None, [(f"app/{name}", None)], auto_comments=comments, context=context)
    return catalog


def updated(code: str, locale: str) -> bytes:
    """The catalogue of a language with the sentences of today."""
    path = FOLDER / f"{code}.po"
    catalog = Catalog(locale=locale, project="Cardlet", fuzzy=False)
    if path.exists():
        with path.open("rb") as file:
            catalog = read_po(file, locale=locale)
    catalog.header_comment = (
        "# The sentences of Cardlet. `make translations` collects them; the translations are written here."
    )
    catalog.update(collected(), no_fuzzy_matching=True)
    catalog.obsolete.clear()
    text = io.BytesIO()
    write_po(text, catalog, width=120, omit_header=False, sort_output=True, ignore_obsolete=True, include_lineno=False)
    dated = (
        b'"POT-Creation-Date',
        b'"Report-Msgid',
        b'"Project-Id',
        b'"PO-Revision-Date',
        b'"Last-Translator',
        b'"Generated-By',
        b'"Language-Team',
    )
    return b"".join(line for line in text.getvalue().splitlines(keepends=True) if not line.startswith(dated))


def main() -> None:
    behind = False
    for code, locale in LANGUAGES.items():
        path, text = FOLDER / f"{code}.po", updated(code, locale)
        behind |= not path.exists() or path.read_bytes() != text
        if "--check" not in sys.argv:
            path.write_bytes(text)
    if "--check" in sys.argv:
        sys.exit("run make translations" if behind else 0)


if __name__ == "__main__":
    main()
