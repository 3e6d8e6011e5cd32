"""Folders that are needed once: gone at the end, and after a kill at the next."""

import os
import signal
import subprocess
import sys
import threading
from pathlib import Path

import pytest

from app.scratch import PREFIX, scratch_folder, sweep_scratch

HOLDS_ONE = (
    "import sys, time\n"
    "from pathlib import Path\n"
    "from app.scratch import scratch_folder\n"
    "with scratch_folder(Path(sys.argv[1])) as folder:\n"
    "    (folder / 'deep').mkdir()\n"
    "    (folder / 'deep' / 'collection').write_bytes(b'x')\n"
    "    print(folder, flush=True)\n"
    "    time.sleep(60)\n"
)
pytestmark = pytest.mark.skipif(os.name != "posix", reason="folders cannot be locked there")


def held_elsewhere(within: Path) -> tuple[subprocess.Popen[str], Path]:
    holder = subprocess.Popen([sys.executable, "-c", HOLDS_ONE, str(within)], stdout=subprocess.PIPE, text=True)
    assert holder.stdout is not None
    with holder.stdout as said:
        return holder, Path(said.readline().strip())


def test_it_is_gone_at_the_end_whatever_happened(tmp_path: Path) -> None:
    def fail() -> None:
        with scratch_folder(tmp_path) as folder:
            (folder / "a").write_text("a")
            raise KeyError

    with pytest.raises(KeyError):
        fail()
    assert list(tmp_path.iterdir()) == []


def test_one_that_is_in_use_stays_and_one_whose_maker_was_killed_goes(tmp_path: Path) -> None:
    holder, folder = held_elsewhere(tmp_path)
    with scratch_folder(tmp_path) as mine:
        assert sweep_scratch(tmp_path) == 0
        assert mine.exists() and (folder / "deep" / "collection").exists()
        holder.send_signal(signal.SIGKILL)
        holder.wait()
        assert sweep_scratch(tmp_path) == 1
        assert list(tmp_path.iterdir()) == [mine]


def test_whoever_makes_one_removes_what_others_left(tmp_path: Path) -> None:
    (tmp_path / f"{PREFIX}left").mkdir()
    with scratch_folder(tmp_path) as mine:
        assert list(tmp_path.iterdir()) == [mine]


def test_what_only_looks_like_one_stays(tmp_path: Path) -> None:
    elsewhere = tmp_path / "elsewhere"
    (elsewhere / "dear").mkdir(parents=True)
    (tmp_path / f"{PREFIX}link").symlink_to(elsewhere)
    (tmp_path / f"{PREFIX}file").write_text("dear")
    (tmp_path / "cardlet-notes").mkdir()
    assert sweep_scratch(tmp_path) == 0
    assert len(list(tmp_path.iterdir())) == 4 and (elsewhere / "dear").exists()


def test_many_at_once_never_take_each_others(tmp_path: Path) -> None:
    wrong: list[object] = []

    def work() -> None:
        for number in range(40):
            try:
                with scratch_folder(tmp_path) as folder:
                    (folder / "a").write_text(str(number))
                    assert (folder / "a").read_text() == str(number)
            except (OSError, AssertionError) as error:
                wrong.append(error)

    threads = [threading.Thread(target=work) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert wrong == []
    assert list(tmp_path.iterdir()) == []
