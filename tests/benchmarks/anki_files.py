"""Anki's own export and import of whole collections, run by a Python that has it: `make FOLDER SIZE`,
`import PACKAGE ACT`, `export PACKAGE ACT`, `table FILE`. Each is a process of its own, so that its memory can be
told."""

import shutil
import sys
import tempfile
from pathlib import Path
from typing import Any


def main() -> None:
    import anki.collection  # noqa: F401  # the package imports its parts in a circle, and only this way round

    act = sys.argv[1]
    if act == "make":
        make(Path(sys.argv[2]), int(sys.argv[3]))
    elif act == "import":
        bring_in(Path(sys.argv[2]), again=sys.argv[3] == "import again")
    elif act == "table":
        bring_table(Path(sys.argv[2]))
    else:
        take_out(Path(sys.argv[2]))


def options(kind: str) -> Any:
    from anki import collection

    wanted = {"with_scheduling": True, "with_deck_configs": True}
    if kind == "export":
        return collection.ExportAnkiPackageOptions(**wanted, with_media=True, legacy=False)
    return collection.ImportAnkiPackageOptions(**wanted, merge_notetypes=True)


def make(folder: Path, size: int) -> None:
    """A package of a collection built as the benchmark's others are, and that collection beside it, for Anki."""
    from anki.collection import Collection

    sys.path.insert(0, str(Path(__file__).parent))
    from beside_anki import build

    kept = folder / f"{size}.anki2"
    build(kept, size)
    collection = Collection(str(kept))
    collection.export_anki_package(out_path=str(folder / f"{size}.apkg"), options=options("export"), limit=None)
    collection.close()


def bring_in(package: Path, *, again: bool) -> None:
    """Into an empty collection; `again`: into the one it came from, which has all of it."""
    from anki.collection import Collection, ImportAnkiPackageRequest

    with tempfile.TemporaryDirectory() as folder:
        into = Path(folder) / "collection.anki2"
        if again:
            shutil.copy(package.with_suffix(".anki2"), into)
        collection = Collection(str(into))
        collection.import_anki_package(ImportAnkiPackageRequest(package_path=str(package), options=options("import")))
        collection.close()


def bring_table(table: Path) -> None:
    """Into an empty collection, as Anki finds the table to be."""
    from anki.collection import Collection, ImportCsvRequest

    with tempfile.TemporaryDirectory() as folder:
        collection = Collection(str(Path(folder) / "collection.anki2"))
        found = collection.get_csv_metadata(path=str(table), delimiter=None)
        collection.import_csv(ImportCsvRequest(path=str(table), metadata=found))
        print(f"{collection.note_count()} added", flush=True)
        collection.close()


def take_out(package: Path) -> None:
    from anki.collection import Collection

    with tempfile.TemporaryDirectory() as folder:
        kept = Path(folder) / "collection.anki2"
        shutil.copy(package.with_suffix(".anki2"), kept)
        collection = Collection(str(kept))
        collection.export_anki_package(out_path=str(Path(folder) / "out.apkg"), options=options("export"), limit=None)
        collection.close()


if __name__ == "__main__":
    main()
