"""Cells that our own tables keep a spreadsheet from running: `=1+1` goes out as `'=1+1`."""

import re

MARK = "#cardlet:formulas neutralised"
"""The header line of such a table; in any other an apostrophe is what somebody wrote."""
NEUTRALISED = re.compile(r"'+[=+\-@\t\r]")


MOST_HEADERS = 20


def is_marked(sample: str) -> bool:
    """Whether a header line says that cells were neutralised. Spreadsheets write separators of their own behind it."""
    for line in sample.lstrip("\ufeff").split("\n", MOST_HEADERS)[:MOST_HEADERS]:
        if not line.startswith("#"):
            return False
        if line.rstrip(" \r,;\t|") == MARK:
            return True
    return False


def without_prefix(cell: str) -> str:
    """A cell as it was before it was neutralised."""
    return cell[1:] if NEUTRALISED.match(cell) else cell
