"""A PostgreSQL server for one run of the tests: made in a temporary directory, on loopback only, gone at the end.

As a script, `python tests/postgres.py COMMAND…` runs the command with CARDLET_TEST_DATABASE naming such a server.
"""

import os
import re
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

VARIABLE = "CARDLET_TEST_DATABASE"
USER = "postgres"
WITHIN = 60
FAST = {"fsync": "off", "synchronous_commit": "off", "full_page_writes": "off"}
"""Nothing here outlives the run, so nothing has to reach the disk."""


class NoPostgres(Exception):
    """There is no PostgreSQL on this machine; the message says where was looked."""


@dataclass(frozen=True)
class Cluster:
    """A running server. Who connects from this machine is let in: there is nothing in it."""

    folder: Path
    programs: Path
    port: int

    @property
    def url(self) -> str:
        return f"postgresql://{USER}@127.0.0.1:{self.port}/postgres"

    def start(self) -> None:
        self._control("start", "--log", str(self.folder / "log"))

    def restart(self, immediate: bool = False) -> None:
        """`immediate` is what a power cut is to the server: it ends without a word and recovers from its log."""
        self._control("restart", "--mode", "immediate" if immediate else "fast", "--log", str(self.folder / "log"))

    def stop(self) -> None:
        self._control("stop", "--mode", "immediate")

    def create(self, settings: dict[str, str]) -> None:
        where = {"port": str(self.port), "listen_addresses": "127.0.0.1", "unix_socket_directories": str(self.folder)}
        settings = {**where, "max_connections": "300", **settings}
        how = ["--username", USER, "--auth", "trust", "--encoding", "UTF8", "--locale", "C", "--no-sync"]
        self._run("initdb", "--pgdata", str(self.data), *how)
        with (self.data / "postgresql.conf").open("a") as file:
            file.writelines(f"{name} = '{value}'\n" for name, value in settings.items())

    @property
    def data(self) -> Path:
        return self.folder / "data"

    def _control(self, action: str, *arguments: str) -> None:
        self._run("pg_ctl", action, "--pgdata", str(self.data), "--wait", "--timeout", str(WITHIN), *arguments)

    def _run(self, program: str, *arguments: str) -> None:
        # A file takes what it says: a pipe would be inherited by the server and never come to its end.
        with (self.folder / "said").open("ab") as said:
            command = [*_as_its_user(), str(self.programs / program), *arguments]
            status = subprocess.call(command, stdout=said, stderr=said, stdin=subprocess.DEVNULL, cwd=self.folder)
        if status:
            said_and_logged = [self.folder / "said", self.folder / "log"]
            words = "\n".join(path.read_text(errors="replace") for path in said_and_logged if path.exists())
            raise RuntimeError(f"{program} {' '.join(arguments)} failed:\n{words}")


@contextmanager
def cluster(*, durable: bool = False) -> Iterator[Cluster]:
    """A server of its own. `durable` ones write as a real one does, for tests that pull the plug."""
    programs = programs_folder()
    folder = Path(tempfile.mkdtemp(prefix="cardlet-postgres-"))
    try:
        if os.geteuid() == 0:
            shutil.chown(folder, USER)
        server = Cluster(folder, programs, _free_port())
        server.create({} if durable else FAST)
        try:
            server.start()
            yield server
        finally:
            if (server.data / "postmaster.pid").exists():
                server.stop()
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def programs_folder() -> Path:
    """Where initdb and pg_ctl are: Debian keeps each version apart and off the path; the newest is taken."""
    versions = [path.parent for path in Path("/usr/lib/postgresql").glob("*/bin/pg_ctl")]
    if versions:
        return max(versions, key=lambda path: [int(digits) for digits in re.findall(r"\d+", path.parent.name)])
    found = shutil.which("pg_ctl")
    if found is None:
        raise NoPostgres("PostgreSQL is not installed: no pg_ctl in /usr/lib/postgresql/*/bin or on the path.")
    return Path(found).resolve().parent


def _as_its_user() -> list[str]:
    """PostgreSQL refuses to run as root; there its package's own user runs it."""
    return ["runuser", "-u", USER, "--"] if os.geteuid() == 0 else []


def _free_port() -> int:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        port: int = listener.getsockname()[1]
    return port


def main(command: list[str]) -> int:
    """Runs the command with a server beside it; its exit status is ours."""
    if not command:
        print(f"usage: {Path(__file__).name} COMMAND…", file=sys.stderr)
        return 2
    # Ctrl+C reaches the command as well, which still needs its databases to clean up: we end when it has.
    signal.signal(signal.SIGINT, lambda *_: None)
    signal.signal(signal.SIGTERM, _end)
    try:
        with cluster() as server:
            return _run_beside(command, {**os.environ, VARIABLE: server.url})
    except NoPostgres as missing:
        print(missing, file=sys.stderr)
        return 1


def _run_beside(command: list[str], environment: dict[str, str]) -> int:
    process = subprocess.Popen(command, env=environment)
    try:
        return process.wait()
    finally:
        process.terminate()
        process.wait()


def _end(number: int, frame: object) -> None:
    raise SystemExit(128 + number)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
