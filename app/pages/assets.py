"""Style sheets, scripts and pictures under addresses that change with their content, so browsers keep them for good."""

import gzip
import hashlib
from functools import cache
from pathlib import Path
from typing import Any

from flask import Flask, Response, request, send_from_directory
from werkzeug.exceptions import NotFound

FOLDER = Path(__file__).parent.parent / "static"
YEAR = 365 * 24 * 3600
TEXTS = (".css", ".js", ".svg")


def init_app(app: Flask) -> None:
    """Serves app/static under `/static/<version>/`; the version is one for all files, so that modules can import each
    other by relative address and still never mix two releases."""
    current = _version()

    @app.url_defaults
    def add_version(endpoint: str, values: dict[str, Any]) -> None:
        if endpoint == "static":
            values.setdefault("version", current)

    @app.get("/static/<version>/<path:filename>", endpoint="static")
    def static(version: str, filename: str) -> Response:
        if version != current:
            raise NotFound()
        response = send_from_directory(FOLDER, filename, max_age=YEAR)
        response.cache_control.public, response.cache_control.immutable = True, True
        response.vary.add("Accept-Encoding")
        if response.status_code == 200 and request.accept_encodings["gzip"] and filename.endswith(TEXTS):
            response.direct_passthrough = False
            response.set_data(_zipped(filename))
            response.content_encoding = "gzip"
        return response


@cache
def _zipped(filename: str) -> bytes:
    """A file as browsers like to get it: a third of the bytes. Each is packed once, for there are few."""
    return gzip.compress((FOLDER / filename).read_bytes(), mtime=0)


def _version() -> str:
    digest = hashlib.sha256()
    for path in sorted(FOLDER.rglob("*")):
        if path.is_file():
            digest.update(path.name.encode() + path.read_bytes())
    return digest.hexdigest()[:12]
