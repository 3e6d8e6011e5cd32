"""Where code blocks of Markdown begin and end, line by line."""

import re

CODE_FENCE = re.compile(r" {0,3}(`{3,}|~{3,})")


def code_after(code: str, line: str) -> str:
    """The fence of the code block the next line lies in, or nothing. `code`: that of the block this line lies in."""
    match = CODE_FENCE.match(line)
    if match is None:
        return code
    if not code:
        return match[1]
    closes = match[1][0] == code[0] and len(match[1]) >= len(code) and not line.strip().strip(code[0])
    return "" if closes else code
