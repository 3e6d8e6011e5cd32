"""Cells that our own tables keep a spreadsheet from running: `=1+1` goes out as `'=1+1`."""

import re

MARK = "#cardlet:formulas neutralised"
"""The header line of such a table; in any other an apostrophe is what somebody wrote."""
NEUTRALISED = re.compile(r"'+[=+\-@\t\r]")


def without_prefix(cell: str) -> str:
    """A cell as it was before it was neutralised."""
    return cell[1:] if NEUTRALISED.match(cell) else cell
