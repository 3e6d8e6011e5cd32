"""Whole numbers that come in from outside: ids in addresses, ids and counts in queries and forms."""

from datetime import UTC, datetime

from flask import Flask, request
from werkzeug.routing import IntegerConverter

LARGEST = 2**31 - 1
"""What a database column holds. A larger number is nobody's id."""
LATEST_MS = 4_102_444_800_000
"""The year 2100."""


class Id(IntegerConverter):
    """`<id:deck_id>` in a route."""

    def __init__(self, *args: object, **options: object) -> None:
        super().__init__(*args, **{"max": LARGEST, **options})  # type: ignore[arg-type]


def init_app(app: Flask) -> None:
    """Makes `<id:…>` known to the routes."""
    app.url_map.converters["id"] = Id


def number_in(name: str) -> int | None:
    """The whole number a query or form gives under this name; None without one, or if no column could hold it."""
    number = request.values.get(name, type=int)
    return number if number is not None and abs(number) <= LARGEST else None


def moment_in(name: str) -> datetime | None:
    """The moment a query or form gives under this name, in milliseconds since 1970; None without one."""
    milliseconds = request.values.get(name, type=int)
    if milliseconds is None or not 0 <= milliseconds <= LATEST_MS:
        return None
    return datetime.fromtimestamp(milliseconds / 1000, UTC)


def milliseconds_of(moment: datetime) -> int:
    """What `moment_in` reads."""
    return round(moment.timestamp() * 1000)
