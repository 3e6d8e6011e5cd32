"""What a door lends an import."""

from io import BytesIO
from pathlib import Path

from sqlalchemy.orm import Session

from app.database import staging, writing
from app.importing import Lent, ParsedFile, Remark
from app.library import follow_as
from app.library.keeping_files import KeptFiles
from app.models import Follow, MediaName
from tests.factories import a_deck, a_learner, at

PNG = b"\x89PNG\r\n\x1a\n" + bytes(32)


def test_files_are_kept_and_named_and_what_is_none_is_a_remark(session: Session, tmp_path: Path) -> None:
    learner, deck = a_learner(session, "Ada"), a_deck(session)
    keeper = KeptFiles(tmp_path / "media", learner.id)
    lent = Lent(tmp_path, session, writing, staging, lambda: at(0), follow_as, keeper)
    files = [ParsedFile("a.png", lambda: BytesIO(PNG)), ParsedFile("b.exe", lambda: BytesIO(b"MZ"))]
    names, remarks = lent.keep_files(files)
    assert names == {"a.png": "a.png"}
    assert [type(remark) for remark in remarks] == [Remark] and remarks[0].places["name"] == "b.exe"
    lent.keeper.give_names(session, at(0))
    assert session.get(MediaName, (learner.id, "a.png")) is not None
    lent.follow(session, learner.id, deck.id, at(0))
    assert session.get(Follow, (learner.id, deck.id)) is not None
