"""Files that come with an import."""

from io import BytesIO
from pathlib import Path

from sqlalchemy.orm import Session

from app.library.keeping_files import keep_imported
from app.library.media import media_of
from tests.factories import a_learner, at
from tests.importing.collections import in_transaction_of

PNG, OTHER = b"\x89PNG\r\n\x1a\n one", b"\x89PNG\r\n\x1a\n two"


def test_a_file_keeps_its_name_unless_another_file_has_it(session: Session, tmp_path: Path) -> None:
    ada, bob = a_learner(session, "Ada"), a_learner(session, "Bob")

    def keep(*files: tuple[str, bytes]) -> dict[str, str]:
        opened = [(name, lambda content=content: BytesIO(content)) for name, content in files]
        names, refused = keep_imported(tmp_path / "media", ada, opened, at(0), in_transaction_of(session))
        assert not refused
        return names

    assert keep(("a.png", PNG), ("b.png", OTHER)) == {"a.png": "a.png", "b.png": "b.png"}
    assert keep(("a.png", PNG)) == {"a.png": "a.png"}
    (renamed,) = keep(("a.png", OTHER)).values()
    assert renamed.startswith("a-") and renamed.endswith(".png")
    named = media_of(session, ada.id, ["a.png", renamed])
    assert named["a.png"].digest != named[renamed].digest
    assert media_of(session, bob.id, ["a.png"]) == {}


def test_what_cannot_be_kept_is_told_and_the_rest_is_kept(session: Session, tmp_path: Path) -> None:
    ada = a_learner(session, "Ada")
    files = [
        ("ok.png", lambda: BytesIO(PNG)),
        ("page.html", lambda: BytesIO(b"<html>")),
        (".hidden", lambda: BytesIO(PNG)),
    ]
    names, refused = keep_imported(tmp_path / "media", ada, files, at(0), in_transaction_of(session))
    assert list(names) == ["ok.png"]
    assert len(refused) == 2
    assert sum(path.is_file() for path in (tmp_path / "media").rglob("*")) == 1
