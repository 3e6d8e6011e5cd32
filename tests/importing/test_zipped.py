"""Archives from strangers: what is wrong with them is said of them, and what is wrong with the server is not."""

import zipfile
from contextlib import ExitStack
from errno import EIO
from io import BufferedReader, FileIO
from pathlib import Path
from typing import IO, Any

import pytest

from app.errors import Refused, UnreadableFile
from app.importing.anki.package import open_package
from app.importing.parsed import ReadingOptions, Source
from app.importing.reading import read_deck
from app.importing.zipped import COLLECTION, FOLDER, open_zip
from tests.importing.anki_packages import Collection, Note


class Failing(FileIO):
    """A file on a disk that fails at its so-manieth reading."""

    left = 0

    def readinto(self, buffer: Any, /) -> int:
        self.left -= 1
        if self.left < 0:
            raise OSError(EIO, "Input/output error")
        return super().readinto(buffer)


class OnBadDisk(Source):
    """A source that stands `readings` readings of a few bytes."""

    readings = 0

    def open(self) -> IO[bytes]:
        assert self.path is not None
        file = Failing(self.path)
        file.left = OnBadDisk.readings
        return BufferedReader(file, 64)


def folder(tmp_path: Path) -> Path:
    path = tmp_path / "vault.zip"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("a.md", "".join(f"question {n}::answer {n}\n" for n in range(200)))
        archive.writestr("a.png", bytes(range(256)) * 50)
    return path


def package(tmp_path: Path) -> Path:
    notes = [Note(f"front {n}\x1fback") for n in range(50)]
    return Collection(notes=notes, generation=3, media={"a.png": bytes(range(256)) * 50}).package(tmp_path)


def walk(source: Source) -> None:
    with read_deck(source, ReadingOptions()) as deck:
        assert list(deck.rows)
        for file in deck.media:
            with file.open() as stream:
                assert stream.read()


@pytest.mark.parametrize("made", [folder, package])
def test_a_fault_of_the_servers_own_disk_is_never_called_damage(made: Any, tmp_path: Path) -> None:
    source = OnBadDisk("deck.apkg" if made is package else "vault.zip", path=made(tmp_path))
    faults = 0
    for readings in range(40):
        OnBadDisk.readings = readings
        try:
            walk(source)
        except OSError as error:
            faults += error.errno == EIO
    assert 10 < faults < 40


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="a disk without room is only there on Linux")
def test_a_collection_for_which_there_is_no_room_says_so(tmp_path: Path) -> None:
    with ExitStack() as closing, pytest.raises(Refused, match="no room left"):
        open_package(Source("deck.apkg", path=package(tmp_path)), closing).unpack(Path("/dev/full"))


def test_a_directory_that_points_before_the_file_is_damage(tmp_path: Path) -> None:
    path = folder(tmp_path)
    content = path.read_bytes()
    path.write_bytes(content[500:])
    with pytest.raises(UnreadableFile):
        walk(Source("vault.zip", path=path))


def test_what_somebody_has_of_their_own_may_be_larger_than_a_folder_of_texts(tmp_path: Path) -> None:
    """Ten years of answers are more than a hundred megabytes of lines."""
    path = tmp_path / "all.zip"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_STORED) as archive, archive.open("cardlet.jsonl", "w") as file:
        for _ in range(101):
            file.write(bytes(2**20))
    with ExitStack() as closing:
        assert open_zip(Source("all.zip", path=path), closing, COLLECTION).size("cardlet.jsonl") == 101 * 2**20
        with pytest.raises(UnreadableFile, match="larger than"):
            open_zip(Source("all.zip", path=path), closing, FOLDER)
