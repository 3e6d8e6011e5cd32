"""Files that mean harm or are broken, at the doors: a sentence, a status below 500, and nothing of it stays."""

import resource
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
import sqlalchemy as sa
from werkzeug.test import TestResponse

from app.database import Base
from app.models import Import, Upload
from tests.importing import hostile_archives, hostile_databases
from tests.importing.hostile_cases import CASES
from tests.importing.test_hostile_texts import COSTS_ROWS, REFUSED
from tests.pages.test_importing import upload
from tests.visitor import Visitor

assert hostile_archives
assert hostile_databases
PACKAGES = [(f"package: {name}", "hostile.apkg", CASES[name][0]) for name in CASES]
TEXTS = [(case, name, lambda _, content=content: content()) for case, name, content in REFUSED]
ALL = [*PACKAGES, *TEXTS]
SOON = 2.0
"""Seconds of processor time that a look at a file or a try to import it may take, with its child process."""
MOST_MEMORY = 256 * 2**20
WORST = ("deflate_bomb", "zstd_bomb", "many_entries", "text_of_many_megabytes")
BESIDE = {"users", "sign_ins", "failed_sign_ins"}

# A hundred and more files, each through three pages: make prove runs them.
pytestmark = [pytest.mark.long, pytest.mark.filterwarnings("ignore:Duplicate name")]


@pytest.fixture
def ada(visitor: Callable[[], Visitor]) -> Visitor:
    return visitor().sign_up("Ada")


@pytest.fixture
def dump(stored: Callable) -> Callable[[], dict[str, list[str]]]:
    """All rows but those that a sign-in writes."""
    tables = [table for table in Base.metadata.sorted_tables if table.name not in BESIDE]
    return lambda: {table.name: sorted(map(str, stored(sa.select(table)))) for table in tables}


def files_in(folder: Path) -> list[Path]:
    return [path for name in ("uploads", "media") for path in (folder / name).rglob("*") if path.is_file()]


def send(ada: Visitor, name: str, content: bytes) -> TestResponse:
    """Uploads a file. The client's own way to put a form together leaves large ones open."""
    ada.get("/import")
    named = f'; filename="{name}"'.encode("utf-8", "surrogatepass")
    parts = {"csrf_token": (b"", ada.token().encode()), "file": (named, content)}
    body = b"".join(
        b'--edge\r\nContent-Disposition: form-data; name="%s"%s\r\n\r\n%s\r\n' % (field.encode(), rest, value)
        for field, (rest, value) in parts.items()
    )
    return ada.client.post("/import", data=body + b"--edge--\r\n", content_type="multipart/form-data; boundary=edge")


def seconds() -> float:
    used = (resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN))
    return sum(each.ru_utime + each.ru_stime for each in used)


@pytest.mark.parametrize(("name", "content"), [case[1:] for case in ALL], ids=[case[0] for case in ALL])
def test_it_is_refused_in_the_browser_and_nothing_stays(
    ada: Visitor, data_dir: Path, tmp_path: Path, dump: Callable, name: str, content: Callable[[Path], bytes]
) -> None:
    own = tmp_path / "own"
    own.mkdir()
    sent, before = content(own), dump()
    began = seconds()
    response = send(ada, name, sent)
    if response.status_code == 303:
        path = response.headers["Location"]
        response = ada.get(path)
        assert 400 <= response.status_code < 500 or "<form" in ada.page
        looked = seconds()
        assert looked - began < SOON
        fields = {"csrf_token": ada.token(), "deck_name": "Hostile"}
        response = ada.client.post(path, data=fields)
        assert seconds() - looked < SOON
        ada.page = response.text
        assert ada.client.post(f"{path}/cancel", data=fields).status_code in {303, 404}
    assert 400 <= response.status_code < 500, response.text
    assert 'role="alert"' in response.text
    assert dump() == before
    assert files_in(data_dir) == []


@pytest.mark.parametrize(("name", "content"), [case[1:3] for case in COSTS_ROWS], ids=[case[0] for case in COSTS_ROWS])
def test_what_costs_its_own_rows_is_looked_at_and_imported(ada: Visitor, name: str, content: bytes) -> None:
    upload(ada, content, name)
    path = ada.form(r"/import/\d+").action if 'action="/import/1"' in ada.page else "/import/1"
    assert ada.client.get(path).status_code < 500
    assert ada.client.post(path, data={"csrf_token": ada.token(), "deck_name": "Rows"}).status_code < 500


@pytest.mark.parametrize(
    "name",
    [
        "../../../etc/passwd.csv",
        "..\\..\\a.csv",
        "/a.csv",
        "C:\\a.csv",
        "a\x01\x1b[31m.csv",
        "a\r\nSet-Cookie: x.csv",
        "\u202evsc.exe.csv",
        "\u2066a\u2069.csv",
        "a" * 300 + ".csv",
        "字" * 300 + ".csv",
        ".csv",
        "CON.csv",
        "a\ud800.csv",
        "%00.csv",
        "%(name)s {0}.csv",
    ],
)
def test_a_strange_name_is_only_words(ada: Visitor, data_dir: Path, stored: Callable, name: str) -> None:
    response = send(ada, name, b"a,b\nc,d\n")
    assert response.status_code < 500
    for (kept,) in stored(sa.select(Upload.file_name)):
        assert len(kept) <= 255 and "/" not in kept and "\\" not in kept
        page = ada.get(response.headers["Location"])
        assert page.status_code == 200
        assert not {"\x01", "\x1b", "\u202e", "\u2066"} & set(ada.page)
        ada.press(r"/import/\d+")
        assert "added" in ada.page and not {"\x01", "\x1b", "\u202e", "\u2066"} & set(ada.page)
    assert all(path.name.isalnum() for path in files_in(data_dir))
    assert len(stored(sa.select(Import.id))) <= 1


@pytest.mark.parametrize("case", WORST)
def test_looking_and_importing_take_little_memory(environment: dict[str, str], tmp_path: Path, case: str) -> None:
    """In a process of its own, the whole app with it, and the reader's child."""
    path = tmp_path / "hostile.apkg"
    path.write_bytes(CASES[case][0](tmp_path))
    program = (
        "import resource, sys\n"
        "from pathlib import Path\n"
        "from app import create_app\n"
        "from app.clock import now\n"
        "from app.database import db, writing\n"
        "from app.importing import keep_upload, store_upload\n"
        "from app.models import User\n"
        "from tests.visitor import Visitor\n"
        "app = create_app()\n"
        "ada = Visitor(app.test_client()).sign_up('Ada')\n"
        "with app.app_context(), open(sys.argv[1], 'rb') as file, writing() as session:\n"
        "    stored = store_upload(app.config['DATA_DIR'] / 'uploads', file)\n"
        "    keep_upload(session, session.get_one(User, 1), 'hostile.apkg', stored, now())\n"
        "token = ada.token()\n"
        "for _ in range(2):\n"
        "    assert ada.client.get('/import/1').status_code in (404, 422)\n"
        "    assert ada.client.post('/import/1', data={'csrf_token': token}).status_code in (404, 422)\n"
        "own = int(Path('/proc/self/status').read_text().split('VmHWM:')[1].split()[0])\n"
        "print(own + resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss)\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", program, str(path)],
        env={**environment, "CARDLET_SECRET_KEY": "only for tests", "PATH": "/usr/bin:/bin"},
        cwd=Path(__file__).parent.parent.parent,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    assert int(done.stdout) * 1024 < MOST_MEMORY
