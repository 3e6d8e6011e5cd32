"""Files that come with an import: kept while it runs, named when it ends, swept if it never does."""

from io import BytesIO
from pathlib import Path

import pytest
from sqlalchemy.orm import Session

from app.library.keeping_files import KeptFiles, sweep_files
from app.library.media import media_of, name_file, store_file
from app.models import User
from tests.factories import a_learner, at

PNG, OTHER = b"\x89PNG\r\n\x1a\n one", b"\x89PNG\r\n\x1a\n two"


@pytest.fixture
def ada(session: Session) -> User:
    return a_learner(session, "Ada")


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "media"


def keep(session: Session, kept: KeptFiles, *files: tuple[str, bytes]) -> dict[str, str]:
    names, refused = kept.keep(session, [(name, lambda content=content: BytesIO(content)) for name, content in files])
    assert not refused
    return names


def imported(session: Session, folder: Path, learner: User, *files: tuple[str, bytes]) -> dict[str, str]:
    """A whole import of them."""
    kept = KeptFiles(folder, learner.id)
    names = keep(session, kept, *files)
    kept.give_names(session, at(0))
    return names


def lying(folder: Path) -> int:
    return sum(path.is_file() for path in folder.rglob("*"))


def test_a_file_keeps_its_name_unless_another_file_has_it(session: Session, folder: Path, ada: User) -> None:
    bob = a_learner(session, "Bob")
    assert imported(session, folder, ada, ("a.png", PNG), ("b.png", OTHER)) == {"a.png": "a.png", "b.png": "b.png"}
    assert imported(session, folder, ada, ("a.png", PNG)) == {"a.png": "a.png"}
    (renamed,) = imported(session, folder, ada, ("a.png", OTHER)).values()
    assert renamed.startswith("a-") and renamed.endswith(".png")
    named = media_of(session, ada.id, ["a.png", renamed])
    assert named["a.png"].digest != named[renamed].digest
    assert media_of(session, bob.id, ["a.png"]) == {}
    assert imported(session, folder, bob, ("a.png", OTHER)) == {"a.png": "a.png"}
    assert lying(folder) == 2


def test_two_files_of_one_name_in_one_import_have_two(session: Session, folder: Path, ada: User) -> None:
    kept = KeptFiles(folder, ada.id)
    first, second = keep(session, kept, ("a.png", PNG)), keep(session, kept, ("x/a.png", OTHER))
    kept.give_names(session, at(0))
    assert first == {"a.png": "a.png"} and second["x/a.png"].startswith("a-")
    assert len(media_of(session, ada.id, ["a.png", second["x/a.png"]])) == 2


def test_nothing_has_a_name_before_the_end_and_what_never_gets_one_is_swept(
    session: Session, folder: Path, ada: User
) -> None:
    imported(session, folder, ada, ("mine.png", PNG))
    dead = KeptFiles(folder, ada.id)
    keep(session, dead, ("mine.png", PNG), ("a.png", OTHER))
    (folder / "draft-half").write_bytes(b"half")
    assert media_of(session, ada.id, ["a.png"]) == {}
    assert lying(folder) == 3 and sweep_files(session, folder) == 2
    assert lying(folder) == 1 and sweep_files(session, folder) == 0
    assert media_of(session, ada.id, ["mine.png"]).keys() == {"mine.png"}


def test_a_name_the_learner_gives_meanwhile_is_the_learners(session: Session, folder: Path, ada: User) -> None:
    kept = KeptFiles(folder, ada.id)
    keep(session, kept, ("a.png", PNG))
    own = store_file(folder, BytesIO(OTHER), "a.png")
    name_file(session, ada, "a.png", own, at(0))
    kept.give_names(session, at(0))
    assert media_of(session, ada.id, ["a.png"])["a.png"].digest == own.digest


def test_what_cannot_be_kept_is_told_and_the_rest_is_kept(session: Session, folder: Path, ada: User) -> None:
    files = [
        ("ok.png", lambda: BytesIO(PNG)),
        ("page.html", lambda: BytesIO(b"<html>")),
        (".hidden", lambda: BytesIO(PNG)),
    ]
    names, refused = KeptFiles(folder, ada.id).keep(session, files)
    assert list(names) == ["ok.png"]
    assert len(refused) == 2
    assert lying(folder) == 1
