"""Every setting of the installation: its name, its default, what it means. All come from `CARDLET_*` variables."""

import os
import re
import secrets
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import sqlalchemy as sa

VERSION = "0.1.0"
PREFIX = "CARDLET_"
PACKAGE = Path(__file__).parent


class BadSetting(Exception):
    """A `CARDLET_*` variable holds something it cannot mean."""


@dataclass(frozen=True)
class Setting:
    """`default` is what the documentation says; `read` turns the text into the value or raises ValueError."""

    name: str
    default: str
    meaning: str
    read: Callable[[str], Any] = str

    @property
    def variable(self) -> str:
        return PREFIX + self.name


def _between(lowest: int, highest: int) -> Callable[[str], int]:
    def read(text: str) -> int:
        if not text.isdecimal() or not lowest <= int(text) <= highest:
            raise ValueError(f"a number from {lowest} to {highest}")
        return int(text)

    return read


def _one_of(*choices: str) -> Callable[[str], str]:
    def read(text: str) -> str:
        if text not in choices:
            raise ValueError(" or ".join(choices))
        return text

    return read


def _database_url(text: str) -> str:
    """The address as SQLAlchemy spells it. Hosts also hand out `postgres://`, and one driver is the one we test with;
    whoever names another keeps it."""
    return re.sub(r"^postgres(ql)?://", "postgresql+psycopg://", text)


SETTINGS = (
    Setting("DATA_DIR", "the user's data directory", "Where everything lives that a learner could lose.", Path),
    Setting("DATABASE_URL", "SQLite in the data directory", "Another database, as an SQLAlchemy URL.", _database_url),
    Setting("SECRET_KEY", "made at first start", "Signs the cookies; otherwise kept in the data directory, mode 0600."),
    Setting("HOST", "127.0.0.1", "The address to listen on."),
    Setting("PORT", "5000", "The port to listen on.", _between(0, 65535)),
    Setting("THREADS", "8", "How many requests are answered at the same time.", _between(1, 256)),
    Setting(
        "SIGN_UP",
        "open",
        "Who may start: `open` for everyone, guests too; `invite` with an invitation; `closed` for nobody. An"
        " administrator can choose another in the browser.",
        _one_of("open", "invite", "closed"),
    ),
    Setting("MAX_UPLOAD_MB", "1024", "The largest file that can be imported, in MiB.", _between(1, 8192)),
    Setting("TRUSTED_PROXIES", "0", "How many proxies in front of Cardlet set `X-Forwarded-*`.", _between(0, 10)),
)


def read_settings(environment: Mapping[str, str] = os.environ) -> dict[str, Any]:
    """The settings by name, with defaults for what is not set; DATABASE_URL may be None. Raises BadSetting."""
    values: dict[str, Any] = {}
    for setting in SETTINGS:
        text = environment.get(setting.variable, "")
        try:
            values[setting.name] = setting.read(text) if text else _default(setting)
        except ValueError as error:
            raise BadSetting(f"{setting.variable}={text} cannot be used: expected {error}") from None
    return values


def _default(setting: Setting) -> Any:
    if setting.name == "DATA_DIR":
        # Loaded here: where the setting says it, as on every server, nobody asks where the system keeps data.
        from platformdirs import user_data_path

        return user_data_path("cardlet", appauthor=False)
    if setting.name in {"DATABASE_URL", "SECRET_KEY"}:
        return None
    return setting.read(setting.default)


def unknown_variables(environment: Mapping[str, str] = os.environ) -> list[str]:
    """`CARDLET_*` variables that nothing reads: most often a misspelt one, which would be ignored in silence."""
    known = {setting.variable for setting in SETTINGS}
    return sorted(name for name in environment if name.startswith(PREFIX) and name not in known)


def settings_table() -> str:
    """The README's table of settings, in Markdown."""
    rows = [f"| `{s.variable}` | {s.default} | {s.meaning} |" for s in SETTINGS]
    return "\n".join(["| variable | default | meaning |", "| --- | --- | --- |", *rows])


def flask_config(settings: Mapping[str, Any]) -> dict[str, Any]:
    """What Flask and its extensions want to hear, from our settings. Makes the data directory and the secret key."""
    data_dir: Path = settings["DATA_DIR"]
    data_dir.mkdir(parents=True, exist_ok=True, mode=0o700)
    return {
        **settings,
        "SECRET_KEY": settings["SECRET_KEY"] or _kept_secret(data_dir / "secret-key"),
        "DATABASE_URL": settings["DATABASE_URL"] or sa.URL.create("sqlite", database=str(data_dir / "cardlet.sqlite3")),
        "MAX_CONTENT_LENGTH": 2 * 2**20,
        "MAX_FORM_MEMORY_SIZE": 2 * 2**20,
        "MAX_FORM_PARTS": 50,
        "SESSION_COOKIE_NAME": "cardlet",
        # Otherwise every response sends the cookie anew, style sheets too: one that is late would undo a sign-out.
        "SESSION_REFRESH_EACH_REQUEST": False,
        "SESSION_COOKIE_SAMESITE": "Lax",
        "PERMANENT_SESSION_LIFETIME": 400 * 24 * 3600,
        "WTF_CSRF_TIME_LIMIT": None,
    }


def _kept_secret(path: Path) -> str:
    """The key in the file, made at the first call. Written whole under another name first: a second process that starts
    at the same moment must not read half a key."""
    if not path.exists():
        draft = path.with_name(f"{path.name}.{os.getpid()}")
        with os.fdopen(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w") as file:
            file.write(secrets.token_urlsafe(48))
        try:
            os.link(draft, path)
        except FileExistsError:
            pass
        except OSError:
            # A file system without hard links: the last of several first starts wins, and the others read its key.
            draft.replace(path)
        finally:
            draft.unlink(missing_ok=True)
    return path.read_text()


def shipped(name: str) -> Path:
    """A folder that travels with Cardlet: inside the package in a wheel, beside it in a checkout."""
    inside = PACKAGE / name
    return inside if inside.exists() else PACKAGE.parent / name
