"""Anki packages that mean harm or are broken: each is refused quickly, in little memory, with a sentence that names the
fault, or brings what is whole and says what is not."""

import random
import resource
import subprocess
import sys
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from zipfile import ZIP_STORED

import pytest

from app.errors import UnreadableFile
from app.importing.anki import reading
from app.importing.parsed import BadRow, ParsedDeck, ParsedNote, ReadingOptions, Source
from tests.importing import hostile_archives, hostile_databases
from tests.importing.anki_packages import BASIC, Card, Collection, Note, zip_bytes, zstd
from tests.importing.hostile_cases import CASES, HARMLESS, plain

assert hostile_archives
assert hostile_databases
SOON = 2.0
"""Seconds of processor time, of this process and the child together, that a refusal may take."""


def _opened(content: bytes) -> ParsedDeck:
    return reading.read(Source("hostile.apkg", content=content), ReadingOptions(deck_name="Hostile"))


def _walk(content: bytes) -> tuple[list[object], list[str]]:
    """All of a package: its rows, and what is said of it."""
    with _opened(content) as deck:
        rows = list(deck.rows)
        for file in deck.media:
            with file.open() as stream:
                while stream.read(1 << 16):
                    pass
        return rows, [remark.message for remark in deck.remarks]


def _seconds() -> float:
    used = (resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN))
    return sum(each.ru_utime + each.ru_stime for each in used)


@pytest.fixture
def nothing_left(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A folder for temporary files that has to be empty in the end; returns one for the case's own."""
    scratch, own = tmp_path / "temporary", tmp_path / "own"
    scratch.mkdir()
    own.mkdir()
    monkeypatch.setattr("tempfile.tempdir", str(scratch))
    yield own
    assert list(scratch.iterdir()) == []


@pytest.mark.filterwarnings("ignore:Duplicate name")
@pytest.mark.parametrize("name", CASES)
def test_a_hostile_package_is_refused_soon_with_a_sentence(name: str, nothing_left: Path) -> None:
    case, sentence = CASES[name]
    content = case(nothing_left)
    before = _seconds()
    with pytest.raises(UnreadableFile) as refusal:
        _walk(content)
    assert sentence in str(refusal.value)
    assert _seconds() - before < SOON


@pytest.mark.parametrize("name", HARMLESS)
def test_what_is_whole_in_a_broken_package_is_taken(name: str, nothing_left: Path) -> None:
    case, sentence = HARMLESS[name]
    content = case(nothing_left)
    before = _seconds()
    rows, remarks = _walk(content)
    said = [row.message for row in rows if isinstance(row, BadRow)] + remarks
    assert any(isinstance(row, ParsedNote) for row in rows)
    assert any(sentence in message for message in said) or not sentence
    assert _seconds() - before < SOON


def test_the_corpus_is_large() -> None:
    assert len(CASES) + len(HARMLESS) >= 60


@pytest.mark.parametrize(
    "name", ["deflate_bomb", "zstd_bomb", "many_entries", "text_of_many_megabytes", "media_list_too_deep"]
)
def test_a_refusal_takes_little_memory(name: str, tmp_path: Path) -> None:
    path = tmp_path / "hostile.apkg"
    path.write_bytes(CASES[name][0](tmp_path))
    program = (
        "import resource, sys\n"
        "from pathlib import Path\n"
        "from app.errors import UnreadableFile\n"
        "from app.importing.anki import reading\n"
        "from app.importing.parsed import ReadingOptions, Source\n"
        "resource.setrlimit(resource.RLIMIT_AS, (2**30, 2**30))\n"
        "try:\n"
        "    with reading.read(Source('x.apkg', Path(sys.argv[1])), ReadingOptions(deck_name='x')) as deck:\n"
        "        list(deck.rows)\n"
        "except UnreadableFile:\n"
        # Not getrusage: what it says of a process begins with what its parent had, and that is all the tests.
        "    own = int(Path('/proc/self/status').read_text().split('VmHWM:')[1].split()[0])\n"
        "    print(max(own, resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss))\n"
    )
    done = subprocess.run([sys.executable, "-c", program, str(path)], capture_output=True, text=True, check=True)
    assert int(done.stdout) * 1024 < 256 * 2**20


def test_a_deck_that_is_closed_early_leaves_no_process_and_no_file(nothing_left: Path) -> None:
    content = plain(nothing_left, notes=[Note(f"{number}\x1f{'x' * 2_000}") for number in range(3_000)])
    with _opened(content) as deck:
        next(deck.rows)


@pytest.mark.parametrize("seed", range(6))
def test_whatever_is_changed_in_a_package_it_is_read_or_refused(seed: int, nothing_left: Path) -> None:
    """Fifty changed packages a seed: bytes of the database, of the zip, and of messages inside it."""
    chance = random.Random(seed)  # noqa: S311
    generation = seed % 3 + 1
    answers = [(1_600_200_000_000 + n * 10**8, 3, 1, 1, 2500, 1000, 1) for n in range(5)]
    card = Card(type=2, queue=2, due=9, ivl=2, factor=2500, data='{"pos":1,"s":2.5,"d":5.0}', answers=answers)
    made = Collection(
        notes=[Note(f"{n}\x1fb", cards=[card] if n == 1 else [Card()]) for n in range(12)],
        types=[BASIC],
        generation=generation,
        media={"a.png": b"picture"},
    ).entries(nothing_left)
    database = {1: "collection.anki2", 2: "collection.anki21", 3: "collection.anki21b"}[generation]
    if generation == 3:
        import zstandard

        raw = zstandard.ZstdDecompressor().decompressobj().decompress(made[database])
    else:
        raw = made[database]
    for number in range(50):
        target = bytearray(raw) if number % 2 else bytearray(zip_bytes(made, ZIP_STORED))
        for _ in range(chance.randint(1, 30)):
            target[chance.randrange(len(target))] = chance.randrange(256)
        content = bytes(target)
        if number % 2:
            content = zip_bytes(made | {database: zstd(content) if generation == 3 else content}, ZIP_STORED)
        with suppress(UnreadableFile):
            _walk(content)
