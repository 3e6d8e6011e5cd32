"""Many rows into a table of SQLite's, past everything that looks at each of them. Light: the child process that reads
collections imports it."""

from collections.abc import Sequence
from typing import Any

TOGETHER = (800, 20, 1)
"""Rows in one statement, as many at a time as there are: hundreds take a tenth less time than twenty, and twenty a
third less than one by one."""


def insert_values(driver: Any, into: str, row: str, width: int, values: Sequence[Any]) -> None:
    """Inserts rows through the driver; their values stand one behind the other. `into`: the table and its columns;
    `row`: what stands for one of them in the statement, with so many places for values."""
    insert, done = f"INSERT INTO {into} VALUES ", 0  # noqa: S608  # names of ours
    for rows in TOGETHER:
        together = width * rows
        if end := (len(values) - done) // together * together:
            many = (values[start : start + together] for start in range(done, done + end, together))
            driver.executemany(insert + ", ".join([row] * rows), many)
            done += end
