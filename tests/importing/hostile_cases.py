"""How the corpus of hostile Anki packages is kept: each case makes one and names the sentence it is met with."""

from collections.abc import Callable
from pathlib import Path
from zipfile import ZIP_STORED

from tests.importing.anki_packages import Collection, zip_bytes

Case = Callable[[Path], bytes]
CASES: dict[str, tuple[Case, str]] = {}
HARMLESS: dict[str, tuple[Case, str]] = {}


def refused(sentence: str) -> Callable[[Case], Case]:
    """A case, and a part of the sentence that refuses it."""

    def keep(case: Case) -> Case:
        CASES[case.__name__] = case, sentence
        return case

    return keep


def harmless(sentence: str) -> Callable[[Case], Case]:
    """A case that is read, and a part of what is said of it."""

    def keep(case: Case) -> Case:
        HARMLESS[case.__name__] = case, sentence
        return case

    return keep


def plain(folder: Path, **changes: object) -> bytes:
    return Collection().having(**changes).package(folder).read_bytes()


def with_database(folder: Path, *sql: str, generation: int = 1) -> bytes:
    return plain(folder, sql=sql, generation=generation)


def changed(folder: Path, generation: int = 1, **entries: bytes | None) -> bytes:
    """A package some of whose entries are others, or are missing."""
    made = Collection(generation=generation, media={"a.png": b"picture"}).entries(folder)
    made |= {name.replace("_", "."): data for name, data in entries.items()}  # type: ignore[dict-item]
    return zip_bytes({name: data for name, data in made.items() if data is not None}, ZIP_STORED)
