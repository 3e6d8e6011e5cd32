"""Cardlet as a program: started, asked, stopped; from the checkout and from its wheel."""

import os
import signal
import sqlite3
import subprocess
import sys
import sysconfig
import time
import urllib.request
import venv
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent.parent
STARTS_WITHIN = 60


@contextmanager
def served(command: list[str], data_dir: Path, cwd: Path) -> Iterator[str]:
    """Runs a `serve` command on a free port and gives its address; stops it and wants a clean end."""
    environment = {**os.environ, "CARDLET_DATA_DIR": str(data_dir), "CARDLET_PORT": "0"}
    process = subprocess.Popen(
        [*command, "serve"], cwd=cwd, env=environment, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
    )
    assert process.stdout is not None
    try:
        first = process.stdout.readline()
        assert "Cardlet is running on http://127.0.0.1:" in first, first + process.stdout.read()
        yield first.split("running on ")[1].split()[0]
    finally:
        process.send_signal(signal.SIGTERM)
        rest, _ = process.communicate(timeout=STARTS_WITHIN)
    assert (process.returncode, rest) == (0, "")


def page(address: str) -> str:
    with urllib.request.urlopen(address, timeout=STARTS_WITHIN) as response:
        return response.read().decode()


def test_it_starts_serves_stops_and_starts_again_with_everything_kept(tmp_path: Path) -> None:
    command = [sys.executable, "-m", "app"]
    with served(command, tmp_path / "data", ROOT) as address:
        assert "Start now as a guest" in page(f"{address}/")
        assert '"status":"ok"' in page(f"{address}/readyz")
    kept = (tmp_path / "data" / "secret-key").read_text()
    assert (tmp_path / "data" / "cardlet.sqlite3").exists()
    with served(command, tmp_path / "data", ROOT) as address:
        assert "Component roles" in page(f"{address}/")
    assert (tmp_path / "data" / "secret-key").read_text() == kept


@pytest.fixture(scope="module")
def installed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An environment with Cardlet's wheel in it; what it depends on is borrowed from this environment."""
    folder = tmp_path_factory.mktemp("wheel")
    build = [sys.executable, "-m", "pip", "wheel", "--quiet", "--no-deps", "--no-build-isolation", "--no-index"]
    subprocess.run([*build, "--wheel-dir", str(folder), str(ROOT)], check=True)
    (wheel,) = folder.glob("*.whl")
    venv.create(folder / "venv", with_pip=False)
    python = folder / "venv" / "bin" / "python"
    install = [sys.executable, "-m", "pip", "--python", str(python), "install", "--quiet", "--no-deps", "--no-index"]
    subprocess.run([*install, str(wheel)], check=True)
    (packages,) = (folder / "venv").glob("lib/python*/site-packages")
    (packages / "borrowed.pth").write_text(sysconfig.get_path("purelib"))
    return folder / "venv"


def test_the_wheel_works_outside_the_checkout(installed: Path, tmp_path: Path) -> None:
    with served([str(installed / "bin" / "cardlet")], tmp_path / "data", tmp_path) as address:
        request = urllib.request.Request(f"{address}/", headers={"Accept-Language": "zh-CN"})
        with urllib.request.urlopen(request, timeout=STARTS_WITHIN) as response:
            text = response.read().decode()
        assert "组件职责" in text, "the starter decks are in the wheel"
        assert 'lang="zh-Hans"' in text
        assert "Start now as a guest" not in text, "the translations are in the wheel"
        style = text.split('rel="stylesheet" href="')[1].split('"')[0]
        assert "--paper" in page(f"{address}{style}")
    code = "import app.config as c; print(c.PACKAGE); print(c.shipped('migrations')); print(c.shipped('decks'))"
    found = subprocess.run(
        [str(installed / "bin" / "python"), "-c", code], cwd=tmp_path, capture_output=True, text=True, check=True
    )
    assert all(str(installed) in line for line in found.stdout.splitlines())


def test_two_first_starts_at_once_both_serve(tmp_path: Path) -> None:
    command = [sys.executable, "-m", "app"]
    with (
        served(command, tmp_path / "data", ROOT) as one,
        served(command, tmp_path / "data", ROOT) as other,
    ):
        assert "Component roles" in page(f"{one}/")
        assert "Component roles" in page(f"{other}/")


def test_a_first_start_that_was_killed_half_way_does_not_stand_in_the_way(tmp_path: Path) -> None:
    data_dir, command = tmp_path / "data", [sys.executable, "-m", "app"]
    environment = {**os.environ, "CARDLET_DATA_DIR": str(data_dir), "CARDLET_PORT": "0"}
    process = subprocess.Popen([*command, "serve"], cwd=ROOT, env=environment, stdout=subprocess.DEVNULL)
    deadline = time.monotonic() + STARTS_WITHIN
    while not unfinished_decks(data_dir) and process.poll() is None and time.monotonic() < deadline:
        time.sleep(0.005)
    process.kill()
    process.wait()
    with served(command, data_dir, ROOT) as address:
        assert "Service classes" in page(f"{address}/")
    assert unfinished_decks(data_dir) == 0


def unfinished_decks(data_dir: Path) -> int:
    """How many decks an import has begun and not published yet."""
    if not (data_dir / "cardlet.sqlite3").exists():
        return 0
    connection = sqlite3.connect(data_dir / "cardlet.sqlite3")
    try:
        return connection.execute("SELECT count(*) FROM decks WHERE NOT published").fetchone()[0]
    except sqlite3.OperationalError:
        return 0
    finally:
        connection.close()
