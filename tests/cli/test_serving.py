"""Cardlet as a program: started, asked, stopped; from the checkout and from its wheel."""

import os
import subprocess
import sys
import sysconfig
import time
import urllib.request
import venv
from pathlib import Path

import pytest
import sqlalchemy as sa
from click.testing import CliRunner

from app import create_app
from app.cli import cardlet
from app.config import shipped
from tests.databases import SERVER, engine_on
from tests.serving import PROGRAM, ROOT, STARTS_WITHIN, served


@pytest.fixture
def data_dir(tmp_path: Path) -> Path:
    """Not made yet: these tests are about first starts."""
    return tmp_path / "data"


@pytest.fixture
def template() -> None:
    """No schema yet either."""


def page(address: str) -> str:
    with urllib.request.urlopen(address, timeout=STARTS_WITHIN) as response:
        return response.read().decode()


def test_it_starts_serves_stops_and_starts_again_with_everything_kept(
    environment: dict[str, str], data_dir: Path
) -> None:
    with served(PROGRAM, environment, ROOT) as address:
        assert "Start now as a guest" in page(f"{address}/")
        assert '"status":"ok"' in page(f"{address}/readyz")
    kept = (data_dir / "secret-key").read_text()
    assert (data_dir / "cardlet.sqlite3").exists() == (SERVER is None)
    with served(PROGRAM, environment, ROOT) as address:
        assert "Component roles" in page(f"{address}/")
    assert (data_dir / "secret-key").read_text() == kept


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


def test_the_wheel_works_outside_the_checkout(installed: Path, environment: dict[str, str], tmp_path: Path) -> None:
    with served([str(installed / "bin" / "cardlet")], environment, tmp_path) as address:
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


def test_two_first_starts_at_once_both_serve(environment: dict[str, str]) -> None:
    with served(PROGRAM, environment, ROOT) as one, served(PROGRAM, environment, ROOT) as other:
        assert "Component roles" in page(f"{one}/")
        assert "Component roles" in page(f"{other}/")


def test_a_first_start_that_was_killed_half_way_does_not_stand_in_the_way(
    environment: dict[str, str], database: str
) -> None:
    at_its_own_port = {**os.environ, **environment, "CARDLET_PORT": "0"}
    process = subprocess.Popen([*PROGRAM, "serve"], cwd=ROOT, env=at_its_own_port, stdout=subprocess.DEVNULL)
    deadline = time.monotonic() + STARTS_WITHIN
    while not unfinished_decks(database) and process.poll() is None and time.monotonic() < deadline:
        time.sleep(0.005)
    process.kill()
    process.wait()
    with served(PROGRAM, environment, ROOT) as address:
        assert "Service classes" in page(f"{address}/")
    assert unfinished_decks(database) == 0


def unfinished_decks(database: str) -> int:
    """How many decks an import has begun and not published yet."""
    if SERVER is None and not Path(str(sa.make_url(database).database)).exists():
        return 0
    try:
        with engine_on(database) as engine, engine.connect() as connection:
            return connection.scalar(sa.text("SELECT count(*) FROM decks WHERE NOT published")) or 0
    except sa.exc.DBAPIError:
        return 0  # the table does not exist yet


def test_the_first_command_brings_the_starter_decks(environment: dict[str, str], database: str) -> None:
    arguments = ["user", "create", "Ada", "--password", "a long sentence"]
    assert CliRunner().invoke(cardlet, arguments, obj=create_app, env=environment).exit_code == 0
    with engine_on(database) as engine, engine.connect() as connection:
        published = connection.scalar(sa.text("SELECT count(*) FROM decks WHERE owner_id IS NULL AND published"))
    assert published == len(list(shipped("decks").glob("*.*.md")))
